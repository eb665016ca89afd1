"""Bills of the simulator, computed by hand."""

from decimal import Decimal

import pytest

from api.simulator.catalogue import YEN_RESTAURANT, Restaurant, restaurants
from api.simulator.orders.bill import Amounts, Bill, Line

TORONTO = restaurants(with_yen=False)[0]


def bill_of(place: Restaurant, *, is_taxed_inside: bool = False) -> Bill:
    lines = [
        Line("burger", Decimal("17.95")),
        Line("bacon", Decimal("2.50"), parent="burger"),
        Line("card", Decimal("25.00"), is_gift_card=True),
        Line("soup", Decimal("7.50"), is_voided=True),
        Line("another card", Decimal("50.00"), is_gift_card=True, is_voided=True),
    ]
    return Bill(place, is_taxed_inside, lines)


def test_a_bill_with_a_discount_and_a_charge() -> None:
    bill = bill_of(TORONTO)
    bill.discount, bill.service_charge = Decimal("2.45"), Decimal("4.99")
    due = bill.due()
    # Taxed: 17.95 + 2.50 - 2.45 + 4.99 = 22.99; 13% of it are 2.9887.
    assert (due.subtotal, due.tax, due.total) == (Decimal("45.45"), Decimal("2.99"), Decimal("50.98"))


def test_a_bill_whose_prices_contain_the_tax() -> None:
    due = bill_of(TORONTO, is_taxed_inside=True).due()
    # 20.45 * 0.13 / 1.13 = 2.3527; the gift card contains none.
    assert (due.subtotal, due.tax, due.total) == (Decimal("43.10"), Decimal("2.35"), Decimal("45.45"))


def test_a_dish_is_voided_with_its_modifiers() -> None:
    bill = bill_of(TORONTO)
    assert [line.item_id for line in bill.with_parts(bill.lines[0])] == ["burger", "bacon"]
    assert [line.item_id for line in bill.with_parts(bill.lines[1])] == ["bacon"]


@pytest.mark.parametrize(
    ("total", "paid", "rounding"),
    [
        ("10.02", "10.00", "-0.02"),
        ("10.03", "10.05", "0.02"),
        ("10.05", "10.05", "0.00"),
        ("10.08", "10.10", "0.02"),
    ],
)
def test_cash_is_rounded_to_five_cents(total: str, paid: str, rounding: str) -> None:
    zero = Decimal("0.00")
    amounts = Amounts(Decimal(total), zero, zero, zero).in_coins(TORONTO.coin)
    assert (amounts.total, amounts.rounding) == (Decimal(paid), Decimal(rounding))


def test_a_part_and_the_rest_are_the_whole() -> None:
    whole = Amounts(Decimal("60.00"), Decimal("7.80"), Decimal("4.99"), Decimal("5.01"))
    part = whole.part(Decimal("25.00"), TORONTO.unit)
    # 25.00 of 67.78: 2.8769 of the tax, 1.8405 of the charge, 1.8478 of the discount, each rounded down.
    assert part == Amounts(Decimal("22.13"), Decimal("2.87"), Decimal("1.84"), Decimal("1.84"))
    rest = whole.without(part)
    assert rest == Amounts(Decimal("37.87"), Decimal("4.93"), Decimal("3.15"), Decimal("3.17"))
    assert (part.total, rest.total) == (Decimal("25.00"), Decimal("42.78"))


def test_yen_have_no_decimals() -> None:
    due = Bill(YEN_RESTAURANT, True, [Line("soup", YEN_RESTAURANT.price(Decimal("7.50")) * 2)]).due()
    assert {name: str(value) for name, value in due.fields(YEN_RESTAURANT.unit).items() if value is not None} == {
        "amount": "1500", "subtotal": "1364", "tax": "136", "tip": "0", "total": "1500",
    }  # fmt: skip
