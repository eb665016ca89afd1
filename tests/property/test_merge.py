"""Order and duplication: the analytics tables are a function of the set of events."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from restaurant_warehouse.event_types import EVENT_TYPES
from sse_ingest.events import Event
from tests.support.events import frame, parsed, payload
from tests.support.examples import examples
from tests.support.warehouse import deliveries
from tests.support.warehouse.deliveries import Bench

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """A few orders with many claims on the same keys: restated orders, payments that move to another order."""
    items = []
    for offset in range(1, draw(st.integers(2, 14)) + 1):
        kind = draw(st.sampled_from(list(EVENT_TYPES)))
        order, part = draw(st.integers(1, 2)), draw(st.integers(0, 1))
        fields: dict[str, Any] = {"nonce": offset}
        match kind:
            case "payment_captured":
                fields["payment_id"] = payload(kind, 9, part)["payment_id"]
                fields["tip"] = draw(st.sampled_from(["0.00", "1.00", "2.5"]))
            case "menu_item_changed":
                fields["cost"] = draw(st.sampled_from([None, "0.00", "1.50", "1.5"]))
            case "customer_changed":
                fields["membership"] = draw(st.sampled_from([None, "gold", "silver"]))
        items.append(
            parsed(frame(offset, kind, payload(kind, order, part, **fields), seconds=draw(st.integers(0, 3))))
        )
    return items


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
    straight, batches = delivery

    assert bench.tables(batches) == bench.tables([straight])
