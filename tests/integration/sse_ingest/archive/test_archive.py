"""Retention: a month goes into a file, is compared with it, and only then is dropped."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from sse_ingest.archive.archive import Request, archive
from sse_ingest.archive.files import Manifest
from sse_ingest.errors import ArchiveRefused, ConfigurationError
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import EPOCH, LOG, frame, parsed, payload
from tests.support.warehouse.archives import FEBRUARY, come_late, partitions, violated

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
Archive = Callable[..., list[Manifest]]
RAW = "SELECT r::text FROM raw_data.events_raw AS r ORDER BY 1"


def test_a_month_goes_into_a_file_and_out_of_the_database(
    three_months: Store, owner: Connection, archived: Archive, folder: Path
) -> None:
    before = owner.execute(
        "SELECT event_offset, event_id::text, event_type, ts, partition_key, payload::text, ingested_at, ingested_by,"
        " stream_id, version FROM raw_data.events_raw_2026_02 ORDER BY stream_id, event_offset"
    ).fetchall()

    (january, february) = archived()

    assert (january.month, january.rows, february.month, february.rows) == ("2026-01", 2, "2026-02", 3)
    assert partitions(owner) == {"2026_03", "default"}
    table = pq.read_table(folder / "events_raw_2026_02.parquet")
    assert [tuple(row.values()) for row in table.to_pylist()] == before
    assert pq.ParquetFile(folder / february.file).metadata.row_group(0).column(5).compression == "ZSTD"
    columns = owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'raw_data.events_raw'::regclass AND attnum > 0"
        " ORDER BY attnum"
    ).fetchall()
    assert table.column_names == [row[0] for row in columns]
    assert {path.name for path in folder.iterdir()} == {
        f"events_raw_2026_0{month}.{kind}" for month in (1, 2) for kind in ("parquet", "json")
    }


def test_the_manifest_and_the_record_say_what_is_in_the_file(
    three_months: Store, owner: Connection, archived: Archive, folder: Path, warehouse: Any
) -> None:
    (_, february) = archived()

    data = (folder / february.file).read_bytes()
    manifest = json.loads((folder / "events_raw_2026_02.json").read_bytes())
    assert manifest["sha256"] == sha256(data).hexdigest()
    assert (manifest["month"], manifest["part"], manifest["rows"], manifest["bytes"]) == (
        "2026-02",
        1,
        3,
        len(data),
    )
    assert (manifest["first_ts"], manifest["last_ts"]) == (
        "2026-02-22T12:00:00+00:00",
        "2026-02-24T12:00:00+00:00",
    )
    assert (manifest["schema_version"],) == owner.execute(
        "SELECT version_num FROM raw_data.sse_ingest_version"
    ).fetchone()
    assert manifest["warehouse"].endswith(f"/{warehouse.name}")
    recorded = owner.execute(
        "SELECT month::text, part, file, rows, bytes, first_ts, sha256, archived_by FROM raw_data.archives"
        " WHERE month = '2026-02-01'"
    ).fetchall()
    first = datetime(2026, 2, 22, 12, tzinfo=UTC)
    assert recorded == [
        ("2026-02-01", 1, february.file, 3, len(data), first, manifest["sha256"], "restaurant_user")
    ]
    audited = owner.execute(
        "SELECT action, object, details FROM analytics.audit_log ORDER BY audit_id"
    ).fetchall()
    assert [row[:2] for row in audited] == [
        ("raw_archived", "raw_data.events_raw_2026_01"),
        ("raw_archived", "raw_data.events_raw_2026_02"),
    ]
    assert (audited[1][2]["file"], audited[1][2]["folder"]) == (february.file, str(folder))


def test_an_archived_event_is_still_known(three_months: Store, owner: Connection, archived: Archive) -> None:
    archived()

    again = frame(20, "order_created", payload("order_created", 3), seconds=FEBRUARY)
    assert three_months.commit([parsed(again)]).duplicates == 1
    assert violated(owner) == set()


def test_what_comes_late_makes_a_second_file(
    open_store: Callable[..., Store], three_months: Store, owner: Connection, archived: Archive, folder: Path
) -> None:
    (_, first) = archived()
    whole = (folder / first.file).read_bytes()
    come_late(open_store(stream="later"), 20)
    assert "2026_02" in partitions(owner)
    assert violated(owner) == set()

    (second,) = archived()

    assert (second.file, second.part, second.rows) == ("events_raw_2026_02.2.parquet", 2, 1)
    assert (folder / "events_raw_2026_02.2.json").is_file()
    assert (folder / first.file).read_bytes() == whole
    assert partitions(owner) == {"2026_03", "default"}
    assert violated(owner) == set()


def test_what_a_writer_left_to_the_default_partition_is_archived_too(
    three_months: Store, owner: Connection, archived: Archive
) -> None:
    """It had met the month before, and does not ask for its partition again."""
    archived()
    come_late(three_months, 20)
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw_default").fetchone() == (1,)

    (second,) = archived()

    assert (second.file, second.rows) == ("events_raw_2026_02.2.parquet", 1)
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw_default").fetchone() == (0,)


def test_nothing_to_archive(three_months: Store, owner: Connection, archived: Archive, folder: Path) -> None:
    before = owner.execute(RAW).fetchall()
    assert archived("2026-01") == []
    assert archived("1999-01") == []
    assert owner.execute(RAW).fetchall() == before
    assert not folder.exists()

    owner.execute("SELECT raw_data.ensure_partitions('2025-05-01', '2025-05-02')")
    assert [manifest.month for manifest in archived("2026-03")] == [
        "2026-01",
        "2026-02",
    ]  # the empty one has no file
    assert archived("2026-03") == []


def test_a_month_stays_until_its_events_are_checked(
    three_months: Store, owner: Connection, archived: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    """A critical rule that failed would otherwise read its window again, find nothing any more, and pass."""
    insert_result = (
        "INSERT INTO analytics.data_quality_results (rule, dimension, severity, owner, window_since, window_until,"
        " checked, failed, status, sample) SELECT 'amounts', 'integrity', 'critical', 'finance',"
        " 'epoch', until, 1, failed, CASE WHEN failed = 0 THEN 'passed' ELSE 'failed' END, '[1]'"
        " FROM (VALUES (clock_timestamp() + interval '1 minute', %s)) AS t (until, failed)"
    )
    owner.execute(insert_result, [1])
    assert archived() == []
    assert "events_raw_2026_01 stays" in caplog.text
    owner.execute(insert_result, [0])
    assert [manifest.month for manifest in archived()] == ["2026-01", "2026-02"]


@pytest.mark.parametrize(
    "before", ["2026", "2026-13", "2026-1", "2026-01-01", "03-2026", "", "2026-00", "last"]
)
def test_before_is_a_month(archived: Archive, before: str) -> None:
    with pytest.raises(ConfigurationError, match="--before wants a month as YYYY-MM"):
        archived(before)


def test_the_current_month_stays(
    open_store: Callable[..., Store], owner: Connection, archived: Archive
) -> None:
    now = datetime.now(UTC)
    fresh = frame(1, "order_created", payload("order_created", 1), seconds=(now - EPOCH).total_seconds())
    open_store().commit([parsed(fresh)])

    assert archived(f"{now:%Y-%m}") == []
    with pytest.raises(ConfigurationError, match=r"later than this month, .* which is never archived"):
        archived(f"{now.year + 1}-01")

    assert owner.execute("SELECT count(*) FROM raw_data.events_raw").fetchone() == (1,)


@pytest.mark.parametrize("role", ["airflow_user", "analytics_reader"])
def test_only_the_owner_may(warehouse: Any, folder: Path, role: str) -> None:
    with pytest.raises(ConfigurationError, match="INGEST_OWNER_URL"):
        list(archive(owned(warehouse.url(role)), Request(before="2026-03", folder=folder)))


def test_a_file_of_another_warehouse_is_not_written_over(
    three_months: Store, owner: Connection, archived: Archive, folder: Path
) -> None:
    folder.mkdir(parents=True)
    (folder / "events_raw_2026_01.json").write_text('{"warehouse": "1/elsewhere"}')

    with pytest.raises(ArchiveRefused, match=r"another warehouse \(1/elsewhere\).*a folder of its own"):
        archived()

    assert partitions(owner) == {"2026_01", "2026_02", "2026_03", "default"}


def test_what_is_built_upon_a_partition_is_not_dropped(
    three_months: Store, owner: Connection, archived: Archive
) -> None:
    owner.execute("CREATE VIEW analytics.mine AS SELECT * FROM raw_data.events_raw_2026_02")

    with pytest.raises(
        ArchiveRefused, match=r"events_raw_2026_02 cannot be archived: .*other objects depend"
    ):
        archived()

    assert partitions(owner) == {"2026_02", "2026_03", "default"}


def test_every_text_comes_back_as_it_was(
    store: Store, owner: Connection, archived: Archive, folder: Path
) -> None:
    """Digits of numbers, escapes, and characters of every length; pages of many and of large events."""
    odd = {"amount": 5.250, "big": 10**30, "text": 'quote " backslash \\ tab \t ünïcødé 🍲', "nothing": None}
    events = [
        frame(
            n,
            "loyalty_points_earned",
            {**odd, "n": n, "long": "x" * (6 * 2**20 if n < 8 else 1)},
            seconds=FEBRUARY + n,
        )
        for n in range(1, 2000)
    ]
    store.commit([parsed(one) for one in events])
    before = owner.execute("SELECT payload::text FROM raw_data.events_raw ORDER BY event_offset").fetchall()

    (february,) = archived()

    file = pq.ParquetFile(folder / february.file)
    assert file.num_row_groups == 3
    assert [(text,) for text in file.read().column("payload").to_pylist()] == before
    assert set(file.read().column("stream_id").to_pylist()) == {LOG}
