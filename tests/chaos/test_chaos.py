"""The chaos suite, as CI runs it: 300 faults, no event lost and none stored twice. CHAOS_SEED chooses another run."""

import json
import os
import time

import pytest

from tests.chaos import scoreboard
from tests.chaos.faults.kinds import KINDS
from tests.chaos.plan import Plan
from tests.chaos.report import Report
from tests.chaos.run import run

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.timeout(1800)]

_FAULTS = 300


@pytest.fixture(scope="module")
def report() -> Report:
    # Another seed each day, so that all runs together reach every combination; the report names it.
    seed = int(os.environ.get("CHAOS_SEED") or time.time() // 86_400)
    report = run(Plan(seed=seed, faults=_FAULTS))
    print(json.dumps(scoreboard.as_json(report), indent=1))  # noqa: T201 - pytest shows it when a test fails
    return report


def test_no_event_is_lost_and_none_is_stored_twice(report: Report) -> None:
    assert not report.findings, "\n".join([*report.findings, f"to run it again: {report.command()}"])
    totals = scoreboard.totals(report)
    assert totals["lost"] == totals["duplicated"] == 0
    assert totals["committed"] + totals["excused"] == totals["published"] > 0


def test_every_kind_of_fault_is_injected(report: Report) -> None:
    assert len(report.faults) >= _FAULTS
    assert {injected.fault.kind for injected in report.faults} == set(KINDS)


def test_events_have_every_possible_result(report: Report) -> None:
    totals = scoreboard.totals(report)

    assert totals["dead_letters"] > 0
    assert totals["repeats"] > 0
    assert totals["excused"] > 0
    assert report.unknown_outcomes > 0
