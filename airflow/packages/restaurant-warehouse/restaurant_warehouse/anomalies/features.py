"""The features of a payment for the forest: a few numbers, each of which a person can understand.

analytics.payment_facts has the facts of a payment and of its order. This module compares them with the usual values of
its restaurant in the history.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
FEATURES = (
    "amount_doublings",
    "tip_share",
    "tax_deviation",
    "parts_gap",
    "overpaid_doublings",
    "hour_share",
    "method_share",
    "hours_since_order",
    "order_payments",
    "repeats",
    "refunds",
    "refunded_share",
)
"""Columns of analytics.payment_scores, whose comments explain them."""
_ENOUGH = 50
"""A restaurant with fewer payments than this is compared with all restaurants of its currency."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A row of analytics.payment_facts."""

    payment_id: UUID
    event_ts: datetime
    event_id: UUID
    location_code: str | None
    method: str
    local_hour: int
    amount: float
    tip_share: float | None
    tax_share: float | None
    parts_gap: float
    paid_of_items: float | None
    hours_since_order: float | None
    order_payments: int
    repeats: int
    refunds: int
    refunded_share: float
    event_version: int | None = None
    event_offset: int = 0
    currency: str = ""


@dataclass(frozen=True)
class UsualValues:
    """The usual values of one restaurant: medians, and the share of payments by hour and by method."""

    amount: float
    tax_share: float
    hours: dict[Hashable, float]
    methods: dict[Hashable, float]

    @classmethod
    def of(cls, payments: Sequence[Payment]) -> "UsualValues":
        """The usual values of these payments, of which there must be at least one."""
        taxes = [p.tax_share for p in payments if p.tax_share is not None]
        return cls(
            median(p.amount for p in payments),
            median(taxes) if taxes else 0.0,
            _shares(p.local_hour for p in payments),
            _shares(p.method for p in payments),
        )


class Usual:
    """The usual values of each restaurant of a history, which must not be empty. A restaurant with two currencies has
    usual values in each.
    """

    def __init__(self, history: Sequence[Payment]) -> None:
        by_location: dict[tuple[str | None, str], list[Payment]] = defaultdict(list)
        by_currency: dict[str, list[Payment]] = defaultdict(list)
        for payment in history:
            by_location[payment.location_code, payment.currency].append(payment)
            by_currency[payment.currency].append(payment)
        self._anywhere = {currency: UsualValues.of(payments) for currency, payments in by_currency.items()}
        self._most_common = self._anywhere[max(by_currency, key=lambda currency: len(by_currency[currency]))]
        self._by_location = {
            place: UsualValues.of(of_location)
            for place, of_location in by_location.items()
            if len(of_location) >= _ENOUGH
        }

    def features(self, payments: Sequence[Payment]) -> Matrix:
        """One row per payment, one column per feature; NaN is unknown."""
        rows = [self._row(payment) for payment in payments]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))

    def _row(self, payment: Payment) -> list[float]:
        known = self._anywhere.get(payment.currency)
        usual = self._by_location.get((payment.location_code, payment.currency), known or self._most_common)
        return [
            # The amounts of a currency without a history cannot be compared.
            _doublings(payment.amount / usual.amount if known else None),
            _or_nan(payment.tip_share),
            _or_nan(payment.tax_share) - usual.tax_share,
            payment.parts_gap,
            _doublings(payment.paid_of_items),
            usual.hours.get(payment.local_hour, 0.0),
            usual.methods.get(payment.method, 0.0),
            _or_nan(payment.hours_since_order),
            payment.order_payments,
            payment.repeats,
            payment.refunds,
            payment.refunded_share,
        ]


def _doublings(ratio: float | None) -> float:
    return math.log2(ratio) if ratio is not None and ratio > 0 else math.nan


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _shares(values: Iterable[Hashable]) -> dict[Hashable, float]:
    counted = Counter(values)
    return {value: count / counted.total() for value, count in counted.items()}
