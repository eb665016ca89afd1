"""The same seed is the same run, and a run leaves no combination out."""

from collections import Counter

import pytest

from sse_ingest.database.failpoints import POINTS
from tests.chaos.environment.restaurant import Restaurant
from tests.chaos.faults.kinds import KINDS
from tests.chaos.plan import Plan, each_kind_once
from tests.chaos.report import Report


def test_the_same_seed_is_the_same_run() -> None:
    assert Plan(seed=7).round(12) == Plan(seed=7).round(12) != Plan(seed=8).round(12)
    assert Plan(seed=7).round_seed(12) == Plan(seed=7).round_seed(12) != Plan(seed=7).round_seed(13)
    assert [Restaurant(7).batch() for _ in range(3)] == [Restaurant(7).batch() for _ in range(3)]


def test_every_kind_meets_every_point_before_any_does_again() -> None:
    plan = Plan(seed=1, per_round=100)
    combinations = len(KINDS) * (len(POINTS) + 1)

    times = Counter(fault for number in range(3 * combinations // 100 + 1) for fault in plan.round(number))

    assert len(times) == combinations
    assert min(times.values()) >= 3


@pytest.mark.parametrize("seed", range(20))
def test_a_short_run_has_every_kind_of_fault(seed: int) -> None:
    plan = each_kind_once(seed)
    assert plan.faults is not None
    rounds = -(-plan.faults // plan.per_round)

    faults = [fault for number in range(rounds) for fault in plan.round(number)]

    assert {fault.kind for fault in faults} == set(KINDS)
    assert len({fault.point for fault in faults}) > len(POINTS) / 2


def test_the_choice_can_be_narrowed() -> None:
    plan = Plan(seed=1, kinds=("writer.kill", "source.cut"), points=("lease.before_take",))

    assert {(fault.kind, fault.point) for fault in plan.round(0)} == {
        ("writer.kill", "lease.before_take"),
        ("source.cut", "lease.before_take"),
    }


def test_a_failed_round_has_a_command_that_runs_it_again() -> None:
    report = Report(Plan(seed=7, kinds=("writer.kill",)), failed_round=3)

    assert report.command() == "./stack chaos --seed 7 --round 3 --kind writer.kill"
