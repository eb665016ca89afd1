"""The stack as a whole: started in order, watched, ended in reverse order."""

import json
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

import sql
from api import restaurants
from api.settings import simulates
from local import airflow, counters, logs, preflight, services
from local.errors import StackError
from local.interrupts import Interrupts
from local.processes import Processes
from local.progress import Progress
from local.services import Service
from local.settings import OWNER, Settings
from sql.tool import location_file, locations

ORDER = (
    "api",
    "ingest",
    "airflow-setup",
    "airflow-api-server",
    "airflow-dag-processor",
    "airflow-scheduler",
    "dashboard",
)


class Stack:
    """Everything below one data folder. `children` holds what this process started itself."""

    def __init__(self, settings: Settings, progress: Progress, interrupts: Interrupts) -> None:
        self.settings = settings
        self.progress = progress
        self.interrupts = interrupts
        self.processes = Processes(settings.run_dir)
        self.postgres = services.postgres(settings)
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._detached = settings.run_dir / "detached"

    def start(self, chosen: Sequence[Service], *, with_airflow: bool) -> None:
        """Bring up PostgreSQL, the schema and the chosen services; StackError at the first that fails."""
        preflight.check_ports(
            self.settings,
            with_airflow=with_airflow,
            with_dashboard=any(s.name == "dashboard" for s in chosen),
        )
        first, *rest = chosen
        with self.progress.step(f"PostgreSQL on 127.0.0.1:{self.settings.postgres_port}"):
            logs.rotate(self.postgres.log_file)
            self.postgres.initialise()
            self.postgres.start()
            self._check_password()
        self.spawn(first)
        with self.progress.step("roles and databases"):
            sql.bootstrap(self.postgres.admin_url, self.settings.passwords)
        setup = self._begin_airflow_setup() if with_airflow else None
        with self.progress.step("warehouse schema"):
            sql.migrate(services.database_url(self.settings, OWNER))
        self.await_ready(first)
        self._enter_restaurants()
        if setup:
            self._await_end(setup)
        self._start_together(rest)

    def await_orders(self, within_seconds: float = 60) -> None:
        """Wait until something new is committed, so that "up" means that orders flow; never fails for it."""
        before = counters.read(self.settings)
        if not before.accepted:
            return
        with self.progress.step("orders on their way"):
            deadline = time.monotonic() + within_seconds
            while (now := counters.read(self.settings)).lag_events != 0 and now.committed == before.committed:
                if time.monotonic() > deadline or self.dead():
                    break
                time.sleep(0.2)
        if now.committed == before.committed and now.lag_events != 0 and not self.dead():
            self.progress.say(
                f"No order was committed within {within_seconds:g} s: ./stack status names the logs."
            )

    def dead(self) -> list[str]:
        """Of what this process started, the names of those that have ended by themselves."""
        return [name for name, child in self.children.items() if child.poll() is not None]

    def spawn(self, service: Service) -> None:
        """Start a service and record it."""
        log = self.log_of(service)
        logs.rotate(log)
        with self.interrupts.held():
            self.children[service.name] = self.processes.start(
                service.name, service.command, service.env, cwd=self.settings.root, log=log
            )

    def await_ready(self, service: Service) -> None:
        """Wait until the service answers."""
        with self.progress.step(service.title):
            deadline = time.monotonic() + service.start_within
            while not service.ready():
                if self.children[service.name].poll() is not None:
                    raise StackError(self.obituary(service, "ended while starting"))
                if time.monotonic() > deadline:
                    what = f"was not ready within {service.start_within:g} s"
                    raise StackError(self.obituary(service, what))
                time.sleep(0.1)

    def obituary(self, service: Service, what: str) -> str:
        """What happened to a service, its last words, and where the rest of them are."""
        log = self.log_of(service)
        words = "\n".join(f"    {line}" for line in logs.last_lines(log, 8))
        return (
            f"The {service.title} {what}. Its last lines:\n{words}\nMore: ./stack logs {service.name} ({log})"
        )

    def log_of(self, service: Service) -> Path:
        return self.settings.log_dir / f"{service.name}.log"

    def stop(self) -> list[str]:
        """End whatever runs, in reverse order; the names of what did. PostgreSQL comes last."""
        self._detached.unlink(missing_ok=True)
        unknown = [name for name in self.processes.names() if name not in ORDER]
        grace = {"airflow-scheduler": 25.0}
        ended = []
        for name in (*unknown, *reversed(ORDER)):
            if self.processes.find(name) is None:
                continue
            with self.progress.step(f"stopping {name}"):
                if self.processes.end(name, grace.get(name, 15), self.interrupts.impatient):
                    ended.append(name)
        if self.postgres.pid() is not None:
            with self.progress.step("stopping postgres"):
                self.postgres.stop(immediate=self.interrupts.impatient())
            ended.append("postgres")
        return ended

    def alive(self) -> list[str]:
        """The recorded services that run, and PostgreSQL."""
        running = [name for name in ORDER if (record := self.processes.find(name)) and record.leader()]
        return (["postgres"] if self.postgres.pid() is not None else []) + running

    def detach(self, chosen: Sequence[Service]) -> None:
        """Note that these run on their own."""
        self._detached.write_text(json.dumps(["postgres", *(service.name for service in chosen)]))

    def expected(self) -> list[str]:
        """What was left running by `up --detach`; empty when nothing was."""
        with suppress(OSError, ValueError):
            return list(json.loads(self._detached.read_text()))
        return []

    def _check_password(self) -> None:
        """The data keep the password they were made with; say so when `.env` has another."""
        try:
            psycopg.connect(self.postgres.admin_url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise StackError(f"PostgreSQL does not answer: {error} (./stack logs postgres)") from error
            raise StackError(
                f"{self.postgres.data_dir} was made with another POSTGRES_ADMIN_PASSWORD than that of "
                f"{self.settings.env_file}: bring the old one back, or move the data folder away to begin anew."
            ) from error

    def _enter_restaurants(self) -> None:
        """The simulator's, so that its days are theirs and not UTC's; what is entered already stays as it is."""
        rate = self.settings.values.get("EVENT_RATE", "")
        if not simulates(rate):
            return
        with self.progress.step("the simulator's restaurants"):
            entries = location_file.read("the simulator", restaurants.as_csv(rate).encode())
            locations.load(
                services.database_url(self.settings, OWNER), entries, "the simulator", only_new=True
            )

    def _begin_airflow_setup(self) -> Service | None:
        (self.settings.data_dir / "airflow").mkdir(parents=True, exist_ok=True)
        if airflow.prepared(self.settings):
            return None
        setup = services.airflow_setup(self.settings)
        self.spawn(setup)
        return setup

    def _await_end(self, setup: Service) -> None:
        with self.progress.step(setup.title):
            child = self.children.pop(setup.name)
            while child.poll() is None:
                time.sleep(0.05)
            self.processes.forget(setup.name)
            if child.returncode != 0:
                raise StackError(self.obituary(setup, f"failed (exit code {child.returncode})"))

    def _start_together(self, rest: Sequence[Service]) -> None:
        """They take long to load, so they load side by side; but a task must find the API server answering."""
        last = [service for service in rest if service.name == "airflow-scheduler"]
        for service in rest:
            if service not in last:
                self.spawn(service)
        for service in rest:
            if service in last:
                self.spawn(service)
            self.await_ready(service)
