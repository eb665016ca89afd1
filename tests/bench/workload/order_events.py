"""The events that every suite uses: orders of the simulator, as drafts and as frames."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

from api.log import sse_frames
from api.log.interface import Draft
from api.simulator.world import World

STREAM_ID = "bench"
_CLOCK = 1_790_000_000_000_000  # microseconds: a day in September 2026
_ORDERS_AT_ONCE = 100
_SEED = 7


def drafts(count: int, seed: int = _SEED, pause: int = 1, clock: int = _CLOCK) -> list[Draft]:
    """`count` events of orders that overlap: about 100 orders at a time, `pause` seconds before the next 100.

    They begin at `clock`, in microseconds since 1970.
    """
    return list(islice(_endless(seed, pause, clock), count))


def _endless(seed: int, pause: int, clock: int) -> Iterator[Draft]:
    world = World(seed, math.inf)
    while True:
        yield from world.burst(clock, _ORDERS_AT_ONCE)
        clock += pause * 1_000_000


def encode(events: list[Draft], first_offset: int = 1) -> list[bytes]:
    """Their SSE frames, as the service sends them."""
    return [sse_frames.encode(STREAM_ID, first_offset + n, draft) for n, draft in enumerate(events)]


def with_duplicates(events: list[Draft], share: float, seed: int = _SEED) -> list[Draft]:
    """As many events; this share of them repeats an earlier event at a new offset."""
    rng = Random(seed)
    result: list[Draft] = []
    new = iter(events)
    while len(result) < len(events):
        result.append(rng.choice(result[-5_000:]) if result and rng.random() < share else next(new))
    return result


def payments_first(events: list[Draft]) -> list[Draft]:
    """Per thousand events, the payments come first."""
    result: list[Draft] = []
    for start in range(0, len(events), 1_000):
        part = events[start : start + 1_000]
        result += sorted(part, key=lambda draft: draft.event_type != "payment_captured")
    return result


def with_malformed(events: list[Draft], share: float, seed: int = _SEED) -> list[Draft]:
    """This share of the events lacks the end of its payload."""
    rng = Random(seed)
    return [_cut(draft) if rng.random() < share else draft for draft in events]


def _cut(draft: Draft) -> Draft:
    return replace(draft, payload=draft.payload[: len(draft.payload) // 2])
