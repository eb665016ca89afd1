"""Every card answers as analytics_reader, in an empty warehouse and in one with data, and fails in words."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.cards.definition import Card, load
from local.dashboard import warehouse as module
from local.dashboard.app import create_app
from local.dashboard.warehouse import Answer, CardFailed, DatabaseDown, Reader
from tests.support.contention import Contention
from tests.support.servers.asgi import get

CARDS = load()
WITHOUT_STREAM = {"completeness"}
"""Cards that show nothing while no stream is ingested."""
pytestmark = pytest.mark.integration


@pytest.fixture
def reader(warehouse: Any) -> Reader:
    return Reader(warehouse.url("analytics_reader"))


def named(answer: Answer) -> list[dict[str, Any]]:
    names = [column["name"] for column in answer.columns]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def card(sql: str, name: str = "probe") -> Card:
    return Card(name, "Probe", "table", "A probe.", sql)


@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled"])
def test_every_card_answers_with_the_columns_it_names(
    reader: Reader, fill: Callable[[], None], *, filled: bool
) -> None:
    if filled:
        fill()
    for each in CARDS.values():
        answer = reader.read(each)
        columns = {column["name"]: column["kind"] for column in answer.columns}
        assert {*each.y, *filter(None, (each.x, each.series))} <= columns.keys(), each.name
        assert all(columns[y] == "number" for y in each.y), each.name
        if each.chart in ("bar", "line"):
            assert columns[str(each.x)] in ("time", "date"), each.name
        if each.chart in ("scalar", "status"):
            assert len(answer.rows) == 1, each.name
        if each.compare:  # Metabase's trend shows a date
            assert columns[each.compare] == "number", each.name
            assert "date" in columns.values(), each.name
        if filled and each.name not in WITHOUT_STREAM:
            assert answer.rows, each.name


def test_an_empty_warehouse_has_no_orders_and_unknown_revenue(reader: Reader) -> None:
    orders, tips, lag = (named(reader.read(CARDS[name]))[0] for name in ("orders_today", "tips_today", "lag"))
    assert orders == {"orders": 0, "orders_last_week": 0, "day": None, "unpaid_orders": 0}
    assert (tips["tips"], tips["currency"], tips["other_currencies"]) == (None, None, "none")
    assert (lag["events_behind"], lag["status"]) == (None, "warn")


def test_the_figures_are_those_of_the_orders(reader: Reader, fill: Callable[[], None]) -> None:
    fill()
    day = [number for number in range(13) if number % 7 != 6]  # from noon back to midnight in UTC
    paid = [number for number in day if number % 5]
    assert named(reader.read(CARDS["orders_today"])) == [
        {
            "orders": len(day),
            "orders_last_week": 0,
            "day": "2024-03-05",
            "unpaid_orders": len(day) - len(paid),
        }
    ]
    assert named(reader.read(CARDS["average_bill_today"])) == [
        {
            "average_bill": f"{sum(13.3 + number for number in paid) / len(paid):.2f}",
            "average_bill_last_week": None,
            "currency": "CAD",
            "day": "2024-03-05",
            "other_currencies": "none",
        }
    ]
    unpriced = [number for number in range(100) if number % 4 == 3 and number % 7 != 6]
    unknown = {row["what"]: row["unknown"] for row in named(reader.read(CARDS["unknown"]))}
    assert list(unknown)[0::4] == ["Lines without a price", "Feedback without an answer on recommending"]
    assert unknown["Lines without a price"] == unknown["Lines whose item is NONE"] == len(unpriced)
    assert [row["modifier"] for row in named(reader.read(CARDS["modifiers"]))] == ["Egg"]
    none = next(row for row in named(reader.read(CARDS["top_items"])) if row["item_name"] == "NONE")
    assert none["revenue"] is None


def test_health_is_reported_with_a_remedy(reader: Reader) -> None:
    reported = {row["component"]: row for row in named(reader.read(CARDS["health"]))}
    assert reported["database"]["status"] == "ok"
    assert reported["freshness"]["status"] == "warn"
    assert reported["freshness"]["remedy"]


def test_the_status_line_is_the_worst_check(reader: Reader, fill: Callable[[], None]) -> None:
    fill()
    ((status, check, message),) = reader.read(CARDS["status_line"]).rows
    assert (status, check) == ("warn", "freshness")
    assert message.startswith("Never ingested. Nothing was ever committed: ")
    assert message.endswith("Also: lag, lease, quality.")


def test_a_card_reads_and_never_writes(reader: Reader) -> None:
    with pytest.raises(CardFailed, match="read-only"):
        reader.read(card("CREATE TEMPORARY TABLE mine (x int)"))
    with pytest.raises(CardFailed, match="permission denied"):
        reader.read(card("SELECT * FROM raw_data.events_raw", "another"))


def test_a_slow_card_is_stopped_and_holds_up_no_other(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_OPTIONS", "-c statement_timeout=700")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(reader.read, card("SELECT pg_sleep(30)"))
        busy, began = Contention(), time.monotonic()
        reader.read(CARDS["orders_today"])
        assert time.monotonic() - began < 0.6 + busy.seconds
        with pytest.raises(CardFailed, match="stopped"):
            slow.result()


def test_an_answer_is_kept_for_a_moment(warehouse: Any) -> None:
    now = [0.0]
    reader = Reader(warehouse.url("analytics_reader"), lambda: now[0])
    probe = card("SELECT clock_timestamp() AS at")
    first = reader.read(probe)
    now[0] += module.KEPT_SECONDS - 0.1
    assert reader.read(probe) is first
    now[0] += 0.2
    assert reader.read(probe).taken_at - first.taken_at > timedelta(0)


def test_what_is_wrong_is_reported_and_then_it_goes_on(warehouse: Any, cluster: Any) -> None:
    url = warehouse.url("analytics_reader")
    with pytest.raises(DatabaseDown, match="ANALYTICS_DB_PASSWORD"):
        Reader(url.replace("reader-password", "wrong")).read(CARDS["orders_today"])
    with pytest.raises(DatabaseDown, match=r"\./stack up"):
        Reader(url.replace(warehouse.name, "absent")).read(CARDS["orders_today"])
    with pytest.raises(CardFailed, match="migrates"):
        Reader(url).read(replace(CARDS["orders_today"], template="SELECT * FROM analytics.absent"))
    assert Reader(url).read(CARDS["orders_today"]).rows


def test_over_http_a_failing_card_leaves_the_others_alone(warehouse: Any) -> None:
    cards = {"broken": card("SELECT 1/0", "broken"), "orders_today": CARDS["orders_today"]}
    app = create_app(Reader(warehouse.url("analytics_reader")), cards)
    broken = get(app, "/api/cards/broken")
    assert broken.status_code == 502
    assert broken.json()["detail"] == "The database answers: division by zero"
    assert get(app, "/api/cards/orders_today").json()["rows"] == [[0, 0, None, 0]]
