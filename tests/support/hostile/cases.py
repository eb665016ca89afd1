"""Everything that a hostile or broken producer can send: one named generator per kind of wrong or unusual input."""

from collections.abc import Callable, Iterator
from random import Random
from typing import TypeAlias

from sse_ingest.dead_letter_reasons import Reason
from tests.support.hostile.draft import Case, Draft, Pen
from tests.support.hostile.fields import WRONG_FIELDS
from tests.support.hostile.places import WRONG_PLACES
from tests.support.hostile.texts import BROKEN_TEXTS

Generator: TypeAlias = Callable[[Pen], Iterator[Case]]

ODD_VALUES: dict[str, list[bytes]] = {
    "uuid": [b'"%s"' % b"6F1D5A1E-6F0C-4C39-9F43-0F6A55C1A000", b'"00000000-0000-0000-0000-000000000000"'],
    "id": [b'"%s"' % b"6F1D5A1E-6F0C-4C39-9F43-0F6A55C1A000", b'"6f1d5a1e6f0c4c399f430f6a55c1a000"', b'" "',
           b'"' + b"9" * 200 + b'"', b'"\'; --"', b'"\\\\."', '"\u202e№ 12🍮"'.encode(), rb'"\ud83c\udf7d\u0041"'],
    "time": [b'"1900-01-01T00:00:00Z"', b'"2199-12-31T23:59:59.999999Z"', b'"2026-03-14T12:00:00.123456789+05:30"',
             b'"2026-03-14t12:00:00z"', b'"2026-03-14T12:00:00-15:59"'],
    "money": [b"9999999999.99", b"-0", b"0.0", b"1e9", b"1E-2", b'"1e2"', b"1.0e1", b'"0009.50"'],
    "price": [b"9999999999.99", b"0.01", b"1e9", b"1E-2", b'"9999999999.99"'],
    "qty": [b"999999.999", b"0.001", b"1e-3", b"9.99999e5", b'"3"'],
    "name": [b'""', b'"' + b"x" * 200 + b'"', '"\\uffff\\u0001\u202e\u2028\ufeff"'.encode(), rb'"\ud83c\udf7d"'],
    "text": [b'""', b'"' + b"y" * 15_000 + b'"', rb'"\\u0000 \\ud800"', '"\ufffd\ufffe \U0010ffff"'.encode(),
             b'"\\u0001\\u001f\x7f\\t"', b'"\'; DROP TABLE orders; --"', b'"\\\\."', b'"\\\\N"'],
}  # fmt: skip


def odd_values(pen: Pen) -> Iterator[Case]:
    """At the limit of what is allowed."""
    draft = pen.draft()
    path, sort = pen.field(draft, *ODD_VALUES)
    if path == "event_id":
        path, sort = "ts", "time"
    literal = pen.random.choice(ODD_VALUES[sort.removesuffix("?")])
    yield pen.case("accepted", draft, draft.spoilt(path, literal))


def null_or_absent_where_it_may(pen: Pen) -> Iterator[Case]:
    draft = pen.draft(pen.random.choice(["order_created", "order_item_added", "payment_captured"]))
    names = {"order_created": "city", "order_item_added": "unit_price", "payment_captured": "provider"}
    path = f"payload.{names[draft.kind]}"
    yield pen.case("accepted", draft, pen.random.choice([draft.spoilt(path, b"null"), draft.without(path)]))


def unknown_fields(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    name = pen.random.choice(
        ["extra", "", "Order_ID", "x" * 3000, "__proto__", "ключ", "order_id ", r"a\"b", "a.b"]
    )
    draft.payload[name] = pen.random.choice(
        [b"1e131071", b"-1e-16383", b"null", b'{"a":[{}]}', b'"z"', b"[" * 62 + b"]" * 62]
    )
    draft.envelope["more"] = b"[1]"
    yield pen.case("accepted", draft)


def unknown_type(pen: Pen) -> Iterator[Case]:
    kind = pen.random.choice(
        ["loyalty_points_earned", "ORDER_CREATED", "order_created ", "'; --", "x" * 200, "message"]
    )
    yield pen.case("accepted", pen.draft(kind))


def _twice(pen: Pen, literal: bytes | None) -> tuple[Draft, bytes, str]:
    """A field that occurs twice: first with this value, or first with a valid one."""
    draft = pen.draft()
    path, sort = pen.field(draft, *([] if literal else ["id"]), "uuid", "time", "price", "rating", "status")
    name = path.removeprefix("payload.")
    spelt = pen.random.choice([name, f"\\u{ord(name[0]):04x}{name[1:]}"])
    first = b'"%s":%s,' % (spelt.encode(), literal or pen.literal(sort))
    data, own = draft.data, b'"%s":' % name.encode()
    at = data.rindex(own) if name != path else data.index(own)
    return draft, data[:at] + first + data[at:], name


def duplicate_keys(pen: Pen) -> Iterator[Case]:
    """The last one counts, here as in jsonb."""
    draft, data, _name = _twice(pen, None)
    yield pen.case("accepted", draft, data)


def duplicate_key_first_wrong(pen: Pen) -> Iterator[Case]:
    """It is not known which of the two is meant."""
    draft, data, name = _twice(pen, pen.random.choice([b"[]", b'"?"', b'{"a":1}']))
    yield pen.case(Reason.DUPLICATE_KEY, draft, data, field=name, value="stands twice")


def spread_over_lines(pen: Pen) -> Iterator[Case]:
    draft = pen.draft()
    yield pen.case("accepted", draft, draft.data.replace(b',"', b',\n  "'))


ODD: list[Generator] = [
    odd_values, null_or_absent_where_it_may, unknown_fields, unknown_type, duplicate_keys, spread_over_lines,
    duplicate_key_first_wrong,
]  # fmt: skip
GENERATORS: list[Generator] = [*BROKEN_TEXTS, *WRONG_FIELDS, *WRONG_PLACES, *ODD]
_NOISE = [
    b": ping\n",
    b"\n\n",
    b"retry: x\n\n",
    b"event: alone\n\n",
    b"data\xff: 1\n\n",
    b"\r\r",
    b"\xff\xfe: \0\n",
    b":\r\n",
]


def cases(random: Random, rounds: int) -> Iterator[tuple[str, Case]]:
    """`rounds` calls of each generator, in turn; each case with the name of its generator."""
    pen = Pen(random)
    for _ in range(rounds):
        for generator in GENERATORS:
            for case in generator(pen):
                yield generator.__name__, case


def noise(random: Random) -> bytes:
    """Bytes without meaning that are allowed between two blocks."""
    return random.choice(_NOISE) if random.random() < 0.1 else b""


def chunks(random: Random, stream: bytes) -> Iterator[bytes]:
    """The bytes, cut at random places."""
    at = 0
    while at < len(stream):
        size = random.choice([1, 2, 3, 100, 4_000, 65_536, 65_536])
        yield stream[at : at + size]
        at += size
