"""A rebuild beside live ingestion, killed, and from the command line."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.code_path import python_path
from restaurant_warehouse.contract import CONTRACT
from sse_ingest.errors import RebuildRefused
from sse_ingest.pipeline.run import run
from sse_ingest.rebuild.rebuild import Request, rebuild
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.contention import Contention
from tests.support.core import CONTRACT_NAME, owned
from tests.support.events import lifecycle, parsed, uid
from tests.support.service import ROOT, EventService
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]


@pytest.fixture
def live(tmp_path: Path, warehouse: Any) -> Iterator[None]:
    """The real service simulates orders, and the real core takes them."""
    service = EventService(tmp_path, {"EVENT_RATE": "400"})
    service.start()
    stop = threading.Event()
    settings = Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url=service.url,
        database_url=warehouse.url("airflow_user"),
    )
    try:
        with ThreadPoolExecutor() as pool:
            running = pool.submit(run, settings, stop=stop)
            try:
                with warehouse.connect("restaurant_user", autocommit=True) as owner:
                    many = "SELECT count(*) > 800 FROM raw_data.events_raw"
                    eventually(lambda: owner.execute(many).fetchone() == (True,), "800 events arrive")
                yield
                assert not running.done()
            finally:
                stop.set()
            assert running.result(60).rejected == 0
    finally:
        service.stop()


def test_under_live_load_nothing_differs(live: None, warehouse: Any) -> None:
    reports = [rebuild(owned(warehouse.url("restaurant_user")), Request()) for _ in range(4)]

    assert [report.differences for report in reports] == [0] * 4
    assert reports[0].tables["payments"].rows < reports[-1].tables["payments"].rows


def test_under_live_load_everything_is_repaired(live: None, owner: Connection, warehouse: Any) -> None:
    """Events that follow upon a corruption spread it: an order's money is computed from the payments that are there."""
    for damage in (
        "DELETE FROM analytics.payments",
        "UPDATE analytics.orders SET status = 'ready', updated_at = '2100-01-01'",
        "DELETE FROM analytics.order_status_history",
        "UPDATE analytics.payments SET event_ts = '2100-01-01', tip = 50",
    ):
        owner.execute(damage)
        busy = Contention()
        report = rebuild(owned(warehouse.url("restaurant_user")), Request(apply=True))
        assert report.differences > 0
        assert report.held_seconds < 2 + busy.seconds
        assert rebuild(owned(warehouse.url("restaurant_user")), Request()).differences == 0


def command(warehouse: Any, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sse_ingest", "rebuild", *options],
        env={
            **os.environ,
            "PYTHONPATH": python_path(ROOT),
            "INGEST_CONTRACT": CONTRACT_NAME,
            "INGEST_OWNER_URL": warehouse.url("restaurant_user"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=120)
    return process.returncode, output, errors


def test_the_exit_code_says_whether_something_differs(
    store: Store, owner: Connection, warehouse: Any
) -> None:
    store.commit([parsed(one) for one in lifecycle(1, 1)])
    code, output, _ = finish(command(warehouse))
    assert (code, output.splitlines()[-1]) == (0, "The live tables agree with the raw events.")

    owner.execute("UPDATE analytics.orders SET total = 1")
    code, output, _ = finish(command(warehouse))
    assert code == 1
    assert f"different in orders: order_id {uid('order', 1)}: total is 1, should be '12.50'" in output

    code, output, _ = finish(command(warehouse, "--apply", "--json"))
    reported = json.loads(output)
    assert (code, reported["differences"]) == (0, 1)
    assert reported["applied"]["orders"] == {"missing": 0, "extra": 0, "different": 1}
    assert reported["tables"]["orders"]["examples"] == [
        {
            "kind": "different",
            "key": {"order_id": str(uid("order", 1))},
            "live": {"total": 1},
            "rebuilt": {"total": "12.50"},
        }
    ]

    code, _, errors = finish(command(warehouse, "--processors", "nowhere"))
    assert (code, errors) == (2, "sse_ingest: --processors must be module:attribute, not 'nowhere'.\n")


def test_what_a_killed_rebuild_leaves_is_cleared_by_the_next(
    store: Store, owner: Connection, warehouse: Any
) -> None:
    store.commit([parsed(one) for one in lifecycle(1, 1)])
    owner.execute("UPDATE analytics.orders SET total = 1")
    with warehouse.connect("restaurant_user") as blocker:
        blocker.execute("LOCK TABLE raw_data.event_ids IN ROW EXCLUSIVE MODE")  # it cannot apply
        killed = command(warehouse, "--apply")
        waits = (
            "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%LOCK TABLE%event_ids IN SHARE%'"
            " AND wait_event_type = 'Lock' AND application_name = 'sse_ingest rebuild'"
        )
        eventually(lambda: owner.execute(waits).fetchone() == (True,), "the rebuild waits")
        with pytest.raises(RebuildRefused, match="Another rebuild"):
            rebuild(owned(warehouse.url("restaurant_user")), Request(query_timeout_seconds=0.5))
        killed.send_signal(signal.SIGKILL)
        finish(killed)
    assert owner.execute("SELECT total FROM analytics.orders").fetchone() == (1,)
    assert owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'rebuild_shadow'").fetchone() == (
        1,
    )

    assert rebuild(owned(warehouse.url("restaurant_user")), Request(apply=True)).differences == 1

    assert owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'rebuild_shadow'").fetchone() == (
        0,
    )
    assert rebuild(owned(warehouse.url("restaurant_user")), Request()).differences == 0
