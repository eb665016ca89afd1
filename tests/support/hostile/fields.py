"""Wrong fields: each generator makes one field of a valid event wrong. The reason must name the field."""

from collections.abc import Iterator

from sse_ingest.dead_letter_reasons import Reason
from tests.support.hostile.draft import ENVELOPE, FIELDS, Case, Draft, Pen

_NOT_NUMBERS = [
    b"true",
    b"[]",
    b"{}",
    b"[1]",
    b'"abc"',
    b'""',
    b'"1,50"',
    b'"$5"',
    b'"NaN"',
    b'"Infinity"',
    b'" 1"',
]
_NOT_NUMBERS += [b'"0x10"', '"١٢"'.encode(), b'"12.50 EUR"']
_NOT_INTEGERS = [b'"5"', b"4.5", b"5.0", b"1e0", b"true", b"[]", b"{}", b'"five"']
_NOT_TEXTS = [b"5", b"true", b"[]", b"{}", b"1.5", b'["a"]']
_NOT_ARRAYS = [b"5", b"true", b"{}", b'"[]"', b"1.5"]
WRONG: dict[str, list[bytes]] = {
    "uuid": [
        b"5",
        b"true",
        b"[]",
        b"{}",
        b"1.5",
        b'"not-a-uuid"',
        b'""',
        b'"6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a00g"',
    ],
    "id": [b"5", b"true", b"[]", b"{}", b"1.5"],
    "time": [b"5", b"1773489600", b"true", b"[]", b"{}", b"1.5"],
    **dict.fromkeys(
        ("text", "name", "service", "status", "type", "currency", "line_kind", "discount_kind"), _NOT_TEXTS
    ),
    **dict.fromkeys(("items", "payments"), _NOT_ARRAYS),
    "flag": [b"0", b"1", b'"true"', b'"yes"', b"[]", b"{}", b"1.0"],
    **dict.fromkeys(("price", "money", "qty"), _NOT_NUMBERS),
    **dict.fromkeys(("rating", "nps", "guests"), _NOT_INTEGERS),
}
_BAD_TIMES = [
    b'"soon"', b'""', b'"2026-02-30T12:00:00Z"', b'"2026-13-01T00:00:00Z"', b'"2026-03-14T12:00:00"', b'"2026-03-14"',
    b'"14/03/2026"', b'"1773489600"', b'"2026-03-14T25:00:00Z"', b'"2026-03-14T12:61:00Z"', b'"2026-W11-6"',
    b'"-2026-03-14T12:00:00Z"',
]  # fmt: skip
_FAR_TIMES = [
    b'"2500-01-01T00:00:00Z"', b'"0001-01-01T00:00:00Z"', b'"1899-12-31T23:59:59Z"', b'"9999-12-31T23:59:59Z"',
    b'"2200-01-01T00:00:00Z"', b'"0001-01-01T00:00:00+15:00"', b'"9999-12-31T23:59:59-15:00"',
    b'"2026-03-14T12:00:00+16:00"', b'"2026-03-14T12:00:00-23:59"',
]  # fmt: skip
_NEGATIVE = [b"-1", b"-0.01", b'"-5"', b"-9999999999.99", b"-1e2", b"-99999999999999999999"]
_ABSURD = [
    b"1e10",
    b"10000000000",
    b"99999999999999999999",
    b"0.001",
    b"1e308",
    b"1e400",
    b"1e-400",
    b'"0.005"',
]
_QUANTITIES = [b"0", b"-1", b"1000000", b"0.0001", b"1e7", b'"-2"', b"-0", b"1e99"]
_INTEGERS = [b"-1", b"11", b"100", b"99999999999999999999", b"-99999999999999999999", b"32768", b"2147483648"]
OTHERS = (_BAD_TIMES, _FAR_TIMES, _NEGATIVE, _ABSURD, _QUANTITIES, _INTEGERS)


def _spoil(pen: Pen, reason: Reason, draft: Draft, path: str, literal: bytes) -> Iterator[Case]:
    yield pen.case(reason, draft, draft.spoilt(path, literal), field=path, value=literal[:40].decode())


def missing_field(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    required = [*ENVELOPE, "payload"]
    required += [f"payload.{name}" for name, sort in FIELDS[draft.kind].items() if not sort.endswith("?")]
    path = pen.random.choice(required)
    yield pen.case(Reason.MISSING_FIELD, draft, draft.without(path), field=path, value="is required")


def wrong_type(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    path, sort = pen.field(draft)
    wrong = WRONG[sort.removesuffix("?")] + ([] if sort.endswith("?") else [b"null"])
    yield from _spoil(pen, Reason.WRONG_TYPE, draft, path, pen.random.choice(wrong))


def payload_is_no_object(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    literal = pen.random.choice([b"[]", b"5", b"null", b'"{}"', b"true", b"[{}]"])
    yield from _spoil(pen, Reason.NOT_AN_OBJECT, draft, "payload", literal)


def payload_of_unknown_type_is_no_object(pen: Pen) -> Iterator[Case]:
    draft = pen.draft("loyalty_points_earned")
    yield from _spoil(pen, Reason.NOT_AN_OBJECT, draft, "payload", pen.random.choice([b"[]", b"5", b"null"]))


def time_that_is_none(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    path, _sort = pen.field(draft, "time")
    yield from _spoil(pen, Reason.BAD_TIMESTAMP, draft, path, pen.random.choice(_BAD_TIMES))


def year_0(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    path, _sort = pen.field(draft, "time")
    yield from _spoil(pen, Reason.BAD_TIMESTAMP, draft, path, b'"0000-01-01T00:00:00Z"')


def year_10000(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    path, _sort = pen.field(draft, "time")
    literal = pen.random.choice([b'"10000-01-01T00:00:00Z"', b'"+10000-01-01T00:00:00Z"'])
    yield from _spoil(pen, Reason.BAD_TIMESTAMP, draft, path, literal)


def year_2500_and_other_ages(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    path, _sort = pen.field(draft, "time")
    yield from _spoil(pen, Reason.OUT_OF_RANGE, draft, path, pen.random.choice(_FAR_TIMES))


def _money(pen: Pen) -> tuple[Draft, str, str]:
    kinds = [
        "order_item_added",
        "payment_captured",
        "payment_refunded",
        "menu_item_changed",
        "discount_applied",
        "service_charge_added",
    ]
    draft = pen.draft(pen.random.choice(kinds))
    return draft, *pen.field(draft, "price", "money")


def negative_money(pen: Pen) -> Iterator[Case]:
    draft, path, _sort = _money(pen)
    yield from _spoil(pen, Reason.OUT_OF_RANGE, draft, path, pen.random.choice(_NEGATIVE))


def absurd_money(pen: Pen) -> Iterator[Case]:
    draft, path, sort = _money(pen)
    zero = [b"0", b"0.00", b'"0"', b"-0"] if sort.startswith("price") else []
    yield from _spoil(pen, Reason.OUT_OF_RANGE, draft, path, pen.random.choice(_ABSURD + zero))


def absurd_quantity(pen: Pen) -> Iterator[Case]:
    draft = pen.draft("order_item_added")
    yield from _spoil(pen, Reason.OUT_OF_RANGE, draft, "payload.qty", pen.random.choice(_QUANTITIES))


def score_beyond_the_scale(pen: Pen) -> Iterator[Case]:
    draft = pen.draft("feedback_submitted")
    path, _sort = pen.field(draft, "rating", "nps")
    yield from _spoil(pen, Reason.OUT_OF_RANGE, draft, path, pen.random.choice(_INTEGERS))


def word_not_in_the_list(pen: Pen) -> Iterator[Case]:
    kinds = ["order_created", "order_status_changed", "order_item_added", "discount_applied"]
    draft = pen.draft(pen.random.choice(kinds))
    path, _sort = pen.field(draft, "service", "status", "currency", "line_kind", "discount_kind")
    literal = pen.random.choice([b'"drive_in"', b'""', b'"DINE_IN"', b'"ready "', b'"done"'])
    yield from _spoil(pen, Reason.OUT_OF_RANGE, draft, path, literal)


def text_too_long(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    path, _sort = pen.field(draft, "name", "type", "id")
    text = b'"' + b"x" * pen.random.choice([201, 202, 1000, 9000]) + b'"'
    yield from _spoil(pen, Reason.OUT_OF_RANGE, draft, path, text)


def empty_type(pen: Pen) -> Iterator[Case]:
    yield from _spoil(pen, Reason.OUT_OF_RANGE, pen.draft(), "event_type", b'""')


def id_that_names_nothing(pen: Pen) -> Iterator[Case]:
    draft = pen.draft("payment_refunded")
    path, _sort = pen.field(draft, "id")
    yield from _spoil(
        pen, Reason.OUT_OF_RANGE, draft, path, pen.random.choice([b'""', rb'"\n"', rb'"a\u001f"'])
    )


WRONG_FIELDS = [
    missing_field, wrong_type, payload_is_no_object, payload_of_unknown_type_is_no_object, time_that_is_none, year_0,
    year_10000, year_2500_and_other_ages, negative_money, absurd_money, absurd_quantity, score_beyond_the_scale,
    word_not_in_the_list, text_too_long, empty_type,
    id_that_names_nothing,
]  # fmt: skip
"""Service and warehouse both name the field of these cases."""
