"""Each suite runs, with hardly any events: real processes, and PostgreSQL where it needs one."""

import io
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from rich.console import Console

from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row
from tests.bench.processes.limit import Limit
from tests.bench.suites import memory, publish, transport

pytestmark = pytest.mark.integration


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


@pytest.mark.long
def test_transport(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CATCH_UP", ((1, 2_000, 2_000), (20, 500, 500)))
    cases = ((0, 40, 40), (1, 40, 40), (20, 40, 40))
    paces = tuple(replace(pace, at_once=10, cases=cases) for pace in transport.LIVE)
    monkeypatch.setattr(transport, "LIVE", paces)

    by_case = rows(transport.run(bench, KnownLimit(bench)))

    assert list(by_case)[:3] == [
        "catching up, 1 reader",
        "catching up, our client",
        "catching up, 20 readers",
    ]
    assert len(by_case) == 3 + 2 * 3 + 1
    for case, figures in by_case.items():
        if "no reader" in case:
            assert figures["published"] > 0
        else:
            assert figures["in sum"] > 0
        if "500/s" not in case and "no reader" not in case:
            assert figures["of the limit"] == pytest.approx(figures["in sum"] / 100_000)
    assert 0 < by_case["live at 500/s, 20 readers"]["published"] < 700


@pytest.mark.long
def test_publish(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "CASES", ((50, 1, 200, 200), (50, 3, 200, 200), (1, 2, 20, 20)))

    by_case = rows(publish.run(bench, KnownLimit(bench)))

    assert list(by_case) == [
        "NDJSON of 50, 1 connection",
        "NDJSON of 50, 3 connections",
        "single events, 2 connections",
    ]
    for figures in by_case.values():
        assert figures["events/s"] > 0
        assert figures["of the limit"] == pytest.approx(figures["events/s"] / 100_000)


@pytest.mark.long
def test_memory(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "BACKLOGS", (1_000,))
    monkeypatch.setattr(memory, "SUBSCRIBERS", (1, 20))

    by_case = rows(memory.run(bench, KnownLimit(bench)))

    assert list(by_case) == [
        "draining 1,000 events",
        "1 subscriber, 100 events/s",
        "20 subscribers, 100 events/s",
    ]
    drained = by_case["draining 1,000 events"]
    assert set(drained) == {"service", "ingest", "PostgreSQL", "PostgreSQL, own"}
    assert all(1 < megabytes < 1_000 for megabytes in drained.values())
    assert all(10 < figures["service"] < 1_000 for figures in by_case.values())
