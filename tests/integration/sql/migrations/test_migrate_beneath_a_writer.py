"""Two versions beside each other: the schema goes to the newest revision beneath the writer of the version before."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

import sql
from local.code_path import python_path
from tests.support.contention import Contention
from tests.support.core import CONTRACT_NAME
from tests.support.publisher import Publisher
from tests.support.service import ROOT, TOKEN, EventService
from tests.support.waiting import eventually
from tests.support.warehouse.earlier_version import EarlierVersion
from tests.support.warehouse.plain import assert_exact

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
COMMITTED = "SELECT coalesce(max(event_offset), 0) FROM raw_data.stream_checkpoints"
STANDBY_SECONDS = "1"
LONGEST_PAUSE = 10.0  # migrate asks for a lock for two seconds at a time, and a machine may be busy


@contextmanager
def writing(cwd: Path, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m sse_ingest run`, ended at the end whatever happens."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sse_ingest", "run", "--standby", STANDBY_SECONDS],
            cwd=cwd,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def committed(owner: psycopg.Connection[Any]) -> int:
    row = owner.execute(COMMITTED).fetchone()
    assert row is not None
    return int(row[0])


def assert_nothing_is_lost(owner: psycopg.Connection[Any], service: EventService) -> None:
    """Every event that the service accepted is there once, and the views are what the tables are."""
    head = service.health()["head_offset"]
    eventually(lambda: committed(owner) == head, f"offset {head} committed")
    offsets = "SELECT count(*), count(DISTINCT event_offset), max(event_offset) FROM raw_data.events_raw"
    assert owner.execute(offsets).fetchall() == [(head, head, head)]
    account = "SELECT complete_up_to_offset, missing_offsets, dead_letters FROM analytics.completeness()"
    assert owner.execute(account).fetchall() == [(head, 0, 0)]
    failing = "SELECT check_name, details FROM analytics.validate_data_consistency() WHERE status <> 'ok'"
    assert owner.execute(failing).fetchall() == []
    assert_exact(owner)


@pytest.mark.long
def test_the_writer_of_before_goes_on_and_the_one_of_now_takes_over(
    service: EventService, bootstrapped: Any, tmp_path: Path
) -> None:
    earlier = EarlierVersion(tmp_path / "earlier")
    url = bootstrapped.url("restaurant_user")
    earlier.migrate(url)
    assert not sql.status(url).current
    addresses = {
        "INGEST_SOURCE_URL": service.url,
        "INGEST_CONTRACT": CONTRACT_NAME,
        "INGEST_STREAM": "restaurant",
        "INGEST_DATABASE_URL": bootstrapped.url("airflow_user"),
    }
    old_log, new_log = tmp_path / "old.log", tmp_path / "new.log"
    now = {**os.environ, "PYTHONPATH": python_path(ROOT), **addresses}
    with (
        bootstrapped.connect("restaurant_user", autocommit=True) as owner,
        Publisher(service.url, TOKEN, per_second=50),
    ):
        with writing(tmp_path, earlier.environment(**addresses), old_log) as old:
            eventually(lambda: committed(owner) > 100, "the old writer writes")

            busy = Contention()
            longest = migrated_meanwhile(url, owner)
            assert sql.status(url).current
            assert longest < LONGEST_PAUSE + busy.seconds
            here = committed(owner)
            eventually(lambda: committed(owner) > here + 300, "the old writer goes on")
            assert old.poll() is None

            with writing(tmp_path, now, new_log):
                eventually(lambda: old.poll() is not None, "the old writer hands over")
                here = committed(owner)
                eventually(lambda: committed(owner) > here + 300, "the new writer goes on")
        fences = owner.execute("SELECT fence FROM raw_data.stream_checkpoints").fetchall()
    assert_handed_over(old_log.read_text())
    assert fences == [(2,)], "each writer has taken the stream once"
    with (
        writing(tmp_path, now, new_log),
        bootstrapped.connect("restaurant_user", autocommit=True) as owner,
    ):
        assert_nothing_is_lost(owner, service)


def assert_handed_over(log: str) -> None:
    """Without a rejected event, a gap or a deadlock."""
    result = json.loads(log.splitlines()[-1])
    assert result["reason"] == "handed_over"
    assert (result["rejected"], result["gaps"]) == (0, 0)
    assert "deadlock" not in log, (
        "A migration locks tables in another order than the writer: see LOCK in docs/how-to/change-the-schema.md."
    )


def migrated_meanwhile(url: str, owner: psycopg.Connection[Any]) -> float:
    """Migrate as its users do; the longest time in which nothing was committed."""
    longest, last, moved = 0.0, committed(owner), time.monotonic()
    migrate = subprocess.Popen(
        [sys.executable, "-m", "sql", "migrate", "--owner-url", url], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    while migrate.poll() is None:
        now = committed(owner)
        if now != last:
            last, moved = now, time.monotonic()
        longest = max(longest, time.monotonic() - moved)
        time.sleep(0.01)
    assert migrate.returncode == 0
    return longest
