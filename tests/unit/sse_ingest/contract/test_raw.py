"""Foreign streams: any JSON is an event."""

from datetime import UTC, datetime, timedelta

import pytest

from sse_ingest.contract.raw import RawParser
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame


def event(frame: Frame, contract: RawParser | None = None) -> Event:
    outcome = (contract or RawParser("wiki")).parse(frame)
    assert isinstance(outcome, Event), outcome
    return outcome


@pytest.mark.parametrize("data", [b'{"a":12.50}', b"[1]", b'"x"', b"null", b" 5 "])
def test_any_json_value_is_kept_as_received(data: bytes) -> None:
    result = event(Frame("edit", data, "a"))
    assert (result.stream_id, result.event_type, result.partition_key) == ("wiki", "edit", "wiki")
    assert (result.payload, result.received, result.last_event_id) == (data, data, "a")


def test_its_own_id_identifies_an_event() -> None:
    first, again = event(Frame("edit", b"1", "a")), event(Frame("edit", b"1", "a"))
    assert (first.event_id, first.content_hash) == (again.event_id, again.content_hash)
    assert event(Frame("edit", b"2", "a")).event_id == first.event_id
    assert event(Frame("edit", b"2", "a")).content_hash != first.content_hash
    assert event(Frame("edit", b"1", "b")).event_id != first.event_id
    assert event(Frame("edit", b"1", "a"), RawParser("other")).event_id != first.event_id


def test_without_its_own_id_the_content_does() -> None:
    one, two = Frame("edit", b"1", "a", own_id=False), Frame("edit", b"2", "a", own_id=False)
    assert event(one).event_id == event(one).event_id != event(two).event_id
    assert event(Frame("edit", b"1", "")).event_id == event(one).event_id


def test_positions_follow_whole_numbers_and_count_on_between() -> None:
    contract = RawParser("wiki", after=4)
    ids = ["x", "y", "100", "z", "007", "0", "9" * 19]
    assert [event(Frame("e", b"1", last), contract).offset for last in ids] == [5, 6, 100, 101, 7, 8, 9]


def test_its_own_time_else_that_of_arrival() -> None:
    assert event(Frame("e", b'{"ts":"2026-01-31T18:30:00+01:00"}', "a")).ts == datetime(
        2026, 1, 31, 17, 30, tzinfo=UTC
    )
    parsed = event(Frame("e", b'{"at":"2026-01-31T18:30:00Z"}', "a"), RawParser("wiki", ts_field="at"))
    assert parsed.ts == datetime(2026, 1, 31, 18, 30, tzinfo=UTC)
    for data in (b'{"ts":"2026-01-31T18:30:00"}', b'{"ts":"2500-01-31T18:30:00Z"}', b'{"ts":5}', b"[]"):
        assert abs(event(Frame("e", data, "a")).ts - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (b'{"version":7}', 7),
        (b'{"version":9223372036854775807}', 2**63 - 1),
        (b'{"version":-1}', None),
        (b'{"version":9223372036854775808}', None),
        (b'{"version":"2"}', None),
        (b'{"a":{"version":1}}', None),
        (b'["version"]', None),
    ],
)
def test_its_own_version_if_it_has_one(data: bytes, version: int | None) -> None:
    assert event(Frame("e", data, "a")).version == version


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (Frame("e", b"ping", "a"), Reason.INVALID_JSON),
        (Frame("e", b"", "a"), Reason.INVALID_JSON),
        (Frame("e", b'"\xff"', "a"), Reason.INVALID_UTF8),
        (Frame("e", rb'"\u0000"', "a"), Reason.NUL_CHARACTER),
        (Frame("e", rb'{"\udfff":1}', "a"), Reason.LONE_SURROGATE),
        (Frame("e", b"1e400000", "a"), Reason.OUT_OF_RANGE),
        (Frame("e", b" [" * 100 + b"]" * 100, "a"), Reason.TOO_DEEP),
        (Frame("e\0", b"1", "a"), Reason.OUT_OF_RANGE),
        (Frame("e", b"1", "a", truncated=True), Reason.TOO_LARGE),
    ],
)
def test_what_no_jsonb_can_hold_is_rejected_at_its_position(frame: Frame, reason: Reason) -> None:
    outcome = RawParser("wiki", after=1).parse(frame)
    assert isinstance(outcome, Rejected)
    assert (outcome.reason_code, outcome.stream_id, outcome.offset) == (reason, "wiki", 2)


def test_no_id_makes_a_position_that_cannot_be_counted_on_from() -> None:
    contract = RawParser("wiki", after=1)
    offsets = []
    for last_event_id in (str(2**62), "x", str(2**63 - 1), "99999999999999999999"):
        outcome = contract.parse(Frame("e", b"1", last_event_id))
        assert isinstance(outcome, Event)
        offsets.append(outcome.offset)
    assert offsets == [2**62, 2**62 + 1, 2**62 + 2, 2**62 + 3]
