"""`./stack up` in the foreground: shows the counters and starts again what dies, until it is interrupted."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group
from rich.live import Live

from local.display import counters, tables
from local.errors import StackError
from local.processes import past_process
from local.processes.restart_requests import RestartRequests
from local.processes.stack import Stack
from local.servers.services import Service

ATTEMPTS = 5
HEALTHY_SECONDS = 300.0  # after as long as that without an end, the count begins again at one
PLAIN_INTERVAL = 10.0


@dataclass
class Attempt:
    """How often a service died lately, and when to start it again (monotonic time)."""

    deaths: int = 0
    last: float = 0.0
    due: float | None = None


class Supervisor:
    """Restarts with 1, 2, 4, 8 and 16 seconds between; then leaves the service down and reports it."""

    def __init__(self, stack: Stack, services: Sequence[Service]) -> None:
        self.stack = stack
        self.services = services
        self.attempts: dict[str, Attempt] = {service.name: Attempt() for service in services}
        self.postgres_attempt = Attempt()
        self.requests = RestartRequests(stack.settings.run_dir)

    def look(self, now: float) -> None:
        """One round: restart what ./stack restart asks for, notice what died, start what is due."""
        for name in self.requests.pending():
            self._restart(name)
        self._look_after_postgres(now)
        for service in self.services:
            attempt = self.attempts[service.name]
            child = self.stack.children.get(service.name)
            if child is not None and child.ended():
                # What it left behind ends with it, or two would run side by side.
                self.stack.processes.end(service.name, grace=5, impatient=self.stack.interrupts.impatient)
                del self.stack.children[service.name]
                self.stack.progress.say(self.stack.report_exit(service, f"died ({child.exit_text()})"))
                self._schedule(service.name, attempt, now)
            elif attempt.due is not None and now >= attempt.due:
                attempt.due = None
                self.stack.spawn(service)

    def run(self) -> None:
        """Until interrupted."""
        if self.stack.progress.console.is_terminal:
            self._run_live()
        else:
            self._run_plain()

    def _run_live(self) -> None:
        with Live(console=self.stack.progress.console, refresh_per_second=4, transient=True) as live:
            while True:
                self.look(time.monotonic())
                live.update(
                    Group(tables.counters(counters.read(self.stack.settings), "(Ctrl-C stops everything)"))
                )
                time.sleep(1)

    def _run_plain(self) -> None:
        due = time.monotonic()
        while True:
            self.look(time.monotonic())
            if time.monotonic() >= due:
                self.stack.progress.say(counters.read(self.stack.settings).line())
                due += PLAIN_INTERVAL
            time.sleep(1)

    def _restart(self, name: str) -> None:
        """Whoever asked waits for the new process, so the request goes first."""
        self.requests.remove(name)
        self.stack.progress.say(f"Restarting {name}, as ./stack restart asked.")
        if name == "postgres":
            self.postgres_attempt = Attempt()
            try:
                self.stack.restart_postgres()
            except StackError as error:
                self.stack.progress.say(str(error))
        if name == past_process.PAST:
            past_process.start(self.stack)
        for service in self.services:
            if service.name == name:
                self.attempts[name] = Attempt()
                self.stack.end(name)
                self.stack.spawn(service)

    def _schedule(self, name: str, attempt: Attempt, now: float) -> None:
        attempt.deaths = 1 if now - attempt.last > HEALTHY_SECONDS else attempt.deaths + 1
        attempt.last = now
        if attempt.deaths > ATTEMPTS:
            attempt.due = None
            message = (
                f"{name} died {attempt.deaths} times in a row and stays down: "
                "correct what its log shows, then ./stack down and ./stack up."
            )
        else:
            pause = 2 ** (attempt.deaths - 1)
            attempt.due = now + pause
            message = f"Starting {name} again in {pause} s (attempt {attempt.deaths} of {ATTEMPTS})."
        self.stack.progress.say(message)
        with (self.stack.settings.log_dir / f"{name}.log").open("a") as log:
            log.write(f"stack: {message}\n")

    def _look_after_postgres(self, now: float) -> None:
        attempt = self.postgres_attempt
        if attempt.due is None and attempt.deaths <= ATTEMPTS and self.stack.postgres.pid() is None:
            self.stack.progress.say(
                f"PostgreSQL died. More: ./stack logs postgres ({self.stack.postgres.log_file})"
            )
            self._schedule("postgres", attempt, now)
        elif attempt.due is not None and now >= attempt.due:
            attempt.due = None
            try:
                self.stack.postgres.start(within_seconds=self.stack.settings.start_timeout)
            except StackError as error:
                self.stack.progress.say(str(error))
