"""/health and health_check() side by side, in situations that are really broken, and after they are mended."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.pipeline.run import run
from sse_ingest.settings import Settings
from tests.support.events import published
from tests.support.service import EventService
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
def owner(warehouse: Any) -> Iterator[Any]:
    """Impatient thresholds, so that a test need not wait for half an hour."""
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        impatient = {
            "freshness_warn": 1,
            "freshness_error": 2,
            "lag_warn": 0,
            "lag_error": 20,
            "lease_nobody_warn": 1,
        }
        for name, value in impatient.items():
            connection.execute("UPDATE analytics.thresholds SET value = %s WHERE name = %s", [value, name])
        yield connection


@pytest.fixture
def reported(warehouse: Any) -> Callable[[str], tuple[str, dict[str, Any]]]:
    """What health_check() says of a component, asked as the dashboards ask."""

    def ask(component: str) -> tuple[str, dict[str, Any]]:
        with warehouse.connect("analytics_reader") as reader:
            query = "SELECT status, details FROM analytics.health_check() WHERE component = %s"
            status, details = reader.execute(query, [component]).fetchone()
            return status, details

    return ask


@pytest.fixture
def settings(service: EventService, warehouse: Any) -> Settings:
    return Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url=service.url,
        database_url=warehouse.url("airflow_user"),
    )


@contextmanager
def streaming(settings: Settings) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(settings,), kwargs={"stop": stop})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_nobody_ingests(
    service: EventService,
    settings: Settings,
    owner: Any,
    reported: Callable[[str], tuple[str, dict[str, Any]]],
) -> None:
    service.publish(published(1))
    run(Settings(**{**vars(settings), "mode": "poll"}))
    for order in range(2, 8):
        service.publish(published(order))

    eventually(lambda: reported("freshness")[0] == "error", "freshness is an error")
    assert reported("lease")[0] == "warn"
    assert reported("lease")[1]["remedy"]
    assert reported("freshness")[1]["remedy"]
    assert service.health()["status"] == "ok"
    assert service.health()["head_offset"] == 49

    with streaming(settings):
        eventually(lambda: reported("freshness")[0] == "ok", "freshness is mended")
        assert reported("lease")[0] == "ok"
        eventually(lambda: reported("lag")[1].get("lag_events") == 0, "the lag is known to be nothing")


def test_the_log_was_lost(
    service: EventService,
    settings: Settings,
    owner: Any,
    reported: Callable[[str], tuple[str, dict[str, Any]]],
) -> None:
    with streaming(settings):
        service.publish(published(1))
        eventually(lambda: reported("freshness")[0] == "ok", "the first events are in")
        assert reported("gaps")[0] == "ok"
        before = service.health()["stream_id"]
        service.stop()
        for file in service.log_path.parent.glob("events.db*"):
            file.unlink()
        service.start()
        service.publish(published(2))

        eventually(lambda: reported("gaps")[0] == "error", "the gap is reported")

    assert service.health()["stream_id"] != before
    assert reported("gaps")[1]["remedy"]
    owner.execute("UPDATE raw_data.stream_gaps SET acknowledged_at = now()")
    assert reported("gaps")[0] == "ok"


def test_a_producer_sends_what_nobody_can_take(
    tmp_path: Path, owner: Any, warehouse: Any, reported: Callable[[str], tuple[str, dict[str, Any]]]
) -> None:
    folder = tmp_path / "faulty"
    folder.mkdir()
    faulty = EventService(folder, {"EVENT_RATE": "200", "EVENT_FAULT_MALFORMED": "0.2"})
    faulty.start()
    try:
        with streaming(
            Settings(
                contract=CONTRACT,
                stream="restaurant",
                source_url=faulty.url,
                database_url=warehouse.url("airflow_user"),
            )
        ):
            eventually(lambda: reported("dead_letters")[0] != "ok", "dead letters are reported")
            status, details = reported("dead_letters")
            assert status == "warn"
            assert details["open"] == sum(details["by_reason"].values())
            assert details["remedy"]
            assert reported("freshness")[0] == "ok"
        assert faulty.health()["status"] == "ok"
    finally:
        faulty.stop()
    owner.execute("UPDATE raw_data.dead_letters SET resolved_at = now(), resolution = 'discarded'")
    assert reported("dead_letters")[0] == "ok"


def test_the_disk_of_the_log_is_full(tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    service = EventService(folder, largest_file=200_000)
    service.start()
    try:
        answers = [service.post(published(order)).status_code for order in range(120)]
        assert set(answers) <= {202, 503, 507}
        assert answers[-1] != 202
        reported = service.health()
        assert reported["status"] == "degraded"
        assert reported["trouble"]
        assert reported["head_offset"] == 7 * answers.count(202)
    finally:
        service.stop()
