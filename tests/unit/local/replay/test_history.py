"""Records → events: exact, nothing made up, nothing lost."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from local.replay.history import Event, Line, encode, lines
from local.replay.mapping import Choices, resolve
from local.replay.reading import BadRow, Record

ACCEPTED = datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
FILE_ID = "a" * 64
FIRST_LINE = ["order_created", "order_status_changed", "order_item_added"]


def make(header: list[str], rows: list[list[str]], choices: Choices | None = None) -> list[Line | BadRow]:
    records = [Record(number, cells, 0) for number, cells in enumerate(rows, start=2)]
    return list(lines(records, resolve(header, choices or Choices()), FILE_ID, ACCEPTED))


def events(results: list[Line | BadRow], kind: str) -> list[Event]:
    return [
        event
        for line in results
        if isinstance(line, Line)
        for event in line.events
        if event.event_type == kind
    ]


def wire(event: Event) -> dict[str, Any]:
    return dict(json.loads(encode(event), parse_float=Decimal))


def test_an_order_is_created_once_before_its_first_item() -> None:
    results = make(["order_id", "item"], [["1", "a"], ["2", "b"], ["1", "c"]])
    kinds = [[event.event_type for event in line.events] for line in results if isinstance(line, Line)]
    assert kinds == [FIRST_LINE, FIRST_LINE, ["order_item_added"]]
    created = events(results, "order_created")[0]
    assert [
        item.payload["order_id"] == created.payload["order_id"]
        for item in events(results, "order_item_added")
    ] == [
        True,
        False,
        True,
    ]


def test_identical_lines_stay_two_items() -> None:
    first, second = events(make(["order_id", "item"], [["1", "a"], ["1", "a"]]), "order_item_added")
    assert first.event_id != second.event_id
    assert first.payload["order_item_id"] != second.payload["order_item_id"]


def test_a_line_total_gives_the_unit_price_in_exact_cents_or_none() -> None:
    header = ["order_id", "item", "quantity", "item_price"]
    results = make(
        header,
        [["1", "a", "2", "$16.98 "], ["1", "a", "3", "10.00"], ["1", "a", "2", ""], ["1", "a", "2", "0"]],
    )
    prices = [(item.get("unit_price"), item.get("extended_price")) for item in _payloads(results)]
    assert prices == [
        (Decimal("8.49"), Decimal("16.98")),
        (None, Decimal("10.00")),
        (None, None),
        (None, Decimal("0.00")),
    ]


def test_a_unit_price_gives_the_line_total() -> None:
    choices = Choices(price_per="unit")
    results = make(
        ["order_id", "item", "quantity", "price"],
        [["1", "a", "3", "2.50"], ["1", "a", "0.333", "9.99"]],
        choices,
    )
    prices = [(item.get("unit_price"), item.get("extended_price")) for item in _payloads(results)]
    assert prices == [(Decimal("2.50"), Decimal("7.50")), (Decimal("9.99"), None)]


def test_what_the_file_does_not_state_is_not_invented() -> None:
    results = make(["Date", "Time", "Transaction", "Item"], [["2016-10-30", "09:58:11", "1", "NONE"]])
    created, completed, item = (wire(event) for line in results for event in _events(line))
    assert created["ts"] == created["payload"]["order_ts"] == "2016-10-30T09:58:11Z"
    assert "order_ts_supplied" not in created["payload"]
    assert created["partition_key"] == created["payload"]["location_code"] == "LOC-REPLAY-001"
    assert created["payload"]["source"] == {"file": FILE_ID, "order": "1"}
    order_id = created["payload"]["order_id"]
    assert completed["payload"] == {"order_id": order_id, "status": "completed", "changed_ts": created["ts"]}
    assert set(item["payload"]) == {"order_item_id", "order_id", "item_name", "qty", "source"}
    assert item["payload"]["item_name"] == "NONE"
    assert item["payload"]["qty"] == 1
    assert item["payload"]["source"]["line"] == 2


def test_missing_dates_are_supplied_a_minute_apart_and_marked_so() -> None:
    results = make(["order_id", "item"], [["1", "a"], ["2", "b"], ["1", "c"]])
    assert [event.ts.minute for event in events(results, "order_created")] == [0, 1]
    assert [event.ts.minute for event in events(results, "order_item_added")] == [0, 1, 0]
    assert all(event.payload["order_ts_supplied"] for event in events(results, "order_created"))


def test_other_columns_are_kept() -> None:
    header = ["order_id", "item", "modifiers", "Table", "city"]
    results = make(header, [["1", "a", "[Rice, Beans]", "7", "Toronto"], ["1", "b", "", "", "Ottawa"]])
    first, second = _payloads(results)
    assert first["options"] == "[Rice, Beans]"
    assert first["extra"] == {"Table": "7"}
    assert second["extra"] == {"city": "Ottawa"}
    assert events(results, "order_created")[0].payload["city"] == "Toronto"


def test_two_locations_may_number_their_orders_alike() -> None:
    results = make(["order_id", "item", "store"], [["1", "a", "LOC-ON-001"], ["1", "a", "LOC-QC-001"]])
    created = events(results, "order_created")
    assert [event.partition_key for event in created] == ["LOC-ON-001", "LOC-QC-001"]
    assert created[0].payload["order_id"] != created[1].payload["order_id"]


def test_the_default_location_is_part_of_no_id() -> None:
    one, other = (
        [
            event.event_id
            for line in make(["order_id", "item"], [["1", "a"]], choices)
            for event in _events(line)
        ]
        for choices in (Choices(), Choices(location="LOC-ON-001"))
    )
    assert one == other


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", "a", "1", "1", "2016-01-01", ""], "order id is missing"),
        (["1", " ", "1", "1", "2016-01-01", ""], "item is missing"),
        (["1", "a", "x", "1", "2016-01-01", ""], "not a number"),
        (["1", "a", "1", "-1", "2016-01-01", ""], "negative"),
        (["1", "a", "1", "1", "soon", ""], "ISO date"),
        (["1", "a", "1", "1", "1999-12-31", ""], "too far ahead"),
        (["1", "a", "1", "1", "2030-01-02", ""], "too far ahead"),
        (["1", "a\0", "1", "1", "2016-01-01", ""], "NUL"),
        (["1" * 501, "a", "1", "1", "2016-01-01", ""], "longer"),
        (["1", "a", "1", "1", "2016-01-01", "drone"], "drone"),
        (["1", "a" * 501, "1", "1", "2016-01-01", ""], "longer"),
    ],
)
def test_a_bad_first_line_leaves_the_order_to_the_next(row: list[str], reason: str) -> None:
    header = ["order_id", "item", "qty", "unit_price", "date", "order_type"]
    bad, good = make(header, [row, ["1", "b", "1", "2.00", "2016-01-01", "Take Away"]])
    assert isinstance(bad, BadRow)
    assert bad.line == 2
    assert reason in bad.reason
    assert isinstance(good, Line)
    assert [event.event_type for event in good.events] == FIRST_LINE
    assert good.events[0].payload["service_type"] == "takeout"


def test_money_is_written_as_exact_numbers() -> None:
    results = make(["order_id", "item", "item_price"], [["1", "a", "$2.10"]])
    assert b'"extended_price":2.10' in encode(events(results, "order_item_added")[0])


def _events(line: Line | BadRow) -> tuple[Event, ...]:
    return line.events if isinstance(line, Line) else ()


def _payloads(results: list[Line | BadRow]) -> list[dict[str, Any]]:
    return [event.payload for event in events(results, "order_item_added")]
