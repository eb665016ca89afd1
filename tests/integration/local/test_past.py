"""The simulator's past in a real warehouse: all of it once, the newest day first, whatever interrupts it."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.log.sse_frames import encode
from api.simulator import past as past_file
from api.simulator.past import DAY, Past
from api.simulator.past_events import frames
from api.simulator.world import HORIZON, World
from local.past.loader import Loader
from local.processes import past_process
from local.processes.process_records import Processes
from local.servers.services import database_url
from local.servers.services import past as past_of
from restaurant_warehouse.contract import CONTRACT, restaurant_parser
from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from sse_ingest.settings import Settings
from sse_ingest.sources.sse_decoder import Decoder, Frame
from sse_ingest.store.store import Store
from tests.support.events import EPOCH, lifecycle, parsed
from tests.support.waiting import eventually, wait_until

pytestmark = pytest.mark.integration
RATE, DAYS = 0.02, 9
EVENTS = "SELECT count(*) FROM raw_data.events_raw"
BLOCKED = """
INSERT INTO analytics.data_quality_results (rule, dimension, severity, owner, window_since, window_until, checked,
    failed, status, sample, remedy)
VALUES ('payments_add_up', 'integrity', 'critical', 'finance', now(), now(), 1, 1, 'failed', '[1]', 'Correct it.')
"""
CHECKPOINTS = "SELECT count(*) FROM raw_data.stream_checkpoints WHERE stream LIKE 'past%'"


@pytest.fixture
def past(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Past:
    """A past of nine days up to now, and the settings of its world."""
    for name, value in {
        "EVENT_ENV_FILE": "", "EVENT_PUBLISH_TOKEN": "x", "EVENT_RATE": str(RATE), "EVENT_LOG_PATH": f"{tmp_path}/e.db",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    end = int(time.time())
    new_past = Past(World(1, RATE).name, end - DAYS * DAY, end, int(DAYS * DAY * RATE))
    past_file.save(tmp_path / "e.db.past", new_past)
    return new_past


def loader(warehouse: Any, tmp_path: Path) -> Loader:
    settings = Settings(
        contract=CONTRACT,
        source_url="http://127.0.0.1:1",
        mode="poll",
        database_url=warehouse.url("airflow_user"),
        writer="backfill:test",
    )
    world = World(1, RATE).name
    return Loader(
        tmp_path / "e.db.past", world, settings, warehouse.url("restaurant_user"), threading.Event()
    )


def expected(past: Past) -> int:
    return sum(1 for number in range(past.parts) for _ in frames(World(1, RATE), past, number))


def live_frames(past: Past) -> list[Frame]:
    """Of the orders that were in flight at the end of the past."""
    world, seconds = World(1, RATE), range(past.end - HORIZON, past.end)
    slots = [e for second in seconds for e in world.slot(second, range(past.first, past.end).__contains__)]
    drafts = [emission.draft for emission in slots if emission.due >= past.end]
    return Decoder().decode(b"".join(encode("live", n, draft) for n, draft in enumerate(drafts, 1)))


def _passed(result: object) -> bool:
    return isinstance(result, RuleResult) and result.status != "failed"


def test_all_of_it_is_loaded_once_and_passes_every_rule(
    warehouse: Any, owner: Any, store: Store, past: Past, tmp_path: Path
) -> None:
    assert loader(warehouse, tmp_path).load()
    events = expected(past)
    assert owner.execute(EVENTS).fetchone() == (events,)
    assert owner.execute(CHECKPOINTS).fetchone() == (0,)
    assert owner.execute(
        "SELECT stream, complete FROM analytics.completeness() ORDER BY stream"
    ).fetchall() == [
        ("past-1", True),
        ("past-2", True),
        ("past-3", True),
    ]
    stored = past_file.load(tmp_path / "e.db.past")
    assert stored == replace(past, parts_loaded=3, before=events, loaded=events)
    assert stored.is_complete
    assert owner.execute("SELECT count(*) FROM raw_data.late_arrivals").fetchone() == (0,)
    latency = "SELECT ingest_latency_p50_seconds, ingest_latency_p99_seconds FROM analytics.live_metrics"
    assert owner.execute(latency).fetchone() == (None, None)

    # Live trade ends the orders that were in flight.
    contract = restaurant_parser()
    store.commit([contract.parse(one) for one in live_frames(past)])
    rules = [replace(rule, grace=None) for rule in load()]
    failed = [one for one in run(warehouse.url("airflow_user"), rules) if not _passed(one)]
    assert failed == []
    days = owner.execute("SELECT count(DISTINCT day) FROM analytics.daily_sales").fetchone()[0]
    assert DAYS <= days <= DAYS + 1

    assert loader(warehouse, tmp_path).load()
    assert owner.execute(EVENTS).fetchone() == (events,)


def test_its_months_have_their_partitions_also_when_the_default_one_is_in_use(
    warehouse: Any, owner: Any, past: Past, tmp_path: Path
) -> None:
    """As at a start on the first days of a month, beside a reader of raw events."""
    partitions = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'raw_data.events_raw'::regclass"
    )
    for (name,) in owner.execute(
        f"SELECT p FROM ({partitions}) AS n (p) WHERE p <> 'raw_data.events_raw_default'"
    ):
        owner.execute(f"DROP TABLE {name}")
    late = loader(warehouse, tmp_path)
    with warehouse.connect("restaurant_user") as reader:
        reader.execute("LOCK TABLE raw_data.events_raw_default IN ACCESS SHARE MODE")
        loading = threading.Thread(target=late.load)
        loading.start()
        is_blocked = (
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0)"
        )
        eventually(
            lambda: owner.execute(is_blocked).fetchone()[0], "the loader waits for the default partition"
        )
        reader.rollback()
    loading.join()
    assert owner.execute(EVENTS).fetchone() == (expected(past),)
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw_default").fetchone() == (0,)


def begin(warehouse: Any, tmp_path: Path) -> None:
    """Load a little of it."""
    first = loader(warehouse, tmp_path)
    first.settings = replace(first.settings, max_batch=300)
    first.on_report = first.stop.set
    assert not first.load()


@pytest.mark.parametrize("is_noted", [True, False])
def test_the_newest_day_comes_first_and_an_interruption_loses_nothing(
    warehouse: Any, owner: Any, past: Past, tmp_path: Path, is_noted: bool
) -> None:
    """Also one between the first commit and its note in the file."""
    begin(warehouse, tmp_path)
    partly, oldest = owner.execute("SELECT count(*), min(ts) FROM raw_data.events_raw").fetchone()
    assert 0 < partly < expected(past)
    assert oldest.timestamp() >= past.end - DAY
    if not is_noted:
        past_file.save(tmp_path / "e.db.past", past)

    assert loader(warehouse, tmp_path).load()
    assert owner.execute(EVENTS).fetchone() == (expected(past),)
    assert owner.execute("SELECT count(*) FROM raw_data.duplicates").fetchone() == (0,)
    assert owner.execute(CHECKPOINTS).fetchone() == (0,)


def test_the_past_of_another_world_is_left_out(
    warehouse: Any, owner: Any, past: Past, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begin(warehouse, tmp_path)
    (partly,) = owner.execute(EVENTS).fetchone()
    caplog.set_level("INFO", "past")
    assert replace(loader(warehouse, tmp_path), world=World(2, RATE).name).load()
    assert "because EVENT_RATE, EVENT_SEED or EVENT_YEN_RESTAURANT has changed" in caplog.text
    assert owner.execute(EVENTS).fetchone() == (partly,)
    assert owner.execute(CHECKPOINTS).fetchone() == (0,)
    stored = past_file.load(tmp_path / "e.db.past")
    assert stored is not None
    assert stored.is_complete


@pytest.mark.long
def test_a_refresh_that_fails_is_left_out(
    warehouse: Any, owner: Any, past: Past, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As when a critical rule blocks every publication."""
    owner.execute(BLOCKED)
    assert loader(warehouse, tmp_path).load()
    assert caplog.text.count("The rollups were not refreshed") == past.parts
    assert owner.execute(EVENTS).fetchone() == (expected(past),)


@pytest.mark.long
def test_it_waits_for_a_database_that_is_away(
    warehouse: Any, owner: Any, past: Past, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = loader(warehouse, tmp_path)
    waiting.settings = replace(waiting.settings, give_up_seconds=0)
    with psycopg.connect(warehouse.server.admin_url, autocommit=True) as admin:

        def allow(word: str) -> None:
            admin.execute(f"ALTER DATABASE {warehouse.name} ALLOW_CONNECTIONS {word}")

        def leave() -> None:
            allow("false")
            ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'sse_%'"
            admin.execute(ended)

        waiting.on_report = leave
        thread = threading.Thread(target=waiting.load)
        thread.start()
        wait_until(lambda: "past" in {one.name for one in caplog.records}, "the loader waits", 60)
        waiting.on_report = lambda: None
        allow("true")
        thread.join()
    assert owner.execute(EVENTS).fetchone() == (expected(past),)


def test_a_warehouse_with_events_of_these_days_keeps_them_alone(
    warehouse: Any, owner: Any, store: Store, past: Past, tmp_path: Path
) -> None:
    """The log was lost, and its successor got a past."""
    end = int(EPOCH.timestamp()) + DAY
    past_file.save(tmp_path / "e.db.past", replace(past, first=end - DAYS * DAY, end=end))
    store.commit([parsed(one) for one in lifecycle(1, 1)])
    (events,) = owner.execute(EVENTS).fetchone()
    assert loader(warehouse, tmp_path).load()
    assert owner.execute(EVENTS).fetchone() == (events,)
    assert owner.execute(CHECKPOINTS).fetchone() == (0,)


def test_without_a_past_there_is_nothing_to_load(warehouse: Any, owner: Any, tmp_path: Path) -> None:
    assert not loader(warehouse, tmp_path).load()
    assert owner.execute(EVENTS).fetchone() == (0,)


@pytest.mark.long
def test_a_new_stack_gets_its_past_beside_live_trade(place: Any) -> None:
    place.change("EVENT_RATE", "0.1")
    place.change("EVENT_HISTORY_DAYS", "10")
    up = place.stack("up", "--without-airflow", "--detach")
    assert up.returncode == 0, up.stdout + up.stderr
    assert "past of 10 days is loaded in the background" in up.stdout
    assert "of 10 days loaded" in place.stack("status").stdout
    Processes(place.settings.run_dir).end("past", grace=0)
    status = place.stack("status")
    assert (status.returncode, "with ./stack restart past" in status.stdout) == (1, True)
    assert place.stack("restart", "past").returncode == 0
    assert "with ./stack restart past" not in place.stack("status").stdout

    def is_complete() -> bool:
        past = past_of(place.settings)
        return past is not None and past.is_complete

    # Until then `up` keeps Airflow back.
    place.wait(lambda: not past_process.is_urgent(place.settings))
    past = past_of(place.settings)
    assert past is not None
    assert past.is_complete or not past.is_urgent(past.parts_loaded)
    place.wait(is_complete)
    assert place.stack("status").returncode == 0
    with psycopg.connect(database_url(place.settings, "restaurant_user")) as owner:
        streams = owner.execute("SELECT stream FROM raw_data.stream_checkpoints").fetchall()
        days = owner.execute("SELECT count(DISTINCT day) FROM analytics.daily_sales").fetchone()
    assert streams == [("restaurant",)]
    assert days is not None
    assert days[0] >= 10
    assert "has no service 'past'" in place.stack("restart", "past").stderr
    assert place.stack("down").returncode == 0
    assert "is loaded in the background" not in place.stack("up", "--without-airflow", "--detach").stdout


@pytest.mark.long
def test_a_stack_in_another_terminal_starts_the_loader_again(place: Any) -> None:
    place.change("EVENT_RATE", "0.1")
    place.change("EVENT_HISTORY_DAYS", "20")
    with place.start("up", "--without-airflow") as up:
        place.wait(lambda: {"past", "ingest", "dashboard"} <= place.running().keys())
        Processes(place.settings.run_dir).end("past", grace=0)
        restarted = place.stack("restart", "past")
        assert restarted.returncode == 0, restarted.stdout + restarted.stderr
        assert "past" in place.running()
        up.terminate()
        output, _ = up.communicate()
    assert "Restarting past, as ./stack restart asked." in output
    place.assert_nothing_is_left()
