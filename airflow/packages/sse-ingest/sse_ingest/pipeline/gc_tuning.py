"""The interpreter as three threads need it that make many objects which live for one batch."""

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_SWITCH_SECONDS = 1e-4


@dataclass
class _Tuning:
    """How the interpreter was before the first of the runs that go on in this process."""

    runs: int = 0
    switch_seconds: float = 0.0
    collecting: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


_before = _Tuning()


@contextmanager
def tuned() -> Iterator[None]:
    """A thread that has waited for PostgreSQL gets its turn soon: by default it stands back for 5 ms each time.

    And the garbage collector is called by the run, once a minute, instead of after every 700 objects: looking at each
    batch for cycles that it does not have took a fifth of the time.
    """
    with _before.lock:
        _before.runs += 1
        if _before.runs == 1:
            _before.switch_seconds, _before.collecting = sys.getswitchinterval(), gc.isenabled()
            sys.setswitchinterval(_SWITCH_SECONDS)
            gc.disable()
    try:
        yield
    finally:
        with _before.lock:
            _before.runs -= 1
            if _before.runs == 0:
                sys.setswitchinterval(_before.switch_seconds)
                if _before.collecting:
                    gc.enable()
