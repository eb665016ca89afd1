"""What the forest looks at, worked out by hand."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from restaurant_warehouse.anomalies.features import FEATURES, Payment, Usual

PLAIN = Payment(
    payment_id=UUID(int=1),
    event_ts=datetime(2026, 3, 1, tzinfo=UTC),
    event_id=UUID(int=2),
    location_code="LOC-ON-001",
    method="card",
    local_hour=12,
    amount=20.0,
    tip_share=0.15,
    tax_share=0.13,
    parts_gap=0.0,
    paid_of_items=1.0,
    hours_since_order=0.0,
    order_payments=1,
    repeats=0,
    refunds=0,
    refunded_share=0.0,
)
HISTORY = [
    *[PLAIN] * 60,
    *[replace(PLAIN, amount=40.0, method="cash", local_hour=19)] * 20,
    *[replace(PLAIN, location_code="LOC-QC-001", amount=80.0, tax_share=0.15)] * 50,
    *[replace(PLAIN, location_code="LOC-NEW", amount=500.0)] * 3,
]


def features(payment: Payment) -> dict[str, float]:
    (row,) = Usual(HISTORY).features([payment])
    return dict(zip(FEATURES, map(float, row), strict=True))


def test_of_a_payment_like_the_others() -> None:
    assert features(PLAIN) == {
        "amount_doublings": 0,
        "tip_share": 0.15,
        "tax_deviation": 0,
        "parts_gap": 0,
        "overpaid_doublings": 0,
        "hour_share": 0.75,
        "method_share": 0.75,
        "hours_since_order": 0,
        "order_payments": 1,
        "repeats": 0,
        "refunds": 0,
        "refunded_share": 0,
    }


def test_each_restaurant_has_its_own_usual() -> None:
    elsewhere = features(replace(PLAIN, location_code="LOC-QC-001"))
    assert elsewhere["amount_doublings"] == -2
    assert elsewhere["tax_deviation"] == pytest.approx(-0.02)
    assert elsewhere["hour_share"] == elsewhere["method_share"] == 1


@pytest.mark.parametrize("code", ["LOC-NEW", "LOC-UNHEARD-OF", None])
def test_a_restaurant_with_few_payments_is_compared_with_all(code: str | None) -> None:
    """Of 60 of 20, 20 of 40, 50 of 80 and 3 of 500 the median is 40."""
    assert features(replace(PLAIN, location_code=code, amount=160.0))["amount_doublings"] == 2


def test_what_is_ten_times_and_paid_twice_at_an_unheard_of_hour() -> None:
    odd = features(replace(PLAIN, amount=160.0, paid_of_items=2.0, local_hour=3, method="cheque"))
    names = ("amount_doublings", "overpaid_doublings", "hour_share", "method_share")
    assert [odd[name] for name in names] == [3, 1, 0, 0]


def test_unknown_stays_unknown() -> None:
    unknown = features(
        replace(PLAIN, tip_share=None, tax_share=None, paid_of_items=None, hours_since_order=None)
    )
    nan = {name for name, value in unknown.items() if math.isnan(value)}
    assert nan == {"tip_share", "tax_deviation", "overpaid_doublings", "hours_since_order"}
    assert math.isnan(features(replace(PLAIN, paid_of_items=-0.5))["overpaid_doublings"])


def test_no_payments_have_no_rows() -> None:
    assert Usual(HISTORY).features([]).shape == (0, len(FEATURES))
    assert Usual(HISTORY).features([PLAIN]).dtype == np.float64
