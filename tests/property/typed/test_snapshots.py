"""Snapshots: the tables are a function of the set of events and snapshots. A snapshot replaces what is older and not
in it. The tests notice when a part of the rule is missing.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from restaurant_warehouse import change_order
from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed import snapshots, statements, tables
from sse_ingest.events import Event
from sse_ingest.rebuild.rebuild import Request, rebuild
from tests.support.core import owned
from tests.support.examples import examples
from tests.support.laws.snapshots import assert_holds, events
from tests.support.warehouse import deliveries
from tests.support.warehouse.deliveries import Bench

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
Patch = pytest.MonkeyPatch


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with deliveries.bench(warehouse) as new_bench:
        yield new_bench


@hypothesis_settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(delivery=deliveries.deliveries(events()))
def test_any_order_duplication_and_cut_gives_the_same_tables(
    bench: Bench, delivery: tuple[list[Event], list[list[Event]]]
) -> None:
    assert_holds(bench, *delivery)


@hypothesis_settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(delivery=deliveries.deliveries(events()))
def test_a_rebuild_finds_no_difference(
    warehouse: Any, bench: Bench, delivery: tuple[list[Event], list[list[Event]]]
) -> None:
    bench.commit(delivery[1])

    report = rebuild(owned(warehouse.url("restaurant_user")), Request())

    assert report.differences == 0, report.tables


def search(bench: Bench) -> None:
    """Look for a fault of the law."""

    @hypothesis_settings(
        max_examples=400,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(delivery=deliveries.deliveries(events()))
    def law(delivery: tuple[list[Event], list[list[Event]]]) -> None:
        assert_holds(bench, *delivery)

    law()


def _nothing_after_a_copy(patch: Patch) -> None:
    patch.setattr(snapshots, "replace_after_copy", lambda _cursor, _events: set())


def _nothing_after_a_merge(patch: Patch) -> None:
    patch.setattr(snapshots, "replace_after_merge", lambda _cursor: set())


def _totals_stay(patch: Patch) -> None:
    whole = tables._SQL["refresh_orders"]
    assert " AND NOT c.is_replaced" in whole
    patch.setitem(tables._SQL, "refresh_orders", whole.replace(" AND NOT c.is_replaced", ""))


def _voids_stay(patch: Patch) -> None:
    whole = tables._SQL["refresh_orders"]
    assert whole.count(" AND NOT w.is_replaced") == 1
    patch.setitem(tables._SQL, "refresh_orders", whole.replace(" AND NOT w.is_replaced", ""))


def _only_some_tables(patch: Patch) -> None:
    patch.delitem(snapshots._REPLACE, "payment_voided")


def _what_is_restated_stays_replaced(patch: Patch) -> None:
    cut = {
        name: text.replace("is_replaced = false", "is_replaced = t.is_replaced")
        for name, text in tables._MERGE.items()
    }
    patch.setattr(tables, "_MERGE", cut)


def _by_the_time_of_the_part(patch: Patch) -> None:
    patch.setattr(change_order, "stated_row", change_order.row)
    patch.setattr(tables, "_MERGE", {name: statements.merge(kind) for name, kind in EVENT_TYPES.items()})
    patch.setattr(
        snapshots,
        "_REPLACE",
        {name: snapshots.replace(kind) for name, kind in snapshots.REPLACEABLE.items()},
    )


def _without(part: str) -> Callable[[Patch], None]:
    def mutate(patch: Patch) -> None:
        texts = {name: statement.as_string() for name, statement in snapshots._REPLACE.items()}
        assert all(text.count(part.format("t")) == 1 for text in texts.values())
        cut = {
            name: text.replace(part.format("t"), "").replace(part.format("s"), "")
            for name, text in texts.items()
        }
        patch.setattr(snapshots, "_REPLACE", cut)

    return mutate


MUTATIONS: dict[str, Callable[[Patch], None]] = {
    "a rule after a copy": _nothing_after_a_copy,
    "a rule after a merge": _nothing_after_a_merge,
    "totals that follow": _totals_stay,
    "voids that are replaced": _voids_stay,
    "a rule for each table": _only_some_tables,
    "a new decision for what is restated": _what_is_restated_stays_replaced,
    "the time of the snapshot": _by_the_time_of_the_part,
    "the version": _without("coalesce({}.event_version, -1), "),
    "the offset": _without(" {}.event_offset,"),
    "the event_id": _without(", {}.event_id"),
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the example that shows the fault
@pytest.mark.parametrize("name", MUTATIONS)
def test_the_law_notices_a_warehouse_without(name: str, bench: Bench, monkeypatch: Patch) -> None:
    MUTATIONS[name](monkeypatch)

    with pytest.raises(AssertionError):
        search(bench)
