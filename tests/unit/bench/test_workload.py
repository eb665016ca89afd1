"""The events of the bench: repeatable, with the duplicates and errors that were asked for."""

from collections import Counter

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.events import Event
from tests.bench.workload import order_events
from tests.bench.workload.memory_source import MemorySource

COUNT = 3_000


def events(blob: bytes) -> list[object]:
    contract = restaurant_parser()
    return [contract.parse(f) for frames in MemorySource(blob).batches("", lambda: False) for f in frames]


def test_the_same_events_each_time_and_others_with_another_seed() -> None:
    drafts = order_events.drafts(COUNT)
    assert drafts == order_events.drafts(COUNT)
    ids = {draft.event_id for draft in drafts}
    assert len(ids) == COUNT
    assert not ids & {draft.event_id for draft in order_events.drafts(COUNT, seed=8)}


def test_the_core_takes_all_of_them_from_memory() -> None:
    results = events(b"".join(order_events.encode(order_events.drafts(COUNT))))
    assert [event.offset for event in results if isinstance(event, Event)] == list(range(1, COUNT + 1))


def test_duplicates() -> None:
    events_with_repeats = order_events.with_duplicates(order_events.drafts(COUNT), 0.1)
    assert len(events_with_repeats) == COUNT
    repeats = COUNT - len({draft.event_id for draft in events_with_repeats})
    assert 0.07 < repeats / COUNT < 0.13


def test_payments_first_is_a_permutation_in_which_they_come_first() -> None:
    before = order_events.drafts(COUNT)
    after = order_events.payments_first(before)
    assert Counter(d.event_id for d in after) == Counter(d.event_id for d in before)
    assert after[0].event_type == "payment_captured"


def test_malformed() -> None:
    results = events(
        b"".join(order_events.encode(order_events.with_malformed(order_events.drafts(COUNT), 0.1)))
    )
    bad = sum(not isinstance(event, Event) for event in results)
    assert len(results) == COUNT
    assert 0.07 < bad / COUNT < 0.13
