"""The stack's processes: spawned, watched, kept where they run already, and ended in reverse order."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from local.display import logs
from local.display.progress import Progress
from local.errors import StackError
from local.processes.children import Adopted, Child
from local.processes.interrupts import Interrupts
from local.processes.process_records import Processes, Record
from local.servers import services
from local.servers.services import Service
from local.settings import START_TIMEOUT, Settings

ORDER = (
    "api",
    "ingest",
    "airflow-setup",
    "airflow-api-server",
    "airflow-dag-processor",
    "airflow-scheduler",
    "airflow-triggerer",
    "dashboard",
)
POLL_SECONDS = 0.2
GRACE = {"airflow-scheduler": 25.0}  # a running task commits its batch and lets go
ANSWER_SECONDS = 60.0  # how long a service that runs already may be too busy to answer


class Stack:
    """Everything below one data folder. `children` are the processes that this command watches."""

    def __init__(self, settings: Settings, progress: Progress, interrupts: Interrupts) -> None:
        self.settings = settings
        self.progress = progress
        self.interrupts = interrupts
        self.processes = Processes(settings.run_dir)
        self.postgres = services.postgres(settings)
        self.children: dict[str, Child | Adopted] = {}
        self._detached = settings.run_dir / "detached"

    def spawn(self, service: Service) -> Child:
        """Start a service and record it. What an ended one left behind ends first, or two would run side by side."""
        self.end(service.name)
        log = self.log_of(service)
        logs.rotate(log)
        with self.interrupts.held():
            process = self.processes.start(
                service.name,
                service.command,
                service.env,
                cwd=self.settings.root,
                log=log,
                fingerprint=service.fingerprint,
            )
            self.children[service.name] = child = Child(process)
        return child

    def end(self, name: str) -> bool:
        """End a service and all that it started; True when something ran."""
        ended = self.processes.end(name, GRACE.get(name, 15), self.interrupts.impatient)
        if child := self.children.pop(name, None):
            child.ended()  # collects the exit status
        return ended

    def restart_postgres(self) -> None:
        """The services connect again by themselves."""
        self.postgres.stop()
        logs.rotate(self.postgres.log_file)
        self.postgres.start(within_seconds=self.settings.start_timeout)

    def await_ready(self, service: Service) -> None:
        """Wait until the service answers, as long as it lives."""
        with self.progress.step(service.title):
            deadline = time.monotonic() + self.settings.start_timeout
            while not service.ready():
                if self.children[service.name].ended():
                    raise StackError(self.report_exit(service, "ended while starting"))
                if time.monotonic() > deadline:
                    what = f"was not ready within {self.settings.start_timeout} s ({START_TIMEOUT})"
                    raise StackError(self.report_exit(service, what))
                time.sleep(POLL_SECONDS)

    def keep_running(self, chosen: Sequence[Service]) -> None:
        """Adopt what an earlier command left running with the same settings; end the rest of what it left."""
        wanted = {service.name: service for service in chosen}
        ended = []
        for record in reversed(self._records()):
            service = wanted.get(record.name)
            if service and record.leader() and record.fingerprint == service.fingerprint:
                self.children[record.name] = Adopted(record)
            elif self.end(record.name):
                ended.append(record.name)
        if ended:
            self.progress.say(f"Left by an earlier run, and ended first: {', '.join(ended)}.")

    def drop_silent(self, chosen: Sequence[Service], within_seconds: float = ANSWER_SECONDS) -> None:
        """End adopted services that live but do not answer."""
        adopted = [service for service in chosen if service.name in self.children]
        for service in adopted:
            if not self._answers(service, within_seconds):
                self.progress.say(f"The {service.title} runs but does not answer: it is started again.")
                self.end(service.name)
        names = [service.name for service in adopted if service.name in self.children]
        if names:
            self.progress.say(f"Running already, and kept: {', '.join(names)}.")

    def dead(self) -> list[str]:
        """Of what this command watches, the names of those that have ended by themselves."""
        return [name for name, child in self.children.items() if child.ended()]

    def report_exit(self, service: Service, what: str) -> str:
        """What happened to a service, the last lines of its log, and where the rest of them are."""
        log = self.log_of(service)
        lines = "\n".join(f"    {line}" for line in logs.last_lines(log, 8))
        return (
            f"The {service.title} {what}. Its last lines:\n{lines}\nMore: ./stack logs {service.name} ({log})"
        )

    def log_of(self, service: Service) -> Path:
        return self.settings.log_dir / f"{service.name}.log"

    def stop(self) -> list[str]:
        """End whatever runs, in reverse order; the names of what did. PostgreSQL comes last."""
        self.forget_detached()
        ended = []
        for record in reversed(self._records()):
            with self.progress.step(f"stopping {record.name}"):
                if self.end(record.name):
                    ended.append(record.name)
        if self.postgres.pid() is not None:
            with self.progress.step("stopping postgres"):
                self.postgres.stop(immediate=self.interrupts.impatient())
            ended.append("postgres")
        return ended

    def alive(self) -> list[str]:
        """The recorded services that run, and PostgreSQL."""
        running = [record.name for record in self._records() if record.leader()]
        return (["postgres"] if self.postgres.pid() is not None else []) + running

    def detach(self, chosen: Sequence[Service]) -> None:
        """Note that these run on their own."""
        self._detached.write_text(json.dumps(["postgres", *(service.name for service in chosen)]))

    def forget_detached(self) -> None:
        self._detached.unlink(missing_ok=True)

    def expected(self) -> list[str]:
        """What was left running by `up --detach`; empty when nothing was."""
        with suppress(OSError, ValueError):
            return list(json.loads(self._detached.read_text()))
        return []

    def _records(self) -> list[Record]:
        """In the order of starting; records of services that this version does not know come last."""
        known = [name for name in ORDER if self.processes.find(name)]
        unknown = [name for name in self.processes.names() if name not in ORDER]
        return [record for name in (*known, *unknown) if (record := self.processes.find(name))]

    def _answers(self, service: Service, within_seconds: float) -> bool:
        deadline = time.monotonic() + within_seconds
        while not service.answers():
            if self.children[service.name].ended() or time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True
