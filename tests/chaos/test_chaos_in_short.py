"""Every kind of fault once, in less than a minute: no event lost and none stored twice. `test_chaos.py` runs longer."""

import json
import os
import time

import pytest

from tests.chaos import scoreboard
from tests.chaos.faults.kinds import KINDS
from tests.chaos.plan import each_kind_once
from tests.chaos.run import run

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


def test_every_kind_of_fault_loses_nothing_and_stores_nothing_twice() -> None:
    # Another seed each day, as in the long run; the report names it.
    seed = int(os.environ.get("CHAOS_SEED") or time.time() // 86_400)
    report = run(each_kind_once(seed))
    print(json.dumps(scoreboard.as_json(report), indent=1))  # noqa: T201 - pytest shows it when the test fails

    assert not report.findings, "\n".join([*report.findings, f"to run it again: {report.command()}"])
    assert {injected.fault.kind for injected in report.faults} == set(KINDS)
    totals = scoreboard.totals(report)
    assert totals["lost"] == totals["duplicated"] == 0
    assert totals["committed"] + totals["excused"] == totals["published"] > 0
