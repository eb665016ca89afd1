"""How long to wait before the next try: exponential, with full jitter.

https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import random

_CAP = 30.0
_LONGEST_BASE = 300.0
_SHORTEST_BASE = 0.02  # `retry: 0` means at once, not a busy loop


class Backoff:
    """Pauses in seconds, random between 0 and a ceiling that doubles with each failure in a row."""

    def __init__(self, base: float = 1.0, cap: float = _CAP) -> None:
        self._cap = cap
        self._failures = 0
        self._random = random.Random()  # noqa: S311 - spreads load, keeps no secret
        self.base = base

    @property
    def base(self) -> float:
        """The first ceiling, in seconds. A source sets it with `retry:`; a base above the cap raises the cap."""
        return self._base

    @base.setter
    def base(self, seconds: float) -> None:
        self._base = min(max(seconds, _SHORTEST_BASE), _LONGEST_BASE)

    @property
    def ceiling(self) -> float:
        """The longest possible next pause, in seconds."""
        return min(self._base * 2.0 ** min(self._failures, 30), max(self._cap, self._base))

    def next_delay(self) -> float:
        """The next pause, in seconds. Call it once per failure."""
        delay = self._random.uniform(0, self.ceiling)
        self._failures += 1
        return delay

    def reset(self) -> None:
        """Reading works again: the next failure counts as the first one."""
        self._failures = 0
