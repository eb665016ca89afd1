"""What a writer shows to Prometheus: its counts, its lag and its lease, and nothing where nobody asks."""

import logging
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.errors import ConfigurationError
from sse_ingest.events import Event, Rejected
from sse_ingest.pipeline import metrics
from sse_ingest.pipeline.metrics import NoExport, PrometheusExport, exporter_of
from sse_ingest.settings import Settings, metrics_from_environment
from sse_ingest.store.batch import Batch
from sse_ingest.store.store import Tally
from tests.support.ports import free_port

SETTINGS = Settings(source_url="http://127.0.0.1:1", database_url="postgresql://x", stream="till")


class Clock:
    def __init__(self) -> None:
        self.seconds = datetime(2026, 3, 14, 12, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.seconds


def batch(offset: int, seconds_ago: int, clock: Clock) -> Batch:
    moment = datetime.fromtimestamp(clock.seconds - seconds_ago, UTC)
    event: Any = Event(
        stream_id="log_1",
        offset=offset,
        event_id=UUID(int=offset),
        event_type="order",
        ts=moment,
        partition_key="till",
        payload=b"{}",
        received=b"{}",
        record=None,
        content_hash=b"h" * 16,
        last_event_id=f"log_1-{offset}",
    )
    return Batch(SETTINGS, [event])


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_nobody_asks_for_metrics_by_default() -> None:
    assert isinstance(exporter_of(SETTINGS), NoExport)


def test_a_file_has_the_counts_the_lag_and_the_lease(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "writer.prom"
    export = PrometheusExport("till", None, file, now=clock)
    export.committed(Tally(events=5, duplicates=1, rejected=2, gaps=1, transactions=1), batch(7, 3, clock))
    export.tick(10)
    text = file.read_text()
    for line in (
        'sse_ingest_events_total{stream="till"} 5.0',
        'sse_ingest_duplicates_total{stream="till"} 1.0',
        'sse_ingest_dead_letters_total{stream="till"} 2.0',
        'sse_ingest_gaps_total{stream="till"} 1.0',
        'sse_ingest_transactions_total{stream="till"} 1.0',
        'sse_ingest_committed_offset{stream="till"} 7.0',
        'sse_ingest_lag_events{stream="till"} 3.0',
        'sse_ingest_holds_lease{stream="till"} 1.0',
        'sse_ingest_latency_seconds_bucket{le="2.5",stream="till"} 0.0',
        'sse_ingest_latency_seconds_bucket{le="5.0",stream="till"} 1.0',
    ):
        assert line in text
    export.close()
    assert 'sse_ingest_holds_lease{stream="till"} 0.0' in file.read_text()


def test_a_run_that_has_committed_nothing_yet_knows_its_lag(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "writer.prom"
    export = PrometheusExport("till", None, file, 7, clock)
    export.tick(10)
    assert 'sse_ingest_committed_offset{stream="till"} 7.0' in file.read_text()
    assert 'sse_ingest_lag_events{stream="till"} 3.0' in file.read_text()


def test_a_dead_letter_is_no_lag(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "writer.prom"
    export = PrometheusExport("till", None, file, now=clock)
    rejected = Rejected("log_1", 8, None, None, Reason.INVALID_JSON, "", b"{", "log_1-8")
    export.committed(Tally(rejected=1, transactions=1), Batch(SETTINGS, [rejected]))
    export.tick(8)
    assert 'sse_ingest_committed_offset{stream="till"} 8.0' in file.read_text()
    assert 'sse_ingest_lag_events{stream="till"} 0.0' in file.read_text()


def test_it_is_written_every_five_seconds(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "writer.prom"
    export = PrometheusExport("till", None, file, now=clock)
    export.tick(None)
    file.unlink()
    clock.seconds += 4
    export.tick(None)
    assert not file.exists()
    clock.seconds += 1
    export.tick(None)
    assert file.exists()


@pytest.fixture
def port() -> int:
    return free_port()


def test_prometheus_reads_it_over_http_while_the_run_lasts(port: int, clock: Clock) -> None:
    export = PrometheusExport("till", port, None, now=clock)
    export.committed(Tally(events=5, transactions=1), batch(7, 0, clock))
    export.tick(None)
    page = f"http://127.0.0.1:{port}/metrics"
    assert 'sse_ingest_events_total{stream="till"} 5.0' in httpx.get(page, trust_env=False).text
    export.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(page, trust_env=False)


def test_a_port_that_the_run_before_still_has_stops_nothing(
    port: int, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "sse_ingest")
    with socket.create_server(("127.0.0.1", port)):
        export = PrometheusExport("till", port, None, now=clock)
        export.tick(None)
        assert "Metrics cannot be exported now" in caplog.text
    clock.seconds += 5
    export.tick(None)
    assert httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).is_success
    export.close()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("INGEST_METRICS_PORT", "0", "a port from 1"),
        ("INGEST_METRICS_PORT", "http", "a port from 1"),
        ("INGEST_METRICS_FILE", "/tmp/metrics", "end in .prom"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=says) as caught:
        metrics_from_environment()
    assert name in str(caught.value)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "prometheus_client", None)
    settings = Settings(
        source_url="http://127.0.0.1:1", database_url="postgresql://x", metrics_file=tmp_path / "writer.prom"
    )
    with pytest.raises(ConfigurationError, match=r"sse-ingest\[metrics\]"):
        metrics.exporter_of(settings)
