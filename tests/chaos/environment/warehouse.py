"""The PostgreSQL of a chaos run: one cluster, and a migrated database per round, which watches the fence itself."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from local.servers import scratch
from local.servers.postgres import PostgresServer
from local.servers.scratch import Cluster
from local.settings import ADMIN, WRITER

# A writer that was replaced must not move the checkpoint, and no writer may move it back.
_PREPARE = """
CREATE TABLE staging.chaos_effects (event_id uuid NOT NULL);
CREATE TABLE staging.chaos_violations (what text NOT NULL, backend integer NOT NULL DEFAULT pg_backend_pid());
GRANT INSERT ON staging.chaos_effects, staging.chaos_violations TO airflow_user;
CREATE FUNCTION staging.chaos_watch_fence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.last_event_id IS DISTINCT FROM old.last_event_id AND old.holder_pids <> '{}'
        AND NOT pg_backend_pid() = ANY (old.holder_pids) THEN
        INSERT INTO staging.chaos_violations (what) VALUES (format(
            'a replaced writer moved the checkpoint from %s to %s', old.last_event_id, new.last_event_id));
    END IF;
    IF new.stream_id = old.stream_id AND new.event_offset < old.event_offset THEN
        INSERT INTO staging.chaos_violations (what) VALUES (format(
            'the checkpoint went back from %s to %s', old.last_event_id, new.last_event_id));
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER chaos_watch_fence BEFORE UPDATE ON raw_data.stream_checkpoints
    FOR EACH ROW EXECUTE FUNCTION staging.chaos_watch_fence();
"""


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server; removed with its folder on exit."""
    # The suite kills processes and not machines: the page cache keeps what they wrote, with or without fsync.
    settings = {"fsync": "off", "max_connections": "200", "shared_buffers": "64MB"}
    with scratch.cluster(scratch.folder_in_memory("chaos-"), settings, _PREPARE) as running:
        yield running


class Warehouse:
    """The database of one round. Its connection is direct, and renewed after PostgreSQL was down."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self.name = cluster.clone(name)
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def server(self) -> PostgresServer:
        return self._cluster.server

    def writer_url(self, port: int) -> str:
        """The writers' address, through a proxy on this port."""
        return f"postgresql://{WRITER}:{scratch.PASSWORDS[WRITER]}@127.0.0.1:{port}/{self.name}"

    @retry(
        retry=retry_if_exception_type(psycopg.OperationalError),
        stop=stop_after_delay(60),
        wait=wait_fixed(0.02),
        reraise=True,
    )
    def query(self, statement: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows, as the administrator sees them; waits for a server that is down."""
        try:
            if self._connection is None or self._connection.closed:
                url = self._cluster.url(ADMIN, self.name)
                self._connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
                self._connection.execute("SET timezone = 'UTC'")
            return self._connection.execute(statement.encode(), parameters).fetchall()
        except psycopg.OperationalError:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def drop(self) -> None:
        """Remove the database, unless the server is down: then the whole cluster ends."""
        self.close()
        with suppress(psycopg.OperationalError):
            self._cluster.drop(self.name)
