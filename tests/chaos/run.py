"""A chaos run: rounds of faults, each checked, until the plan is done or a promise is broken."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from traceback import format_exception

from local.servers.scratch import Cluster
from tests.chaos.audit import audit_finished, audit_running
from tests.chaos.environment.environment import Environment, NotRecovered, running_environment
from tests.chaos.environment.proxy import ProxyThread
from tests.chaos.environment.warehouse import cluster
from tests.chaos.faults.kinds import Fault
from tests.chaos.inject_fault import inject_fault
from tests.chaos.plan import Plan
from tests.chaos.report import Injected, Report


def run(plan: Plan, on_round: Callable[[Report], None] = lambda _report: None) -> Report:
    """Run the plan. It ends at the first round with a finding, and keeps the logs of that round."""
    report = Report(plan)
    began = time.monotonic()
    with _folder(report) as folder, cluster() as postgres, ProxyThread() as proxies:
        for number in count(plan.first_round):
            if _is_over(report, number, time.monotonic() - began):
                break
            round_folder = folder / f"round-{number}"
            _round(report, number, round_folder, postgres, proxies)
            report.seconds = time.monotonic() - began
            on_round(report)
            if report.failed_round is not None:
                shutil.copy(postgres.server.log_file, round_folder / "postgres.log")
                report.folder = round_folder
                break
            shutil.rmtree(round_folder)
    return report


@contextmanager
def _folder(report: Report) -> Iterator[Path]:
    """For the files of the rounds; kept when a round failed."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-rounds-"))
    try:
        yield folder
    finally:
        if report.folder is None:
            shutil.rmtree(folder)


def _is_over(report: Report, number: int, seconds: float) -> bool:
    plan = report.plan
    return (
        (plan.minutes is not None and seconds >= plan.minutes * 60)
        or (plan.faults is not None and len(report.faults) >= plan.faults)
        or (plan.rounds is not None and number >= plan.first_round + plan.rounds)
    )


def _round(report: Report, number: int, folder: Path, postgres: Cluster, proxies: ProxyThread) -> None:
    plan = report.plan
    findings: list[str] = []
    injected: list[str] = []
    try:
        with running_environment(
            postgres, folder, plan.round_seed(number), proxies, plan.core, plan.recovery_seconds
        ) as environment:
            for fault in plan.round(number):
                injected.append(f"{time.strftime('%H:%M:%S')} {fault}")
                report.faults.append(_inject_and_recover(environment, fault))
                if findings := audit_running(environment):
                    break
            else:
                environment.drain()
                environment.fleet.end()
                result = audit_finished(environment)
                report.results.append(result)
                findings = result.findings
            report.unknown_outcomes += environment.producer.unknown
    except Exception as error:  # noqa: BLE001 - whatever failed, the report has to name the seed
        text = str(error) if isinstance(error, NotRecovered) else "".join(format_exception(error))
        findings = [*findings, f"{injected[-1] if injected else 'the start'}: {text}"]
    finally:
        with suppress(OSError):
            (folder / "faults.txt").write_text("\n".join(injected))
    if findings:
        report.failed_round, report.findings = number, findings


def _inject_and_recover(environment: Environment, fault: Fault) -> Injected:
    injected = inject_fault(environment, fault)
    recovery = environment.recovered(injected)
    environment.fleet.maintain()
    return Injected(fault, recovery)
