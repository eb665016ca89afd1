"""Rows of the cards in tests of the page: the same for the same question, and exact."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.support.dashboard.catalogue import CURRENCY_OF, RESTAURANTS, SERVICES, TODAY

Rows = list[list[Any]]
RATE = {"CAD": Decimal("23.45"), "EUR": Decimal("19.90"), "JPY": Decimal(2180)}
ITEMS = [
    "Smash burger",
    "Poutine",
    "<b>Bowl</b>",
    "=1+1",
    "Caesar salad",
    "Fish & chips",
    "Lemonade",
    "Tarte au sucre",
]
TENDERS = ["card", "cash", "gift_card", "online"]


@dataclass(frozen=True)
class Question:
    """The filters of one request."""

    days: tuple[date, ...]
    restaurants: tuple[str, ...]
    services: tuple[str, ...]

    @property
    def currencies(self) -> list[str]:
        return sorted({currency_of(code) for code in self.restaurants})

    def of(self, currency: str) -> list[str]:
        return [code for code in self.restaurants if currency_of(code) == currency]


def read_question(
    first: str | None, last: str | None, chosen: Callable[[str], list[str]], shift: int = 0
) -> Question:
    """What a request asks, `shift` days earlier."""
    end = date.fromisoformat(last or TODAY) - timedelta(shift)
    begin = date.fromisoformat(first or TODAY) - timedelta(shift)
    days = tuple(begin + timedelta(number) for number in range((end - begin).days + 1))
    codes = chosen("restaurant") or [str(restaurant["code"]) for restaurant in RESTAURANTS]
    currencies = chosen("currency")
    restaurants = tuple(code for code in codes if not currencies or currency_of(code) in currencies)
    return Question(days, restaurants, tuple(chosen("service") or SERVICES))


def currency_of(code: str) -> str:
    return CURRENCY_OF[code.split("-")[1]]


def noise(*key: object) -> float:
    return zlib.crc32(repr(key).encode()) / 2**32


def orders(
    question: Question, days: Iterable[date], codes: Iterable[str], services: Iterable[str] = ()
) -> int:
    chosen = tuple(services) or question.services
    return sum(
        int(
            (14 + 9 * (day.weekday() >= 4) + day.toordinal() % 400 / 60)
            * (0.6 + 0.8 * noise(day, code, service))
        )
        for day in days
        for code in codes
        for service in chosen
    )


def money(number: int, currency: str, key: object = "") -> str:
    amount = number * RATE[currency] * Decimal(f"{0.9 + 0.2 * noise(number, currency, key):.4f}")
    return f"{amount:.{0 if currency == 'JPY' else 2}f}"


def scalar_money(question: Question) -> Rows:
    currency = question.currencies[0]
    number = orders(question, question.days, question.of(currency))
    others = [
        f"{money(orders(question, question.days, question.of(other)), other)} {other}"
        for other in question.currencies[1:]
    ]
    return [[money(number, currency), currency, ", ".join(others) or "none"]]


def net_sales_today(question: Question) -> Rows:
    row = scalar_money(question)[0]
    week = money(int(orders(question, question.days, question.of(row[1])) * 0.89), row[1])
    return [[row[0], row[1], week, money(31, row[1])]]


def orders_today(question: Question) -> Rows:
    number = orders(question, question.days, question.restaurants)
    return [[number, int(number * 1.083), 12]]


def by_hour(question: Question) -> Rows:
    return [
        [
            f"{TODAY}T{hour:02}:00:00Z",
            service,
            int(30 * noise(hour, service) * (1 + (hour in (12, 13, 18, 19, 20)))),
        ]
        for hour in range(10, 24)
        for service in question.services
    ]


def average_order(question: Question) -> Rows:
    currency = question.currencies[0]
    return [[f"{RATE[currency] * Decimal(1 + len(question.days) % 7) / 4:.2f}", currency]]


def daily_sales(question: Question) -> Rows:
    return [
        [day.isoformat(), currency, money(orders(question, [day], question.of(currency)), currency)]
        for day in question.days
        for currency in question.currencies
    ]


def daily_orders(question: Question) -> Rows:
    return [
        [day.isoformat(), service, orders(question, [day], question.restaurants, [service])]
        for day in question.days
        for service in question.services
    ]


def hours(question: Question) -> Rows:
    return [
        [
            hour,
            day,
            f"{40 * noise(hour, day, question.days[0]) * (1 + (day > 4)) * (1 + (hour in (12, 19, 20))):.1f}",
        ]
        for day in range(1, 8)
        for hour in range(8, 24)
        if noise(hour, day) > 0.04
    ]


def payments(question: Question) -> Rows:
    number = orders(question, question.days, question.restaurants)
    currency = question.currencies[0]
    return [
        [tender, money(number // (place * 2 + 1), currency, tender), currency]
        for place, tender in enumerate(TENDERS)
    ]


def restaurants(question: Question) -> Rows:
    rows: Rows = []
    for code in question.restaurants:
        currency, number = currency_of(code), orders(question, question.days, [code])
        net = None if code == "LOC-QC-002" else money(number, currency, code)
        rows.append(
            [
                code,
                number,
                net,
                f"{RATE[currency]:.2f}",
                f"{8 * noise(code):.2f}",
                currency,
                f"{TODAY}T21:{number % 60:02}:00Z",
            ]
        )
    return rows


def engineering(question: Question) -> Rows:
    classes = ["star", "plowhorse", "puzzle", "dog"]
    return [
        [
            item,
            f"{30 * noise(item):.2f}",
            f"{3 + 14 * noise(item, question.days[0], 1):.2f}",
            "CAD",
            classes[place % 4],
        ]
        for place, item in enumerate(ITEMS * 2)
        if place < 14
    ]


def items(question: Question) -> Rows:
    number = orders(question, question.days, question.restaurants)
    return [
        [
            item,
            None if item == "Lemonade" else number // (place + 2),
            None if item == "Poutine" else money(number // (place + 3), "CAD"),
            "CAD",
        ]
        for place, item in enumerate(ITEMS)
    ]


def rating(question: Question) -> Rows:
    return [
        [day.isoformat(), None if day.day % 9 == 0 else f"{3.6 + noise(day):.2f}", int(20 * noise(day))]
        for day in question.days
    ]


def recommendation(question: Question) -> Rows:
    return [
        [day.isoformat(), f"{60 + 35 * noise(day, 2):.1f}"] for day in question.days if day.weekday() != 0
    ]


def checks(_: Question) -> Rows:
    return [
        ["ok", "database", "Answers in 3 ms."],
        [
            "warn",
            "freshness",
            "The newest event is 11 minutes old. Is the event service running (./stack status)?",
        ],
        ["error", "data_quality", "Payments do not add up for one business day of Harbour Grill."],
        ["ok", "rollups", "Every closed hour is summed."],
    ]


FIGURES: dict[str, tuple[str, Callable[[Question], Rows]]] = {
    "net_sales_today": (
        "net_sales:number currency:text net_sales_last_week:number discounts:number",
        net_sales_today,
    ),
    "orders_today": ("orders:number orders_last_week:number cancelled_orders:number", orders_today),
    "guests_today": ("guests:number", lambda _: [[None]]),
    "kitchen_time": ("median:number", lambda _: [["754"]]),
    "by_hour": ("hour:time service_type:text orders:number", by_hour),
    "checks": ("status:text check:text message:text", checks),
    "net_sales": ("net_sales:number currency:text other_currencies:text", scalar_money),
    "orders": ("orders:number", lambda question: [[orders(question, question.days, question.restaurants)]]),
    "average_order": ("average_order:number currency:text", average_order),
    "discount_share": (
        "share:number",
        lambda question: [[f"{4 + len(question.days) / 7 + noise(question.days[0]):.1f}"]],
    ),
    "daily_sales": ("day:date currency:text net_sales:number", daily_sales),
    "daily_orders": ("day:date service_type:text orders:number", daily_orders),
    "hours": ("hour_of_day:number weekday:number orders_per_day:number", hours),
    "payments": ("tender:text amount:number currency:text", payments),
    "restaurants": (
        "location_code:text orders:number net_sales:number average_order:number discount_share:number "
        "currency:text last_order:time",
        restaurants,
    ),
    "engineering": ("label:text popularity:number margin:number currency:text class:text", engineering),
    "top_items": (
        "item_name:text sold:number",
        lambda question: [row[:2] for row in items(question) if row[1]],
    ),
    "items": ("item_name:text sold:number revenue:number currency:text", items),
    "rating": ("day:date rating:number ratings:number", rating),
    "recommendation": ("day:date share:number", recommendation),
    "mystery": (
        "day:date seconds:number",
        lambda question: [[day.isoformat(), None] for day in question.days],
    ),
}


def columns_of(name: str) -> list[dict[str, str]]:
    return [
        dict(zip(("name", "kind"), column.split(":"), strict=True)) for column in FIGURES[name][0].split()
    ]


def rows_of(name: str, question: Question) -> Rows:
    return FIGURES[name][1](question) if question.restaurants else []
