"""Meltano's target-postgres: Singer messages, upserted by the event's id, with COPY and its other defaults."""

import json
from collections.abc import Iterable, Iterator

import stopwatch
from target_postgres.target import TargetPostgres

_SCHEMA = json.dumps(
    {
        "type": "SCHEMA",
        "stream": "events",
        "key_properties": ["event_id"],
        "schema": {
            "type": "object",
            "properties": {
                "offset": {"type": "integer"},
                "event_id": {"type": "string", "format": "uuid"},
                "event_type": {"type": "string"},
                "ts": {"type": "string", "format": "date-time"},
                "partition_key": {"type": "string"},
                "payload": {"type": "object", "additionalProperties": True},
            },
        },
    }
)


def prepare(url: str) -> stopwatch.Load:
    """The message with the schema creates the table."""
    target = TargetPostgres(
        config={
            "sqlalchemy_url": url.replace("postgresql:", "postgresql+psycopg:", 1),
            "default_target_schema": "peers",
            "use_copy": True,
            "batch_size_rows": stopwatch.BATCH,
            "add_record_metadata": False,
            "activate_version": False,  # which needs the metadata
        }
    )
    target.listen([_SCHEMA])

    def load(lines: Iterable[bytes]) -> int:
        count = 0

        def messages() -> Iterator[str]:
            nonlocal count
            yield _SCHEMA
            for line in lines:
                count += 1
                yield f'{{"type":"RECORD","stream":"events","record":{line.decode().rstrip()}}}'

        target.listen(messages())  # as it reads its standard input
        return count

    return load


if __name__ == "__main__":
    stopwatch.run(prepare)
