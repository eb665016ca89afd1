"""The simulated world: a pure function of seed and clock, with lawful orders and exact money."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.errors import InvalidEvent
from api.contract.parser import Parser
from api.contract.schemas import PAYLOADS
from api.log.interface import Draft
from api.log.sse_frames import encode
from api.simulator.catalogue import HOURLY, MEMBERSHIPS, MENU, PLAIN_RESTAURANTS, restaurants
from api.simulator.orders.full_order import EVENTS_PER_ORDER as EVENTS_PER_FULL_ORDER
from api.simulator.orders.order_lifecycle import EVENTS_PER_ORDER
from api.simulator.trade import busyness, load
from api.simulator.world import HORIZON, LATE, Faults, World
from tests.support.examples import examples

NOT_SIMULATED = frozenset({"order_snapshot"})
PARSER = Parser(datetime(2000, 1, 1, tzinfo=UTC), timedelta(hours=48))
MENU_PRICES = {dish.menu_item_id: dish.price for dish in MENU}
DAY, WEEK = 86_400, 7 * 86_400
seeds = st.integers(0, 2**63)
clocks = st.integers(1_500_000_000, 1_790_000_000)


def as_json(draft: Draft) -> dict[str, Any]:
    data = encode("log", 1, draft).split(b"data: ")[1]
    event: dict[str, Any] = json.loads(data, parse_float=Decimal)
    return event


@cache
def half_a_minute() -> list[Draft]:
    world = World(1, 200)
    return [e.draft for second in range(1_790_000_000, 1_790_000_030) for e in world.slot(second)]


def by_order(drafts: list[Draft]) -> dict[str, list[dict[str, Any]]]:
    orders = defaultdict(list)
    for draft in drafts:
        event = as_json(draft)
        orders[event["payload"]["order_id"]].append(event)
    return orders


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event["payload"] for event in events if event["event_type"] == kind]


@given(seed=seeds, clock=clocks)
@settings(max_examples=examples(25), deadline=None)
def test_the_same_seed_and_clock_give_the_same_events(seed: int, clock: int) -> None:
    faults = Faults(0.2, 0.2, 0.2, 0.2)
    assert World(seed, 200, faults).slot(clock) == World(seed, 200, faults).slot(clock)
    assert World(seed, 200, faults).burst(clock) == World(seed, 200, faults).burst(clock)


@given(seed=seeds, clock=clocks)
@settings(max_examples=examples(20), deadline=None)
def test_no_id_comes_twice(seed: int, clock: int) -> None:
    worlds = (World(seed, 100), World(seed, 101), World(seed + 1, 100))
    drafts = [e.draft for world in worlds for second in range(clock, clock + 3) for e in world.slot(second)]
    drafts += worlds[0].burst(clock * 1_000_000, 20) + worlds[0].burst(clock * 1_000_000 + 1, 20)
    ids = [draft.event_id for draft in drafts]
    assert len(set(ids)) == len(ids)


@given(seed=seeds, clock=clocks)
@settings(max_examples=examples(25), deadline=None)
def test_the_service_takes_every_event(seed: int, clock: int) -> None:
    for emission in World(seed, 200, with_yen=True).slot(clock):
        event = as_json(emission.draft)
        literal = b'"payload":' + emission.draft.payload
        text = json.dumps({**event, "payload": None}).encode().replace(b'"payload": null', literal)
        assert PARSER.draft(text) == emission.draft


@given(seed=seeds, clock=clocks)
@settings(max_examples=examples(25), deadline=None)
def test_money_adds_up_to_the_cent(seed: int, clock: int) -> None:
    for events in by_order(World(seed, 1).burst(clock * 1_000_000)).values():
        items = of(events, "order_item_added")
        for item in items:
            assert item["unit_price"] == MENU_PRICES[item["menu_item_id"]]
            assert item["extended_price"] == item["unit_price"] * item["qty"]
        for payment in of(events, "payment_captured"):
            assert payment["subtotal"] == sum(item["extended_price"] for item in items)
            assert (
                payment["amount"] == payment["total"] == payment["subtotal"] + payment["tax"] + payment["tip"]
            )
            assert all(
                payment[name].as_tuple().exponent == -2 for name in ("subtotal", "tax", "tip", "total")
            )
            assert all(0 < refund["amount"] <= payment["total"] for refund in of(events, "payment_refunded"))


@given(seed=seeds, clock=clocks)
@settings(max_examples=examples(25), deadline=None)
def test_an_order_lives_lawfully(seed: int, clock: int) -> None:
    for events in by_order(World(seed, 1).burst(clock * 1_000_000)).values():
        assert [event["event_type"] for event in events].count("order_created") == 1
        assert events[0]["event_type"] == "order_created"
        assert len({event["partition_key"] for event in events}) == 1
        times = [datetime.fromisoformat(event["ts"]) for event in events]
        assert times[-1] - times[0] < timedelta(seconds=HORIZON)
        assert times[-1].timestamp() <= clock
        statuses = [change["status"] for change in of(events, "order_status_changed")]
        payments = of(events, "payment_captured")
        assert (statuses, len(payments)) in ((["preparing", "ready", "completed"], 1), (["cancelled"], 0))
        assert all(
            refund["payment_id"] == payments[0]["payment_id"] for refund in of(events, "payment_refunded")
        )


@pytest.mark.long
def test_a_week_keeps_the_rate() -> None:
    """Some 16,000 events of it, evenly spread."""
    world = World(1, 150)
    seconds = range(2_700 * WEEK, 2_701 * WEEK, 5_639)
    events = sum(len(world.slot(second)) for second in seconds)
    assert abs(events / len(seconds) / 150 - 1) < 0.08


@given(week=st.integers(2_400, 2_900), with_yen=st.booleans())
@settings(max_examples=examples(50), deadline=None)
def test_all_restaurants_together_neither_grow_nor_shrink(week: int, with_yen: bool) -> None:
    places, hours = restaurants(with_yen=with_yen), range(week * WEEK, (week + 1) * WEEK, 3_600)
    loads = [sum(load(place, hour) for place in places) for hour in hours]
    assert abs(sum(loads) / len(loads) / sum(place.weight for place in places) - 1) < 0.05
    assert 0.1 < min(loads) / (sum(loads) / len(loads)) < 0.5


def test_a_restaurant_has_its_hours_weekdays_closed_days_and_growth() -> None:
    toronto, london, *_ = (
        place for place in restaurants(with_yen=False) if place.city in {"Toronto", "London"}
    )
    monday = int(datetime(2026, 9, 21, 4, tzinfo=UTC).timestamp()) + 4 * 3_600  # 04:00 in Toronto
    days = [sum(load(toronto, monday + day * DAY + hour * 3_600) for hour in range(24)) for day in range(7)]
    assert max(days) == days[5] > 1.5 * min(days) == 1.5 * days[0]
    assert [load(london, monday + hour * 3_600) for hour in range(24)] == [0] * 24
    assert all(load(london, monday + DAY + hour * 3_600) for hour in range(24))
    year = [load(london, monday + (7 * week + 1) * DAY + 12 * 3_600) for week in range(52)]
    assert max(year) > 1.3 * min(year)


@given(seed=seeds, clock=clocks, rate=st.sampled_from([0.1, 1, 5, 20]))
@settings(max_examples=examples(10), deadline=None)
def test_the_whole_menu_is_published_in_turn(seed: int, clock: int, rate: float) -> None:
    """Within six minutes at usual rates, and never more than a twentieth of all events."""
    world = World(seed, rate)
    least = max(15, 20 / rate)
    emissions = [e for second in range(clock, clock + 24 * int(least)) for e in world.slot(second)]
    dishes = of([as_json(e.draft) for e in emissions], "menu_item_changed")
    assert {dish["menu_item_id"]: dish["price"] for dish in dishes} == MENU_PRICES
    assert len(dishes) == len(MENU_PRICES)
    assert all(0 < dish["cost"] < dish["price"] for dish in dishes)
    assert len(dishes) / (24 * least) <= 0.05 * rate + 1e-9


def test_guests_are_published_with_their_orders_and_at_no_other_time() -> None:
    world = World(1, 200)
    events = [as_json(e.draft) for second in range(1_790_000_000, 1_790_000_060) for e in world.slot(second)]
    orders = of(events, "order_created")
    published = of(events, "customer_changed")
    ordered = {(order["customer_id"], order["order_ts"]) for order in orders if "customer_id" in order}
    assert {(guest["customer_id"], guest["changed_ts"]) for guest in published} <= ordered
    assert abs(len(published) / len(ordered) / 0.2 - 1) < 0.15
    assert {guest.get("membership") for guest in published} == set(MEMBERSHIPS)
    assert len({(guest["customer_id"], guest["city"]) for guest in published}) == len(
        {guest["customer_id"] for guest in published}
    )


@pytest.mark.parametrize("kind", [kind for kind in PAYLOADS if kind not in NOT_SIMULATED])
def test_its_events_hold_what_the_contract_knows_and_no_more(kind: str) -> None:
    """A field beyond it costs every writer a second look."""
    fields = {
        name for draft in half_a_minute() if draft.event_type == kind for name in as_json(draft)["payload"]
    }
    assert fields
    assert fields <= PAYLOADS[kind].model_fields.keys()


def test_the_types_that_it_leaves_out_are_known() -> None:
    assert {draft.event_type for draft in half_a_minute()} == PAYLOADS.keys() - NOT_SIMULATED


def test_the_mean_of_a_day_is_one() -> None:
    assert abs(sum(busyness(second) for second in range(DAY)) / DAY - 1) < 1e-9
    assert max(HOURLY) > 2
    assert 0 < min(HOURLY) < 0.5


@pytest.mark.parametrize("with_yen", [False, True])
def test_some_restaurant_sells_at_every_hour(with_yen: bool) -> None:
    world = World(1, 500, with_yen=with_yen)
    places = set()
    for hour in range(24):
        events = [as_json(emission.draft) for emission in world.slot(1_790_000_000 + hour * 3_600)]
        assert of(events, "order_created")
        places |= {event["partition_key"] for event in events}
    assert places == {place.code for place in restaurants(with_yen=with_yen)}


def test_the_mean_number_of_events_is_what_the_rate_is_made_from() -> None:
    world = World(1, 300)
    drafts = [e.draft for second in range(1_790_000_000, 1_790_000_060) for e in world.slot(second)]
    orders = sum(draft.event_type == "order_created" for draft in drafts)
    events = sum(draft.event_type != "menu_item_changed" for draft in drafts)
    assert abs(events / orders / EVENTS_PER_FULL_ORDER - 1) < 0.03


def test_orders_go_on_only_where_they_began() -> None:
    world, clock = World(1, 300), 1_790_000_000
    whole = {e.draft.event_id for e in world.slot(clock)}
    begun = {e.draft.event_id for e in world.slot(clock, lambda second: second == clock)}
    following = {e.draft.event_id for e in world.slot(clock, lambda second: second != clock)}
    assert begun
    assert following
    assert (begun | following, begun & following) == (whole, set())


def test_every_plain_restaurant_and_dish_is_seen() -> None:
    drafts = World(1, 1).burst(1_790_000_000_000_000, 1_000)
    assert {draft.partition_key for draft in drafts} == {place.code for place in PLAIN_RESTAURANTS}
    items = Counter(
        as_json(d)["payload"]["menu_item_id"] for d in drafts if d.event_type == "order_item_added"
    )
    assert items.keys() == MENU_PRICES.keys()
    assert abs(len(drafts) / 1_000 / EVENTS_PER_ORDER - 1) < 0.05


@given(seed=seeds, clock=clocks)
@settings(max_examples=examples(15), deadline=None)
def test_faults_lose_no_event_and_leave_the_world_as_it_was(seed: int, clock: int) -> None:
    plain = {emission.draft.event_id: emission for emission in World(seed, 300).slot(clock)}
    faulty = World(seed, 300, Faults(1, 1, 1, 1)).slot(clock)
    kinds = Counter((e.draft.event_id is None, e.draft.unchecked) for e in faulty)
    assert kinds == Counter(
        {kind: len(plain) for kind in ((False, False), (True, False), (False, True))} if plain else {}
    )
    for emission in faulty:
        if emission.draft.event_id is not None and not emission.draft.unchecked:
            assert emission.draft == plain[emission.draft.event_id].draft
            assert 0 < emission.due - plain[emission.draft.event_id].due <= LATE + 5
        elif emission.draft.event_id is None:
            assert not _is_valid(emission.draft.payload)


def _is_valid(text: bytes) -> bool:
    try:
        PARSER.draft(text)
    except InvalidEvent:
        return False
    return True
