"""dlt: all events in one run of a pipeline, which is its fastest way. Argument: `append` or `upsert`."""

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import dlt
import stopwatch
from dlt.common.json import json

_COLUMNS = {
    "offset": {"data_type": "bigint", "nullable": False},
    "event_id": {"data_type": "text", "nullable": False},
    "event_type": {"data_type": "text", "nullable": False},
    "ts": {"data_type": "timestamp", "nullable": False},
    "partition_key": {"data_type": "text", "nullable": False},
    "payload": {"data_type": "json", "nullable": False},  # one column: else it becomes thirty
}
_DISPOSITIONS: dict[str, Any] = {
    "append": "append",
    "upsert": {"disposition": "merge", "strategy": "upsert"},
}


def prepare(url: str, how: str) -> stopwatch.Load:
    """A first run without events creates the tables of dlt itself; the table of the events costs it milliseconds."""
    pipeline = dlt.pipeline(
        "peer",
        pipelines_dir=tempfile.mkdtemp(),
        destination=dlt.destinations.postgres(url),
        dataset_name="peers",
    )

    def run(pages: Iterable[Any]) -> None:
        resource = dlt.resource(
            pages,
            name="events",
            write_disposition=_DISPOSITIONS[how],
            primary_key="event_id",
            columns=_COLUMNS,
        )
        # CSV is loaded by COPY; the default, INSERT, takes a sixth longer.
        pipeline.run(resource, loader_file_format="csv").raise_on_failed_jobs()

    run([])

    def load(lines: Iterable[bytes]) -> int:
        count = 0

        def pages() -> Iterator[list[Any]]:
            nonlocal count
            rest = iter(lines)
            while page := [json.loadb(line) for line in islice(rest, stopwatch.BATCH)]:
                count += len(page)
                yield page

        run(pages())
        return count

    return load


if __name__ == "__main__":
    stopwatch.run(prepare)
