"""The parts of hostile frames: a valid event as literals, so that any part of it can be replaced."""

from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Literal, TypeAlias
from uuid import UUID

from sse_ingest.dead_letter_reasons import Reason

LOG = "hostile1"
LIMIT = 20_000
"""Bytes of a frame that the decoder of these tests keeps."""

Fate: TypeAlias = Reason | Literal["accepted", "duplicate", "redelivered", "gap"]

# The sort of each field of the known types; "?" where it can be null or absent.
FIELDS: dict[str, dict[str, str]] = {
    "order_created": {
        "order_id": "id", "visit_id": "name?", "service_type": "service", "order_ts": "time",
        "location_code": "text", "customer_id": "name?", "city": "text?",
        "guest_count": "guests?", "currency": "currency?", "channel": "text?",
    },
    "order_item_added": {
        "order_item_id": "id", "order_id": "id", "menu_item_id": "name?", "category": "text?",
        "item_name": "text", "unit_price": "money?", "qty": "qty", "extended_price": "money?",
        "parent_item_id": "id?", "tax_included": "flag?", "kind": "line_kind?",
    },
    "order_status_changed": {"order_id": "id", "status": "status", "changed_ts": "time"},
    "payment_captured": {
        "payment_id": "id", "order_id": "id", "method": "text", "provider": "text?", "amount": "money",
        "auth_code": "text?", "subtotal": "money", "tax": "money", "tip": "money", "total": "money",
        "location_code": "text?",
    },
    "payment_voided": {"payment_id": "id", "order_id": "id", "reason": "text?", "voided_ts": "time"},
    "order_item_voided": {"order_item_id": "id", "order_id": "id", "reason": "text?", "voided_ts": "time"},
    "discount_applied": {
        "discount_id": "id", "order_id": "id", "order_item_id": "id?", "name": "text?",
        "kind": "discount_kind", "amount": "money",
    },
    "service_charge_added": {
        "charge_id": "id", "order_id": "id", "name": "text?", "amount": "money", "gratuity": "flag?",
    },
    "payment_refunded": {
        "refund_id": "id", "payment_id": "id", "order_id": "id", "amount": "price", "reason": "text?",
        "refunded_ts": "time",
    },
    "feedback_submitted": {
        "feedback_id": "id", "order_id": "id?", "customer_id": "name?", "rating": "rating", "nps": "nps?",
        "comment": "text?", "created_ts": "time",
    },
    "menu_item_changed": {
        "menu_item_id": "name", "name": "text", "category": "text?", "price": "money?", "cost": "money?",
        "changed_ts": "time",
    },
    "customer_changed": {
        "customer_id": "name", "city": "text?", "membership": "text?", "changed_ts": "time",
    },
    "order_snapshot": {
        "order_id": "id", "service_type": "service", "order_ts": "time", "location_code": "text",
        "status": "status?", "changed_ts": "time?", "items": "items?", "payments": "payments?",
    },
}  # fmt: skip
ENVELOPE = {"event_id": "uuid", "event_type": "type", "ts": "time", "partition_key": "name"}
_GOOD: dict[str, list[bytes]] = {
    "id": [b'"42"', b'"A-17/3"', b'"No. 12"'],
    "name": [b'"guest-1"', b'"Zo\xc3\xab"'],
    "text": [b'"LOC-ON-001"', b'"Soup of the day"', '"Crème brûlée 🍮"'.encode()],
    "service": [b'"dine_in"', b'"takeout"', b'"delivery"', b'"drive_thru"', b'"room_service"', b'"other"'],
    "currency": [b'"CAD"', b'"JPY"', b'"KWD"'],
    "line_kind": [b'"sale"', b'"gift_card"'],
    "discount_kind": [b'"discount"', b'"comp"', b'"promotion"', b'"loyalty"'],
    "flag": [b"true", b"false"],
    "guests": [b"0", b"4", b"100000"],
    "status": [b'"pending"', b'"preparing"', b'"ready"', b'"completed"', b'"cancelled"'],
    "price": [b"12.50", b'"3.99"', b"7", b"0.01"],
    "money": [b"12.50", b'"3.99"', b"0", b"0.00"],
    "qty": [b"1", b"2.125", b"3"],
    "rating": [b"1", b"5"],
    "nps": [b"0", b"10"],
}
_ELEMENTS = {
    "items": b'{"order_item_id":"%s","item_name":"Soup","qty":1,"unit_price":"5.25"}',
    "payments": b'{"payment_id":"%s","method":"card","amount":5,"subtotal":5,"tax":0,"tip":0,"total":5,'
    b'"captured_ts":"2026-03-14T12:00:00Z"}',
}
"""A list of one element, by sort."""


@dataclass(frozen=True)
class Case:
    """One block as a hostile producer sends it, and its expected result.

    `place` is where the account must find it; None where it has no readable position of its own. The dead letter's
    detail must hold `field` and `value`.
    """

    fate: Fate
    wire: bytes
    data: bytes
    place: tuple[str, int] | None
    field: str = ""
    value: str = ""


def members(fields: dict[str, bytes]) -> bytes:
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), value) for name, value in fields.items()) + b"}"


@dataclass
class Draft:
    """A valid event: the literal of each field."""

    offset: int
    kind: str
    envelope: dict[str, bytes]
    payload: dict[str, bytes] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return members({**self.envelope, "payload": members(self.payload)})

    def spoilt(self, path: str, literal: bytes) -> bytes:
        """The data with one field, in the payload or beside it, replaced."""
        name = path.removeprefix("payload.")
        if name == path:
            return members({**self.envelope, "payload": members(self.payload), name: literal})
        return members({**self.envelope, "payload": members({**self.payload, name: literal})})

    def without(self, path: str) -> bytes:
        fields = {**self.envelope, "payload": members(self.payload)}
        name = path.removeprefix("payload.")
        if name == path:
            del fields[name]
        else:
            fields["payload"] = members({n: v for n, v in self.payload.items() if n != name})
        return members(fields)


class Pen:
    """Writes drafts and cases, with seeded randomness; each draft takes the next offset of the log."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._offsets = count(1)

    def uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def literal(self, sort: str) -> bytes:
        """A good value of the sort."""
        sort = sort.removesuffix("?")
        if sort == "uuid" or (sort == "id" and self.random.random() < 0.5):
            return b'"%s"' % str(self.uuid()).encode()
        if sort in _ELEMENTS:
            return b"[" + _ELEMENTS[sort] % str(self.uuid()).encode() + b"]"
        if sort == "time":
            day, hour = self.random.randint(1, 28), self.random.randint(0, 23)
            return b'"2026-03-%02dT%02d:30:00Z"' % (day, hour)
        return self.random.choice(_GOOD[sort])

    def draft(self, kind: str | None = None, *, offset: int | None = None) -> Draft:
        """A valid event of the type, or of any known one."""
        kind = kind or self.random.choice(list(FIELDS))
        number = next(self._offsets) if offset is None else offset
        envelope = {
            "offset": b"%d" % number,
            "event_id": self.literal("uuid"),
            "event_type": b'"%s"' % kind.encode(),
            "ts": self.literal("time"),
            "partition_key": b'"LOC-ON-001"',
        }
        fields = FIELDS.get(kind, {"note": "text"})
        return Draft(number, kind, envelope, {name: self.literal(sort) for name, sort in fields.items()})

    def field(self, draft: Draft, *sorts: str) -> tuple[str, str]:
        """Some field of the draft, as path and sort: of these sorts, or of any."""
        known = {**ENVELOPE, **{f"payload.{n}": s for n, s in FIELDS.get(draft.kind, {}).items()}}
        fields = [
            (path, sort) for path, sort in known.items() if not sorts or sort.removesuffix("?") in sorts
        ]
        return self.random.choice(fields)

    def case(
        self, fate: Fate, draft: Draft, data: bytes | None = None, *, field: str = "", value: str = ""
    ) -> Case:
        """The block of the draft, with other data if given, under the draft's own id."""
        body = draft.data if data is None else data
        wire = block(body, f"{LOG}-{draft.offset}".encode(), draft.kind.encode(), self._end())
        return Case(fate, wire, body, (LOG, draft.offset), field, value)

    def _end(self) -> bytes:
        return self.random.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r"))


def block(data: bytes, position: bytes | None, event: bytes = b"message", end: bytes = b"\n") -> bytes:
    """A block of an event stream; no id line where the position is None."""
    lines = [b"event: " + event, *(b"data: " + line for line in data.split(b"\n"))]
    if position is not None:
        lines.insert(0, b"id: " + position)
    return b"".join(line + end for line in lines) + end
