"""Weeks of simulated orders with labelled frauds, and with orders that look like fraud but are honest.

The orders are plain ones. First some get what a restaurant has and these do not: split bills, large parties, generous
tips. They have no label. Then one order in two hundred becomes a fraud of one of the kinds.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from api.log.interface import Draft, instant
from api.simulator.catalogue import PLAIN_RESTAURANTS
from api.simulator.recorder import cents
from api.simulator.trade import busyness
from api.simulator.world import HORIZON, World

_START = datetime(2026, 9, 22, tzinfo=UTC)
_STEP = 600  # seconds between two handfuls of orders
_DAY = 86_400
_FRAUDS = 0.005
_SPLITS, _PARTIES, _GENEROUS = 0.04, 0.01, 0.02
_LARGE = 3  # of the restaurants' weights: those that sell every hour of the day
_NIGHT = range(7, 11)  # UTC: from two to five at the restaurants
_encode = msgspec.json.Encoder(decimal_format="number").encode
Fields = dict[str, Any]


@dataclass
class Order:
    """The events of one order, to be changed before they are published."""

    drafts: list[Draft]
    rng: Random

    @property
    def paid(self) -> bool:
        return any(draft.event_type == "payment_captured" for draft in self.drafts)

    @property
    def place_and_hour(self) -> tuple[str, datetime]:
        created = self.drafts[0]
        return created.partition_key, datetime.fromisoformat(created.ts).replace(
            minute=0, second=0, microsecond=0
        )

    def change(self, event_type: str, edit: Callable[[Fields], Fields]) -> None:
        """Change the payload of each event of a type."""
        self.drafts = [
            replace(draft, payload=_encode(edit(_read(draft)))) if draft.event_type == event_type else draft
            for draft in self.drafts
        ]

    def payment(self) -> tuple[Draft, Fields]:
        """Its first payment."""
        draft = next(draft for draft in self.drafts if draft.event_type == "payment_captured")
        return draft, _read(draft)

    def add(self, event_type: str, seconds: float, fields: Fields) -> None:
        """Add an event, so many seconds after the payment."""
        paid, _ = self.payment()
        ts = instant(datetime.fromisoformat(paid.ts) + timedelta(seconds=seconds))
        self.drafts.append(Draft(event_type, paid.partition_key, ts, _encode(fields), self.new_id()))

    def new_id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)


@dataclass
class History:
    """All events, the kind of fraud by order, and the hours without a sale by restaurant."""

    drafts: list[Draft] = field(default_factory=list)
    frauds: dict[str, str] = field(default_factory=dict)
    silent: set[tuple[str, datetime]] = field(default_factory=set)
    end: datetime = _START


def history(seed: int, days: int, orders_a_day: int, honest_days: int = 0) -> History:
    """The same history for the same arguments, ordered by time. The first `honest_days` have no fraud."""
    rng = Random(f"frauds|{seed}")
    end = _START + timedelta(days=days)
    honest_until = _START + timedelta(days=honest_days)
    result = History(silent=_silent_hours(rng, end), end=end)
    for order in _orders(seed, days, orders_a_day, rng):
        if order.place_and_hour in result.silent:
            continue
        _ordinary(order, rng)
        if order.paid and rng.random() < _FRAUDS and order.place_and_hour[1] >= honest_until:
            kind = rng.choice(list(KINDS))
            KINDS[kind](order)
            result.frauds[_read(order.drafts[0])["order_id"]] = kind
        result.drafts += order.drafts
    result.drafts.sort(key=lambda draft: draft.ts)
    return result


def _silent_hours(rng: Random, end: datetime) -> set[tuple[str, datetime]]:
    """One hour per large restaurant, in the last week, between eleven and nine by its clock."""
    large = [place.code for place in PLAIN_RESTAURANTS if place.weight >= _LARGE]
    return {(code, end - timedelta(days=rng.randint(1, 6), hours=rng.randint(-1, 8))) for code in large}


def _orders(seed: int, days: int, orders_a_day: int, rng: Random) -> Iterator[Order]:
    world = World(seed, math.inf)
    first = int(_START.timestamp())
    for clock in range(first, first + days * _DAY, _STEP):
        mean = orders_a_day * _STEP / _DAY * busyness(clock)
        count = max(0, round(rng.gauss(mean, math.sqrt(mean))))
        by_order: dict[str, list[Draft]] = {}
        for draft in world.burst((clock + HORIZON) * 1_000_000, count):
            by_order.setdefault(_read(draft)["order_id"], []).append(draft)
        yield from (Order(drafts, rng) for drafts in by_order.values())


def _ordinary(order: Order, rng: Random) -> None:
    if not order.paid:
        return
    chance = rng.random()
    if chance < _SPLITS:
        _split(order, rng.choice((2, 2, 2, 3)), rng.uniform(5, 90))
    elif chance < _SPLITS + _PARTIES:
        size = rng.randint(3, 6)
        order.change("order_item_added", lambda line: _scaled(line, size, "qty", "extended_price"))
        order.change("payment_captured", lambda paid: _scaled(paid, size, *_MONEY))
    elif chance < _SPLITS + _PARTIES + _GENEROUS:
        order.change("payment_captured", lambda paid: _tipped(paid, Decimal(rng.randint(22, 35)) / 100))


_MONEY = ("amount", "subtotal", "tax", "tip", "total")


def _scaled(fields: Fields, factor: int, *names: str) -> Fields:
    return fields | {name: fields[name] * factor for name in names}


def _tipped(paid: Fields, share: Decimal) -> Fields:
    return _summed(paid | {"tip": cents(paid["subtotal"] * share)})


def _summed(paid: Fields) -> Fields:
    total = paid["subtotal"] + paid["tax"] + paid["tip"]
    return paid | {"total": total, "amount": total}


def _split(order: Order, parts: int, pause: float) -> None:
    """One bill, paid by several cards; the first also pays the remainder of the division."""
    _, whole = order.payment()
    share = {name: (whole[name] / parts).quantize(Decimal("0.01"), "ROUND_DOWN") for name in _MONEY[1:4]}
    first = {name: whole[name] - share[name] * (parts - 1) for name in share}
    order.change("payment_captured", lambda paid: _summed(paid | first))
    for number in range(1, parts):
        order.add("payment_captured", number * pause, _summed(whole | share | _another(order)))


def _another(order: Order) -> Fields:
    return {"payment_id": str(order.new_id()), "auth_code": f"{order.rng.getrandbits(24):06X}"}


def _tenfold(order: Order) -> None:
    order.change("payment_captured", lambda paid: _scaled(paid, 10, *_MONEY))


def _tip(order: Order) -> None:
    order.change("payment_captured", lambda paid: _tipped(paid, Decimal("0.9")))


def _given_back(order: Order) -> None:
    """Refund all of it, by three refunds within minutes."""
    _, paid = order.payment()
    third = (paid["amount"] / 3).quantize(Decimal("0.01"), "ROUND_DOWN")
    order.drafts = [draft for draft in order.drafts if draft.event_type != "payment_refunded"]
    for number, amount in enumerate((third, third, paid["amount"] - 2 * third), 1):
        seconds = number * order.rng.uniform(20, 90)
        moment = instant(datetime.fromisoformat(order.payment()[0].ts) + timedelta(seconds=seconds))
        order.add("payment_refunded", seconds, {
            "refund_id": str(order.new_id()), "payment_id": paid["payment_id"], "order_id": paid["order_id"],
            "amount": amount, "reason": "wrong item", "refunded_ts": moment,
        })  # fmt: skip


def _untaxed(order: Order) -> None:
    order.change("payment_captured", lambda paid: _summed(paid | {"tax": Decimal(0)}))


def _night_split(order: Order) -> None:
    """Move the order into the night, and pay it in four to six parts within a minute."""
    moved = timedelta(hours=order.rng.choice(list(_NIGHT)) - order.place_and_hour[1].hour)
    times = {"order_ts", "changed_ts", "refunded_ts", "created_ts"}
    order.drafts = [
        replace(
            draft,
            ts=_later(draft.ts, moved),
            payload=_encode({k: _later(v, moved) if k in times else v for k, v in _read(draft).items()}),
        )
        for draft in order.drafts
    ]
    order.change("payment_captured", lambda paid: paid | {"method": "card", "provider": "stripe"})
    _split(order, order.rng.randint(4, 6), order.rng.uniform(3, 12))


def _again(order: Order) -> None:
    """Charge the card twice."""
    order.change("payment_captured", lambda paid: paid | {"method": "card", "provider": "stripe"})
    _, paid = order.payment()
    order.add("payment_captured", order.rng.uniform(1, 240), paid | _another(order))


KINDS: dict[str, Callable[[Order], None]] = {
    "amount tenfold": _tenfold,
    "tip of 90%": _tip,
    "all refunded": _given_back,
    "tax missing": _untaxed,
    "night split": _night_split,
    "charged twice": _again,
}


def _later(ts: str, by: timedelta) -> str:
    return instant(datetime.fromisoformat(ts) + by)


def _read(draft: Draft) -> Fields:
    fields: Fields = json.loads(draft.payload, parse_float=Decimal)
    return fields
