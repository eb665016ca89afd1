"""Broken texts: bytes that are no UTF-8, no JSON, or JSON that jsonb cannot store."""

from collections.abc import Iterator

from sse_ingest.dead_letter_reasons import Reason
from tests.support.hostile.draft import LIMIT, Case, Draft, Pen

_NOT_UTF8 = [
    b"\xff",
    b"\xc3",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"Caf\xe9",
    b"\xe2\x82",
    b"\x80",
]
_HALVES = [
    rb"\ud800",
    rb"\uDC00",
    rb"\udbff",
    rb"\udc00\ud800",
    rb"\ud83d\ud83d\ude00",
    rb"\ud83dx\ude00",
    rb"\uDFFF",
]
_NUMBERS = [
    b"1e131072",
    b"-1e131072",
    b"1e-16384",
    b"1e400000",
    b"9e999999999999",
    b"0.1e-16383",
    b"1E+200000",
]
_NOT_JSON = [b"NaN", b"Infinity", b"-Infinity", b"'a'", b"01", b"+1", b".5", b"1.", b"undefined", b"tru", b'"\x01"',
             b'"\\x41"', b'"\\u12g4"', b"0x10", b"1e", b"[1,]", b'{"a":1,}', b"{a:1}", b"/* */ 1", b"--1"]  # fmt: skip


def _text(pen: Pen) -> tuple[Draft, str]:
    """A draft, and a field of it that can have any text."""
    draft = pen.draft(pen.random.choice(["order_created", "order_item_added", "feedback_submitted", "noted"]))
    if draft.kind == "noted":
        return draft, "payload.note"
    return draft, pen.field(draft, "text")[0]


def invalid_utf8(pen: Pen) -> Iterator[Case]:
    draft, path = _text(pen)
    data = draft.spoilt(path, b'"ab' + pen.random.choice(_NOT_UTF8) + b'cd"')
    yield pen.case(Reason.INVALID_UTF8, draft, data, field=path, value="at byte")


def invalid_utf8_anywhere(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    at = pen.random.randrange(len(draft.data))
    data = draft.data[:at] + pen.random.choice([b"\xff", b"\xfe", b"\xc1"]) + draft.data[at:]
    yield pen.case(Reason.INVALID_UTF8, draft, data, value="not UTF-8 at byte")


def invalid_json_value(pen: Pen) -> Iterator[Case]:
    draft, path = _text(pen)
    data = draft.spoilt(path, pen.random.choice(_NOT_JSON))
    yield pen.case(Reason.INVALID_JSON, draft, data, field=path, value="byte")


def cut_short(pen: Pen) -> Iterator[Case]:
    draft = pen.draft("order_status_changed")  # its texts are ASCII: no character is cut in two
    data = draft.data[: pen.random.randrange(1, len(draft.data))]
    yield pen.case(Reason.INVALID_JSON, draft, data)


def something_after_it(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    junk = pen.random.choice([b"}", b" {}", b",", b"null", b" // end", b"]"])
    yield pen.case(Reason.INVALID_JSON, draft, draft.data + junk, value="byte")


def no_json_at_all(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    words = pen.random.choice(
        [b"hello %d", b"<event id='%d'/>", b"offset=%d&x", b"\xef\xbb\xbf{%d}", b"--- %d"]
    )
    yield pen.case(Reason.INVALID_JSON, draft, words % draft.offset)


def no_object(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    data = pen.random.choice([b"[%d]", b"%d", b'"%d"', b"[[%d]]", b"-%d.5", b" [ {}, %d ]"]) % draft.offset
    yield pen.case(Reason.NOT_AN_OBJECT, draft, data, value=data.decode().strip())


def nul_in_a_text(pen: Pen) -> Iterator[Case]:
    draft, path = _text(pen)
    data = draft.spoilt(path, pen.random.choice([rb'"a\u0000b"', rb'"\u0000"', b'"a\0b"', rb'"\\\u0000"']))
    yield pen.case(Reason.NUL_CHARACTER, draft, data, field=path, value="at byte")


def nul_in_a_key(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    draft.payload[r"ex\u0000tra"] = b"1"
    yield pen.case(Reason.NUL_CHARACTER, draft, field=r"payload.ex\u0000tra", value=r"\u0000 at byte")


def lone_surrogate(pen: Pen) -> Iterator[Case]:
    draft, path = _text(pen)
    data = draft.spoilt(path, b'"a' + pen.random.choice(_HALVES) + b'"')
    yield pen.case(Reason.LONE_SURROGATE, draft, data, field=path, value="half of a surrogate pair")


def lone_surrogate_in_a_key(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    draft.payload[r"ex\ud800tra"] = b"1"
    yield pen.case(Reason.LONE_SURROGATE, draft, field=r"payload.ex\ud800tra", value=r"\ud800 at byte")


def number_beyond_numeric(pen: Pen) -> Iterator[Case]:
    draft, literal = pen.draft(pen.random.choice([None, "noted"])), pen.random.choice(_NUMBERS)
    draft.payload["extra"] = b'{"deep":[0,%s]}' % literal
    yield pen.case(Reason.OUT_OF_RANGE, draft, field="payload.extra.deep.1", value=literal.decode())


def too_deep(pen: Pen) -> Iterator[Case]:
    draft = pen.draft(pen.random.choice([None, "noted"]))
    opening, middle, closing = pen.random.choice(
        [(b"[", b"", b"]"), (b'{"a":', b"1", b"}"), (b'[{"b":', b"[]", b"}]")]
    )
    depth = pen.random.choice([64, 65, 200, 1500])
    draft.payload["extra"] = opening * depth + middle + closing * depth
    yield pen.case(Reason.TOO_DEEP, draft, value="nested deeper than 64")


def too_large(pen: Pen) -> Iterator[Case]:
    draft, path = _text(pen)
    data = draft.spoilt(path, b'"' + b"x" * pen.random.choice([LIMIT, LIMIT + 1, 2 * LIMIT]) + b'"')
    yield pen.case(Reason.TOO_LARGE, draft, data, value="larger than the limit")


BROKEN_TEXTS = [
    invalid_utf8, invalid_utf8_anywhere, invalid_json_value, cut_short, something_after_it, no_json_at_all, no_object,
    nul_in_a_text, nul_in_a_key, lone_surrogate, lone_surrogate_in_a_key, number_beyond_numeric, too_deep, too_large,
]  # fmt: skip
