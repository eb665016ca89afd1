"""Changes of the menu and of guests: taken, restated, rebuilt; and those that were taken before they had a table."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.archive.files import Manifest
from sse_ingest.events import Event, Rejected
from sse_ingest.rebuild.rebuild import Report, Request, rebuild
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import CHANGES, frame, parsed, payload, uid
from tests.support.warehouse.archives import FEBRUARY

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
TABLES = ("menu_item_changes", "customer_changes")


@pytest.fixture
def rebuilt(warehouse: Any, folder: Path) -> Callable[..., Report]:
    def run(**options: Any) -> Report:
        return rebuild(
            owned(warehouse.url("restaurant_user")), Request(**{"archive_folder": folder, **options})
        )

    return run


def contents(owner: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {t: owner.execute(f"SELECT t::text FROM analytics.{t} AS t ORDER BY 1").fetchall() for t in TABLES}


def changes(first: int, seconds: float = 0) -> list[Event]:
    """Two of each kind, of one item and one guest."""
    parts = [(kind, part) for part in range(2) for kind, _ in CHANGES]
    return [
        parsed(frame(first + n, kind, payload(kind, 1, part), seconds=seconds))
        for n, (kind, part) in enumerate(parts)
    ]


def test_a_restated_change_is_shown_as_its_greatest_event_has_it(store: Store, owner: Connection) -> None:
    """With it its whole batch goes the other way into the tables."""
    store.commit(changes(1))
    older = payload("menu_item_changed", 1, cost="9.99")
    newer = payload("menu_item_changed", 1, cost="1.75")
    store.commit(
        [
            parsed(frame(5, "menu_item_changed", older, seconds=-5)),
            parsed(frame(6, "menu_item_changed", newer, seconds=5)),
            parsed(frame(7, "customer_changed", payload("customer_changed", 2))),
        ]
    )

    costs = owner.execute("SELECT cost FROM analytics.menu_item_changes ORDER BY changed_ts").fetchall()
    assert costs == [(Decimal("1.75"),), (Decimal("1.50"),)]
    assert owner.execute("SELECT count(*) FROM analytics.customer_changes").fetchone() == (3,)
    assert owner.execute("SELECT count(*) FROM raw_data.dead_letters").fetchone() == (0,)


def test_what_cannot_be_taken_becomes_a_dead_letter_with_its_reason(store: Store, owner: Connection) -> None:
    bad: list[tuple[str, dict[str, Any]]] = [
        ("menu_item_changed", {"cost": -1}),
        ("customer_changed", {"customer_id": None}),
    ]
    rejected = [
        restaurant_parser().parse(frame(n, kind, payload(kind, 1, **fields)))
        for n, (kind, fields) in enumerate(bad, 1)
    ]
    assert all(isinstance(one, Rejected) for one in rejected)
    store.commit([*rejected, *changes(3)])

    assert owner.execute("SELECT reason_code, detail FROM raw_data.dead_letters ORDER BY event_offset").fetchall() == [
        ("out_of_range", "payload.cost: must be >= 0, got -1"),
        ("wrong_type", "payload.customer_id: must be a text of at most 200 characters, got null"),
    ]  # fmt: skip


def test_a_rebuild_types_what_was_taken_before_there_was_a_table(
    store: Store, owner: Connection, rebuilt: Callable[..., Report]
) -> None:
    """And leaves in raw what has a form of its own: the contract could not ask for one yet."""
    store.commit(changes(1))
    before = contents(owner)
    owner.execute("TRUNCATE analytics.menu_item_changes, analytics.customer_changes")
    for number, (kind, body) in enumerate(
        [
            ("menu_item_changed", {"item": "Soup", "on": "2026-03-14"}),
            ("menu_item_changed", payload("menu_item_changed", 2, cost="free")),
            ("menu_item_changed", payload("menu_item_changed", 2, price=-1)),
            ("menu_item_changed", payload("menu_item_changed", 2, menu_item_id=7)),
            ("customer_changed", payload("customer_changed", 2, changed_ts="now")),
            ("customer_changed", payload("customer_changed", 2, changed_ts="2026-02-30T12:00:00Z")),
            ("customer_changed", payload("customer_changed", 2, membership={"tier": "gold"})),
            ("customer_changed", payload("customer_changed", 2, customer_id="x" * 9000)),
        ],
        start=5,
    ):
        place = [number, uid("old", number)]
        owner.execute(
            "INSERT INTO raw_data.event_ids VALUES (%s, '2026-03-01', 'testlog1', %s, %s)",
            [*reversed(place), b"x" * 16],
        )
        owner.execute(
            "INSERT INTO raw_data.events_raw"
            " VALUES (%s, %s, %s, '2026-03-01', 'LOC-ON-001', %s, now(), 'w', 'testlog1')",
            [*place, kind, Jsonb(body)],
        )

    report = rebuilt(apply=True)

    assert report.applied is not None
    assert {name: kinds["missing"] for name, kinds in report.applied.items() if any(kinds.values())} == {
        "menu_item_changes": 2,
        "customer_changes": 2,
    }
    assert contents(owner) == before
    assert rebuilt().differences == 0


def test_a_rebuild_reads_archived_changes(
    store: Store,
    owner: Connection,
    archived: Callable[..., list[Manifest]],
    rebuilt: Callable[..., Report],
) -> None:
    store.commit(changes(1, seconds=FEBRUARY))
    store.commit([parsed(frame(5, "menu_item_changed", payload("menu_item_changed", 1, cost="2.00")))])
    before = contents(owner)
    archived()
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw").fetchone() == (1,)
    assert rebuilt().differences == 0

    owner.execute("UPDATE analytics.menu_item_changes SET cost = 0")
    owner.execute("DELETE FROM analytics.customer_changes")
    report = rebuilt(apply=True)

    assert (report.tables["menu_item_changes"].total, report.tables["customer_changes"].total) == (2, 2)
    assert contents(owner) == before
