"""Law: however writers and runs of a rule follow on each other, each event is looked at once, and none is skipped."""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors

from restaurant_warehouse.quality import run as quality
from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from tests.support.examples import examples

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

RULE = replace(
    next(rule for rule in load() if rule.severity == "warning"),
    grace=None,
    sql="SELECT event_id, true AS failed FROM analytics.arrived_events(%(since)s, %(until)s, NULL)",
)
STEPS = st.lists(st.sampled_from(["write", "commit", "roll back", "run", "commit, then run"]), max_size=6)


class Writer:
    """One transaction after another, each of a few events that are stamped by their own statement."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.committed: set[str] = set()
        self.open: set[str] = set()

    def act(self, step: str) -> None:
        if step == "write":
            self.write()
        elif step.startswith("commit"):
            self.commit()
        elif step == "roll back":
            self.connection.rollback()
            self.open = set()

    def write(self) -> None:
        event_id = str(uuid4())
        self.connection.execute(
            "INSERT INTO raw_data.event_ids VALUES (%s, now(), 'log', 1, %s)", [event_id, b"h" * 16]
        )
        self.connection.execute(
            "INSERT INTO raw_data.events_raw"
            " (event_offset, event_id, event_type, ts, partition_key, payload, ingested_by, stream_id)"
            " VALUES (1, %s, 'sound', now(), 'LOC-ON-001', '{}', 'test', 'log')",
            [event_id],
        )
        self.open.add(event_id)

    def commit(self) -> None:
        self.connection.commit()
        self.committed |= self.open
        self.open = set()


@pytest.fixture
def sample_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of a result are how the test sees what was looked at."""
    monkeypatch.setattr(quality, "SAMPLE", 1000)


@given(steps=st.lists(st.tuples(st.integers(0, 1), STEPS), max_size=4))
@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_each_event_once(warehouse: Any, sample_of_all: None, steps: list[tuple[int, list[str]]]) -> None:
    rule = replace(RULE, name=f"each_{uuid4().hex}")
    checked: list[str] = []
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        owner.execute("ALTER FUNCTION raw_data.arrived_before() SET lock_timeout = '20ms'")
        owner.execute("TRUNCATE raw_data.events_raw")
        owner.execute("TRUNCATE raw_data.event_ids")

    def look() -> None:
        """A writer that is not done makes the run fail; the next one finds what it left."""
        with suppress(errors.LockNotAvailable):
            (verdict,) = run(warehouse.url("airflow_user"), [rule])
            assert isinstance(verdict, RuleResult), verdict
            assert verdict.failed == len(verdict.rows)
            checked.extend(row["event_id"] for row in verdict.rows)

    with warehouse.connect("airflow_user") as one, warehouse.connect("airflow_user") as other:
        writers = [Writer(one), Writer(other)]
        for number, several in steps:
            for step in several:
                writers[number].act(step)
                if step.endswith("run"):
                    look()
        for writer in writers:
            writer.commit()
        look()
    assert sorted(checked) == sorted(writers[0].committed | writers[1].committed)
