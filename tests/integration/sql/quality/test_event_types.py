"""analytics.event_types: what SQL knows of an event type is one row there, and no list anywhere else."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.event_types import EVENT_TYPES
from sql.tool import repeatables
from sse_ingest.contract.diagnose import element_type
from sse_ingest.contract.named_ids import EXTERNAL
from tests.integration.sql.conftest import NOON, Books

pytestmark = pytest.mark.integration

TYPE = "loyalty_points_earned"
ROW = [TYPE, "loyalty_points", "points_id", "points_id", '{"points_id": "uuid", "points": "text?"}']
VIOLATIONS = "SELECT check_name, details ->> 'row' FROM analytics.raw_violations() ORDER BY 1"
FITS = "SELECT analytics.payload_fits(%s::jsonb, %s::jsonb)"


@pytest.fixture
def with_points(owner: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A type of its own with a table of its own: what a migration would bring."""
    owner.execute("SET ROLE restaurant_owner")
    owner.execute(
        "CREATE TABLE analytics.loyalty_points (points_id uuid PRIMARY KEY, event_id uuid, event_ts timestamptz)"
    )
    owner.execute(
        "INSERT INTO analytics.event_types (event_type, table_name, key_column, key_field, checked_fields)"
        " VALUES (%s, %s, %s, %s, %s)",
        ROW,
    )
    assert repeatables.apply(owner, repeatables.on_disk()) == [repeatables.TYPED_ROWS]
    owner.execute("RESET ROLE")
    return owner


def test_a_new_type_is_compared_with_its_table(with_points: psycopg.Connection[Any], books: Books) -> None:
    there, absent = uuid4(), uuid4()
    books.typed("loyalty_points", TYPE, "points_id", {"points_id": there})
    assert with_points.execute(VIOLATIONS).fetchall() == []
    books.event(TYPE, points_id=str(absent))
    assert with_points.execute(VIOLATIONS).fetchall() == [("raw_events_are_in_analytics", str(absent))]


def test_what_came_before_the_table_and_does_not_fit_stays_raw(
    with_points: psycopg.Connection[Any], books: Books
) -> None:
    books.event(TYPE, points=12)
    books.event(TYPE, points_id="twelve")
    assert with_points.execute(VIOLATIONS).fetchall() == []


def test_the_rules_see_the_row_of_a_new_type(with_points: psycopg.Connection[Any], books: Books) -> None:
    points = uuid4()
    books.typed("loyalty_points", TYPE, "points_id", {"points_id": points})
    arrived = "SELECT event_type, row_id FROM analytics.arrived_events(%s, %s, NULL)"
    assert with_points.execute(arrived, [NOON, NOON + timedelta(hours=1)]).fetchall() == [(TYPE, points)]


def test_every_table_of_events_has_its_row(owner: psycopg.Connection[Any]) -> None:
    """What ingestion merges into has an event_id: each such table belongs to one type, with the columns it names."""
    merged = owner.execute(
        "SELECT table_name FROM information_schema.columns JOIN pg_class ON relname = table_name AND relkind = 'r'"
        " WHERE table_schema = 'analytics' AND column_name = 'event_id' AND table_name <> 'payment_scores'"
    ).fetchall()
    named = owner.execute("SELECT table_name FROM analytics.event_types").fetchall()
    assert sorted(named) == sorted(merged)


def test_the_rows_are_the_types_as_ingestion_defines_them(owner: psycopg.Connection[Any]) -> None:
    """Of a type with checked fields: those of its payload, with ? where the payload has a default."""
    rows = owner.execute(
        "SELECT event_type, table_name, key_column, key_field, version_column, belongs_to_order, is_restating,"
        " checked_fields FROM analytics.event_types"
    ).fetchall()
    assert {name for name, *_ in rows} == set(EVENT_TYPES)
    for name, table, key, field, version, belongs_to_order, is_restating, checked in rows:
        kind = EVENT_TYPES[name]
        fields = {
            one.name: one for one in msgspec.structs.fields(kind.payload) if one.encode_name != EXTERNAL
        }
        assert table == kind.table
        assert (key, *([version] if version else [])) == kind.key
        assert field == (key if key in fields else None)
        assert belongs_to_order == ("order_id" in fields and key != "order_id"), name
        assert is_restating == (kind.restates is not EventType.restates), name
        if checked is not None:
            assert_optional_where_the_payload_has_a_default(kind.payload, checked)


def assert_optional_where_the_payload_has_a_default(
    payload: type[msgspec.Struct], checked: dict[str, Any]
) -> None:
    fields = {one.name: one for one in msgspec.structs.fields(payload) if one.encode_name != EXTERNAL}
    assert {name: not one.required for name, one in fields.items()} == {
        name: isinstance(what, dict) or what.endswith("?") for name, what in checked.items()
    }
    for name, what in checked.items():
        if isinstance(what, dict):
            element = element_type(fields[name].type)
            assert element is not None
            assert_optional_where_the_payload_has_a_default(element, what)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("id", "CUST-1", True),
        ("id", "x" * 201, False),
        ("id", 7, False),
        ("id", None, False),
        ("text", "", True),
        ("text?", None, True),
        ("text?", 7, False),
        ("uuid", "01980f5e-7a3c-7d10-9b51-3f2a54c0a001", True),
        ("uuid", "01980f5e", False),
        ("any_id", "01980f5e", True),
        ("any_id", "x" * 200, True),
        ("any_id", "x" * 201, False),
        ("any_id", "", False),
        ("any_id", "two\nlines", False),
        ("any_id", 7, False),
        ("any_id?", None, True),
        ("uuid?", None, True),
        ("money", "1.50", True),
        ("money", 1.5, True),
        ("money", "-1", False),
        ("money", None, False),
        ("time", "2026-03-14T12:00:00.1234567Z", True),
        ("time", "2026-02-30T12:00:00Z", False),
        ("time", "2026-03-14", False),
        ("signed", "-0.02", True),
        ("signed", "0.5", True),
        ("signed", "-", False),
        ("count", 4, True),
        ("count", -1, False),
        ("count", 1.5, False),
        ("colour", "red", False),
    ],
)
def test_which_fields_fit(owner: psycopg.Connection[Any], kind: str, value: Any, *, fits: bool) -> None:
    fields, payload = json.dumps({"field": kind}), json.dumps({"field": value, "other": 1})
    assert owner.execute(FITS, [fields, payload]).fetchone() == (fits,)
    without = owner.execute(FITS, [fields, "{}"]).fetchone()
    assert without == (kind.endswith("?"),)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (None, True),
        ([], True),
        ([{"id": "01980f5e-7a3c-7d10-9b51-3f2a54c0a001", "name": "x"}], True),
        ([{"id": "01980f5e-7a3c-7d10-9b51-3f2a54c0a001", "name": 7}], False),
        ([{"name": "x"}], False),
        ([7], False),
        ({}, False),
        ([{"id": "01980f5e-7a3c-7d10-9b51-3f2a54c0a001"}, {"id": "01980F5E7A3C7D109B513F2A54C0A001"}], False),
    ],
)
def test_which_lists_fit(owner: psycopg.Connection[Any], value: Any, *, fits: bool) -> None:
    """Each element must fit, and have a key of its own."""
    fields = json.dumps({"list": {"id": "key", "name": "text?"}})
    assert owner.execute(FITS, [fields, json.dumps({"list": value})]).fetchone() == (fits,)
    assert owner.execute(FITS, [fields, "{}"]).fetchone() == (True,)


def test_where_nothing_is_to_be_checked_everything_fits(owner: psycopg.Connection[Any]) -> None:
    assert owner.execute(FITS, [None, "{}"]).fetchone() == (True,)
