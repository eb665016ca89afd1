"""A store on a fresh warehouse, holding the lease of its stream."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.archive.archive import Request, archive
from sse_ingest.archive.files import Manifest
from sse_ingest.database.connection import connect
from sse_ingest.dlq.operations import DeadLetters
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.core import SCHEMAS, owned
from tests.support.warehouse.archives import fill


@pytest.fixture
def settings(warehouse: Any) -> Settings:
    return Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url="http://127.0.0.1:1",
        database_url=warehouse.url("airflow_user"),
        writer="test",
        lease_seconds=1,
    )


@pytest.fixture
def open_store(settings: Settings) -> Iterator[Callable[..., Store]]:
    """Opens a store that holds the lease; the processors may be given."""
    with ExitStack() as stack:

        def opened(**changes: Any) -> Store:
            chosen = Settings(**{**vars(settings), **changes})
            connection = stack.enter_context(connect(chosen.database_url, "writer", SCHEMAS))
            lease = stack.enter_context(Lease(chosen, connection.info.backend_pid, lambda: None))
            position = lease.take(wait=False, stop=lambda: False)
            assert position is not None
            return Store(connection, chosen, position.fence)

        yield opened


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    return open_store()


@pytest.fixture
def owner(warehouse: Any) -> Iterator[psycopg.Connection[Any]]:
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection


@pytest.fixture
def dead_letters(warehouse: Any) -> Iterator[DeadLetters]:
    with DeadLetters(owned(warehouse.url("restaurant_user"))) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of the archive; not there yet."""
    return tmp_path / "cold" / "archive"


@pytest.fixture
def archived(warehouse: Any, folder: Path) -> Callable[..., list[Manifest]]:
    """Archives what came before March, or before the month that `before` names."""

    def run(before: str = "2026-03", **more: Any) -> list[Manifest]:
        request = Request(**{"before": before, "folder": folder, **more})
        return list(archive(owned(warehouse.url("restaurant_user")), request))

    return run


@pytest.fixture
def three_months(store: Store) -> Store:
    fill(store)
    return store
