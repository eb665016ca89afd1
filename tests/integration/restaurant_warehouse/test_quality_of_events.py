"""The rules of data quality on what the simulator publishes and the store writes: nothing to complain of."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from api.log.interface import Draft
from api.simulator.orders.courses import LAGS
from api.simulator.world import Faults, World
from restaurant_warehouse.contract import restaurant_parser
from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from sse_ingest.contract.raw import RAW, RawParser
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.store.store import Store

pytestmark = pytest.mark.integration

# Nothing more is to come, so that no rule has to wait.
RULES = [replace(rule, grace=None) for rule in load()]


def frame(offset: int, draft: Draft) -> Frame:
    body: dict[str, Any] = {
        "offset": offset,
        "event_id": str(draft.event_id),
        "event_type": draft.event_type,
        "ts": draft.ts,
        "partition_key": draft.partition_key,
    }
    if draft.version is not None:
        body["version"] = draft.version
    data = json.dumps(body)[:-1].encode() + b', "payload": ' + draft.payload + b"}"
    return Frame(event=draft.event_type, data=data, last_event_id=f"log-{offset}")


def test_a_stream_that_is_taken_raw_has_no_tables_to_be_in(
    warehouse: Any, open_store: Callable[..., Store], owner: Any
) -> None:
    """Whatever its types are called."""
    foreign = RawParser("foreign")
    frames = [Frame("order_created", b'{"order_id": "x"}', "1"), Frame("menu_item_changed", b"[]", "2")]
    assert (
        open_store(stream="foreign", contract=RAW).commit([foreign.parse(one) for one in frames]).events == 2
    )
    results = list(run(warehouse.url("airflow_user"), RULES))
    assert [
        one.rule.name for one in results if not isinstance(one, RuleResult) or one.status == "failed"
    ] == []
    checks = "SELECT check_name FROM analytics.validate_data_consistency() WHERE status <> 'ok'"
    assert owner.execute(checks).fetchall() == []
    assert owner.execute("SELECT * FROM analytics.daily_sales_as_known_at(now())").fetchall() == []


def full_orders(faults: Faults) -> list[Draft]:
    """The orders of a minute some days ago, and what became of them since."""
    world, start = World(1, 50, faults, with_yen=True), int(time.time()) - max(LAGS) - 1_000
    minute = range(start, start + 60)
    seconds = sorted(second + lag for second in minute for lag in (0, *LAGS))
    return [e.draft for second in seconds for e in world.slot(second, minute.__contains__)]


def plain_orders(faults: Faults) -> list[Draft]:
    return World(1, 50, faults).burst(int(time.time() * 1e6), 150)


@pytest.mark.parametrize("orders", [plain_orders, full_orders])
@pytest.mark.parametrize("faults", [Faults(), Faults(duplicates=0.2, out_of_order=0.2, late=0.2)])
def test_simulated_orders_pass_every_rule(
    warehouse: Any, store: Store, owner: Any, orders: Callable[[Faults], list[Draft]], faults: Faults
) -> None:
    drafts = orders(faults)
    contract = restaurant_parser()
    tally = store.commit([contract.parse(frame(n, draft)) for n, draft in enumerate(drafts, 1)])
    assert tally.events > 1000
    assert tally.rejected == 0

    url = warehouse.url("airflow_user")
    first, second = list(run(url, RULES)), list(run(url, RULES))
    failed = {
        one.rule.name: one for one in first if not isinstance(one, RuleResult) or one.status == "failed"
    }
    assert failed == {}
    looked_at = {one.rule.name: one.checked for one in first if isinstance(one, RuleResult)}
    assert looked_at["events_are_of_the_past"] == tally.events
    again = {one.rule.name: one.checked for one in second if isinstance(one, RuleResult)}
    assert {name for name, checked in again.items() if checked} == {"ingestion_is_fresh"}
    assert owner.execute("SELECT check_name, details FROM analytics.money_violations()").fetchall() == []
    bills = "SELECT count(*), count(*) FILTER (WHERE total_due = total_collected) FROM analytics.bills AS b"
    paid, adding_up = owner.execute(f"{bills} WHERE status = 'completed'").fetchone()
    assert paid == adding_up > 100
