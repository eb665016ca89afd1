"""The order of changes is one: every place that applies it says the same."""

import re
from itertools import permutations, product
from pathlib import Path
from typing import Any, get_args

import pytest

import sql
from restaurant_warehouse import change_order
from restaurant_warehouse.change_order import STATUSES
from restaurant_warehouse.payload_fields import Status
from tests.support.events import frame, moment, parsed, payload

ROOMS = (Path(sql.__file__).parent, Path(change_order.__file__).parent)
FILES = [
    path
    for room in ROOMS
    for path in sorted(room.rglob("*.sql"))
    if "migrations" not in path.parts and "event_id DESC" in path.read_text(encoding="utf-8")
]
TIME = r"(?:ts|changed_ts|analytics\.moment\(payload ->> 'changed_ts'\))"
PLACE = r"(?: analytics\.status_place\((?:status|payload ->> 'status')\) DESC,)?"
WHOLE = re.compile(
    rf"coalesce\((?:event_)?version, -1\) DESC, {TIME} DESC,{PLACE} event_offset DESC, event_id DESC"
)


def test_the_statuses_are_those_of_the_contract_and_of_sql() -> None:
    (literal, _meta) = get_args(Status)
    assert set(get_args(literal)) == set(STATUSES)
    (function,) = ROOMS[0].rglob("status_place.sql")
    assert f"ARRAY[{', '.join(map(repr, STATUSES))}]" in function.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_sql_orders_changes_as_the_definition_does(path: Path) -> None:
    text = re.sub(r"\b[a-z]\.(?=[a-z])", "", re.sub(r"\s+", " ", path.read_text(encoding="utf-8")))
    assert len(WHOLE.findall(text)) == text.count("event_id DESC")


def test_the_places_are_found() -> None:
    names = {path.stem for path in FILES}
    assert names >= {
        "order_totals",
        "orders_follow_their_events",
        "reference_violations",
        "daily_sales_as_known_at",
    }
    assert WHOLE.fullmatch(change_order.INCOMING)


def test_the_order_of_statuses_is_total() -> None:
    """Also where some events have a version and others none: a rule that compares versions only of two events that both
    have one is not transitive.
    """
    places = []
    for number, (version, time, status) in enumerate(
        product([None, 0, 2], [0, 1], ["ready", "completed"]), 1
    ):
        body: dict[str, Any] = payload("order_status_changed", 1, status=status, changed_ts=moment(time))
        places.append(
            change_order.of_status(parsed(frame(number, "order_status_changed", body, version=version)))
        )
    assert len(set(places)) == len(places)
    assert all(a < c for a, b, c in permutations(places, 3) if a < b < c)
    assert places == sorted(places)
