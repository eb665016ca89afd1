"""Rules that compare several fields of a payload. Each error begins with the name of its rule."""

from decimal import Decimal
from typing import Protocol


class Payment(Protocol):
    """The amounts of a payment."""

    amount: Decimal
    subtotal: Decimal
    tax: Decimal
    tip: Decimal
    total: Decimal
    service_charge: Decimal | None
    discount: Decimal | None
    rounding: Decimal | None


def check_payment(payment: Payment) -> None:
    """Raise ValueError when a payment that states its whole bill does not add up.

    A payment without service_charge, discount and rounding is one of the first contract, which has no such rule: it is
    accepted, and the warehouse reports it.
    """
    more = (payment.service_charge, payment.discount, payment.rounding)
    if more == (None, None, None):
        return
    charge, discount, rounding = (part or Decimal(0) for part in more)
    parts = payment.subtotal + payment.tax + payment.tip + charge - discount + rounding
    if payment.total != parts:
        raise ValueError(
            "payment_adds_up: total must be subtotal + tax + tip + service_charge - discount + rounding,"
            f" which is {parts}, got {payment.total}"
        )
    if payment.amount != payment.total:
        raise ValueError(
            f"payment_is_its_total: amount must be total, which is {payment.total}, got {payment.amount}"
        )
