"""The restaurant's contract: what becomes an event, and exactly why the rest does not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.sources.sse_decoder import Frame

Make = Callable[..., Frame]
parse = restaurant_parser().parse
ID = "0190b0a2-7a3c-7bbb-8ccc-0123456789ab"


def refused(frame: Frame) -> tuple[str, str]:
    outcome = parse(frame)
    assert isinstance(outcome, Rejected), outcome
    assert outcome.received == frame.data
    assert outcome.last_event_id == frame.last_event_id
    return outcome.reason_code, outcome.detail


class TestAccepted:
    def test_an_event_as_a_whole(self, make_frame: Make) -> None:
        frame = make_frame("loyalty_points_earned", payload=b'{ "points" : 12.50 }')
        assert parse(frame) == Event(
            stream_id="s",
            offset=7,
            event_id=UUID(ID),
            event_type="loyalty_points_earned",
            ts=datetime(2026, 1, 31, 18, 30, 0, 250_000, tzinfo=UTC),
            partition_key="LOC-ON-001",
            payload=b'{ "points" : 12.50 }',
            content_hash=bytes.fromhex("d9ebdf224790cdb388c9d3ba6f40c0b5"),
            last_event_id="s-7",
            received=frame.data,
            beyond=True,
        )

    def test_every_known_type(self, make_frame: Make, payloads: dict[str, dict[str, Any]]) -> None:
        for event_type in payloads:
            assert isinstance(parse(make_frame(event_type)), Event)

    @pytest.mark.parametrize(
        "literal", [b"8.5", b"8.50", b"8", b'"8.50"', b"85e-1", b"1e2", b"0.01", b"9999999999.99"]
    )
    def test_money_as_a_number_or_a_text(self, make_frame: Make, literal: bytes) -> None:
        payload = b'{"order_item_id":"%s","order_id":"%s","item_name":"x","qty":1.125,"unit_price":%s}'
        outcome = parse(make_frame("order_item_added", payload % (ID.encode(), ID.encode(), literal)))
        assert isinstance(outcome, Event)
        assert literal in outcome.payload

    def test_optional_fields_may_be_null_or_absent(
        self, make_frame: Make, payloads: dict[str, dict[str, Any]]
    ) -> None:
        item = payloads["order_item_added"]
        for name in ("category", "unit_price", "extended_price"):
            assert isinstance(parse(make_frame("order_item_added", {**item, name: None})), Event)
            del item[name]
            assert isinstance(parse(make_frame("order_item_added", item)), Event)

    def test_further_fields(self, make_frame: Make, payloads: dict[str, dict[str, Any]]) -> None:
        order = {**payloads["order_created"], "table": {"number": 12, "seats": [1, 2]}}
        assert isinstance(parse(make_frame("order_created", order, source="pos")), Event)

    def test_of_duplicate_keys_the_last_counts_as_in_jsonb(self, make_frame: Make) -> None:
        payload = (
            b'{"order_id":"%s","status":"ready","changed_ts":"2026-01-31T18:30:00Z","status":"completed"}'
        )
        assert isinstance(parse(make_frame("order_status_changed", payload % ID.encode())), Event)

    def test_a_time_in_another_zone_becomes_utc(self, make_frame: Make) -> None:
        outcome = parse(make_frame(ts="2026-01-31T18:30:00+05:30"))
        assert isinstance(outcome, Event)
        assert outcome.ts == datetime(2026, 1, 31, 13, 0, tzinfo=UTC)
        assert outcome.ts.tzinfo is UTC

    @pytest.mark.parametrize("text", ["Café 😀", "a\\u0000", "\\ud800"])
    def test_texts_that_only_look_bad(self, make_frame: Make, text: str) -> None:
        assert isinstance(parse(make_frame("note", {"text": text, text: 1})), Event)

    def test_a_pair_of_surrogates_is_a_character(self, make_frame: Make) -> None:
        assert isinstance(parse(make_frame("note", rb'{"a":"\ud83d\ude00"}')), Event)

    def test_a_stream_id_with_dashes(self, make_frame: Make) -> None:
        outcome = parse(make_frame(last_event_id=f"{ID}-7"))
        assert isinstance(outcome, Event)
        assert outcome.stream_id == ID


class TestHash:
    @pytest.mark.parametrize(
        "other",
        [
            {"event_type": "b"},
            {"ts": "2026-01-31T18:30:01Z"},
            {"partition_key": "LOC-ON-002"},
            {"payload": b'{"a": 1.0}'},
        ],
    )
    def test_any_part_of_the_content_matters(self, make_frame: Make, other: dict[str, Any]) -> None:
        one, two = (
            parse(make_frame("a", b'{"a": 1}')),
            parse(make_frame(**{"event_type": "a", "payload": b'{"a": 1}', **other})),
        )
        assert isinstance(one, Event)
        assert isinstance(two, Event)
        assert one.content_hash != two.content_hash

    def test_the_position_does_not(self, make_frame: Make) -> None:
        one, two = parse(make_frame()), parse(make_frame(offset=8, last_event_id="t-8"))
        assert isinstance(one, Event)
        assert isinstance(two, Event)
        assert one.content_hash == two.content_hash


class TestGap:
    def test_a_gap(self) -> None:
        data = b'{"requested":"s-5","oldest":10,"missing":4,"stream_id":"s"}'
        assert parse(Frame("stream_gap", data, "s-5", own_id=False)) == Gap("s", "s-5", 10, 4)

    def test_what_is_missing_may_be_unknown(self) -> None:
        data = b'{"requested":5,"oldest":null,"missing":null,"stream_id":"t"}'
        assert parse(Frame("stream_gap", data, "s-5", own_id=False)) == Gap("t", "5", None, None)

    def test_an_event_of_that_name_is_an_event(self, make_frame: Make) -> None:
        assert isinstance(parse(make_frame("stream_gap", {})), Event)

    def test_a_broken_gap_is_rejected(self) -> None:
        assert (
            refused(Frame("stream_gap", b'{"requested":"s-5"}', "s-5", own_id=False))[0]
            == Reason.MISSING_FIELD
        )

    @pytest.mark.parametrize("requested", [b'"%s"' % (b"x" * 221), b"9" * 221])
    def test_a_position_too_long_to_be_one_is_no_gap(self, requested: bytes) -> None:
        data = b'{"requested":%s,"oldest":1,"missing":null,"stream_id":"s"}' % requested
        assert refused(Frame("stream_gap", data, "s-5", own_id=False))[0] == Reason.MISSING_FIELD


class TestText:
    @pytest.mark.parametrize(
        ("data", "reason", "detail"),
        [
            (b"", Reason.INVALID_JSON, "Input data was truncated"),
            (b"hello", Reason.INVALID_JSON, "JSON is malformed: invalid character (byte 0)"),
            (b"{} {}", Reason.INVALID_JSON, "JSON is malformed: trailing characters (byte 4)"),
            (b'{"a":NaN}', Reason.INVALID_JSON, "a: JSON is malformed: invalid character (byte 5)"),
            (b"null", Reason.NOT_AN_OBJECT, "must be an object, got null"),
            (b"[1, 2]", Reason.NOT_AN_OBJECT, "must be an object, got [1, 2]"),
            (b'{"a":"\xff"}', Reason.INVALID_UTF8, "a: not UTF-8 at byte 6: invalid start byte"),
            (
                b'{"a":"\xed\xa0\x80"}',
                Reason.INVALID_UTF8,
                "a: not UTF-8 at byte 6: invalid continuation byte",
            ),
            (b'{"a":"x\0"}', Reason.NUL_CHARACTER, "a: a NUL byte at byte 7"),
            (rb'{"a":"x\u0000"}', Reason.NUL_CHARACTER, r"a: \u0000 at byte 7"),
            (rb'{"\\\u0000":1}', Reason.NUL_CHARACTER, r"\\\u0000: \u0000 at byte 4"),
            (rb'{"a":"\ud800"}', Reason.LONE_SURROGATE, r"a: \ud800 at byte 6 is half of a surrogate pair"),
            (
                rb'{"\uDC00":1}',
                Reason.LONE_SURROGATE,
                r"\uDC00: \uDC00 at byte 2 is half of a surrogate pair",
            ),
            (
                rb'{"a":"\ud800\ud800\udc00"}',
                Reason.LONE_SURROGATE,
                r"a: \ud800 at byte 6 is half of a surrogate pair",
            ),
            (
                rb'{"a":[1,"\ud800x\udc00"]}',
                Reason.LONE_SURROGATE,
                r"a.1: \ud800 at byte 9 is half of a surrogate pair",
            ),
            (b"[" * 100_000, Reason.TOO_DEEP, "nested deeper than 64"),
            (b"[" * 65 + b"]" * 65, Reason.TOO_DEEP, "0.0.0.0.0.0.…: nested deeper than 64 at byte 64"),
            (b'{"a":1e400000}', Reason.OUT_OF_RANGE, "a: number 1e400000 at byte 5 is beyond numeric"),
            (b'{"a":1e-16384}', Reason.OUT_OF_RANGE, "a: number 1e-16384 at byte 5 is beyond numeric"),
        ],
    )
    def test_what_no_jsonb_can_hold(self, data: bytes, reason: Reason, detail: str) -> None:
        assert refused(Frame("message", data, "s-7")) == (reason, detail)

    @pytest.mark.parametrize(
        "literal", [b"1" * 131_073, b"0." + b"1" * 16_384, b"-1e131072", b"1e999999999999"]
    )
    def test_numbers_anywhere(self, make_frame: Make, literal: bytes) -> None:
        assert refused(make_frame("note", b'{"a":[{"b":%s}]}' % literal))[0] == Reason.OUT_OF_RANGE
        assert refused(make_frame("order_created", b'{"extra":%s}' % literal))[0] == Reason.OUT_OF_RANGE

    @pytest.mark.parametrize(
        "literal", [b"1" * 131_072, b"0." + b"1" * 16_383, b"1e131071", b"1e-16383", b'"1e400000"']
    )
    def test_numbers_at_the_limit(self, make_frame: Make, literal: bytes) -> None:
        assert isinstance(parse(make_frame("note", b'{"a":%s}' % literal)), Event)

    def test_brackets_in_texts_are_no_depth(self, make_frame: Make) -> None:
        assert isinstance(parse(make_frame("note", {"a": '[{\\"' * 500})), Event)

    def test_a_truncated_frame(self, make_frame: Make) -> None:
        frame = make_frame()
        cut = Frame(frame.event, frame.data[:50], frame.last_event_id, truncated=True)
        assert refused(cut) == (Reason.TOO_LARGE, "larger than the limit; the first 50 bytes were kept")


class TestEnvelope:
    @pytest.mark.parametrize(
        ("field", "value", "reason", "detail"),
        [
            ("offset", ..., Reason.MISSING_FIELD, "offset: is required"),
            ("offset", 0, Reason.OUT_OF_RANGE, "offset: must be an integer from 1 to 2^63-1, got 0"),
            (
                "offset",
                2**63,
                Reason.OUT_OF_RANGE,
                f"offset: must be an integer from 1 to 2^63-1, got {2**63}",
            ),
            ("offset", "7", Reason.WRONG_TYPE, 'offset: must be an integer from 1 to 2^63-1, got "7"'),
            ("offset", 7.0, Reason.WRONG_TYPE, "offset: must be an integer from 1 to 2^63-1, got 7.0"),
            ("offset", True, Reason.WRONG_TYPE, "offset: must be an integer from 1 to 2^63-1, got true"),
            ("event_id", "x", Reason.WRONG_TYPE, 'event_id: must be a UUID, got "x"'),
            ("event_id", None, Reason.WRONG_TYPE, "event_id: must be a UUID, got null"),
            (
                "event_type",
                "",
                Reason.OUT_OF_RANGE,
                'event_type: must be a text of 1 to 200 characters, got ""',
            ),
            ("ts", ..., Reason.MISSING_FIELD, "ts: is required"),
            (
                "ts",
                "yesterday",
                Reason.BAD_TIMESTAMP,
                'ts: must be an RFC 3339 timestamp with a zone, got "yesterday"',
            ),
            (
                "ts",
                1_700_000_000,
                Reason.WRONG_TYPE,
                "ts: must be an RFC 3339 timestamp with a zone, got 1700000000",
            ),
            (
                "partition_key",
                ["a"],
                Reason.WRONG_TYPE,
                'partition_key: must be a text of at most 200 characters, got ["a"]',
            ),
        ],
    )
    def test_fields(self, make_frame: Make, field: str, value: Any, reason: Reason, detail: str) -> None:
        assert refused(make_frame(**{field: value})) == (reason, detail)

    @pytest.mark.parametrize(
        ("ts", "reason"),
        [
            ("0000-01-01T00:00:00Z", Reason.BAD_TIMESTAMP),
            ("10000-01-01T00:00:00Z", Reason.BAD_TIMESTAMP),
            ("2026-02-30T00:00:00Z", Reason.BAD_TIMESTAMP),
            ("2026-01-01T00:00:00", Reason.BAD_TIMESTAMP),
            ("0001-01-01T00:00:00+14:00", Reason.OUT_OF_RANGE),
            ("1899-12-31T23:59:59Z", Reason.OUT_OF_RANGE),
            ("2200-01-01T00:00:00Z", Reason.OUT_OF_RANGE),
            ("9999-12-31T23:59:59-14:00", Reason.OUT_OF_RANGE),
            ("2026-01-01T00:00:00+16:00", Reason.OUT_OF_RANGE),
        ],
    )
    def test_times(
        self, make_frame: Make, payloads: dict[str, dict[str, Any]], ts: str, reason: Reason
    ) -> None:
        assert refused(make_frame(ts=ts))[0] == reason
        order = {**payloads["order_created"], "order_ts": ts}
        assert refused(make_frame("order_created", order))[0] == reason

    @pytest.mark.parametrize(
        "last_event_id", ["", "7", "-7", "s-8", "s-07", "s-", "s7", "\u0666-7", "s" * 201 + "-7"]
    )
    def test_the_position_must_be_that_of_the_frame(self, make_frame: Make, last_event_id: str) -> None:
        assert refused(make_frame(last_event_id=last_event_id))[0] == Reason.BAD_POSITION

    def test_what_could_be_read_goes_along(self, make_frame: Make) -> None:
        outcome = parse(make_frame("order_created", {}))
        assert isinstance(outcome, Rejected)
        assert (outcome.stream_id, outcome.offset) == ("s", 7)
        assert (outcome.event_id, outcome.event_type) == (UUID(ID), "order_created")

    def test_an_id_of_an_earlier_block_is_not_the_position(self, make_frame: Make) -> None:
        frame = make_frame(offset=8)
        outcome = parse(Frame(frame.event, frame.data, "s-7", own_id=False))
        assert isinstance(outcome, Rejected)
        assert (outcome.stream_id, outcome.offset) == (None, None)
