"""Two weeks of the simulator's trade up to now, in a real warehouse, and its restaurants by name."""

import time
from typing import Any

from api.simulator.catalogue import restaurants
from api.simulator.past import DAY, Past
from api.simulator.past_events import frames
from api.simulator.world import World
from restaurant_warehouse.contract import restaurant_parser
from restaurant_warehouse.rollups import refresh
from sse_ingest.events import Event
from sse_ingest.sources.sse_decoder import Decoder
from tests.support.warehouse.deliveries import writing

RATE = 0.01
DAYS = 15
_AT_ONCE = 2_000


def fill(warehouse: Any) -> None:
    """Commit the events as the loader of the past does, the oldest first, and sum them."""
    world, end = World(1, RATE), int(time.time())
    past = Past(world.name, end - DAYS * DAY, end, int(DAYS * DAY * RATE))
    parser, decoder = restaurant_parser(), Decoder()
    with writing(warehouse) as store:
        for part in reversed(range(past.parts)):
            events = [parser.parse(one) for one in decoder.decode(b"".join(frames(world, past, part)))]
            good = [event for event in events if isinstance(event, Event)]
            assert len(good) == len(events)
            for first in range(0, len(good), _AT_ONCE):
                store.commit(good[first : first + _AT_ONCE])
    with warehouse.connect("restaurant_user") as owner:
        for place in restaurants(with_yen=False):
            owner.execute(
                "INSERT INTO analytics.locations (location_code, name, time_zone) VALUES (%s, %s, %s)"
                " ON CONFLICT (location_code) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone",
                [place.code, place.name, place.time_zone],
            )
    refresh(warehouse.url("airflow_user"))
    with warehouse.connect("postgres_admin", autocommit=True) as admin:
        admin.execute("ANALYZE")  # no autovacuum does it in a test
