"""A refresh beside writers that never pause: it comes to an end, and so do they."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.rollups import refresh
from sse_ingest.database.connection import connect
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.contention import Contention
from tests.support.core import SCHEMAS
from tests.support.events import EPOCH, frame, parsed, payload
from tests.support.warehouse.plain import assert_exact

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
SECONDS = 4.0


class Busy(threading.Thread):
    """Commits ten orders at a time, a minute apart, as fast as it goes."""

    def __init__(self, warehouse: Any, stream: str, first_order: int) -> None:
        super().__init__(name=stream)
        self.first_order = first_order
        self.settings = Settings(
            contract=CONTRACT,
            source_url="http://127.0.0.1:1",
            database_url=warehouse.url("airflow_user"),
            writer="test",
            stream=stream,
        )
        self.longest = 0.0
        self.batches = 0
        self.error: BaseException | None = None
        self.over = threading.Event()

    def run(self) -> None:
        try:
            self._write()
        except BaseException as error:  # noqa: BLE001 - raised again where it is joined
            self.error = error

    def _write(self) -> None:
        with (
            connect(self.settings.database_url, "writer", SCHEMAS) as connection,
            Lease(self.settings, connection.info.backend_pid, lambda: None) as lease,
        ):
            position = lease.take(wait=False, stop=lambda: False)
            assert position is not None
            store = Store(connection, self.settings, position.fence)
            while not self.over.is_set():
                began = time.monotonic()
                first = self.batches * 10 + 1
                store.commit([self._order(number) for number in range(first, first + 10)])
                self.longest = max(self.longest, time.monotonic() - began)
                self.batches += 1

    def _order(self, number: int) -> Any:
        ts = (EPOCH + timedelta(minutes=number)).isoformat()
        body = payload("order_created", number + self.first_order, order_ts=ts)
        return parsed(frame(number, "order_created", body, log=self.name))


def test_a_refresh_beside_two_busy_writers(warehouse: Any) -> None:
    writers = [Busy(warehouse, "one", 0), Busy(warehouse, "two", 1_000_000)]
    for writer in writers:
        writer.start()
    refreshes = 0
    busy, began = Contention(), time.monotonic()
    try:
        while time.monotonic() - began < SECONDS or refreshes <= 5:
            upto = EPOCH + timedelta(minutes=10 * min(writer.batches for writer in writers))
            refresh(warehouse.url("airflow_user"), upto)
            refreshes += 1
        assert time.monotonic() - began < SECONDS + 1 + busy.seconds, "six refreshes take too long"
    finally:
        for writer in writers:
            writer.over.set()
            writer.join()
    for writer in writers:
        assert writer.error is None
        assert writer.longest < 2 + busy.seconds
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        assert_exact(owner)
