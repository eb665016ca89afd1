"""The money of a bill: what its lines come to, and how its tenders share that.

docs/explanation/bill.md has the equations.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from api.simulator.catalogue import Restaurant

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one payment states."""

    subtotal: Decimal
    tax: Decimal
    service_charge: Decimal
    discount: Decimal
    tip: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """What is paid."""
        charged = self.subtotal + self.tax + self.tip + self.service_charge
        return charged - self.discount + self.rounding

    def part(self, amount: Decimal, unit: Decimal) -> "Amounts":
        """A part that comes to this amount; the rest is `without` it."""
        share = amount / self.total
        tax, charge, discount = (
            (whole * share).quantize(unit, ROUND_DOWN)
            for whole in (self.tax, self.service_charge, self.discount)
        )
        return Amounts(amount - tax - charge + discount, tax, charge, discount)

    def without(self, part: "Amounts") -> "Amounts":
        """What is left to pay."""
        return Amounts(
            self.subtotal - part.subtotal,
            self.tax - part.tax,
            self.service_charge - part.service_charge,
            self.discount - part.discount,
        )

    def in_coins(self, coin: Decimal) -> "Amounts":
        """The same in cash, which is rounded to the smallest coin."""
        coins = (self.total / coin).quantize(Decimal(1), ROUND_HALF_UP)
        return replace(self, rounding=coins * coin - self.total)

    def fields(self, unit: Decimal) -> dict[str, object]:
        """The fields of a payment. What does not occur is left out, as a simple till does."""
        charge, discount, rounding = (
            amount or None for amount in (self.service_charge, self.discount, self.rounding)
        )
        tip = self.tip.quantize(unit)
        return {
            "amount": self.total, "subtotal": self.subtotal, "tax": self.tax, "tip": tip, "total": self.total,
            "service_charge": charge, "discount": discount, "rounding": rounding,
        }  # fmt: skip


@dataclass(slots=True)
class Line:
    """A line of an order."""

    item_id: str
    price: Decimal
    parent: str | None = None
    is_gift_card: bool = False
    is_voided: bool = False


@dataclass(slots=True)
class Bill:
    """The lines of an order, and what is taken off and added."""

    place: Restaurant
    is_taxed_inside: bool
    """Whether the prices contain the tax."""
    lines: list[Line] = field(default_factory=list)
    discount: Decimal = ZERO
    service_charge: Decimal = ZERO
    has_gratuity: bool = False
    """Whether the service charge is for the staff, who get no tip then."""

    @property
    def sold(self) -> list[Line]:
        """The lines that are revenue."""
        return [line for line in self.lines if not (line.is_voided or line.is_gift_card)]

    @property
    def gross(self) -> Decimal:
        return sum((line.price for line in self.sold), ZERO)

    @property
    def net(self) -> Decimal:
        """Of the sold lines, less the discounts."""
        return self.gross - self.discount

    def with_parts(self, line: Line) -> Iterator[Line]:
        """A line, and its modifiers or parts."""
        return (other for other in self.lines if line.item_id in (other.item_id, other.parent))

    def rounded(self, amount: Decimal) -> Decimal:
        """In whole units of the currency."""
        return amount.quantize(self.place.unit, ROUND_HALF_UP)

    def due(self) -> Amounts:
        """What the guests pay, without tip and rounding."""
        rate, gross = self.place.tax_rate, self.gross
        gift_cards = sum(
            (line.price for line in self.lines if line.is_gift_card and not line.is_voided), ZERO
        )
        if self.is_taxed_inside:
            tax = self.rounded(self.net * rate / (1 + rate))
            gross -= tax
        else:
            tax = self.rounded((self.net + self.service_charge) * rate)
        return Amounts(self.rounded(gross + gift_cards), tax, self.service_charge, self.discount)
