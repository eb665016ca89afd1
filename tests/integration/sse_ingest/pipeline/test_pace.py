"""`python -m sse_ingest run --pace`: a year of history, as a stream of its own, in small batches."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from local.code_path import python_path
from tests.support.core import CONTRACT_NAME
from tests.support.events import published
from tests.support.service import ROOT, EventService

pytestmark = pytest.mark.integration
ORDERS = 60


def test_a_backfill_keeps_its_pace_and_makes_its_partitions(
    service: EventService, warehouse: Any, owner: psycopg.Connection[Any]
) -> None:
    events = [
        {**event, "ts": datetime(2025, 1 + number % 12, 5, tzinfo=UTC).isoformat()}
        for number in range(ORDERS)
        for event in published(number)
    ]
    service.publish(events)
    own = {
        "PYTHONPATH": python_path(ROOT),
        "INGEST_STREAM": "backfill",
        "INGEST_SOURCE_URL": service.url,
        "INGEST_CONTRACT": CONTRACT_NAME,
        "INGEST_DATABASE_URL": warehouse.url("airflow_user"),
    }

    process = subprocess.run(
        [sys.executable, "-m", "sse_ingest", "run", "--poll", "--pace", "200"],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout)
    assert (result["events"], result["reason"]) == (7 * ORDERS, "caught_up")
    assert result["batches"] >= 7 * ORDERS / 100
    assert result["events_per_second"] < 300  # nobody rests after the last batch
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw_default").fetchone() == (0,)
    assert owner.execute("SELECT stream FROM raw_data.stream_checkpoints").fetchall() == [("backfill",)]
