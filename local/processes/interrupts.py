"""Ctrl-C, TERM and a closed terminal: the first ends what is under way, the second makes ending it quick."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While entered, the first signal raises KeyboardInterrupt in the main thread; later ones are counted."""

    def __init__(self) -> None:
        self.count = 0
        self._holding = False
        self._pending = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Interrupts":
        self._before = {number: signal.signal(number, self._handle) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def impatient(self) -> bool:
        """Whether the user has asked again."""
        return self.count >= 2

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing come between the steps inside; a signal meanwhile is raised at the end."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        if self._pending:
            self._pending = False
            raise KeyboardInterrupt

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            if not self._holding:
                raise KeyboardInterrupt
            self._pending = True
