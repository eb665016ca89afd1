"""The events that every suite measures with: the simulator's orders, as frames, whole and in order."""

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
    """So many events of orders that overlap, about 100 at a time, `pause` seconds between two times 100.

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
    """As many events, of which this share repeats an earlier one at a new offset."""
    rng = Random(seed)
    made: list[Draft] = []
    fresh = iter(events)
    while len(made) < len(events):
        made.append(rng.choice(made[-5_000:]) if made and rng.random() < share else next(fresh))
    return made


def payments_first(events: list[Draft]) -> list[Draft]:
    """The payments of each thousand events come before all else in it."""
    made: list[Draft] = []
    for start in range(0, len(events), 1_000):
        part = events[start : start + 1_000]
        made += sorted(part, key=lambda draft: draft.event_type != "payment_captured")
    return made


def with_malformed(events: list[Draft], share: float, seed: int = _SEED) -> list[Draft]:
    """This share of the events lacks the end of its payload."""
    rng = Random(seed)
    return [_cut(draft) if rng.random() < share else draft for draft in events]


def _cut(draft: Draft) -> Draft:
    return replace(draft, payload=draft.payload[: len(draft.payload) // 2])
