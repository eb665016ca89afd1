"""Bodies are divided, checked and stored byte by byte."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from api.contract.body import Piece, split
from api.contract.errors import BodyError, InvalidBatch, InvalidEvent
from api.contract.parser import Parser

MakeEvent = Callable[..., dict[str, Any]]


def raw(payload: str) -> bytes:
    return (
        '{"event_id":"0190b0a2-7a3c-7bbb-8ccc-0123456789ab","event_type":"noted","ts":"2026-01-31T18:30:00Z",'
        f'"partition_key":"LOC","payload":{payload}}}'
    ).encode()


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        (b'{"a":1}', [Piece(b'{"a":1}')]),
        (b'\xef\xbb\xbf {\n "a":\r\n 1\n}\n', [Piece(b'{\n "a":\r\n 1\n}')]),
        (b'[{"a":1}, {"b":[2]}]', [Piece(b'{"a":1}'), Piece(b'{"b":[2]}')]),
        (b"[]", []),
        (b'{"a":1}\n\n{"b":2}\r\n', [Piece(b'{"a":1}', 1), Piece(b'{"b":2}', 3)]),
        (b'{"a":1}\n{broken\n', [Piece(b'{"a":1}', 1), Piece(b"{broken", 2)]),
        (b'{\n"a":1,}', [Piece(b'{\n"a":1,}')]),
    ],
)
def test_a_body_is_divided(body: bytes, pieces: list[Piece]) -> None:
    assert split(body, ndjson=False) == pieces


def test_declared_ndjson_is_split_by_line() -> None:
    assert split(b'[1]\n{"a":1}', ndjson=True) == [Piece(b"[1]", 1), Piece(b'{"a":1}', 2)]


@pytest.mark.parametrize("body", [b"", b" \n ", b"[1,", b'[{"a":1}] x', b"[" * 10_000])
def test_a_body_that_cannot_be_divided(body: bytes) -> None:
    with pytest.raises(BodyError):
        split(body, ndjson=False)


@pytest.mark.parametrize(
    ("sent", "payload"),
    [
        ('{ "a" : 12.50 , "b": 1e2,\n"c":[ 1E+5, -0.0 ] }', b'{"a":12.50,"b":1e2,"c":[1E+5,-0.0]}'),
        ('{"t":"\\u00e9 \\n x  y \\ud83c\\udf55"}', b'{"t":"\\u00e9 \\n x  y \\ud83c\\udf55"}'),
        ('{"n":123456789012345678901234567890}', b'{"n":123456789012345678901234567890}'),
        ('{"t":"\\\\u0000"}', b'{"t":"\\\\u0000"}'),
    ],
)
def test_literals_are_kept(parser: Parser, sent: str, payload: bytes) -> None:
    assert parser.draft(raw(sent)).payload == payload


@pytest.mark.parametrize(
    ("payload", "field", "detail"),
    [
        ('{"a":"\\u0000"}', "payload.a", "NUL"),
        ('{"a":[{"b":"\\ud83c"}]}', "payload.a.0.b", "surrogate"),
        ('{"k\\u0000":1}', "payload.k\N{REPLACEMENT CHARACTER}", "NUL"),
        ('{"a":1,"b":{"c":1,"c":2}}', "", '"c" stands twice'),
        ('{"a":NaN}', "", "NaN is no JSON"),
        ('{"a":-Infinity}', "", "no JSON"),
        ('{"a":1e99999}', "payload.a", "larger, smaller or longer"),
        ('{"a":[1,1e1000000000000000000]}', "payload.a.1", "larger, smaller or longer"),
        ('{"a":' + "9" * 2_000 + "}", "payload.a", "larger, smaller or longer"),
        ('{"a":' * 40 + "1" + "}" * 40, "payload", "nested deeper than 32"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "payload", "nested deeper than 32"),
        ('{"a":"' + "x" * 1_100_000 + '"}', "", "larger than 1048576 bytes"),
        ('{"a":"\x01"}', "", "not valid JSON"),
        ("{", "", "not valid JSON"),
    ],
)
def test_what_postgresql_cannot_store_is_refused(
    parser: Parser, payload: str, field: str, detail: str
) -> None:
    with pytest.raises(InvalidEvent) as caught:
        parser.draft(raw(payload))
    assert [error.field for error in caught.value.errors] == [field]
    assert detail in caught.value.errors[0].detail


@pytest.mark.parametrize(
    "text", [b"7", b'"x"', b"null", b"[]", raw('{"a":"\xff"}').replace(b"\xc3\xbf", b"\xff")]
)
def test_what_is_no_event(parser: Parser, text: bytes) -> None:
    with pytest.raises(InvalidEvent):
        parser.draft(text)


def test_many_brackets_side_by_side_are_not_deep(parser: Parser) -> None:
    assert parser.draft(raw('{"a":[' + ",".join(["[]"] * 1_000) + "]}"))


def test_an_event_as_it_was_read_can_be_sent_again(parser: Parser, make_event: MakeEvent) -> None:
    assert parser.draft(json.dumps({"offset": 7, **make_event("noted")}).encode()).event_type == "noted"


def test_times_and_ids_are_brought_to_one_spelling(parser: Parser, make_event: MakeEvent) -> None:
    event = make_event("noted") | {"ts": "2026-01-31T18:30:00.10+02:00"}
    event["event_id"] = event["event_id"].upper()
    draft = parser.draft(json.dumps(event).encode())
    assert draft.ts == "2026-01-31T16:30:00.100000Z"
    assert str(draft.event_id) == event["event_id"].lower()


def test_a_batch_names_each_bad_line(parser: Parser, make_event: MakeEvent) -> None:
    good = json.dumps(make_event("noted"))
    body = "\n".join([good, "", "{", good, json.dumps(make_event("feedback_submitted", rating=9))])
    with pytest.raises(InvalidBatch, match=r"2 event\(s\)") as caught:
        parser.batch(split(body.encode(), ndjson=True))
    assert [(e["index"], e["line"], e["field"]) for e in caught.value.errors] == [
        (1, 3, ""),
        (3, 5, "payload.rating"),
    ]
