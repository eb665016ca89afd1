"""Which seconds of a world are published, over restarts and standstills. A file beside the log remembers them."""

import logging
import math
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count, pairwise
from pathlib import Path

from api.simulator.orders.courses import LAGS
from api.simulator.world import HORIZON, LATE

logger = logging.getLogger(__name__)

CATCH_UP = 300  # seconds: after a longer standstill, nothing is made up for
_IN_FLIGHT = HORIZON + LATE


class PublishedSpans:
    """Spans of seconds. The last one has no end: it goes on with the clock. Between two is a standstill.

    Events that happen before `live_since` belong to the past of the world, which is not published here.
    """

    def __init__(self, ended: list[tuple[int, float]], start: int, live_since: int) -> None:
        self.ended = ended
        self.start = start
        self.live_since = live_since

    def __contains__(self, second: int) -> bool:
        return second >= self.start or any(first <= second < end for first, end in self.ended)

    def advance(self, published_until: float, now: float) -> None:
        """Begin a new span when the standstill was long; forget what no order goes on from."""
        if now - max(published_until, self.start) > CATCH_UP:
            self.ended.append((self.start, max(published_until, self.start)))
            self.start = int(now)
        needed_from = published_until - max(LAGS) - _IN_FLIGHT
        self.ended = [(first, end) for first, end in self.ended if end > needed_from]

    def after_standstill(self, moment: float) -> float:
        """The moment itself; in a standstill the second in which that ends: a till that was off sends what waits then.

        It depends on the spans only, so that an event which is published again after a restart is the same event.
        """
        for (_, end), (start, _) in pairwise([*self.ended, (self.start, math.inf)]):
            if end < moment < start:
                return start
        return moment

    def seconds(self, published_until: float) -> Iterator[int]:
        """The seconds to publish, without end. The first ones had orders in flight when the last process ended.

        In those of a standstill no order begins, but some go on.
        """
        since = int(published_until) - _IN_FLIGHT
        onward = count(max(self.start, since))
        if not self.ended:
            return onward
        end = math.ceil(self.ended[-1][1])
        return chain(range(since, min(self.start, end + max(LAGS))), onward)


def load(marker: Path, world: str) -> PublishedSpans | None:
    """Those that the file has of this world; None when it is of another one, which has other orders in flight."""
    with suppress(OSError, ValueError):
        name, *lines = marker.read_text().splitlines()
        if name == world and lines:
            (live_since,), *ended, (start,) = (line.split() for line in lines)
            spans = [(int(first), float(end)) for first, end in ended]
            return PublishedSpans(spans, int(start), int(live_since))
    return None


def save(marker: Path, world: str, spans: PublishedSpans) -> None:
    """Write them; only this user may read them, as the log beside them."""
    lines = [
        world,
        str(spans.live_since),
        *(f"{first} {end}" for first, end in spans.ended),
        str(spans.start),
    ]
    try:
        marker.touch()
        marker.chmod(0o600)
        marker.write_text("\n".join(lines))
    except OSError as error:
        logger.warning("after a restart, orders in flight stay unfinished: %s", error)
