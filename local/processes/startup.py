"""`./stack up` from nothing, or from what an earlier one left running, to services that answer."""

import time
from collections.abc import Sequence

import psycopg

import sql
from api.settings import simulates
from api.simulator import restaurants_csv
from local.display import logs
from local.errors import StackError
from local.processes import past_process, preflight
from local.processes.stack import POLL_SECONDS, Stack
from local.servers import airflow, provider_metadata, services
from local.servers.services import Service
from local.settings import OWNER
from sql.tool import location_file, locations

_WEEK_SECONDS = 60.0


class Startup:
    """One start of the chosen services. What runs already and answers keeps running."""

    def __init__(self, stack: Stack, chosen: Sequence[Service], *, with_airflow: bool) -> None:
        self.stack = stack
        self.settings = stack.settings
        self.progress = stack.progress
        self.chosen = {service.name: service for service in chosen}
        self.with_airflow = with_airflow

    def run(self) -> None:
        """Start side by side what can be; StackError at the first that fails."""
        self.stack.keep_running(list(self.chosen.values()))
        self._check_ports()
        self._start_postgres()
        self.stack.drop_silent(list(self.chosen.values()))
        self._spawn("api")
        with self.progress.step("roles and databases"):
            sql.bootstrap(self.stack.postgres.admin_url, self.settings.passwords)
        with self.progress.step("warehouse schema"):
            sql.migrate(
                services.database_url(self.settings, OWNER),
                self.settings.values.get("RESTAURANT_CURRENCY", ""),
            )
        self._spawn("ingest", "dashboard")
        self.stack.await_ready(self.chosen["api"])
        self._enter_restaurants()
        self._load_past()
        if self.with_airflow:
            self._await_newest_week()
            self._begin_airflow_setup()
        self._spawn("airflow-api-server", "airflow-dag-processor", "airflow-scheduler")
        self._finish_airflow_setup()
        self._spawn("airflow-triggerer")  # last: nothing of ours waits for it
        for service in self.chosen.values():
            if service.name != "api":
                self.stack.await_ready(service)

    def _spawn(self, *names: str) -> None:
        """Those of the names that are chosen and do not run yet."""
        for name in names:
            if name in self.chosen and name not in self.stack.children:
                self.stack.spawn(self.chosen[name])

    def _check_ports(self) -> None:
        """Every port that is about to be listened on."""
        ports = {
            "api": "EVENT_PORT",
            "airflow-api-server": "AIRFLOW_PORT",
            "dashboard": "DASHBOARD_PORT",
        }
        needed = [ports[name] for name in self.chosen if name in ports and name not in self.stack.children]
        if self.stack.postgres.pid() is None or self.stack.postgres.listens_elsewhere():
            needed.insert(0, "POSTGRES_PORT")
        for variable in needed:
            preflight.check_port(getattr(self.settings, variable.lower()), variable, self.settings.env_file)

    def _start_postgres(self) -> None:
        postgres = self.stack.postgres
        with self.progress.step(f"PostgreSQL on 127.0.0.1:{self.settings.postgres_port}"):
            if postgres.listens_elsewhere():
                postgres.stop()
            if postgres.pid() is None:
                logs.rotate(postgres.log_file)
                postgres.initialise()
                postgres.start(within_seconds=self.settings.start_timeout)
            self._check_password()

    def _check_password(self) -> None:
        """The data keep the password they were made with; say so when `.env` has another."""
        postgres = self.stack.postgres
        try:
            psycopg.connect(postgres.admin_url, connect_timeout=self.settings.start_timeout).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise StackError(f"PostgreSQL does not answer: {error} (./stack logs postgres)") from error
            raise StackError(
                f"{postgres.data_dir} was made with another POSTGRES_ADMIN_PASSWORD than that of "
                f"{self.settings.env_file}: bring the old one back, or move the data folder away to begin again."
            ) from error

    def _enter_restaurants(self) -> None:
        """The simulator's, so that its days are theirs and not UTC's; what is entered already stays as it is."""
        if not simulates(self.settings.values.get("EVENT_RATE", "")):
            return
        with self.progress.step("the simulator's restaurants"):
            entries = location_file.read(
                "the simulator", restaurants_csv.as_csv(self.settings.values).encode()
            )
            locations.load(
                services.database_url(self.settings, OWNER), entries, "the simulator", only_new=True
            )

    def _load_past(self) -> None:
        """In the background; it ends by itself."""
        past = past_process.unfinished(self.settings)
        if past is None:
            return
        past_process.start(self.stack)
        self.progress.say(
            f"The simulator's past of {past.days} days is loaded in the background, the newest days first: "
            "./stack status shows how far it is."
        )

    def _await_newest_week(self) -> None:
        """Airflow's start takes two cores for a while: the newest week comes first, for a minute at most."""
        if not past_process.is_urgent(self.settings):
            return
        deadline = time.monotonic() + _WEEK_SECONDS
        with self.progress.step("the newest week of the past"):
            while past_process.is_urgent(self.settings) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)

    def _begin_airflow_setup(self) -> None:
        (self.settings.data_dir / "airflow").mkdir(mode=0o700, parents=True, exist_ok=True)
        provider_metadata.write(self.settings)
        if airflow.prepared(self.settings):
            return
        for name in self.chosen:  # they work with the tables that the setup is about to change
            if name.startswith("airflow-"):
                self.stack.end(name)
        self.stack.spawn(services.airflow_setup(self.settings))

    def _finish_airflow_setup(self) -> None:
        setup = services.airflow_setup(self.settings)
        child = self.stack.children.get(setup.name)
        if child is None:
            return
        with self.progress.step(setup.title):
            while not child.ended():
                time.sleep(POLL_SECONDS)
            del self.stack.children[setup.name]
            self.stack.processes.forget(setup.name)
            if not child.succeeded():
                raise StackError(self.stack.report_exit(setup, f"failed ({child.exit_text()})"))
