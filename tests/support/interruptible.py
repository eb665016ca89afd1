"""A run that a signal ends with everything that it started."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from local.processes.interrupts import Interrupts


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C, TERM and a closed terminal raise KeyboardInterrupt once, so that the contexts inside are left in order.

    A later signal does not disturb that. Child processes that are still there afterwards are killed: the signal can
    come between the start of a process and the line that remembers it.
    """
    with Interrupts():
        try:
            yield
        finally:
            children = psutil.Process().children(recursive=True)
            for child in children:
                with suppress(psutil.Error):
                    child.kill()
            psutil.wait_procs(children, 10)
