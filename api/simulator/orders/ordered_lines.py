"""What guests order: dishes with modifiers, combos, catering and gift cards; and what is taken back or off."""

from decimal import Decimal
from random import Random

from api.simulator.catalogue import COMBOS, GIFT_CARDS, MENU, MODIFIERS, Dish
from api.simulator.orders.bill import Bill, Line
from api.simulator.orders.courses import Course
from api.simulator.orders.order_lifecycle import OrderEvents

_MODIFIED, _COMBO, _GIFT_CARD = 0.25, 0.08, 0.02
_VOIDED, _DISCOUNTED, _COMPED, _ON_THE_HOUSE = 0.04, 0.10, 0.02, 0.004
_LARGE_GROUP = 8  # guests, from which on the service is charged
_GRATUITY = Decimal("0.18")
_DELIVERY_FEE = Decimal("4.99")
_REWARD = Decimal("5.00")
_DISH = {dish.menu_item_id: dish for dish in MENU}


class OrderedLines:
    """The lines of one order, and everything that changes what they come to."""

    def __init__(self, order: OrderEvents, course: Course) -> None:
        self._order = order
        self._course = course
        self._rng: Random = order.rng
        self.bill = Bill(order.place, order.place.currency == "JPY" or course.service == "bar")

    def add_all(self) -> None:
        """Everything that the guests order."""
        if self._course.service == "catering":
            self._add_catering()
            return
        dishes = self._order.choose_dishes()
        for dish in dishes:
            self._add_dish(dish, self._quantity(len(dishes)))
        if self._rng.random() < _COMBO:
            self._add_combo()
        if self._rng.random() < _GIFT_CARD:
            self._order.wait(0.1, 1)
            price = self._order.place.price(self._rng.choice(GIFT_CARDS))
            self._add("Gift Card", "gift cards", price, is_gift_card=True)

    def change_bill(self) -> None:
        """Void a line, give a discount, charge the service."""
        rng = self._rng
        if rng.random() < _VOIDED:
            self._void(rng.choice(self.bill.lines))
        chance = rng.random()
        if self._course.service == "catering":
            pass
        elif chance < _ON_THE_HOUSE and not any(line.is_gift_card for line in self.bill.lines):
            self._take_off("comp", "On the house", self.bill.gross)
        elif chance < _COMPED:
            line = rng.choice(self.bill.sold)
            self._take_off("comp", "Comped by the manager", line.price, line)
        elif chance < _COMPED + _DISCOUNTED:
            self._discount()
        self._charge_service()

    def _quantity(self, dishes: int) -> int:
        chosen: int = self._rng.choices((1, 2, 3), (80, 16, 4))[0]
        guests = self._course.guest_count or 1
        return max(chosen, guests // dishes) if guests > 2 else chosen

    def _add_dish(self, dish: Dish, qty: int) -> None:
        self._order.wait(0.1, 1)
        line = self._add(dish.name, dish.category, dish.price, qty, item=dish.menu_item_id)
        while self._rng.random() < _MODIFIED and len(self.bill.lines) < 15:
            name, price = self._rng.choice(MODIFIERS[dish.category])
            self._add(name, "modifiers", price, qty, parent=line)

    def _add_combo(self) -> None:
        item, name, price, parts = self._rng.choice(COMBOS)
        self._order.wait(0.1, 1)
        combo = self._add(name, "combos", price, item=item)
        for part in parts:
            dish = _DISH[part]
            self._add(dish.name, dish.category, Decimal("0.00"), item=part, parent=combo)

    def _add_catering(self) -> None:
        guests = self._course.guest_count or 1
        for category in ("starters", "mains", "desserts"):
            dishes = [dish for dish in MENU if dish.category == category]
            dish = self._rng.choices(dishes, [dish.weight for dish in dishes])[0]
            self._order.wait(0.1, 1)
            self._add(dish.name, category, dish.price, guests, item=dish.menu_item_id)

    def _add(
        self,
        name: str,
        category: str,
        price: Decimal,
        qty: int = 1,
        *,
        item: str | None = None,
        parent: Line | None = None,
        is_gift_card: bool = False,
    ) -> Line:
        order, place = self._order, self._order.place
        if parent is not None:
            order.wait(0.01, 0.1)
        unit_price = price if is_gift_card else place.price(price)
        line = Line(order.new_id(), unit_price * qty, parent.item_id if parent else None, is_gift_card)
        self.bill.lines.append(line)
        order.record("order_item_added", {
            "order_item_id": line.item_id, "order_id": order.order_id,
            "menu_item_id": place.menu_item_id(item) if item else None, "category": category, "item_name": name,
            "unit_price": unit_price, "qty": qty, "extended_price": line.price, "parent_item_id": line.parent,
            "tax_included": (self.bill.is_taxed_inside and not is_gift_card) or None,
            "kind": "gift_card" if is_gift_card else None,
        })  # fmt: skip
        return line

    def _void(self, line: Line) -> None:
        """Take back a line with its parts, unless nothing of a price would be left."""
        order, parts = self._order, list(self.bill.with_parts(line))
        if not any(other.price for other in self.bill.sold if other not in parts):
            return
        reason = self._rng.choice(("sold out", "guest changed their mind", "entered by mistake"))
        order.wait(0.5, 2)
        for part in parts:
            part.is_voided = True
            order.record("order_item_voided", {
                "order_item_id": part.item_id, "order_id": order.order_id, "reason": reason, "voided_ts": order.now(),
            })  # fmt: skip

    def _discount(self) -> None:
        """A promotion or reward on the order, or a part of the price of one line."""
        rng, bill = self._rng, self.bill
        if rng.random() < 0.4:
            self._take_off("promotion", "Ten percent off", bill.gross / 10)
        elif self._order.guest and rng.random() < 0.5:
            self._take_off("loyalty", "Reward", min(bill.place.price(_REWARD), bill.gross))
        else:
            line = rng.choice(bill.sold)
            self._take_off("discount", "Staff meal", line.price / 2, line)

    def _take_off(self, kind: str, name: str, amount: Decimal, line: Line | None = None) -> None:
        order, amount = self._order, self.bill.rounded(amount)
        if not amount:
            return
        self.bill.discount += amount
        order.wait(0.2, 1)
        order.record("discount_applied", {
            "discount_id": order.new_id(), "order_id": order.order_id, "order_item_id": line and line.item_id,
            "name": name, "kind": kind, "amount": amount,
        })  # fmt: skip

    def _charge_service(self) -> None:
        if self._course.service == "dine_in" and (self._course.guest_count or 0) >= _LARGE_GROUP:
            self._charge("Service for groups", self.bill.net * _GRATUITY, is_gratuity=True)
        elif self._course.service == "delivery" and self.bill.net:
            self._charge("Delivery", self.bill.place.price(_DELIVERY_FEE), is_gratuity=False)

    def _charge(self, name: str, amount: Decimal, *, is_gratuity: bool) -> None:
        order, amount = self._order, self.bill.rounded(amount)
        if not amount:
            return
        self.bill.service_charge, self.bill.has_gratuity = amount, is_gratuity
        order.wait(0.1, 0.5)
        order.record("service_charge_added", {
            "charge_id": order.new_id(), "order_id": order.order_id, "name": name, "amount": amount,
            "gratuity": is_gratuity,
        })  # fmt: skip
