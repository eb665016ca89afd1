"""The row-by-row writer against a real PostgreSQL: it keeps everything it is given."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from api.log import sse_frames
from tests.bench.peers import running
from tests.bench.peers.peer import PEERS
from tests.bench.workload import order_events
from tests.conftest import Warehouse

pytestmark = pytest.mark.integration
TABLES = {
    "order_created": "orders",
    "order_item_added": "order_items",
    "order_status_changed": "status_changes",
    "payment_captured": "payments",
    "payment_refunded": "refunds",
    "feedback_submitted": "feedback",
}


def test_the_row_by_row_writer_stores_every_event_in_its_tables(warehouse: Warehouse, tmp_path: Path) -> None:
    (peer,) = [peer for peer in PEERS if peer.script == "row_by_row.py"]
    events = [
        json.loads(sse_frames.element(frame)) for frame in order_events.encode(order_events.drafts(500))
    ]
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(event) + "\n" for event in events))
    postmaster = warehouse.server.pid()
    assert postmaster is not None

    # Our own interpreter has the driver too.
    ran = running.run(peer, Path(sys.executable), file, warehouse.url("restaurant_user"), postmaster)

    assert ran.events == 500
    assert ran.seconds > 0
    assert ran.cpu["peer"] > 0
    by_type = Counter(event["event_type"] for event in events)
    with warehouse.connect("restaurant_user") as connection:
        for event_type, table in [*TABLES.items(), (None, "events")]:
            stored = connection.execute(f"SELECT count(*) FROM peers.{table}".encode()).fetchone()
            assert stored == (by_type[event_type] if event_type else 500,), table
        audited = connection.execute(
            "SELECT count(*) FROM peers.audit_log WHERE operation = 'INSERT'"
        ).fetchone()
        # Changes of status are a history already, and not audited.
        assert audited == (500 - by_type["order_status_changed"],)
        paid = connection.execute("SELECT count(*) FROM peers.orders WHERE total IS NOT NULL").fetchone()
        assert paid == (by_type["payment_captured"],)
