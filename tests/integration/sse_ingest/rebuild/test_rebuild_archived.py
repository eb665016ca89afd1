"""A rebuild of months that raw holds no longer: from their files, or not at all."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sse_ingest.archive.files import Manifest, checksum
from sse_ingest.errors import RebuildRefused
from sse_ingest.rebuild.diff import Difference
from sse_ingest.rebuild.rebuild import Report, Request, rebuild
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import frame, parsed, payload, uid
from tests.support.warehouse.archives import FEBRUARY, come_late, violated

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
Archive = Callable[..., list[Manifest]]
Rebuild = Callable[..., Report]
TABLES = (
    *("orders", "order_items", "order_status_history", "payments", "refunds", "feedback"),
    *("menu_item_changes", "customer_changes"),
)
UNTOUCHED = "UPDATE analytics.orders SET total = 99.9 WHERE order_id = %s"


@pytest.fixture
def rebuilt(warehouse: Any, folder: Path) -> Rebuild:
    def run(**request: Any) -> Report:
        return rebuild(
            owned(warehouse.url("restaurant_user")), Request(**{"archive_folder": folder, **request})
        )

    return run


def contents(owner: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {t: owner.execute(f"SELECT t::text FROM analytics.{t} AS t ORDER BY 1").fetchall() for t in TABLES}


def refused(rebuilt: Rebuild, owner: Connection, message: str, **request: Any) -> None:
    before = contents(owner)
    with pytest.raises(RebuildRefused, match=message) as caught:
        rebuilt(apply=True, **request)
    assert str(caught.value).endswith("othing was changed.")
    assert contents(owner) == before


def test_a_healthy_warehouse_differs_in_nothing(
    three_months: Store, owner: Connection, archived: Archive, rebuilt: Rebuild
) -> None:
    archived()
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw").fetchone() == (7,)

    report = rebuilt()

    assert (report.events, report.differences, report.tables["orders"].rows) == (12, 0, 6)


def test_one_corrupted_row_is_reported_exactly_and_corrected(
    three_months: Store, owner: Connection, archived: Archive, rebuilt: Rebuild
) -> None:
    archived()
    before = contents(owner)
    owner.execute("UPDATE analytics.orders SET city = 'X' WHERE order_id = %s", [uid("order", 4)])

    differences = [one for table in rebuilt().tables.values() for one in table.examples]
    assert differences == [
        Difference("different", {"order_id": str(uid("order", 4))}, {"city": "X"}, {"city": None})
    ]
    owner.execute("DELETE FROM analytics.orders WHERE order_id = %s", [uid("order", 1)])
    report = rebuilt(apply=True)

    assert report.applied is not None
    assert report.applied["orders"] == {"missing": 1, "extra": 0, "different": 1}
    assert contents(owner) == before
    assert rebuilt().differences == 0


def test_an_order_whose_life_lies_in_an_archive_and_in_raw(
    store: Store, owner: Connection, archived: Archive, rebuilt: Rebuild
) -> None:
    """Its money and status come from both; and what came late to an archived month is in a second file."""
    for offset, (kind, part, seconds) in enumerate(
        [
            ("order_created", 0, FEBRUARY),
            ("payment_captured", 0, FEBRUARY),
            ("payment_captured", 1, 0),
            ("order_status_changed", 1, FEBRUARY),
            ("order_item_added", 0, 0),
        ],
        start=1,
    ):
        store.commit([parsed(frame(offset, kind, payload(kind, 1, part), seconds=seconds))])
    archived()
    come_late(store, 20)
    archived()
    come_late(store, 21)

    report = rebuilt()

    assert (report.events, report.differences) == (7, 0)
    assert owner.execute("SELECT status, total FROM analytics.orders WHERE total IS NOT NULL").fetchall() == [
        ("completed", Decimal("25.00"))
    ]
    assert owner.execute("SELECT count(*) FROM raw_data.archives").fetchone() == (2,)


def test_it_reads_no_archive_of_a_month_that_raw_holds_whole(
    three_months: Store, owner: Connection, archived: Archive, rebuilt: Rebuild, folder: Path
) -> None:
    """Somebody has put the events back."""
    owner.execute("CREATE TABLE analytics.aside AS SELECT * FROM raw_data.events_raw WHERE ts < '2026-03-01'")
    archived()
    owner.execute("SELECT raw_data.ensure_partitions('2026-01-01', '2026-02-28')")
    owner.execute("INSERT INTO raw_data.events_raw SELECT * FROM analytics.aside")
    for path in folder.iterdir():
        path.unlink()

    assert (rebuilt().events, rebuilt().differences) == (12, 0)


def test_it_refuses_when_a_file_is_missing(
    three_months: Store, owner: Connection, archived: Archive, rebuilt: Rebuild, folder: Path, tmp_path: Path
) -> None:
    archived()
    missing = folder / "events_raw_2026_02.parquet"
    missing.rename(tmp_path / missing.name)
    owner.execute(UNTOUCHED, [uid("order", 4)])

    refused(
        rebuilt, owner, f"of 2026-02 are archived in {missing.name}, which is not in {folder}: put it back"
    )
    refused(
        rebuilt, owner, "of 2026-01 are archived in .*2026_01.parquet: name the folder", archive_folder=None
    )
    refused(rebuilt, owner, f"which is not in {tmp_path / 'none'}", archive_folder=tmp_path / "none")

    (tmp_path / missing.name).rename(missing)
    assert rebuilt().differences == 1


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda _: b"", lambda data: b"P" + data[1:] + b"1"]
)
def test_it_refuses_when_a_file_is_damaged(
    three_months: Store, owner: Connection, archived: Archive, rebuilt: Rebuild, folder: Path, change: Any
) -> None:
    archived()
    path = folder / "events_raw_2026_01.parquet"
    path.write_bytes(change(path.read_bytes()))

    refused(rebuilt, owner, f"{path.name}, but the file of that name in {folder} is another file or damaged")


def test_it_refuses_when_the_counts_do_not_add_up(
    three_months: Store, owner: Connection, archived: Archive, rebuilt: Rebuild, folder: Path
) -> None:
    archived()

    owner.execute("UPDATE raw_data.archives SET rows = 3 WHERE month = '2026-01-01'")
    refused(
        rebuilt,
        owner,
        "counts of 2026-01 do not add up: 2 events were taken, of which .* holds 0 .* counts 3",
    )
    owner.execute("UPDATE raw_data.archives SET rows = 1 WHERE month = '2026-01-01'")
    refused(rebuilt, owner, r"Neither .* nor an archive holds all events of 2026-01 \(1 of 2 events\)")
    owner.execute("UPDATE raw_data.archives SET rows = 2 WHERE month = '2026-01-01'")

    (folder / "events_raw_2026_01.parquet").write_bytes((folder / "events_raw_2026_02.parquet").read_bytes())
    other = checksum(folder / "events_raw_2026_01.parquet")
    owner.execute("UPDATE raw_data.archives SET sha256 = %s WHERE month = '2026-01-01'", [other])
    refused(rebuilt, owner, "2026_01.parquet, which holds 3 of them in .*, while the table archives counts 2")


def test_custom_processors_get_archived_events(
    store: Store, owner: Connection, archived: Archive, rebuilt: Rebuild
) -> None:
    owner.execute("CREATE TABLE analytics.points (event_id uuid PRIMARY KEY, hash bytea, points integer)")
    for offset, seconds in ((1, FEBRUARY), (2, 0)):
        store.commit([parsed(frame(offset, "points_earned", {"points": offset * 10}, seconds=seconds))])
    archived()

    def points(cursor: Any, event: Any, payload: dict[str, Any]) -> None:
        cursor.execute(
            "INSERT INTO points VALUES (%s, %s, %s)", [event.event_id, event.content_hash, payload["points"]]
        )

    rebuilt(processors={"points_earned": points}, tables=["points"], apply=True)

    assert owner.execute("SELECT points FROM analytics.points ORDER BY points").fetchall() == [(10,), (20,)]
    assert owner.execute(
        "SELECT count(*) FROM analytics.points AS p JOIN raw_data.event_ids AS i"
        " ON i.event_id = p.event_id AND i.content_hash = p.hash"
    ).fetchone() == (2,)


def test_an_archived_event_that_no_longer_fits_is_reported_with_its_file(
    three_months: Store, owner: Connection, archived: Archive, rebuilt: Rebuild, folder: Path
) -> None:
    archived()
    refusing = f"CHECK (order_id <> '{uid('order', 1)}') NOT VALID"
    owner.execute(f"ALTER TABLE analytics.orders ADD CONSTRAINT none_of_january {refusing}".encode())

    with pytest.raises(
        RebuildRefused, match=f"An event of {folder}/events_raw_2026_01.parquet no longer fits .*none_of"
    ):
        rebuilt()


def test_the_checks_of_the_data_count_archives(
    three_months: Store, owner: Connection, archived: Archive
) -> None:
    archived()
    come_late(three_months, 20)
    assert violated(owner) == set()

    owner.execute("UPDATE raw_data.archives SET rows = rows + 1 WHERE month = '2026-02-01'")
    assert violated(owner) == {"raw_events_and_event_ids_agree"}
    ((details,),) = owner.execute("SELECT details FROM analytics.raw_violations()").fetchall()
    assert details == {"month": "2026-02", "event_ids": 4, "events_raw": 1, "archived": 4}
    owner.execute("UPDATE raw_data.archives SET rows = rows - 1 WHERE month = '2026-02-01'")

    owner.execute("DELETE FROM raw_data.events_raw WHERE ts < '2026-03-01'")
    assert violated(owner) == {"raw_events_and_event_ids_agree"}
    owner.execute("DELETE FROM raw_data.archives WHERE month = '2026-01-01'")
    assert owner.execute("SELECT count(*) FROM analytics.raw_violations()").fetchone() == (3,)
