"""The contract is total, keeps bytes and cents, and accepts nothing that PostgreSQL would refuse."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local.servers.postgres import PostgresServer
from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.contract.raw import RawParser
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.sources.sse_decoder import Decoder, Frame
from tests.support.examples import examples

ID = "0190b0a2-7a3c-7bbb-8ccc-0123456789ab"
contract = restaurant_parser()

number_texts = st.one_of(
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.tuples(st.integers(-99, 99), st.integers(-200_000, 200_000)).map(lambda v: f"{v[0]}e{v[1]}"),
    st.sampled_from(
        ["-0", "0e99999", "1E-16383", "1e-16384", "1.5e131070", "1e131072", "0.00", "8.50", "1e2"]
    ),
)
string_texts = st.one_of(
    st.text().map(json.dumps),
    st.text().map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.lists(
        st.sampled_from(
            [r"\ud83d", r"\ude00", r"\u0000", r"\\", r"\n", "u0000", "é", " ", r"\uD83D\uDE00", r"[{\""]
        ),
        max_size=5,
    ).map(lambda parts: f'"{"".join(parts)}"'),
    st.sampled_from(
        [
            f'"{ID}"',
            '"2026-01-31T18:30:00.123456789+05:30"',
            '"ready"',
            '"dine_in"',
            '"8.50"',
            '"１2"',
            '" 1"',
        ]
    ),
)
scalars = st.one_of(number_texts, string_texts, st.sampled_from(["null", "true", "false"]))
json_texts = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(string_texts, inner), max_size=4).map(
            lambda items: "{" + ",".join(f"{key}: {value}" for key, value in items) + "}"
        ),
    ),
    max_leaves=8,
)

FIRST, LAST = datetime.fromisoformat("1890-01-01"), datetime.fromisoformat("2210-01-01")
IDS = st.sampled_from([f'"{ID}"', '"42"', '"№ 12"', json.dumps("x" * 200)])
TIMES = st.datetimes(FIRST, LAST).map(lambda at: json.dumps(at.isoformat() + "Z"))
FIELDS: dict[str, dict[str, str]] = {
    "order_created": {
        "order_id": "id", "visit_id": "text", "service_type": "service", "order_ts": "timestamptz",
        "location_code": "text", "customer_id": "text", "city": "text",
        "guest_count": "integer", "currency": "currency", "channel": "text",
    },
    "order_item_added": {
        "order_item_id": "id", "order_id": "id", "menu_item_id": "text", "category": "text", "item_name": "text",
        "unit_price": "numeric", "qty": "numeric", "extended_price": "numeric",
        "parent_item_id": "id", "tax_included": "boolean", "kind": "line_kind", "currency": "currency",
    },
    "order_status_changed": {"order_id": "id", "status": "status", "changed_ts": "timestamptz"},
    "payment_captured": {
        "payment_id": "id", "order_id": "id", "method": "text", "provider": "text", "amount": "numeric",
        "auth_code": "text", "subtotal": "numeric", "tax": "numeric", "tip": "numeric", "total": "numeric",
        "location_code": "text", "service_charge": "numeric", "discount": "numeric", "rounding": "numeric",
        "currency": "currency",
    },
    "payment_voided": {"payment_id": "id", "order_id": "id", "reason": "text", "voided_ts": "timestamptz"},
    "order_item_voided": {"order_item_id": "id", "order_id": "id", "reason": "text", "voided_ts": "timestamptz"},
    "discount_applied": {
        "discount_id": "id", "order_id": "id", "name": "text", "kind": "discount_kind", "amount": "numeric",
    },
    "service_charge_added": {"charge_id": "id", "order_id": "id", "amount": "numeric", "gratuity": "boolean"},
    "payment_refunded": {
        "refund_id": "id", "payment_id": "id", "order_id": "id", "amount": "numeric", "reason": "text",
        "refunded_ts": "timestamptz",
    },
    "feedback_submitted": {
        "feedback_id": "id", "order_id": "id", "customer_id": "text", "rating": "smallint", "nps": "smallint",
        "comment": "text", "created_ts": "timestamptz",
    },
    "menu_item_changed": {
        "menu_item_id": "text", "name": "text", "category": "text", "price": "numeric", "cost": "numeric",
        "changed_ts": "timestamptz",
    },
    "customer_changed": {"customer_id": "text", "city": "text", "membership": "text", "changed_ts": "timestamptz"},
    "order_snapshot": {"order_id": "id", "order_ts": "timestamptz", "status": "status", "changed_ts": "timestamptz"},
}  # fmt: skip
CENTS = st.one_of(st.integers(1, 2_000).map(str), st.decimals(1, 99, places=2).map(str), st.just('"8.50"'))
FITTING = {
    "id": IDS,
    "timestamptz": st.one_of(
        TIMES, st.sampled_from(['"2026-01-31T18:30:00.9999995-15:59"', '"1900-01-01 00:00:00z"'])
    ),
    "numeric": st.one_of(CENTS, CENTS, CENTS, number_texts),
    "smallint": st.integers(1, 5).map(str),
    "integer": st.integers(0, 12).map(str),
    "boolean": st.sampled_from(["true", "false"]),
    "currency": st.sampled_from(['"CAD"', '"JPY"', '"KWD"', '"XTS"', "null"]),
    "line_kind": st.sampled_from(['"sale"', '"gift_card"']),
    "discount_kind": st.sampled_from(['"discount"', '"comp"', '"promotion"', '"loyalty"']),
    "service": st.sampled_from(['"dine_in"', '"takeout"', '"delivery"']),
    "status": st.sampled_from(['"pending"', '"preparing"', '"ready"', '"completed"', '"cancelled"']),
    "text": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5).map(
        json.dumps
    ),
}


@st.composite
def payloads(draw: st.DrawFn, event_type: str) -> str:
    """A payload of the type, mostly right: sometimes a field is missing, odd, or one too many."""
    members = []
    for name, kind in FIELDS[event_type].items():
        fate = draw(st.integers(0, 19))
        if fate == 0:
            continue
        odd = st.one_of(json_texts, *FITTING.values())
        members.append((json.dumps(name), draw(odd if fate == 1 else FITTING[kind])))
    if draw(st.integers(0, 4)) == 0:
        members.append((draw(string_texts), draw(json_texts)))
    return "{" + ",".join(f"{name}:{value}" for name, value in members) + "}"


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    event_type = draw(st.sampled_from([*FIELDS, "loyalty_points_earned"]))
    payload = draw(payloads(event_type) if event_type in FIELDS else json_texts)
    offset = draw(st.sampled_from([*["7"] * 9, "8", "0"]))
    key = draw(string_texts) if draw(st.integers(0, 4)) == 0 else '"LOC-ON-001"'
    data = (
        f'{{"offset":{offset},"event_id":"{ID}","event_type":"{event_type}","ts":"2026-01-31T18:30:00Z",'
        f'"partition_key":{key},"payload":{payload}}}'
    )
    return Frame(event_type, data.encode("utf-8", "surrogatepass"), "s-7")


def storable(text: str | None) -> bool:
    return text is None or (
        "\0" not in text and text.encode("utf-8", "replace") == text.encode("utf-8", "surrogatepass")
    )


def check_total(outcome: Event | Rejected | Gap, frame: Frame) -> None:
    match outcome:
        case Event():
            assert outcome.received == frame.data
            assert outcome.payload in frame.data
            assert len(outcome.content_hash) == 16
            assert storable(outcome.event_type)
            assert storable(outcome.partition_key)
        case Rejected():
            assert outcome.reason_code in Reason
            assert outcome.received == frame.data
            assert outcome.detail
            assert storable(outcome.detail)
            assert storable(outcome.event_type)
            assert storable(outcome.stream_id)
            assert outcome.offset is None or 1 <= outcome.offset < 2**63
        case Gap():
            assert frame.event == "stream_gap"


wild_frames = st.builds(
    Frame,
    st.one_of(st.sampled_from(["message", "stream_gap"]), st.text()),
    st.one_of(st.binary(), json_texts.map(lambda text: text.encode("utf-8", "surrogatepass"))),
    st.one_of(st.sampled_from(["s-7", "", "7"]), st.text()),
    st.booleans(),
    st.booleans(),
)


@given(wild_frames)
@example(Frame("stream_gap", rb'{"requested":"\u0000","oldest":1,"stream_id":"s"}', ""))
@example(Frame("m", b'{"a":' * 100_000, ""))
@example(Frame("m", b'{"' + b"\\" * 100_001, ""))
@settings(max_examples=examples(500), deadline=None)
def test_whatever_comes_nothing_is_raised(frame: Frame) -> None:
    check_total(contract.parse(frame), frame)
    check_total(RawParser("s").parse(frame), frame)


@given(frames(), st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=3)), max_size=3))
@settings(max_examples=examples(500), deadline=None)
def test_damage_raises_nothing_either(frame: Frame, damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(frame.data)
    for at, piece in damage:
        data[at % len(data) : at % len(data) + len(piece)] = piece
    damaged = Frame(frame.event, bytes(data), frame.last_event_id)
    check_total(contract.parse(damaged), damaged)


@given(frames())
@settings(max_examples=examples(500), deadline=None)
def test_an_event_comes_through_the_stream_unchanged(frame: Frame) -> None:
    stream = b"id: s-7\nevent: %s\ndata: %s\n\n" % (frame.event.encode(), frame.data)
    assert [contract.parse(frame)] == [contract.parse(decoded) for decoded in Decoder().decode(stream)]


def within_numeric(literal: str) -> bool:
    mantissa, _, exponent = literal.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    power = int(exponent or 0)
    before, after = len(whole.lstrip("0")) + power, len(fraction) - power
    return before <= 131_072 and after <= 16_383 and abs(power) <= 131_072


def walk(value: Any, depth: int) -> Iterator[bool]:
    """Lists are arrays, tuples objects."""
    if isinstance(value, str):
        yield storable(value)
    elif isinstance(value, list | tuple):
        yield depth < 64
        for item in value:
            key, inner = item if isinstance(value, tuple) else ("", item)
            yield storable(key)
            yield from walk(inner, depth + 1)
    elif isinstance(value, Number):
        yield value.fits


class Number:
    def __init__(self, literal: str) -> None:
        self.fits = within_numeric(literal)


def fits_jsonb(text: str) -> bool:
    """An oracle: the standard library's decoder, then a walk over everything it found."""
    value = json.loads(text, object_pairs_hook=tuple, parse_int=Number, parse_float=Number)
    return all(walk(value, 0))


@given(json_texts)
@settings(max_examples=examples(1000), deadline=None)
def test_valid_json_is_taken_exactly_when_jsonb_can_hold_it(text: str) -> None:
    outcome = RawParser("s").parse(Frame("m", text.encode("utf-8", "surrogatepass"), "a"))
    assert isinstance(outcome, Event) == fits_jsonb(text), outcome


@pytest.fixture(scope="module")
def connection(cluster: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        yield connection


@pytest.mark.integration
@given(st.lists(frames(), min_size=20, max_size=20))
@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
def test_postgresql_takes_what_the_contract_takes(
    connection: psycopg.Connection[Any], some: list[Frame]
) -> None:
    for frame in some:
        outcome = contract.parse(frame)
        if not isinstance(outcome, Event):
            continue
        kinds = [
            (name, "text" if kind.endswith(("kind", "id", "service", "status", "currency")) else kind)
            for name, kind in FIELDS.get(outcome.event_type, {}).items()
        ]
        casts = [f"(p ->> '{name}')::{kind}" for name, kind in kinds]
        query = f"SELECT {', '.join(['p::text', '%s::text', *casts])} FROM (SELECT %s::jsonb AS p)"
        row = connection.execute(query, [outcome.partition_key, outcome.payload.decode()]).fetchone()
        assert row is not None

        numbers = json.loads(outcome.payload, parse_float=Decimal, parse_int=Decimal)
        for (name, kind), value in zip(kinds, row[2:], strict=True):
            if kind == "numeric" and value is not None:
                assert value == Decimal(numbers[name])
            if FIELDS[outcome.event_type][name] == "id" and value is not None:
                assert isinstance(getattr(outcome.record, name), UUID)


@pytest.mark.integration
@given(json_texts)
@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
def test_postgresql_takes_any_json_that_is_taken_raw(connection: psycopg.Connection[Any], text: str) -> None:
    outcome = RawParser("s").parse(Frame("m", text.encode("utf-8", "surrogatepass"), "a"))
    if isinstance(outcome, Event):
        connection.execute("SELECT %s::jsonb", [outcome.payload.decode()])
