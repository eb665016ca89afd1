"""Order and duplication: the analytics tables are a function of the set of events. The order of changes decides ties,
and these tests notice when a part of it is missing.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from restaurant_warehouse import change_order
from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed import statements, tables
from sse_ingest.events import Event
from tests.support.examples import examples
from tests.support.warehouse import deliveries
from tests.support.warehouse.change_order_law import assert_holds, events
from tests.support.warehouse.deliveries import Bench

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with deliveries.bench(warehouse) as new_bench:
        yield new_bench


@hypothesis_settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(delivery=deliveries.deliveries(events()))
def test_any_order_duplication_and_cut_gives_the_same_tables(
    bench: Bench, delivery: tuple[list[Event], list[list[Event]]]
) -> None:
    assert_holds(bench, *delivery)


def search(bench: Bench, kind: str) -> None:
    """Look for a fault of the law in events of one type."""

    @hypothesis_settings(
        max_examples=300,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(delivery=deliveries.deliveries(events(kind)))
    def law(delivery: tuple[list[Event], list[list[Event]]]) -> None:
        assert_holds(bench, *delivery)

    law()


Patch = pytest.MonkeyPatch
INCOMING = ("coalesce(version, -1) DESC, ", " ts DESC,", " event_offset DESC,", ", event_id DESC")
ROW = ("coalesce({}.event_version, -1), ", " {}.event_ts,", " {}.event_offset,", ", {}.event_id")
REFRESH = (
    "coalesce(h.event_version, -1) DESC, ",
    " h.changed_ts DESC,",
    "analytics.status_place(h.status) DESC, ",
    " h.event_offset DESC,",
    ", h.event_id DESC",
)


def _without(text: str, part: str) -> Any:
    assert text.count(part) == 1, f"{text!r} no longer reads as this test expects"
    return text.replace(part, "")


def _generate_merges(patch: Patch) -> None:
    patch.setattr(tables, "_MERGE", {name: statements.merge(kind) for name, kind in EVENT_TYPES.items()})


def _in_a_batch(patch: Patch, part: int) -> None:
    patch.setattr(change_order, "INCOMING", _without(change_order.INCOMING, INCOMING[part]))
    _generate_merges(patch)


def _with_the_stored_row(patch: Patch, part: int) -> None:
    whole = change_order.row
    patch.setattr(change_order, "row", lambda alias: _without(whole(alias), ROW[part].format(alias)))
    _generate_merges(patch)


def _of_statuses_in_a_batch(patch: Patch, part: int) -> None:
    whole = change_order.of_status
    patch.setattr(change_order, "of_status", lambda event: (*whole(event)[:part], *whole(event)[part + 1 :]))


def _of_stored_statuses(patch: Patch, part: int) -> None:
    patch.setitem(tables._SQL, "refresh_orders", _without(tables._SQL["refresh_orders"], REFRESH[part]))


MUTATIONS: dict[str, tuple[Callable[[Patch, int], None], int]] = {
    f"{mutate.__name__.strip('_')}-{part}": (mutate, number)
    for mutate, parts in (
        (_in_a_batch, ("version", "time", "offset", "event_id")),
        (_with_the_stored_row, ("version", "time", "offset", "event_id")),
        # Changes that tie up to the place have the same status: the parts after it change nothing that is seen.
        (_of_statuses_in_a_batch, ("version", "time", "place")),
        (_of_stored_statuses, ("version", "time", "place")),
    )
    for number, part in enumerate(parts)
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the example that shows the fault
@pytest.mark.parametrize("name", MUTATIONS)
def test_the_law_notices_an_order_without(name: str, bench: Bench, monkeypatch: Patch) -> None:
    mutate, part = MUTATIONS[name]
    mutate(monkeypatch, part)

    with pytest.raises(AssertionError):
        search(bench, "order_status_changed" if "statuses" in name else "feedback_submitted")
