"""The PostgreSQL of a chaos run: one cluster, a fresh migrated database a round, and two traps for the fence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from local import scratch
from local.postgres import ADMIN, PostgresServer
from local.scratch import WRITER, Cluster

# A writer that was replaced may not move the checkpoint, and nobody may move it back: noticed by the database itself.
_TRAPS = """
CREATE TABLE staging.chaos_effects (event_id uuid NOT NULL);
CREATE TABLE staging.chaos_trespasses (what text NOT NULL, backend integer NOT NULL DEFAULT pg_backend_pid());
GRANT INSERT ON staging.chaos_effects, staging.chaos_trespasses TO airflow_user;
CREATE FUNCTION staging.chaos_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.last_event_id IS DISTINCT FROM old.last_event_id AND old.holder_pids <> '{}'
        AND NOT pg_backend_pid() = ANY (old.holder_pids) THEN
        INSERT INTO staging.chaos_trespasses (what) VALUES (format(
            'a replaced writer moved the checkpoint from %s to %s', old.last_event_id, new.last_event_id));
    END IF;
    IF new.stream_id = old.stream_id AND new.event_offset < old.event_offset THEN
        INSERT INTO staging.chaos_trespasses (what) VALUES (format(
            'the checkpoint went back from %s to %s', old.last_event_id, new.last_event_id));
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER chaos_watch BEFORE UPDATE ON raw_data.stream_checkpoints
    FOR EACH ROW EXECUTE FUNCTION staging.chaos_watch();
"""


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server; it and its folder are gone afterwards."""
    # Processes are killed and not machines: what was written is in the page cache, so that fsync would prove nothing.
    settings = {"fsync": "off", "max_connections": "200", "shared_buffers": "64MB"}
    with scratch.cluster("chaos", settings, _TRAPS) as running:
        yield running


class Warehouse:
    """The database of one round, over a direct connection that is renewed when PostgreSQL was away."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self.name = cluster.clone(name)
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def server(self) -> PostgresServer:
        return self._cluster.server

    def writer_url(self, port: int) -> str:
        """The writers' way in, through a proxy on this port."""
        return f"postgresql://{WRITER}:{scratch.PASSWORDS[WRITER]}@127.0.0.1:{port}/{self.name}"

    def query(self, statement: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows, as the administrator sees them; waits for a database that is away."""
        deadline = time.monotonic() + 60
        while True:
            try:
                if self._connection is None or self._connection.closed:
                    url = self._cluster.url(ADMIN, self.name)
                    self._connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
                    self._connection.execute("SET timezone = 'UTC'")
                return self._connection.execute(statement.encode(), parameters).fetchall()
            except psycopg.OperationalError:
                self.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def drop(self) -> None:
        """The round is over."""
        self.close()
        self._cluster.drop(self.name)
