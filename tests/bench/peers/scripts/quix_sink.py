"""Quix Streams' PostgreSQL sink, upserting by the event's id: in batches, as from an application without Kafka.

An application adds each message to the sink, and flushes it at a checkpoint, before it commits the offsets.
"""

from collections.abc import Iterable

import psycopg2
import stopwatch
from orjson import loads  # as Quix Streams does
from psycopg2.extensions import parse_dsn
from quixstreams.sinks.community.postgresql import PostgreSQLSink

# The sink itself would store the id and the time as text, which costs it a quarter more.
_TABLE = """
CREATE SCHEMA peers;
CREATE TABLE peers.events (
    "offset"      bigint      NOT NULL,
    event_id      uuid        PRIMARY KEY,
    event_type    text        NOT NULL,
    ts            timestamptz NOT NULL,
    partition_key text        NOT NULL,
    payload       jsonb       NOT NULL
)"""


def prepare(url: str) -> stopwatch.Load:
    """Create the table, and connect the sink."""
    place = parse_dsn(url)
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(_TABLE)
    connection.close()
    sink = PostgreSQLSink(
        host=place["host"],
        port=int(place["port"]),
        dbname=place["dbname"],
        user=place["user"],
        password=place["password"],
        schema_name="peers",
        table_name="events",
        primary_key_columns="event_id",
        upsert_on_primary_key=True,
        schema_auto_update=False,
        include_metadata=False,
    )
    sink.start()

    def load(lines: Iterable[bytes]) -> int:
        count = 0
        for line in lines:
            event = loads(line)
            sink.add(event, event["partition_key"], 0, [], "events", 0, event["offset"])
            count += 1
            if count % stopwatch.BATCH == 0:
                sink.flush()
        sink.flush()
        return count

    return load


if __name__ == "__main__":
    stopwatch.run(prepare)
