"""Starting, stopping and failing, and how the service reports it."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import __version__
from tests.support.ports import free_port
from tests.support.service import ROOT, TOKEN, EventService
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
Numbered = Callable[..., list[dict[str, Any]]]
MakeService = Callable[..., EventService]


def test_health_reports_the_log(make_service: MakeService, numbered: Numbered) -> None:
    service = make_service()
    stream_id = service.publish(numbered(1, 3))["stream_id"]
    assert stream_id.startswith("restaurant_")
    health = service.health()
    assert health.pop("uptime_seconds") > 0
    assert health == {
        "status": "ok",
        "trouble": None,
        "version": __version__,
        "stream_id": stream_id,
        "head_offset": 3,
        "oldest_offset": 1,
        "events_stored": 3,
        "subscribers": 0,
        "simulator": {"rate": 0.0, "running": False, "published": 0},
    }


def test_ready(service: EventService) -> None:
    assert httpx.get(f"{service.url}/ready").json()["status"] == "ready"


def test_metrics(service: EventService, numbered: Numbered) -> None:
    head = service.publish(numbered(1, 3))["offsets"][-1]
    text = httpx.get(f"{service.url}/metrics").text
    assert f"log_head_offset {float(head)}" in text
    assert 'events_accepted_total{source="publish"}' in text
    assert "log_commit_seconds_bucket" in text


def test_openapi_carries_the_events(service: EventService) -> None:
    document = httpx.get(f"{service.url}/openapi.json").json()
    assert {"/stream", "/events", "/health", "/ready", "/metrics"} <= document["paths"].keys()
    assert "PaymentCapturedEvent" in document["components"]["schemas"]
    text = json.dumps(document)
    for name in set(text.split('"#/components/schemas/')[1:]):
        assert name.split('"')[0] in document["components"]["schemas"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("DELETE", "/events", 405)])
def test_errors_are_problem_documents(service: EventService, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, service.url + path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_keeps_what_was_accepted(
    make_service: MakeService, numbered: Numbered, number: int
) -> None:
    service = make_service()
    before = service.publish(events := numbered(1, 100))
    service.restart(number)
    assert service.health()["stream_id"] == before["stream_id"]
    assert service.publish(events)["offsets"] == before["offsets"]
    assert service.publish(numbered(101, 101))["offsets"] == [101]


def test_a_full_disk_is_reported_and_passes(make_service: MakeService, numbered: Numbered) -> None:
    service = make_service()
    service.publish(numbered(1, 3))
    assert service._process is not None
    pid = service._process.pid
    unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1_024, unlimited[1]))
    try:
        body = "\n".join(map(json.dumps, numbered(4, 300)))
        refused = httpx.post(
            f"{service.url}/events", content=body, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert refused.status_code in {503, 507}
        assert "nothing was stored" in refused.json()["detail"]
        assert httpx.get(f"{service.url}/ready").status_code == 503
        health = service.health()
        assert (health["status"], health["head_offset"]) == ("degraded", 3)
        assert len(httpx.get(f"{service.url}/events").json()["events"]) == 3
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
    assert httpx.get(f"{service.url}/ready").status_code == 200
    assert service.health()["status"] == "ok"
    assert service.publish(numbered(4, 5))["offsets"] == [4, 5]


def test_the_simulator_publishes_orders(make_service: MakeService) -> None:
    service = make_service(EVENT_RATE="100", EVENT_FAULT_MALFORMED="0.2", EVENT_FAULT_DUPLICATES="0.2")
    eventually(lambda: bool(service.health()["head_offset"] >= 200), "200 events are published")
    events = httpx.get(f"{service.url}/events?limit=10000").json()["events"]
    assert {"order_created", "payment_captured"} < {
        e["event_type"] for e in events if isinstance(e, dict) and "payload" in e
    }
    assert service.health()["simulator"]["running"]


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EVENT_")}
    env = clean | {"PYTHONPATH": str(ROOT), "EVENT_LOG_PATH": str(folder / "events.db")} | environment
    return subprocess.run(
        [sys.executable, "-m", "api"],
        env=env,
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=200,
    )


def test_a_wrong_setting_stops_it_at_once(tmp_path: Path) -> None:
    ended = run(tmp_path, EVENT_RATE="fast")
    assert ended.returncode == 2
    assert "EVENT_PUBLISH_TOKEN is not set" in ended.stderr
    assert "EVENT_RATE" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_busy_port_is_reported_in_a_sentence(service: EventService, tmp_path: Path) -> None:
    ended = run(tmp_path, EVENT_PUBLISH_TOKEN=TOKEN, EVENT_PORT=str(service.port))
    assert ended.returncode == 1
    assert f"127.0.0.1:{service.port} cannot be used (Address already in use)" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_busy_log_is_reported_in_a_sentence(service: EventService) -> None:
    ended = run(
        service.log_path.parent,
        EVENT_PUBLISH_TOKEN=TOKEN,
        EVENT_PORT=str(free_port()),
        EVENT_LOG_PATH=str(service.log_path),
    )
    assert ended.returncode == 1
    assert "is in use: stop the other event service" in ended.stderr
    assert "Traceback" not in ended.stderr
