"""Service and core share no code, only the contract: what one accepts and frames, the other decodes and accepts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.errors import InvalidEvent
from api.contract.parser import Parser
from api.log.sse_frames import encode
from restaurant_warehouse.contract import restaurant_parser
from restaurant_warehouse.event_types import EVENT_TYPES
from sse_ingest.events import Event
from sse_ingest.sources.sse_decoder import Decoder
from tests.support.events import event, payload
from tests.support.examples import examples

PARSER = Parser(datetime(2000, 1, 1, tzinfo=UTC), timedelta(days=2))

times = st.sampled_from(
    [
        "2026-03-14T12:00:00Z",
        "2026-03-14t12:00:00z",
        "2026-03-14T12:00:00.123456789+05:30",
        "2026-03-14T23:59:60Z",
        "2026-03-14T12:00:00+15:59",
        "2026-03-14T12:00:00+16:00",
        "2026-03-14T12:00:00-23:59",
        "2026-02-30T12:00:00Z",
        "2026-03-14T24:00:00Z",
        "1900-01-01T00:00:00+10:00",
        "2199-12-31T23:59:59.9999999Z",
        "2200-01-01T00:00:00Z",
        "2026-03-14T12:00:00",
        "2026-03-14",
        "2026-03-14 12:00:00Z",
        "0001-01-01T00:00:00Z",
    ]
)
numbers = st.one_of(
    st.sampled_from(["9223372036854775807", "9223372036854775808", "-9223372036854775808"]),
    st.sampled_from(["0", "0.00", "-0", "1", "12.5", "12.50", "12.500", "0.001", "999999.999", "1000000"]),
    st.sampled_from(["9999999999.99", "10000000000", "-1", "1e2", "1E-2", "1.0e1", "1e400", "1e-400"]),
    st.sampled_from(["true", '"12.50"', '"1e2"', '"-0.00"', '"٣"', '""']),
)
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "x" * 200, "x" * 201, "x" * 600, "\u2028", "\ufeff", "\n", "\r\n", "é", "\x7f", "\U0001f37d"]
    ),
)
uuids = st.sampled_from(
    [
        "42",
        "A-17/3",
        "№ 12",
        "6F1D5A1E-6F0C-4C39-9F43-0F6A55C1A000",
        "6f1d5a1e6f0c4c399f430f6a55c1a000",
        "{6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000}",
        "00000000-0000-0000-0000-000000000000",
        "6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a00g",
    ]
)
values = st.one_of(
    times.map(json.dumps),
    numbers,
    texts.map(json.dumps),
    texts.map(lambda text: json.dumps(text, ensure_ascii=False)),
    uuids.map(json.dumps),
    st.sampled_from(["null", "[]", "{}", "[1]", '{"a": {"b": []}}', "5", "6", "11", '"dine_in"', '"ready"']),
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A valid event in which some fields of envelope and payload are replaced, added or left out."""
    kind = draw(st.sampled_from([*EVENT_TYPES, "loyalty_points_earned"]))
    sample: dict[str, Any] = event(kind, payload(kind, 1))
    body = {name: json.dumps(value) for name, value in sample.pop("payload").items()}
    envelope = {name: json.dumps(value) for name, value in sample.items()}
    for name in ("items", "payments") if kind == "order_snapshot" else ():
        one = {field: json.dumps(value) for field, value in json.loads(body[name])[0].items()}
        _bend(draw, one, [*one, "extra"], 1)
        body[name] = f"[{_object(one)}]"
    _bend(draw, body, [*body, "extra", "tip", "visit_id", "business_day"], 2)
    _bend(draw, envelope, [*envelope], 1)
    if draw(st.booleans()):
        envelope["version"] = draw(values)
    envelope["payload"] = _object(body)
    return _object(envelope).encode()


def _bend(draw: st.DrawFn, target: dict[str, str], names: list[str], most: int) -> None:
    for name in draw(st.lists(st.sampled_from(names), max_size=most, unique=True)):
        if draw(st.booleans()):
            target[name] = draw(values)
        else:
            target.pop(name, None)


def _object(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in fields.items()) + "}"


@settings(max_examples=examples(3000), deadline=None)
@given(document=documents())
def test_what_the_service_accepts_the_core_accepts(document: bytes) -> None:
    try:
        draft = PARSER.draft(document)
    except InvalidEvent:
        return
    (frame,) = Decoder().decode(encode("somelog1", 7, draft))

    parsed = restaurant_parser().parse(frame)

    assert isinstance(parsed, Event), (document, parsed)
    assert (parsed.stream_id, parsed.offset) == ("somelog1", 7)
    assert parsed.event_id == draft.event_id
    assert (parsed.event_type, parsed.partition_key) == (draft.event_type, draft.partition_key)
    assert parsed.payload == draft.payload
    assert parsed.version == draft.version
