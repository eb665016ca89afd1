"""A chaos run: rounds of faults, each checked, until the time or the number is up or a promise is broken."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from random import Random
from traceback import format_exception

from local.chaos.audit import Verdict, audit, glance
from local.chaos.faults import KINDS, Fault
from local.chaos.fleet import CORE
from local.chaos.proxy import ProxyThread
from local.chaos.strike import strike
from local.chaos.warehouse import cluster
from local.chaos.world import NotRecovered, World, world
from local.scratch import Cluster
from sse_ingest.database.failpoints import POINTS


@dataclass(frozen=True)
class Plan:
    """What to run. `kinds` and `points` narrow the choice; `core` is where the core under test lies."""

    seed: int
    minutes: float | None = None
    faults: int | None = None
    first_round: int = 0
    rounds: int | None = None
    kinds: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    core: Path = CORE
    per_round: int = 15
    patience: float = 45.0
    """For how many seconds recovery is waited for."""

    def combinations(self) -> list[Fault]:
        """Every kind at every failpoint and at a random moment, as far as chosen."""
        points: list[str | None] = [None, *POINTS]
        return [
            Fault(kind, point)
            for kind in KINDS
            if not self.kinds or kind in self.kinds
            for point in points
            if not self.points or point in self.points
        ]

    def round(self, number: int) -> list[Fault]:
        """The faults of a round: the combinations in a random order, again and again, none left out."""
        begin = number * self.per_round
        return list(islice(self._endless(), begin, begin + self.per_round))

    def _endless(self) -> Iterator[Fault]:
        for turn in count():
            faults = self.combinations()
            Random(f"{self.seed}/{turn}").shuffle(faults)
            yield from faults

    def world_seed(self, number: int) -> int:
        return Random(f"{self.seed}/round/{number}").getrandbits(63)


@dataclass(frozen=True)
class Struck:
    """One fault that was survived, and the seconds from its strike to a commit of something newer."""

    fault: Fault
    recovery: float


@dataclass
class Report:
    """What a run came to so far."""

    plan: Plan
    faults: list[Struck] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    unknown_outcomes: int = 0
    failed_round: int | None = None
    findings: list[str] = field(default_factory=list)
    folder: Path | None = None
    """Where the failed round's logs are."""
    seconds: float = 0.0

    def command(self) -> str:
        """How to see the failed round again."""
        narrowed = [f"--kind {kind}" for kind in self.plan.kinds] + [f"--point {p}" for p in self.plan.points]
        parts = [f"./stack chaos --seed {self.plan.seed} --round {self.failed_round}", *narrowed]
        return " ".join(parts)


def run(plan: Plan, tell: Callable[[Report], None] = lambda _report: None) -> Report:
    """Run the plan. Ends at the first round with a finding, and keeps its logs."""
    report = Report(plan)
    began = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="chaos-rounds-"))
    with cluster() as postgres, ProxyThread() as proxies:
        for number in count(plan.first_round):
            if _enough(plan, report, number, time.monotonic() - began):
                break
            folder = home / f"round-{number}"
            _round(report, number, folder, postgres, proxies)
            report.seconds = time.monotonic() - began
            tell(report)
            if report.failed_round is not None:
                shutil.copy(postgres.server.log_file, folder / "postgres.log")
                report.folder = folder
                return report
            shutil.rmtree(folder)
    shutil.rmtree(home)
    return report


def _enough(plan: Plan, report: Report, number: int, seconds: float) -> bool:
    return (
        (plan.minutes is not None and seconds >= plan.minutes * 60)
        or (plan.faults is not None and len(report.faults) >= plan.faults)
        or (plan.rounds is not None and number >= plan.first_round + plan.rounds)
    )


def _round(report: Report, number: int, folder: Path, postgres: Cluster, proxies: ProxyThread) -> None:
    findings: list[str] = []
    diary: list[str] = []
    try:
        plan = report.plan
        seed = plan.world_seed(number)
        with world(postgres, folder, seed, proxies, plan.core, plan.patience) as made:
            for fault in plan.round(number):
                diary.append(f"{time.strftime('%H:%M:%S')} {fault}")
                report.faults.append(_suffer(made, fault))
                if findings := glance(made):
                    break
            else:
                made.drain()
                made.fleet.end()
                verdict = audit(made)
                report.verdicts.append(verdict)
                findings = verdict.findings
            report.unknown_outcomes += made.producer.unknown
    except Exception as error:  # noqa: BLE001 - whatever broke, the seed has to be told
        said = str(error) if isinstance(error, NotRecovered) else "".join(format_exception(error))
        findings = [*findings, f"{diary[-1] if diary else 'the start'}: {said}"]
    finally:
        with suppress(OSError):
            (folder / "diary.txt").write_text("\n".join(diary))
    if findings:
        report.failed_round, report.findings = number, findings


def _suffer(made: World, fault: Fault) -> Struck:
    struck = strike(made, fault)
    recovery = made.recovered(struck)
    made.fleet.maintain()
    return Struck(fault, recovery)
