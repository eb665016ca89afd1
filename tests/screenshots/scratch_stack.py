"""A stack of its own for the pictures, with the past that every new stack gets."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local.display import logs
from local.display.progress import Progress
from local.errors import StackError
from local.processes import past_process
from local.settings import Settings
from tests.support.stack import RunningStack, running_stack

# The older weeks of a past are loaded at a pace. At this rate that takes minutes, and the restaurants are small ones.
CHANGES = {"EVENT_RATE": "0.2"}
DAGS = ("restaurant_maintenance", "restaurant_data_quality")
"""The pages show their results. They have to run once after the past is loaded."""
_POLL_SECONDS = 0.5


@contextmanager
def scratch_stack(progress: Progress) -> Iterator[RunningStack]:
    """Up, with its past in the warehouse. It and its data are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="screenshots-"))
    with ExitStack() as end:
        end.callback(progress.say, "The scratch stack and its data are gone.")
        with progress.step("a scratch stack"):
            running = end.enter_context(running_stack(CHANGES, folder))
        with progress.step("its past"):
            await_past(running.settings, progress)
        for dag in DAGS:
            with progress.step(f"the DAG {dag}"):
                run_dag(running, dag)
        yield running


def await_past(settings: Settings, progress: Progress) -> None:
    """Return once nothing of it is left to load. Raises StackError when its loader has ended before."""
    reported = 0
    while True:
        is_loading = past_process.is_running(settings)
        past = past_process.unfinished(settings)
        if past is None:
            return
        if not is_loading:
            lines = logs.last_lines(logs.find(settings.log_dir, past_process.PAST), 10)
            raise StackError("\n".join(["The past was not loaded. The end of the log:", *lines]))
        if past.percent >= reported + 10:
            reported = past.percent
            progress.say(f"  {past.percent}% of {past.days} days")
        time.sleep(_POLL_SECONDS)


def run_dag(running: RunningStack, dag: str) -> None:
    """Run it once, to its end. Raises StackError when it fails."""
    run = running.airflow("POST", f"/dags/{dag}/dagRuns", {"logical_date": None})
    while run["state"] not in {"success", "failed"}:
        time.sleep(_POLL_SECONDS)
        run = running.airflow("GET", f"/dags/{dag}/dagRuns/{run['dag_run_id']}")
    if run["state"] == "failed":
        raise StackError(f"The DAG {dag} failed: ./stack up shows why, with the same settings.")
