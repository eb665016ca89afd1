"""Changes of the menu and of guests."""

from random import Random

from api.simulator.catalogue import MEMBERSHIPS, PLAIN_RESTAURANTS, Dish
from api.simulator.recorder import Recorder

_MONTH = 30 * 86_400


def change_dish(recorder: Recorder, dish: Dish) -> None:
    """The cost of a dish changes. Its price stays, because the orders use it."""
    cost = recorder.place.price((dish.cost * recorder.rng.randint(92, 108) / 100).quantize(dish.price))
    recorder.record("menu_item_changed", {
        "menu_item_id": recorder.place.menu_item_id(dish.menu_item_id), "name": dish.name, "category": dish.category,
        "price": recorder.place.price(dish.price), "cost": cost, "changed_ts": recorder.now(),
    })  # fmt: skip


def introduce_guest(recorder: Recorder, guest: str) -> None:
    """Publish the guest's data: a city that stays, and a membership that can change each month."""
    always = Random(guest)  # noqa: S311 - repeatable is what is wanted
    city, first = always.choice(PLAIN_RESTAURANTS).city, always.randrange(len(MEMBERSHIPS))
    membership = MEMBERSHIPS[(first + int(recorder.clock // _MONTH)) % len(MEMBERSHIPS)]
    guest_data = {"customer_id": guest, "city": city, "membership": membership, "changed_ts": recorder.now()}
    recorder.record("customer_changed", guest_data)
