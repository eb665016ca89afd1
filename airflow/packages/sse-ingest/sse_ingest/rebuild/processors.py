"""Runs custom processors over old events: the same functions, on the shadow tables.

The rule: a processor writes tables by unqualified names, and --table names each table that it reads or writes in this
way. In a rebuild such a table is empty at first and filled only by the processors; then it is compared and corrected
like the others. Names with a schema refer to the live tables: reading them is allowed, writing is refused.

Events come month by month, not in the order of arrival. Their payload is that of events_raw: `received` is the text of
the payload, not the bytes of the frame.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import psycopg

from sse_ingest.errors import ConfigurationError, ProcessorError
from sse_ingest.events import Event
from sse_ingest.settings import Processor
from sse_ingest.store.processors import GuardedCursor, run_processors

_WRITE = (
    r"\b(?:insert\s+into|merge\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|truncate(?:\s+table)?"
    r"(?:\s+only)?|copy)\s+"
)


class _ShadowCursor(GuardedCursor):
    live_write: re.Pattern[str]

    def check(self, text: str) -> None:
        super().check(text)
        if self.live_write.search(text):
            raise ProcessorError(
                "it writes to a qualified table: remove the schema, so that a rebuild can run it"
            )


def into_shadow(processors: Mapping[str, Processor], live: Collection[str]) -> dict[str, Processor]:
    """The same processors, which cannot write to tables of the live schemas."""
    live_write = _write_into(live)
    return {event_type: _guarded(function, live_write) for event_type, function in processors.items()}


def run(
    connection: psycopg.Connection[Any], processors: Mapping[str, Processor], events: Sequence[Event]
) -> list[str]:
    """Process the events, each in its own savepoint. Returns one sentence per refused event."""
    _events, failed, _processed = run_processors(connection, processors, events, ())
    sentences = []
    for rejected in failed:
        if rejected.detail.startswith(("ProcessorError:", "UndefinedTable:")):
            raise ConfigurationError(
                f"The processor of {rejected.event_type} cannot run in a rebuild: {rejected.detail.splitlines()[0]}. "
                "Name each table that it uses with --table, and use no schema in its statements."
            )
        sentences.append(f"{rejected.event_type} {rejected.event_id}: {rejected.detail.splitlines()[0]}")
    return sentences


def _write_into(schemas: Collection[str]) -> re.Pattern[str]:
    names = "|".join(re.escape(schema) for schema in schemas)
    return re.compile(rf'{_WRITE}"?(?:{names})"?\s*\.', re.IGNORECASE)


def _guarded(function: Processor, live_write: re.Pattern[str]) -> Processor:
    def process(cursor: psycopg.Cursor[Any], event: Event, payload: dict[str, Any]) -> None:
        with _ShadowCursor(cursor.connection) as own:
            own.live_write = live_write
            function(own, event, payload)

    return process
