"""The fast parser accepts nothing that the precise one refuses, and both give the same draft."""

import json
import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from api.contract.errors import InvalidEvent
from api.contract.fast_parser import read
from api.contract.parser import Parser
from api.contract.schemas import PAYLOADS, SNAPSHOT
from api.log.interface import Draft
from api.simulator.world import World
from tests.support.examples import examples

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=2)
PARSER = Parser(EARLIEST, AHEAD)
CLOCK = 1_772_000_000_000_000  # microseconds: in February 2026
NOTED = Draft("noted", "LOC-ON-001", "2026-03-14T12:00:00Z", b'{"n":1,"on":true,"of":null,"what":"x"}')

CHANGED = [
    Draft(
        "menu_item_changed",
        "LOC-ON-001",
        "2026-03-14T12:00:00Z",
        b'{"menu_item_id":"MI-1","name":"Soup","category":"starters","price":7.50,"cost":"2.25",'
        b'"changed_ts":"2026-03-14T12:00:00Z"}',
    ),
    Draft(
        "customer_changed",
        "LOC-ON-001",
        "2026-03-14T12:00:00Z",
        b'{"customer_id":"CUST-1","city":"Toronto","membership":null,"changed_ts":"2026-03-14T12:00:00Z"}',
    ),
]
ORDER = "6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000"
BILLS = [
    Draft(kind, "LOC-ON-001", "2026-03-14T12:00:00Z", f'{{"order_id":"{ORDER}",{rest}}}'.encode())
    for kind, rest in (
        ("order_item_voided", f'"order_item_id":"{ORDER}","voided_ts":"2026-03-14T12:00:00Z"'),
        ("payment_voided", f'"payment_id":"{ORDER}","reason":null,"voided_ts":"2026-03-14T12:00:00Z"'),
        ("discount_applied", f'"discount_id":"{ORDER}","kind":"comp","amount":"3.00"'),
        ("service_charge_added", f'"charge_id":"{ORDER}","amount":3,"gratuity":true'),
    )
]
WITH_TEXTS = [
    Draft(kind, "LOC-ON-001", "2026-03-14T12:00:00Z", f'{{"order_id":"A-17/3",{rest}}}'.encode())
    for kind, rest in (
        ("discount_applied", '"discount_id":"№ 1","kind":"comp","amount":"3.00","business_day":"2026-03-14"'),
        ("order_item_voided", f'"order_item_id":"{ORDER}","voided_ts":"2026-03-14T12:00:00Z"'),
    )
]


def read_fast(text: bytes) -> Draft | None:
    return read(text, EARLIEST, datetime.now(UTC) + AHEAD)


def published(draft: Draft) -> dict[str, str]:
    """An event as literals by field."""
    literals = {
        "event_id": json.dumps(str(draft.event_id or "6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000")),
        "event_type": json.dumps(draft.event_type),
        "ts": json.dumps(draft.ts),
        "partition_key": json.dumps(draft.partition_key),
    }
    return {**literals, "payload": draft.payload.decode()}


def json_object(fields: list[tuple[str, str]], space: str = "") -> str:
    inside = ("," + space).join(f"{json.dumps(name)}{space}:{space}{value}" for name, value in fields)
    return "{" + space + inside + space + "}"


def payload_fields(text: str) -> list[tuple[str, str]]:
    """The literals of a flat payload, each amount of money exactly as it is written."""
    fields = json.loads(text, parse_float=Literal, parse_int=Literal)
    return [(k, v if isinstance(v, Literal) else json.dumps(v)) for k, v in fields.items()]


class Literal(str):
    """A number as it is written."""


EVENTS = [*World(7, math.inf).burst(CLOCK, 60), *CHANGED, *BILLS, *WITH_TEXTS, NOTED]
BY_TYPE = {draft.event_type: draft for draft in EVENTS}


@pytest.mark.parametrize("space", ["", " ", "\t\r\n"])
@pytest.mark.parametrize("backwards", [False, True])
def test_the_fast_parser_reads_common_events(space: str, backwards: bool) -> None:
    counts = Counter[str]()
    for draft in EVENTS:
        fields = published(draft)
        inside = payload_fields(fields["payload"])
        fields["payload"] = json_object(inside[::-1] if backwards else inside, space)
        items = list(fields.items())
        text = json_object(items[::-1] if backwards else items, space).encode()
        fast_draft = read_fast(text)
        assert fast_draft is not None, text
        assert fast_draft == PARSER.precise(text)
        counts[draft.event_type] += 1
    assert counts.keys() == {*PAYLOADS, "noted"} - {SNAPSHOT}


@pytest.mark.parametrize(
    "changes",
    [
        {"ts": '"2026-03-14T12:00:00.123Z"'},
        {"ts": '"2026-03-14T12:00:00.100000+00:00"'},
        {"ts": '"2026-03-14T07:00:00-05:00"'},
        {"event_id": '"6F1D5A1E-6F0C-4C39-9F43-0F6A55C1A000"'},
        {"partition_key": '"Montréal"'},
        {"partition_key": r'"Montr\u00e9al"'},
        {"payload": r'{"said":"\"Délicieux\" \ud83c\udf55\n\\o/"}'},
        {"offset": "7"},
        {"version": "7"},
        {"version": "null", "offset": "7"},
        {"payload": '{"at":1773489600123,"place":"Crêperie – “Ô”"}'},
        {"payload": "{}"},
    ],
)
def test_the_fast_parser_reads_other_common_spellings(changes: dict[str, str]) -> None:
    text = json_object(list((published(NOTED) | changes).items())).encode()
    fast_draft = read_fast(text)
    assert fast_draft is not None
    assert fast_draft == PARSER.precise(text)


# Values that the two ways could see differently: of each type, right and wrong.
VALUES = [
    '"2026-03-14T12:00:00Z"', '"2026-03-14t12:00:00z"', '"2026-03-14 12:00:00Z"', '"2026-03-14T12:00:00.1234567Z"',
    '"2026-03-14T12:00:00.999999999Z"', '"2026-03-14T12:00:00+0500"', '"2026-03-14T12:00:00+05:30"',
    '"2026-03-14T12:00:00+15:59"', '"2026-03-14T12:00:00-15:59"', '"2026-03-14T12:00:00+16:00"',
    '"2026-03-14T12:00:00-00:00"', '"2026-03-14T12:00:00-05:60"', '"2026-03-14T12:00:60Z"', '"2026-03-14T24:00:00Z"',
    '"2026-03-14"', '"2026-02-30"', '"2026-3-14"', '"0000-01-01"', '"42"', '"A-17/3"', '"1234-5678"', '"a\x1fb"',
    '"2026-02-29T12:00:00Z"', '"2026-03-14T12:00:00"', '"2026-03-14T12:00Z"', '"20260314T120000Z"', '"2026-W11-6"',
    '"1899-12-31T23:59:59Z"', '"1900-01-01T00:00:00+01:00"', '"1910-01-01T00:00:00+15:59"', '"2099-12-31T23:59:59Z"',
    '"2199-12-31T23:59:59.5Z"', '"2200-01-01T00:00:00Z"', '"0001-01-01T00:00:00+15:00"', '"9999-12-31T23:59:59-15:00"',
    '"6F1D5A1E-6F0C-4C39-9F43-0F6A55C1A000"', '"6f1d5a1e6f0c4c399f430f6a55c1a000"',
    '"{6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000}"', '"6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a00g"',
    '"6f1d-5a1e6f0c4c399f430f6a55c1a000-1234"', "0", "-0", "0.0", "-0.0", "0.00", "1", "5", "5.0", "11", "-1",
    "12.5", "12.50", "12.500", "0.001", "0.0001", "999999.999", "1000000", "9999999999.99", "9999999999.999",
    "10000000000", "123456789012345", "1234567890123456", "1e1", "1E-2", "1.5e0", "1e400", "1e-400", "1e-2000",
    "9223372036854775807", "9223372036854775808", "9" * 400, "9" * 1001, "0." + "9" * 1001,
    '"12.50"', '"0"', '"0.00"', '"00.10"', '"1e2"', '"-1"', '"12.505"',
    '"12345678901"', '"12.50 "', '"٣"', '"12.5"', "true", "false", "null", "[]", "{}", "[1]", '{"a":1}',
    '[{"a":1,"a":1}]', '""', '"x"', '"\x7f"', '"a:b"', '","', '"é"', '"\U0001f37d"', '"{"', '"["', '" "',
    json.dumps("x" * 200), json.dumps("é" * 200, ensure_ascii=False), json.dumps("x" * 201), json.dumps("x" * 501),
    json.dumps("x" * 10_001), '"dine_in"', '"ready"', '"Ready"', '"stream_gap"', '"order_created"',
]  # fmt: skip
ESCAPES = [
    r'"\u0000"', r'"\\u0000"', r'"\\\u0000"', r'"\ud800"', r'"\udf55\ud83c"', r'"\ud83c\udf55"', r'"\ud83c\u0041"',
    r'"\uD83C\uDF55"', r'"\ud83c\\udf55"', r'"\u00e9"', r'"\u007f"', r'"\u001f"', r'"a\nb"', r'"\t"', r'"\/"', r'"\""',
    r'"\\"', r'"\":1,\"a"', r'"\":\"2026-03-14 12:00:00Z"', r'"12.5\n"', r'"0\n"', r'"12\u002e5"', r'"1\u00322"',
    r'"\u0032026-03-14 12:00:00Z"', r'"2026-03-14\u002012:00:00Z"', r'"6f1d5a1e6f0c4c399f430f6a55c1a00\u0030"',
    r'"dine\u005fin"', r'"\x"', r'"\u12"', r'"\u12g4"', r'"\ud83c\udf5"', json.dumps("é" * 200), r'"\u2028"',
]  # fmt: skip
VALUES += ESCAPES
ENVELOPE = ["event_id", "event_type", "ts", "partition_key", "payload", "offset", "version", "extra"]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A common event with a few fields replaced, left out, added or repeated."""
    fields = published(draw(st.sampled_from(list(BY_TYPE.values()))))
    inside = payload_fields(fields["payload"])
    known = [*PAYLOADS[kind].model_fields] if (kind := json.loads(fields["event_type"])) in PAYLOADS else []
    if draw(st.booleans()):
        inside = draw(changed(inside, [*known, "extra", "é", "\n"]))
    fields["payload"] = json_object(inside, draw(st.sampled_from(["", "", " "])))
    outside = list(fields.items())
    if draw(st.integers(0, 3)) == 0:
        outside = draw(changed(outside, ENVELOPE))
    return json_object(outside, draw(st.sampled_from(["", "", " ", "\n"]))).encode("utf-8", "surrogatepass")


@st.composite
def changed(draw: st.DrawFn, fields: list[tuple[str, str]], names: list[str]) -> list[tuple[str, str]]:
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=2)):
        rest = [field for field in fields if field[0] != name]
        match draw(st.sampled_from(["replaced", "replaced", "replaced", "replaced", "twice", "left out"])):
            case "replaced":
                fields = [*rest, (name, draw(st.sampled_from(VALUES)))]
            case "twice":
                fields = [*fields, draw(st.sampled_from(fields or [(name, "1")]))]
            case _:
                fields = rest
    return draw(st.permutations(fields)) if draw(st.booleans()) else fields


def agrees(text: bytes) -> None:
    fast_draft = read_fast(text)
    if fast_draft is not None:
        assert fast_draft == precisely(text), text


def precisely(text: bytes) -> Draft | list[Any]:
    try:
        return PARSER.precise(text)
    except InvalidEvent as invalid:
        return list(invalid.errors)


@pytest.mark.parametrize("kind", BY_TYPE)
def test_any_value_in_any_field_is_read_alike(kind: str) -> None:
    fields = published(BY_TYPE[kind])
    inside = payload_fields(fields["payload"])
    known = [*PAYLOADS[kind].model_fields] if kind in PAYLOADS else []
    for value in VALUES:
        for name in ENVELOPE:
            agrees(json_object(list((fields | {name: value}).items())).encode())
        for name in [*known, "extra"]:
            payload = json_object([*(field for field in inside if field[0] != name), (name, value)])
            agrees(json_object(list((fields | {"payload": payload}).items())).encode())


@settings(max_examples=examples(1500), deadline=None)
@given(documents())
def test_a_changed_event_is_read_alike(text: bytes) -> None:
    event("fast" if read_fast(text) else "left to the precise parser")
    agrees(text)


BYTES = [
    bytes([code]) for code in b'\0\t\n\x0b\x0c\r "\\,:{}[]-+.eE09aTtZz_/\x1f\x7f\x80\xbf\xc0\xed\xef\xf4\xff'
]
PIECES = [
    *BYTES,
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"null",
    b'":',
    b'":"',
    b'"a":1,',
    b",,",
    b"NaN",
    b"-0",
    b"//",
]


@settings(max_examples=examples(1500), deadline=None)
@given(
    document=st.sampled_from(
        [json_object(list(published(draft).items())).encode() for draft in BY_TYPE.values()]
    ),
    cuts=st.lists(
        st.tuples(st.integers(0, 700), st.integers(0, 2), st.sampled_from([b"", *PIECES])),
        min_size=1,
        max_size=3,
    ),
)
def test_an_event_with_wrong_bytes_is_read_alike(document: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for place, gone, piece in cuts:
        at = place % (len(document) + 1)
        document = document[:at] + piece + document[at + gone :]
    agrees(document)
