"""Each kind of fault once, in less than a minute: no event lost, none taken twice. `test_chaos.py` goes on for long."""

import json
import os
import time
from dataclasses import replace
from random import Random

import pytest
from local.chaos import scoreboard
from local.chaos.faults import KINDS
from local.chaos.run import Plan, run

from sse_ingest.database.failpoints import POINTS

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


def each_kind_once(seed: int) -> Plan:
    """As many rounds as take every kind at one step of the core; the seed decides at which."""
    plan = Plan(seed=seed, points=(Random(seed).choice(POINTS),))
    return replace(plan, rounds=-(-len(KINDS) // plan.per_round))


def test_every_kind_of_fault_loses_nothing_and_doubles_nothing() -> None:
    # Another seed each day, as in the long run; the report names it.
    seed = int(os.environ.get("CHAOS_SEED") or time.time() // 86_400)
    report = run(each_kind_once(seed))
    print(json.dumps(scoreboard.as_json(report), indent=1))  # noqa: T201 - pytest shows it when the test fails

    assert not report.findings, "\n".join([*report.findings, f"the same again: {report.command()}"])
    assert {struck.fault.kind for struck in report.faults} == set(KINDS)
    seen = scoreboard.totals(report)
    assert seen["lost"] == seen["duplicated"] == 0
    assert seen["committed"] + seen["excused"] == seen["published"] > 0
