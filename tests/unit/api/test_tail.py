"""The part of the log in memory, and the notifier."""

import asyncio

import pytest

from api.log.interface import EVERYTHING, EventFilter, Record
from api.log.tail import Notifier, Tail


def record(offset: int, kind: str = "a", size: int = 100) -> Record:
    return Record(offset, kind, "L", b"%d" % offset + b"." * size)


def offsets(
    tail: Tail, after: int, limit: int = 1000, only: EventFilter = EVERYTHING, max_bytes: int = 10**6
) -> list[int] | None:
    batch = tail.read(after, limit, only, max_bytes)
    return None if batch is None else [int(frame.split(b".")[0]) for frame in batch.frames]


def test_it_reads_what_it_holds_and_knows_what_it_does_not() -> None:
    tail = Tail(10_000)
    assert offsets(tail, 0) is None
    tail.extend([record(n) for n in range(5, 10)])
    assert offsets(tail, 3) is None
    assert offsets(tail, 4) == [5, 6, 7, 8, 9]
    assert offsets(tail, 8) == [9]
    assert offsets(tail, 9) == []


def test_it_forgets_the_oldest_beyond_its_size() -> None:
    tail = Tail(1_000)
    for n in range(1, 101):
        tail.extend([record(n)])
    assert offsets(tail, 50) is None
    assert offsets(tail, 97) == [98, 99, 100]


def test_one_large_record_is_kept() -> None:
    tail = Tail(10)
    tail.extend([record(1, size=100)])
    assert offsets(tail, 0) == [1]


def test_a_read_ends_at_its_limits_and_takes_at_least_one() -> None:
    tail = Tail(10_000)
    tail.extend([record(n) for n in range(1, 11)])
    assert offsets(tail, 0, limit=3) == [1, 2, 3]
    assert offsets(tail, 0, max_bytes=250) == [1, 2]
    assert offsets(tail, 0, max_bytes=1) == [1]


def test_a_filter_moves_on_over_what_it_leaves_out() -> None:
    tail = Tail(10_000)
    tail.extend([record(1, "a"), record(2, "b"), record(3, "b")])
    batch = tail.read(0, 10, EventFilter(frozenset({"a"})))
    assert batch is not None
    assert (batch.after, len(batch.frames)) == (3, 1)


@pytest.mark.anyio
async def test_the_notifier_wakes_all_and_waits_longer_for_many() -> None:
    notifier = Notifier()

    async def round_of(readers: int) -> float:
        loop = asyncio.get_running_loop()
        tasks = [asyncio.create_task(notifier.wait()) for _ in range(readers)]
        await asyncio.sleep(0)
        began = loop.time()
        notifier.notify()
        notifier.notify()
        await asyncio.gather(*tasks)
        return loop.time() - began

    few = min([await round_of(2) for _ in range(5)])
    many = max([await round_of(500) for _ in range(5)])
    assert few < many
    assert many > 0.02
    slow = asyncio.create_task(notifier.wait())
    await asyncio.sleep(0)
    notifier.notify(now=True)
    await slow
