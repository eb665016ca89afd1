"""`./stack status`: what runs."""

import time
from dataclasses import dataclass

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from local.display import counters, tables
from local.processes import past_process
from local.processes.process_records import Processes
from local.processes.stack import ORDER
from local.servers import services
from local.servers.services import Service
from local.settings import Settings


@dataclass(frozen=True)
class State:
    """One service as it is found."""

    name: str
    pid: int | None
    seconds: float = 0.0

    @property
    def word(self) -> str:
        return "running" if self.pid else "ended"


def states(settings: Settings) -> list[State]:
    """PostgreSQL and every recorded service; empty when nothing is recorded."""
    processes = Processes(settings.run_dir)
    rows = []
    for name in ORDER:
        if record := processes.find(name):
            leader = record.leader()
            rows.append(State(name, record.pid if leader else None, time.time() - record.create_time))
    pid = services.postgres(settings).pid()
    if pid is not None:
        rows.insert(0, State("postgres", pid, time.time() - psutil.Process(pid).create_time()))
    elif rows:
        rows.insert(0, State("postgres", None))
    return rows


def show(settings: Settings, console: Console, *, show_passwords: bool) -> bool:
    """Print it all; True when everything that was started runs and answers."""
    rows = states(settings)
    if not rows:
        console.print("Nothing is running: start it with ./stack up.")
        return False
    names = {state.name for state in rows}
    with_airflow = "airflow-api-server" in names
    by_name = {service.name: service for service in services.selected(settings, with_airflow=with_airflow)}
    table = Table(title="Services", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("service", "state", "pid", "for", "log"):
        table.add_column(heading)
    fine = True
    for state in rows:
        word = _word(state, by_name.get(state.name))
        fine = fine and word == "running"
        since = _duration(state.seconds) if state.pid else ""
        table.add_row(state.name, word, str(state.pid or ""), since, f"./stack logs {state.name}")
    console.print(table)
    tables.show_doors(console, settings, with_airflow=with_airflow, show_passwords=show_passwords)
    console.print(tables.counters(counters.read(settings)))
    return _show_past(settings, console) and fine


def _show_past(settings: Settings, console: Console) -> bool:
    """False when something of it is left to load, and nobody loads it."""
    past = past_process.unfinished(settings)
    if past is None:
        return True
    is_loading = past_process.is_running(settings)
    more = "" if is_loading else " Nothing loads the rest: start that with ./stack restart past."
    console.print(
        f"The simulator's past: {past.percent}% of {past.days} days loaded (./stack logs past).{more}"
    )
    return is_loading


def _word(state: State, service: Service | None) -> str:
    if state.pid and service and not service.answers():
        return "not answering"
    return state.word


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
