"""A run follows from its seed, and leaves no combination out."""

from collections import Counter

from local.chaos.faults import KINDS
from local.chaos.orders import Restaurant
from local.chaos.run import Plan, Report
from sse_ingest.database.failpoints import POINTS


def test_the_same_seed_is_the_same_run() -> None:
    assert Plan(seed=7).round(12) == Plan(seed=7).round(12) != Plan(seed=8).round(12)
    assert Plan(seed=7).world_seed(12) == Plan(seed=7).world_seed(12) != Plan(seed=7).world_seed(13)
    assert [Restaurant(7).batch() for _ in range(3)] == [Restaurant(7).batch() for _ in range(3)]


def test_every_kind_meets_every_point_before_any_does_again() -> None:
    plan = Plan(seed=1, per_round=100)
    combinations = len(KINDS) * (len(POINTS) + 1)

    struck = Counter(fault for number in range(3 * combinations // 100 + 1) for fault in plan.round(number))

    assert len(struck) == combinations
    assert min(struck.values()) >= 3


def test_a_failed_round_is_told_as_a_command() -> None:
    report = Report(Plan(seed=7, kinds=("writer.kill",)), failed_round=3)

    assert report.command() == "./stack chaos --seed 7 --round 3 --kind writer.kill"
