"""Wrong positions and identities: invalid ids, offsets out of order, events with ids that exist already."""

from collections.abc import Iterator
from dataclasses import replace

from sse_ingest.dead_letter_reasons import Reason
from tests.support.hostile.draft import LIMIT, LOG, Case, Draft, Pen, block

_LARGEST = 2**63 - 1


def _placed(pen: Pen, id_line: bytes | None, place: tuple[str, int] | None, draft: Draft) -> Case:
    wire = block(draft.data, id_line, draft.kind.encode())
    says = {"field": "the event's offset", "value": str(draft.offset)}
    return Case(Reason.BAD_POSITION, wire, draft.data, place, **says)


def id_without_a_place(pen: Pen) -> Iterator[Case]:
    """No id here is <stream_id>-<offset>. The offset in the event itself cannot be verified."""
    number = pen.random.randrange(10**12, 10**15)
    log = pen.random.choice([b"", b"l\xc3\xb6g", b"l" * 201, b"\xff", b"a\tb"])
    broken = [b"", b"x", b"%d" % number, b"log-", b"log-x", b"log-0", b"log-1.5", b"log-%d\0" % number]
    id_line = pen.random.choice([None, *broken, b"log-9223372036854775808", log + b"-%d" % number])
    yield _placed(pen, id_line, None, pen.draft(offset=number))


def id_of_another_offset(pen: Pen) -> Iterator[Case]:
    number = pen.random.randrange(10**12, 10**15)
    draft = pen.draft(offset=number + pen.random.choice([-1, 1, 10**6]))
    yield _placed(pen, b"elsewhere-%d" % number, ("elsewhere", number), draft)


def id_written_otherwise(pen: Pen) -> Iterator[Case]:
    """The right offset, but not as our service writes it."""
    draft = pen.draft()
    digits = pen.random.choice(
        [b"0%d" % draft.offset, str(draft.offset).translate(_ARABIC).encode(), b"000%d" % draft.offset]
    )
    yield _placed(pen, f"{LOG}-".encode() + digits, (LOG, draft.offset), draft)


_ARABIC = {ord(digit): ord("٠") + int(digit) for digit in "0123456789"}


def id_too_long(pen: Pen) -> Iterator[Case]:
    draft = pen.draft(offset=pen.random.randrange(10**12, 10**15))
    wire = block(draft.data, b"x" * (LIMIT + 1) + b"-%d" % draft.offset)
    yield Case(Reason.TOO_LARGE, wire, draft.data, None, value="larger than the limit")


def offset_out_of_range(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    literal = pen.random.choice([b"0", b"-1", b"9223372036854775808", b"99999999999999999999", b"-0"])
    yield pen.case(
        Reason.OUT_OF_RANGE, draft, draft.spoilt("offset", literal), field="offset", value=literal.decode()
    )


def offset_of_a_wrong_type(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    literal = pen.random.choice(
        [b'"%d"' % draft.offset, b"%d.0" % draft.offset, b"null", b"true", b"[]", b"1e2"]
    )
    yield pen.case(
        Reason.WRONG_TYPE, draft, draft.spoilt("offset", literal), field="offset", value=literal.decode()
    )


def no_offset(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    yield pen.case(Reason.MISSING_FIELD, draft, draft.without("offset"), field="offset", value="is required")


def event_id_with_other_content(pen: Pen) -> Iterator[Case]:
    first = pen.draft()
    yield pen.case("accepted", first)
    number = pen.draft(first.kind)
    second = replace(
        first, offset=number.offset, envelope={**first.envelope, "offset": number.envelope["offset"]}
    )
    name = pen.random.choice(["ts", "partition_key", "payload"])
    if name == "payload":
        second.payload = {**first.payload, "more": b"1"}
    else:
        other = {"ts": b'"2026-04-01T00:00:00.000001Z"', "partition_key": b'"LOC-ON-002"'}
        second.envelope[name] = other[name]
    value = first.envelope["event_id"].strip(b'"').decode()
    yield pen.case(Reason.EVENT_ID_CONFLICT, second, field="event_id", value=value)


def event_again_at_another_offset(pen: Pen) -> Iterator[Case]:
    first = pen.draft()
    yield pen.case("accepted", first)
    number = pen.draft(first.kind)
    again = replace(
        first, offset=number.offset, envelope={**first.envelope, "offset": number.envelope["offset"]}
    )
    yield pen.case("duplicate", again)


def event_delivered_again(pen: Pen) -> Iterator[Case]:
    first = pen.case("accepted", pen.draft())
    yield first
    yield replace(first, fate="redelivered")


def order_of_two_locations(pen: Pen) -> Iterator[Case]:
    """Each event alone is valid: both are kept, the later one counts, and the consistency check names both."""
    first, second = pen.draft("order_created"), pen.draft("order_created")
    first.payload["location_code"], second.payload["location_code"] = b'"LOC-ON-001"', b'"LOC-ON-002"'
    second.payload["order_id"] = first.payload["order_id"]
    yield pen.case("accepted", first)
    yield pen.case("accepted", second)


def processor_that_fails(pen: Pen) -> Iterator[Case]:
    """An event that the custom processor of these tests fails for: see run.py."""
    draft = pen.draft("poisoned")
    draft.payload["how"] = pen.random.choice([b'"raise"', b'"query"', b'"surrogate"'])
    yield pen.case(Reason.PROCESSOR_FAILED, draft, value=": ")


def farthest_offset(pen: Pen) -> Iterator[Case]:
    log = f"far{pen.random.getrandbits(64)}"
    draft = pen.draft(offset=pen.random.choice([_LARGEST, _LARGEST - 1]))
    wire = block(draft.data, f"{log}-{draft.offset}".encode(), draft.kind.encode())
    yield Case("accepted", wire, draft.data, (log, draft.offset))
    spoilt = draft.without("ts")
    other = block(spoilt, f"{log}x-{draft.offset}".encode())
    yield Case(Reason.MISSING_FIELD, other, spoilt, (f"{log}x", draft.offset), "ts", "is required")


def gap_with_an_impossible_position(pen: Pen) -> Iterator[Case]:
    """A gap with a position that no stream of ours can have. It cannot be recorded, so it must not count as a gap."""
    noise = b"%d" % pen.random.getrandbits(64) + pen.random.randbytes(3000).hex().encode()
    data = b'{"requested":"%s","oldest":5,"missing":4,"stream_id":"log"}' % noise
    yield Case(Reason.MISSING_FIELD, block(data, None, b"stream_gap"), data, None, "offset", "is required")


def gap(pen: Pen) -> Iterator[Case]:
    data = b'{"requested":"log-%d","oldest":5,"missing":4,"stream_id":"log"}' % pen.random.getrandbits(40)
    yield Case("gap", block(data, None, b"stream_gap"), data, None)


WRONG_PLACES = [
    id_without_a_place, id_of_another_offset, id_written_otherwise, id_too_long, offset_out_of_range,
    offset_of_a_wrong_type, no_offset, event_id_with_other_content, event_again_at_another_offset,
    event_delivered_again, order_of_two_locations, processor_that_fails, farthest_offset,
    gap_with_an_impossible_position, gap,
]  # fmt: skip
