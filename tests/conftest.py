"""Fixtures for all tests: one embedded PostgreSQL per session, one migrated database per test."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from local.env_file import names
from local.servers import scratch
from local.servers.postgres import PostgresServer
from local.settings import ADMIN, OWNER, READER, WRITER
from tests.support.examples import register_profiles
from tests.support.guard import Guard, guarded
from tests.support.ports import free_port
from tests.support.service import ROOT, EventService

# With characters that an address has to escape.
PASSWORDS = {
    ADMIN: "admin p@ss/word",
    OWNER: "owner-password",
    WRITER: "writer:p@ss",
    READER: "reader-password",
}


# A run that was started in the background ignores Ctrl-C, and so would every program that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ONE_STACK = "tests/e2e/one_stack/"
LONGEST = (
    ONE_STACK,
    "tests/e2e/test_documented_commands.py",
    "tests/chaos/test_chaos.py",
    "tests/e2e/test_stack_up.py",
    "tests/e2e/test_bench.py",
    "tests/e2e/test_pgadmin.py",
)
LEFT_OUT = pytest.StashKey[list[str]]()
register_profiles()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--left-out", type=Path, metavar="FILE", help="write the names of deselected tests there"
    )


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    names = items[0].config.stash.setdefault(LEFT_OUT, [])
    names.extend(item.nodeid for item in items)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end, no process works alone."""
    items.sort(
        key=lambda item: next(
            (n for n, path in enumerate(LONGEST) if item.nodeid.startswith(path)), len(LONGEST)
        )
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """All workers of a run leave out the same tests: the first one writes them down."""
    file = session.config.getoption("--left-out")
    if file and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        file.write_text(json.dumps(session.config.stash.get(LEFT_OUT, [])))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """The files that share one stack run in one process, so that only one such stack is started."""
    return _ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


class _ByFile(LoadFileScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return ONE_STACK if nodeid.startswith(ONE_STACK) else super()._split_scope(nodeid)


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> None:
    """A developer's own settings must not reach a test, neither by the environment nor by `.env`."""
    documented = names.documented((ROOT / ".env.example").read_text(encoding="utf-8"))
    for name in list(os.environ):
        if name in documented or name.startswith(("PG", "EVENT_", "INGEST_", "WAREHOUSE_", "AIRFLOW")):
            del os.environ[name]
    os.environ |= {"EVENT_ENV_FILE": "", "STACK_ENV_FILE": os.devnull}


@pytest.fixture(autouse=True, scope="session")
def guard() -> Iterator[Guard]:
    """Whatever ends the tests, what they have started ends too."""
    with guarded() as guard:
        yield guard


@pytest.fixture(name="free_port")
def free_port_of_a_test() -> int:
    return free_port()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[EventService]:
    """A real event service that simulates nothing."""
    running = EventService(tmp_path)
    running.start()
    yield running
    running.stop()


@dataclass(frozen=True)
class Warehouse:
    """One database with the whole schema, for one test."""

    server: PostgresServer
    name: str

    def url(self, role: str) -> str:
        return self.server.url(role, PASSWORDS[role], self.name)

    def connect(self, role: str, **options: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(role), **options)


@pytest.fixture(scope="session")
def cluster(guard: Guard) -> Iterator[PostgresServer]:
    """A running server with our roles and a migrated template."""
    settings = {"fsync": "off", "max_connections": "200", "autovacuum": "off"}
    home = scratch.folder_in_memory("warehouse-")
    guard.remove(home)
    with scratch.cluster(home, settings, passwords=PASSWORDS, port=free_port()) as running:
        yield running.server


@pytest.fixture(scope="session")
def fresh_warehouse(cluster: PostgresServer) -> Callable[[], AbstractContextManager[Warehouse]]:
    """Each call clones the template; the clone is dropped on exit of its context."""

    @contextmanager
    def clone() -> Iterator[Warehouse]:
        name = f"test_{uuid4().hex[:12]}"
        with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
            scratch.clone_template(admin, name)
            yield Warehouse(cluster, name)
            scratch.drop(admin, name)

    return clone


@pytest.fixture
def warehouse(fresh_warehouse: Callable[[], AbstractContextManager[Warehouse]]) -> Iterator[Warehouse]:
    """A fresh clone of the template; dropped afterwards."""
    with fresh_warehouse() as fresh:
        yield fresh
