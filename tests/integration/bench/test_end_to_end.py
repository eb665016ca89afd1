"""End to end and latency, with hardly any events: service, ingest and PostgreSQL as they are measured."""

import io
from collections.abc import Iterator

import psutil
import pytest
from rich.console import Console

from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row
from tests.bench.processes.limit import Limit
from tests.bench.suites import end_to_end, latency

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(600)]


class KnownLimit(Limit):
    """One that needs no measuring."""

    def rate(self, batch: int) -> float:
        return {10_000: 100_000.0}[batch]


@pytest.fixture
def bench() -> Iterator[Bench]:
    before = set(psutil.Process().children(recursive=True))
    with Bench(Console(file=io.StringIO()), quick=True) as running:
        yield running
    assert set(psutil.Process().children(recursive=True)) <= before


def rows(results: Iterator[Row]) -> dict[str, dict[str, float]]:
    return {row.case: {name: figure.median for name, figure in row.figures.items()} for row in results}


def test_end_to_end_and_latency(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_to_end, "BACKLOG", (12_000, 12_000))
    monkeypatch.setattr(end_to_end, "LIVE", (2_000, 2_000))
    monkeypatch.setattr(latency, "MAXIMUM", (2_000, 2_000))
    monkeypatch.setattr(latency, "SECONDS", (1, 1))
    monkeypatch.setattr(latency, "WARM", 0.3)

    by_case = rows(end_to_end.run(bench, KnownLimit(bench)))

    assert list(by_case) == ["draining 12,000 events", "live, NDJSON of 1,000, 4 connections"]
    for figures in by_case.values():
        assert figures["events/s"] > 0
        assert figures["of the limit"] == pytest.approx(figures["events/s"] / 100_000)
        assert figures["ingest"] > 0
        assert figures["PostgreSQL"] > 0

    by_case = rows(latency.run(bench, KnownLimit(bench)))

    thousand, half = by_case.values()
    assert next(iter(by_case)) == "1,000/s"
    assert 0 < thousand["published"] < 1_100
    for figures in (thousand, half):
        assert 0 < figures["p50"] <= figures["p95"] <= figures["p99"] <= figures["max"] < 30_000
        assert figures["p50 in single commits"] == pytest.approx(figures["p50"] / figures["single commit"])
