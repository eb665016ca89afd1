"""menu_item_changed: all data of a menu item from then on. A field that is null or absent is unknown from then on."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import Currency, Money, check_decimals
from sse_ingest.contract.fields import Moment, Name, Text, check_moment


class MenuItemChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All data of a menu item from then on. A field that is null or absent is unknown from then on."""

    menu_item_id: Name
    name: Text
    category: Text | None = None
    price: Money | None = None
    cost: Money | None = None
    changed_ts: Moment
    currency: Currency | None = None

    def __post_init__(self) -> None:
        check_moment(self.changed_ts)
        check_decimals(self)


MENU_ITEM_CHANGED = EventType(
    name="menu_item_changed",
    payload=MenuItemChanged,
    table="menu_item_changes",
    key=("menu_item_id", "changed_ts"),
    later_fields=frozenset({"currency"}),
)
