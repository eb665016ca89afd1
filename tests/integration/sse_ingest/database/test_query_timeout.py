"""A connection that stays open and carries nothing any more: whoever waits for an answer is let go."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sse_ingest.database.connection import connect
from sse_ingest.errors import DatabaseUnavailable
from sse_ingest.lease.lease import Lease
from sse_ingest.pipeline.run import _Run
from sse_ingest.settings import Settings
from sse_ingest.sources.stream import StreamSource
from sse_ingest.store.store import Store
from tests.chaos.environment.proxy import Proxy, ProxyThread
from tests.support.contention import Contention
from tests.support.core import SCHEMAS
from tests.support.events import lifecycle, parsed

pytestmark = pytest.mark.integration


@pytest.fixture
def proxy(warehouse: Any) -> Iterator[Proxy]:
    with ProxyThread() as thread:
        yield thread.proxy(warehouse.server.port)


@pytest.fixture
def hasty(settings: Settings, proxy: Proxy, warehouse: Any) -> Settings:
    url = settings.database_url.replace(f":{warehouse.server.port}/", f":{proxy.port}/")
    return replace(settings, database_url=url, query_timeout_seconds=0.5)


def check_for_a_minute(lease: Lease) -> None:
    for _ in range(600):
        lease.check()
        time.sleep(0.1)


def test_a_commit_is_not_waited_for_without_end(hasty: Settings, proxy: Proxy) -> None:
    with (
        connect(hasty.database_url, "writer", SCHEMAS) as connection,
        Lease(hasty, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        store = Store(connection, hasty, position.fence)
        proxy.swallow()
        busy, began = Contention(), time.monotonic()

        with pytest.raises(DatabaseUnavailable):
            store.commit([parsed(frame) for frame in lifecycle(1, 1)])

        assert time.monotonic() - began < 3 + busy.seconds
        with pytest.raises(DatabaseUnavailable):
            check_for_a_minute(lease)


def test_a_standby_whose_watch_is_swallowed_notices(
    settings: Settings, hasty: Settings, proxy: Proxy
) -> None:
    with Lease(settings, 0, lambda: None) as incumbent, Lease(hasty, 0, lambda: None) as standby:
        incumbent.take(wait=False, stop=lambda: False)
        threading.Timer(0.5, proxy.swallow).start()

        with pytest.raises(DatabaseUnavailable):
            standby.take(wait=True, stop=lambda: False)


def test_a_standby_forgets_failures_that_are_past(settings: Settings) -> None:
    run = _Run(settings, threading.Event(), lambda _progress: None, lambda: StreamSource(settings.source_url))
    run.failing_since = time.monotonic() - settings.give_up_seconds
    run.backoff.next_delay()

    assert not run._standing_by()

    assert vars(run)["failing_since"] is None
    assert run.backoff.ceiling == run.backoff.base
