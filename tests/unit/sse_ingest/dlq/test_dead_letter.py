"""Reading a dead letter's bytes again, and changing single fields of them."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.contract.raw import RAW, RawParser
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.dlq.dead_letter import DeadLetter, parse, readable, with_fields
from sse_ingest.errors import DeadLetterRefused
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame
from tests.support.events import frame, payload, uid

THEN = datetime(2026, 3, 14, tzinfo=UTC)


def dead_letter(received: bytes, **fields: Any) -> DeadLetter:
    whole = {
        "dead_letter_id": 1,
        "stream": "restaurant",
        "stream_id": "log",
        "event_offset": 4,
        "event_id": None,
        "event_type": "order_created",
        "reason_code": "processor_failed",
        "detail": "",
        "first_seen": THEN,
        "last_seen": THEN,
        "attempts": 1,
        "resolved_at": None,
        "resolution": None,
        "received": received,
    }
    return DeadLetter(**{**whole, **fields})


def good(offset: int = 4) -> bytes:
    return frame(offset, "order_created", payload("order_created", 1)).data


def test_it_is_read_at_its_old_place() -> None:
    event = parse(dead_letter(good()), CONTRACT)

    assert isinstance(event, Event)
    assert (event.stream_id, event.offset) == ("log", 4)


def test_another_offset_inside_is_still_a_wrong_position() -> None:
    item = parse(dead_letter(good(5)), CONTRACT)

    assert isinstance(item, Rejected)
    assert item.reason_code == Reason.BAD_POSITION


def test_the_beginning_of_a_large_frame_is_never_taken_for_the_whole() -> None:
    cut = dead_letter(good(), reason_code="too_large")

    assert isinstance(parse(cut, CONTRACT), Rejected)
    assert isinstance(parse(cut, CONTRACT, good()), Event)


def test_without_a_place_it_cannot_be_taken() -> None:
    with pytest.raises(DeadLetterRefused, match="publish"):
        parse(dead_letter(good(), stream_id=None, event_offset=None), CONTRACT)


def test_a_dead_letter_of_a_foreign_stream_keeps_the_identity_of_its_frame_and_its_hour() -> None:
    refused = RawParser("weather").parse(Frame("rain", b'{"mm": 1e999999}', "abc"))
    event = RawParser("weather").parse(Frame("rain", b'{"mm": 1}', "abc"))
    assert isinstance(refused, Rejected)
    assert isinstance(event, Event)
    lies = dead_letter(
        refused.received,
        stream="weather",
        stream_id="weather",
        event_offset=refused.offset,
        event_id=refused.event_id,
        event_type="rain",
        reason_code=refused.reason_code,
    )

    mended = parse(lies, RAW, b'{"mm": 1}')

    assert isinstance(parse(lies, RAW), Rejected)
    assert isinstance(mended, Event)
    assert (mended.event_id, mended.offset, mended.event_type) == (event.event_id, event.offset, "rain")
    assert mended.ts == THEN


def test_a_conflict_in_a_foreign_stream_becomes_another_event_when_edited() -> None:
    lies = dead_letter(
        b"1", stream="s", stream_id="s", event_id=uuid4(), event_type="t", reason_code="event_id_conflict"
    )
    again, edited = parse(lies, RAW), parse(lies, RAW, b"2")

    assert isinstance(again, Event)
    assert isinstance(edited, Event)
    assert again.event_id == lies.event_id != edited.event_id


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        ("payload.qty=2", ["payload", "qty"], 2),
        ("payload.name=Soup of the day", ["payload", "name"], "Soup of the day"),
        ('payload.name="7"', ["payload", "name"], "7"),
        ("payload.name=null", ["payload", "name"], None),
        ("event_id=x=y", ["event_id"], "x=y"),
        ("new.deep.one=true", ["new", "deep", "one"], True),
    ],
)
def test_one_field_is_set_and_the_others_stay(change: str, path: list[str], value: object) -> None:
    data = with_fields(b'{"payload": {"price": 12.50, "qty": 1}, "event_id": "a"}', [change])

    inner = json.loads(data)
    for name in path:
        inner = inner[name]
    assert inner == value
    assert b"12.50" in data


@pytest.mark.parametrize(
    ("data", "change", "message"),
    [
        (b"{}", "qty", "field=value"),
        (b"[1]", "qty=2", "--file"),
        (b"{", "qty=2", "--file"),
        (b"\xff", "a=1", "--file"),
    ],
)
def test_what_cannot_be_set_is_reported(data: bytes, change: str, message: str) -> None:
    with pytest.raises(DeadLetterRefused, match=message):
        with_fields(data, [change])


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("Crème\n".encode(), {"text": "Crème\n"}),
        (b"\xff", {"hex": "ff"}),
        (b"a\0", {"hex": "6100"}),
        (b"\x1b[2J", {"hex": "1b5b324a"}),
    ],
)
def test_bytes_are_shown_without_loss_and_without_harm(data: bytes, shown: dict[str, str]) -> None:
    assert readable(data) == shown


def test_the_same_event_is_read_from_the_same_dead_letter() -> None:
    assert parse(dead_letter(good()), CONTRACT) == parse(
        dead_letter(good(), attempts=3, event_id=uid("else")), CONTRACT
    )
