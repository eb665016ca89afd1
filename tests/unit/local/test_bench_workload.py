"""The bench's events: repeatable, and as spoiled as they are said to be."""

from collections import Counter

from local.bench import workload
from local.bench.memory_source import MemorySource
from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.events import Event

COUNT = 3_000


def events(blob: bytes) -> list[object]:
    contract = restaurant_parser()
    return [contract.parse(f) for frames in MemorySource(blob).batches("", lambda: False) for f in frames]


def test_the_same_events_each_time_and_others_with_another_seed() -> None:
    drafts = workload.drafts(COUNT)
    assert drafts == workload.drafts(COUNT)
    ids = {draft.event_id for draft in drafts}
    assert len(ids) == COUNT
    assert not ids & {draft.event_id for draft in workload.drafts(COUNT, seed=8)}


def test_the_core_takes_all_of_them_from_memory() -> None:
    taken = events(b"".join(workload.encode(workload.drafts(COUNT))))
    assert [event.offset for event in taken if isinstance(event, Event)] == list(range(1, COUNT + 1))


def test_duplicates() -> None:
    made = workload.with_duplicates(workload.drafts(COUNT), 0.1)
    assert len(made) == COUNT
    repeats = COUNT - len({draft.event_id for draft in made})
    assert 0.07 < repeats / COUNT < 0.13


def test_payments_first_is_a_permutation_in_which_they_come_first() -> None:
    before = workload.drafts(COUNT)
    after = workload.payments_first(before)
    assert Counter(d.event_id for d in after) == Counter(d.event_id for d in before)
    assert after[0].event_type == "payment_captured"


def test_malformed() -> None:
    taken = events(b"".join(workload.encode(workload.with_malformed(workload.drafts(COUNT), 0.1))))
    bad = sum(not isinstance(event, Event) for event in taken)
    assert len(taken) == COUNT
    assert 0.07 < bad / COUNT < 0.13
