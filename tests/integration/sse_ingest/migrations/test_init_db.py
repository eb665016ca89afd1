"""`init-db`: the raw tables of any stream, in a database that has nothing else."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from local.servers.postgres import PostgresServer
from sse_ingest.contract.raw import RawParser
from sse_ingest.database.connection import connect
from sse_ingest.errors import ConfigurationError
from sse_ingest.events import Event
from sse_ingest.lease.lease import Lease
from sse_ingest.migrations.init_db import Report, init_db
from sse_ingest.settings import Settings
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.store.store import Store

pytestmark = pytest.mark.integration


@pytest.fixture
def empty(cluster: PostgresServer) -> Iterator[str]:
    """The address of a database without tables, for its owner."""
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield cluster.admin_url.rsplit("/", 1)[0] + f"/{name}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_it_says_what_it_did_and_does_nothing_again(empty: str) -> None:
    command = [sys.executable, "-m", "sse_ingest", "init-db", "--url", empty, "--schema", "events"]

    first = subprocess.run(command, capture_output=True, text=True, check=True)
    again = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "made the schema events" in first.stdout
    assert "from nothing to version 0003" in first.stdout
    assert "Nothing to do" in again.stdout


@pytest.mark.parametrize("name", ["Events", "a-b", "", "x" * 64, "select"])
def test_a_name_that_cannot_be_a_schema_is_refused(empty: str, name: str) -> None:
    with pytest.raises(ConfigurationError, match="schema"):
        init_db(empty, name)


def test_tables_that_are_not_ours_are_left_alone(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA taken")
        owner.execute("CREATE TABLE taken.archives (id int)")

    with pytest.raises(ConfigurationError, match="not ours"):
        init_db(empty, "taken")


def test_of_two_at_once_one_waits(empty: str) -> None:
    reports: list[Report] = []
    threads = [threading.Thread(target=lambda: reports.append(init_db(empty, "raw"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(report.before or "" for report in reports) == ["", "0003"]


@pytest.mark.parametrize("schema", ["raw_data", "events_of_mine"])
def test_a_writer_without_other_rights_takes_a_stream_exactly_once(empty: str, schema: str) -> None:
    with psycopg.connect(empty, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS stream_writer")
        owner.execute("CREATE ROLE stream_writer LOGIN PASSWORD 'stream-writer'")
        init_db(empty, schema, writer="stream_writer")
        host = empty.rsplit("@", 1)[1]
        settings = Settings(
            source_url="http://127.0.0.1:1",
            database_url=f"postgresql://stream_writer:stream-writer@{host}",
            stream="weather",
            schema=schema,
        )

        for _ in range(2):
            take(settings)

        counts = sql.SQL(
            "SELECT (SELECT count(*) FROM {0}.events_raw), (SELECT count(*) FROM {0}.event_ids),"
            " (SELECT event_offset FROM {0}.stream_checkpoints), complete FROM {0}.completeness()"
        )
        assert owner.execute(counts.format(sql.Identifier(schema))).fetchall() == [(20, 20, 20, True)]
        owner.execute("DROP OWNED BY stream_writer")
        owner.execute("DROP ROLE stream_writer")


def take(settings: Settings) -> None:
    """Twenty frames, as the run takes them."""
    parser = RawParser(settings.stream)
    frames = [parser.parse(Frame("rain", b'{"mm": %d}' % n, str(n))) for n in range(1, 21)]
    assert all(isinstance(frame, Event) for frame in frames)
    with (
        connect(settings.database_url, "writer", settings.schemas) as connection,
        Lease(settings, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        Store(connection, settings, position.fence).commit(frames)


def test_a_restaurant_s_raw_tables_are_the_same(empty: str, warehouse: Any) -> None:
    """Its own migrations made them; they must be what the core makes, but for what the restaurant added."""
    init_db(empty, "raw_data")
    ours = described(empty)
    theirs = described(warehouse.url("restaurant_user"))
    added = {"raw_data.stream_checkpoints latest_event_time"}
    missing = {line for line in ours if line not in theirs}
    assert not missing, f"the restaurant's warehouse lacks {sorted(missing)[:5]}"
    tables = {line.split(" ")[0] for line in ours}
    extra = {line for line in theirs if line.split(" ")[0] in tables} - ours
    assert {" ".join(line.split(" ")[:2]) for line in extra} == added


def described(url: str) -> set[str]:
    """Columns and constraints of the raw tables, one line each, under the schema raw_data."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            SELECT 'raw_data.' || c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '') || a.attidentity::text
            FROM pg_attribute AS a
            JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
            LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attnum > 0 AND NOT a.attisdropped
                AND c.relnamespace IN (to_regnamespace('raw_data'), to_regnamespace('analytics'))
                AND c.relname !~ '_\\d{4}_\\d{2}$'
            UNION ALL
            SELECT 'raw_data.' || c.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
            FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid AND c.relkind IN ('r', 'p')
            WHERE k.contype <> 'n'
                AND c.relnamespace IN (to_regnamespace('raw_data'), to_regnamespace('analytics'))
                AND c.relname !~ '_\\d{4}_\\d{2}$'
            UNION ALL
            SELECT 'raw_data.' || c.relname || ' options ' || unnest(c.reloptions)
            FROM pg_class AS c
            WHERE c.relkind IN ('r', 'p')
                AND c.relnamespace IN (to_regnamespace('raw_data'), to_regnamespace('analytics'))
                AND c.relname !~ '_\\d{4}_\\d{2}$'
            """
        ).fetchall()
    return {row[0] for row in rows if "sse_ingest_version" not in row[0]}
