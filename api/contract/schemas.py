"""The payloads of published events, for validation and for OpenAPI."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from api.contract.currencies import check_decimals, is_amount
from api.contract.fields import (
    Currency,
    Day,
    Id,
    Instant,
    LongText,
    Money,
    Price,
    Quantity,
    SignedMoney,
    Text,
    check_schedule,
)
from api.contract.order_snapshot import Elements, snapshot
from api.contract.rules import check_payment

RESERVED = "stream_gap"
"""The name of the stream's own notice. No event can have it."""
SCHEDULED = "scheduled_for"
ANNOUNCED = {("menu_item_changed", "changed_ts"), ("customer_changed", "changed_ts")}
"""Times that an event may announce long before they come."""


class _Payload(BaseModel):
    """The log keeps further fields as they are."""

    model_config = ConfigDict(strict=True, extra="ignore")

    compared: ClassVar[frozenset[str]] = frozenset()
    """Optional fields. Where one is present, a rule compares several fields, which no JSON schema can."""


class _WithIds(_Payload):
    """An id that is no UUID becomes one: of its text, what it names, the `partition_key` and the `business_day`."""

    business_day: Annotated[
        Day | None,
        Field(
            description="for ids that begin again every day: the business day of the order, in all its events"
        ),
    ] = None


class _Priced(_Payload):
    """Has amounts. They have as many decimals as their currency, and two where none is stated."""

    compared = frozenset({"currency"})

    currency: Annotated[
        Currency | None,
        Field(description="of all amounts of the payload, which then have as many decimals as it has"),
    ] = None

    @field_validator("*")
    @classmethod
    def _fits_the_currency(cls, value: Any, info: ValidationInfo) -> Any:
        if is_amount(info.field_name, value):
            check_decimals(value, info.data)
        return value


class OrderCreated(_WithIds):
    """A guest ordered."""

    order_id: Id
    visit_id: Text | None = None
    service_type: Literal[
        "dine_in",
        "takeout",
        "delivery",
        "drive_thru",
        "curbside",
        "catering",
        "bar",
        "room_service",
        "other",
    ]
    order_ts: Instant
    location_code: Text
    customer_id: Text | None = None
    city: Text | None = None
    guest_count: Annotated[int, Field(ge=0, le=100_000)] | None = None
    currency: Currency | None = None
    channel: Text | None = None
    scheduled_for: Annotated[
        Instant | None,
        Field(description="for an order for later: when; from the minute of order_ts to 731 days after it"),
    ] = None

    @field_validator(SCHEDULED)
    @classmethod
    def _follows_the_order(cls, moment: datetime | None, info: ValidationInfo) -> datetime | None:
        placed = info.data.get("order_ts")  # absent when it is wrong itself
        if moment is not None and placed is not None:
            check_schedule(placed, moment)
        return moment


class OrderItemAdded(_Priced, _WithIds):
    """A line of an order. A price or category that is null or absent is unknown, never zero.

    `parent_item_id` is the line that this one belongs to, as a modifier or as a part of a combo. A line without a
    `kind` is a sale.
    """

    order_item_id: Id
    order_id: Id
    menu_item_id: Text | None = None
    category: Text | None = None
    item_name: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    unit_price: Money | None = None
    qty: Quantity
    extended_price: Money | None = None
    parent_item_id: Id | None = None
    tax_included: bool | None = None
    kind: Literal["sale", "gift_card"] | None = None


class OrderItemVoided(_WithIds):
    """A line of an order was taken back. It counts nowhere except in the voids."""

    order_item_id: Id
    order_id: Id
    reason: LongText | None = None
    voided_ts: Instant


class DiscountApplied(_Priced, _WithIds):
    """An order, or one line of it, costs less."""

    discount_id: Id
    order_id: Id
    order_item_id: Id | None = None
    name: Text | None = None
    kind: Literal["discount", "comp", "promotion", "loyalty"]
    amount: Money


class ServiceChargeAdded(_Priced, _WithIds):
    """An order costs more: service, delivery, a table of eight. `gratuity`: it belongs to the staff."""

    charge_id: Id
    order_id: Id
    name: Text | None = None
    amount: Money
    gratuity: bool | None = None


class OrderStatusChanged(_WithIds):
    """The kitchen or the till changed the status of an order."""

    order_id: Id
    status: Literal["pending", "preparing", "ready", "completed", "cancelled"]
    changed_ts: Instant


class PaymentCaptured(_Priced, _WithIds):
    """The restaurant received a payment, or a part of one. The amount 0 closes an order that costs nothing."""

    compared = frozenset({"currency", "service_charge", "discount", "rounding"})

    payment_id: Id
    order_id: Id
    method: Text
    provider: Text | None = None
    amount: Money
    auth_code: Text | None = None
    subtotal: Money
    tax: Money
    tip: Money
    total: Money
    location_code: Text | None = None
    service_charge: Money | None = None
    discount: Money | None = None
    rounding: SignedMoney | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        check_payment(self)
        return self


class PaymentVoided(_WithIds):
    """A payment was taken back before it was settled. It counts nowhere."""

    payment_id: Id
    order_id: Id
    reason: LongText | None = None
    voided_ts: Instant


class PaymentRefunded(_Priced, _WithIds):
    """The restaurant refunded a payment, in part or whole."""

    refund_id: Id
    payment_id: Id
    order_id: Id
    amount: Price
    reason: LongText | None = None
    refunded_ts: Instant


class FeedbackSubmitted(_WithIds):
    """A guest rated the visit."""

    feedback_id: Id
    order_id: Id | None = None
    customer_id: Text | None = None
    rating: Annotated[int, Field(ge=1, le=5)]
    nps: Annotated[int, Field(ge=0, le=10)] | None = None
    comment: LongText | None = None
    created_ts: Instant


class MenuItemChanged(_Priced):
    """The whole item of the menu from now on: a field that is null or absent is unknown from now on."""

    menu_item_id: Text
    name: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    category: Text | None = None
    price: Money | None = None
    cost: Money | None = None
    changed_ts: Instant


class CustomerChanged(_Payload):
    """All data of the guest from now on: a field that is null or absent is unknown from now on."""

    customer_id: Text
    city: Text | None = None
    membership: Text | None = None
    changed_ts: Instant


PAYLOADS: dict[str, type[BaseModel]] = {
    "order_created": OrderCreated,
    "order_item_added": OrderItemAdded,
    "order_item_voided": OrderItemVoided,
    "discount_applied": DiscountApplied,
    "service_charge_added": ServiceChargeAdded,
    "order_status_changed": OrderStatusChanged,
    "payment_captured": PaymentCaptured,
    "payment_voided": PaymentVoided,
    "payment_refunded": PaymentRefunded,
    "feedback_submitted": FeedbackSubmitted,
    "menu_item_changed": MenuItemChanged,
    "customer_changed": CustomerChanged,
}
SNAPSHOT_LISTS = {
    "items": Elements(model=OrderItemAdded, key="order_item_id", time="added_ts"),
    "discounts": Elements(model=DiscountApplied, key="discount_id"),
    "service_charges": Elements(model=ServiceChargeAdded, key="charge_id"),
    "payments": Elements(
        model=PaymentCaptured, key="payment_id", time="captured_ts", is_required=True, rule=check_payment
    ),
    "refunds": Elements(model=PaymentRefunded, key="refund_id"),
}
SNAPSHOT = "order_snapshot"
PAYLOADS[SNAPSHOT] = snapshot(OrderCreated, SNAPSHOT_LISTS)
