"""The thread between the loop and the store: what is committed, when, and what becomes of errors."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, cast

import pytest

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.errors import ConfigurationError, DatabaseUnavailable, FenceLost, SourceUnavailable
from sse_ingest.events import Event
from sse_ingest.pipeline.committer import Committer
from sse_ingest.settings import Settings
from sse_ingest.store.batch import Batch
from sse_ingest.store.copy_rows import RawRows
from sse_ingest.store.store import Store, Tally
from tests.support.contention import Contention
from tests.support.events import frame, parsed

SETTINGS = Settings(
    contract=CONTRACT,
    stream="restaurant",
    source_url="http://127.0.0.1:1",
    database_url="unused",
    writer="test",
    max_batch=400,
)


def events(first: int, count: int) -> list[Event]:
    return [parsed(frame(offset, "noted", {"n": offset})) for offset in range(first, first + count)]


class Slow:
    """In a store's place: commits when it is let, and remembers what."""

    def __init__(self, error: Exception | None = None) -> None:
        self.let = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.batches: list[list[int]] = []
        self.error = error

    def commit_batch(self, batch: Batch) -> Tally:
        self.begun.release()
        assert self.let.acquire(timeout=60)
        if self.error:
            raise self.error
        self.batches.append([event.offset for event in batch.events])
        return Tally(events=len(batch))


def committer(
    store: Slow,
    on_commit: Callable[[Tally, Batch], None] = lambda _tally, _batch: None,
    settings: Settings = SETTINGS,
) -> Committer:
    return Committer(cast("Store", store), settings, on_commit)


def test_what_comes_during_a_commit_is_the_next_batch() -> None:
    store = Slow()
    with committer(store) as running:
        running.add(events(1, 1), more=False)
        assert store.begun.acquire(timeout=60)
        running.add(events(2, 3), more=False)
        running.add(events(5, 2), more=False)
        store.let.release(2)
    assert store.batches == [[1], [2, 3, 4, 5, 6]]


def test_while_there_is_more_a_batch_fills_up() -> None:
    store = Slow()
    with committer(store) as running:
        running.add(events(1, 150), more=True)
        assert not store.begun.acquire(timeout=0.1)
        running.add(events(151, 250), more=True)
        assert store.begun.acquire(timeout=60)
        store.let.release(1)
    assert [len(batch) for batch in store.batches] == [400]


def test_nothing_stays_when_the_last_items_were_dropped() -> None:
    store = Slow()
    with committer(store) as running:
        running.add(events(1, 1), more=True)
        running.add([], more=False)
        assert store.begun.acquire(timeout=60)
        store.let.release()
    assert store.batches == [[1]]


def test_memory_is_bounded() -> None:
    store, added = Slow(), threading.Event()
    with committer(store) as running:

        def add_too_much() -> None:
            running.add(events(1, 1_300), more=True)
            added.set()

        thread = threading.Thread(target=add_too_much)
        thread.start()
        assert store.begun.acquire(timeout=60)
        assert not added.wait(0.2)
        store.let.release(4)
        thread.join(60)
    assert added.is_set()
    assert [offset for batch in store.batches for offset in batch] == list(range(1, 1_301))
    assert [len(batch) for batch in store.batches] == [400, 400, 400, 100]


@pytest.mark.parametrize("error", [FenceLost("taken over"), DatabaseUnavailable("gone")])
def test_an_error_of_a_commit_reaches_the_loop(error: Exception) -> None:
    store = Slow(error)
    store.let.release()

    def loop() -> None:
        with committer(store) as running:
            running.add(events(1, 1), more=False)
            running._thread.join(60)
            running.add(events(2, 1), more=False)
            raise AssertionError("the loop went on")

    with pytest.raises(type(error), match=str(error)):
        loop()


def test_an_error_of_the_loop_is_reported_and_what_was_added_is_committed() -> None:
    store = Slow()
    store.let.release()

    def loop() -> None:
        with committer(store) as running:
            running.add(events(1, 2), more=True)
            raise SourceUnavailable("the source")

    with pytest.raises(SourceUnavailable, match="the source"):
        loop()
    assert store.batches == [[1, 2]]


def test_each_commit_is_reported() -> None:
    store, reported = Slow(), list[Any]()
    store.let.release()
    with committer(
        store, lambda tally, batch: reported.append((tally.events, batch.last_position))
    ) as running:
        running.add(events(1, 2), more=False)
    assert reported == [(2, "testlog1-2")]


def test_a_batch_that_was_torn_is_not_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a signal's exception tears it, between an event and its rows."""
    store = Slow()
    store.let.release(5)
    extend = RawRows.extend

    def interrupted(rows: RawRows, events: Sequence[Event]) -> None:
        extend(rows, events[:2])
        raise KeyboardInterrupt

    monkeypatch.setattr(RawRows, "extend", interrupted)

    def loop() -> None:
        with committer(store) as running:
            running.add(events(1, 5), more=False)

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert store.batches == []


def test_large_events_make_small_batches() -> None:
    store = Slow()
    large = [parsed(frame(offset, "noted", {"x": "y" * 1024 * 1024})) for offset in range(1, 11)]
    store.let.release(5)
    with committer(store) as running:
        running.add(large, more=True)
    assert store.batches == [[1, 2, 3, 4, 5, 6, 7, 8], [9, 10]]


def test_it_lets_go_of_what_failed() -> None:
    store = Slow(DatabaseUnavailable("gone"))
    store.let.release()
    running = committer(store)
    with suppress(DatabaseUnavailable), running:
        running.add(events(1, 1), more=False)
    assert running._error is None


def test_processors_find_the_context_of_the_caller() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="none")
    variable.set("ours")
    values: list[str] = []
    store = Slow()
    store.let.release()
    with committer(store, lambda _tally, _batch: values.append(variable.get())) as running:
        running.add(events(1, 1), more=False)
    assert values == ["ours"]


def test_a_pace_is_kept_and_ends_with_the_stream() -> None:
    """200 events at 200 a second: a second passes before the third batch; what is left is not waited for."""
    store = Slow()
    store.let.release(4)
    busy, began = Contention(), time.monotonic()
    with committer(store, settings=replace(SETTINGS, max_batch=100, pace=200)) as running:
        running.add(events(1, 400), more=True)
        for _ in range(3):
            assert store.begun.acquire(timeout=60)
        third = time.monotonic() - began
        leaving = time.monotonic()
    assert 1 <= third < 5 + busy.seconds
    assert time.monotonic() - leaving < 0.4 + busy.seconds
    assert [len(batch) for batch in store.batches] == [100] * 4


def test_a_pace_at_which_a_batch_would_rest_for_long_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="pace must be at least max_batch"):
        replace(SETTINGS, max_batch=100, pace=99)
