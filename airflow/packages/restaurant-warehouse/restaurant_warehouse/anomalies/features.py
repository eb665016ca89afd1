"""What the forest looks at: a few numbers a payment, each of which says something to a person.

What is known of a payment by itself and by its order comes from analytics.payment_facts; here it is set against what
is usual at its restaurant, as the history has it.
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
"""Columns of analytics.payment_scores, whose comments say what they are."""
_ENOUGH = 50
"""A restaurant with fewer payments than this is compared with all of them."""


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


@dataclass(frozen=True)
class Place:
    """What is usual at one restaurant."""

    amount: float
    tax_share: float
    hours: dict[Hashable, float]
    methods: dict[Hashable, float]

    @classmethod
    def of(cls, payments: Sequence[Payment]) -> "Place":
        taxes = [p.tax_share for p in payments if p.tax_share is not None]
        return cls(
            median(p.amount for p in payments),
            median(taxes) if taxes else 0.0,
            _shares(p.local_hour for p in payments),
            _shares(p.method for p in payments),
        )


class Usual:
    """What is usual at each restaurant of a history, which must not be empty."""

    def __init__(self, history: Sequence[Payment]) -> None:
        by_place: dict[str | None, list[Payment]] = defaultdict(list)
        for payment in history:
            by_place[payment.location_code].append(payment)
        self._anywhere = Place.of(history)
        self._places = {code: Place.of(found) for code, found in by_place.items() if len(found) >= _ENOUGH}

    def features(self, payments: Sequence[Payment]) -> Matrix:
        """A row a payment, a column a feature; NaN is unknown."""
        rows = [self._row(payment) for payment in payments]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))

    def _row(self, payment: Payment) -> list[float]:
        place = self._places.get(payment.location_code, self._anywhere)
        return [
            _doublings(payment.amount / place.amount),
            _known(payment.tip_share),
            _known(payment.tax_share) - place.tax_share,
            payment.parts_gap,
            _doublings(payment.paid_of_items),
            place.hours.get(payment.local_hour, 0.0),
            place.methods.get(payment.method, 0.0),
            _known(payment.hours_since_order),
            payment.order_payments,
            payment.repeats,
            payment.refunds,
            payment.refunded_share,
        ]


def _doublings(ratio: float | None) -> float:
    return math.log2(ratio) if ratio is not None and ratio > 0 else math.nan


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _shares(values: Iterable[Hashable]) -> dict[Hashable, float]:
    counted = Counter(values)
    return {value: count / counted.total() for value, count in counted.items()}
