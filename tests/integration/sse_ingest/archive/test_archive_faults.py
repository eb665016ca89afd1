"""Whatever fails in an archive run: the partition is whole, or the archive is on record."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.code_path import python_path
from sse_ingest.archive import parquet
from sse_ingest.archive.archive import Request, archive
from sse_ingest.archive.files import Manifest, checksum
from sse_ingest.errors import ArchiveRefused, DatabaseUnavailable, RebuildRefused
from sse_ingest.rebuild.rebuild import Request as RebuildRequest
from sse_ingest.rebuild.rebuild import rebuild
from sse_ingest.store.store import Store
from tests.support.contention import Contention
from tests.support.core import owned
from tests.support.service import ROOT
from tests.support.warehouse.archives import come_late, partitions, violated

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
Archive = Callable[..., list[Manifest]]
STEPS = ["begun", "written", "renamed", "manifest", "verified"]
STEPS_OF_THE_DROP = ["detached", "compared", "dropped", "recorded", "audited"]
WHOLE = {"2026_01", "2026_02", "2026_03", "default"}
KILLED = """
import os, pathlib, signal, sys
from restaurant_warehouse.contract import CONTRACT
from sse_ingest.archive.archive import Request, archive
from sse_ingest.settings import Warehouse

def step(name):
    if name == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

warehouse = Warehouse(url=sys.argv[1], contract=CONTRACT)
list(archive(warehouse, Request(before="2026-02", folder=pathlib.Path(sys.argv[2]), step=step)))
"""


def at(name: str, act: Callable[[], Any]) -> Callable[[str], None]:
    """Does something at one step."""
    return lambda step: act() if step == name else None


def counts(owner: Connection) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = owner.execute(
        "SELECT (SELECT count(*) FROM raw_data.events_raw), (SELECT sum(rows) FROM raw_data.archives),"
        " (SELECT count(*) FROM analytics.audit_log WHERE action = 'raw_archived')"
    ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("step", [*STEPS, *STEPS_OF_THE_DROP, "committed"])
def test_killed_between_any_two_steps(
    three_months: Store, owner: Connection, warehouse: Any, archived: Archive, folder: Path, step: str
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, warehouse.url("restaurant_user"), str(folder), step],
        env={**os.environ, "PYTHONPATH": python_path(ROOT)},
        check=False,
    )

    assert killed.returncode == -9
    committed = step == "committed"
    assert counts(owner) == ((10, 2, 1) if committed else (12, None, 0))
    assert partitions(owner) == (WHOLE - {"2026_01"} if committed else WHOLE)
    assert violated(owner) == set()

    again = archived("2026-02")  # also when the killed one's session still ends

    assert [manifest.rows for manifest in again] == ([] if committed else [2])
    assert counts(owner) == (10, 2, 1)
    (name, recorded) = owner.execute("SELECT file, sha256 FROM raw_data.archives").fetchone() or ("", "")
    assert checksum(folder / name) == recorded
    assert {path.name for path in folder.iterdir()} == {
        "events_raw_2026_01.parquet",
        "events_raw_2026_01.json",
    }
    assert violated(owner) == set()


@pytest.mark.parametrize("step", STEPS)
def test_what_comes_late_while_a_month_is_exported_is_not_lost(
    three_months: Store, owner: Connection, archived: Archive, folder: Path, step: str
) -> None:
    """It stays out of the snapshot, is noticed under the lock, and is in the next export."""
    offsets = iter(range(20, 30))
    (january, february) = archived(
        step=at(step, lambda: come_late(three_months, n) if (n := next(offsets)) < 22 else None)
    )

    assert (january.rows, february.rows, february.part) == (2, 5, 1)
    assert partitions(owner) == {"2026_03", "default"}
    assert violated(owner) == set()
    assert checksum(folder / february.file) == february.sha256


def test_a_row_that_was_changed_meanwhile_is_noticed(
    three_months: Store, owner: Connection, archived: Archive
) -> None:
    change = "UPDATE raw_data.events_raw SET payload = payload || '{{\"n\": {}}}' WHERE ts < '2026-02-01'"
    numbers = iter(range(9))
    with pytest.raises(ArchiveRefused, match="events_raw_2026_01 changed each of 3 times"):
        archived(step=at("verified", lambda: owner.execute(change.format(next(numbers)).encode())))

    assert partitions(owner) == WHOLE
    assert counts(owner) == (12, None, 0)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-9] + b"12345" + data[-4:], "is not what was written to it"),
        (lambda data: data[:-1], "is not what was written to it"),
    ],
)
def test_a_file_that_the_disk_has_not_kept_drops_nothing(
    three_months: Store, owner: Connection, archived: Archive, folder: Path, damage: Any, message: str
) -> None:
    path = folder / "events_raw_2026_01.parquet"

    with pytest.raises(ArchiveRefused, match=message):
        archived(step=at("manifest", lambda: path.write_bytes(damage(path.read_bytes()))))

    assert partitions(owner) == WHOLE
    assert counts(owner) == (12, None, 0)


def test_a_row_that_was_written_otherwise_is_named(
    three_months: Store, owner: Connection, archived: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is whole and its checksum is right. Only the comparison with the partition shows the fault."""
    honest = parquet._pages_of
    monkeypatch.setattr(
        parquet,
        "_pages_of",
        lambda rows: honest((*row[:4], "LOC-XX-999", *row[5:]) if row[0] == 2 else row for row in rows),
    )

    with pytest.raises(
        ArchiveRefused, match=r"Row 2 of .*events_raw_2026_01.parquet is not as .* has it \(event "
    ):
        archived()

    assert partitions(owner) == WHOLE


def test_a_full_disk_drops_nothing(
    three_months: Store, owner: Connection, archived: Archive, folder: Path
) -> None:
    folder.mkdir(parents=True)
    (folder / "events_raw_2026_01.parquet.part").symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left"):
        archived()

    assert partitions(owner) == WHOLE


def test_a_reader_that_holds_on_is_reported(
    three_months: Store, owner: Connection, warehouse: Any, archived: Archive
) -> None:
    with warehouse.connect("restaurant_user") as reader:
        reader.execute("SELECT count(*) FROM raw_data.events_raw")
        with pytest.raises(DatabaseUnavailable, match=r"holding events_raw all the time.*see pg_locks"):
            archived(lock_attempts=1)
        assert partitions(owner) == WHOLE
        assert counts(owner)[1:] == (None, 0)

        letting_go = threading.Timer(2.5, reader.rollback)
        letting_go.start()
        assert [manifest.rows for manifest in archived()] == [2, 3]
        letting_go.join()


def test_ingestion_goes_on_between_two_attempts(three_months: Store, warehouse: Any, folder: Path) -> None:
    """Whoever waits for the partition makes the writers wait behind it, so it does not wait for long."""
    with warehouse.connect("restaurant_user") as reader:
        reader.execute("SELECT count(*) FROM raw_data.events_raw_2026_01")
        request = Request(before="2026-03", folder=folder, lock_attempts=2)
        failures: list[Exception] = []

        def run() -> None:
            try:
                list(archive(owned(warehouse.url("restaurant_user")), request))
            except DatabaseUnavailable as error:
                failures.append(error)

        running = threading.Thread(target=run)
        running.start()
        slowest, busy = 0.0, Contention()
        for offset in count(30):
            began = time.monotonic()
            come_late(three_months, offset)
            slowest = max(slowest, time.monotonic() - began)
            if not running.is_alive():
                break
        running.join()
    assert len(failures) == 1
    assert slowest < 4 + busy.seconds


def test_one_rebuild_or_archive_run_at_a_time(
    three_months: Store, warehouse: Any, owner: Connection, archived: Archive
) -> None:
    request = RebuildRequest(query_timeout_seconds=0.1)
    meanwhile: list[str] = []

    def other() -> None:
        with pytest.raises(RebuildRefused, match="Another rebuild or an archive run is going on"):
            rebuild(owned(warehouse.url("restaurant_user")), request)
        with pytest.raises(ArchiveRefused, match="A rebuild or another archive run is going on"):
            archived(query_timeout_seconds=0.1)
        meanwhile.append("refused")

    archived(step=at("manifest", other))

    assert meanwhile == ["refused", "refused"]
