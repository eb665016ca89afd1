"""What a chaos run has found so far."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.audit import RoundResult
from tests.chaos.faults.kinds import Fault
from tests.chaos.plan import Plan


@dataclass(frozen=True)
class Injected:
    """A fault, and the seconds from its injection until a newer event was committed."""

    fault: Fault
    recovery: float


@dataclass
class Report:
    """The faults that were injected, the results of the rounds, and what failed."""

    plan: Plan
    faults: list[Injected] = field(default_factory=list)
    results: list[RoundResult] = field(default_factory=list)
    unknown_outcomes: int = 0
    failed_round: int | None = None
    findings: list[str] = field(default_factory=list)
    folder: Path | None = None
    """Where the logs of the failed round are."""
    seconds: float = 0.0

    def command(self) -> str:
        """The command that runs the failed round again."""
        narrowed = [f"--kind {kind}" for kind in self.plan.kinds]
        narrowed += [f"--point {point}" for point in self.plan.points]
        return " ".join([f"./stack chaos --seed {self.plan.seed} --round {self.failed_round}", *narrowed])
