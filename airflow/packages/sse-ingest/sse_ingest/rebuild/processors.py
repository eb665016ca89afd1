"""Runs custom processors over old events: the same functions, on the shadow tables.

The rule: a processor writes tables by unqualified names, and --table names each table that it reads or writes in this
way. In a rebuild such a table is empty at first and filled only by the processors; then it is compared and corrected
like the others. Qualified names (analytics.menu) refer to the live tables: reading them is allowed, writing is refused.

Events come month by month, not in the order of arrival. Their payload is that of events_raw: `received` is the text of
the payload, not the bytes of the frame.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from sse_ingest.errors import ConfigurationError, ProcessorError
from sse_ingest.events import Event
from sse_ingest.settings import Processor
from sse_ingest.store.processors import GuardedCursor, run_processors

_LIVE_WRITE = re.compile(
    r"\b(?:insert\s+into|merge\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|truncate(?:\s+table)?|copy)"
    r'\s+"?(?:analytics|raw_data|staging)"?\s*\.',
    re.IGNORECASE,
)


class _ShadowCursor(GuardedCursor):
    def execute(self, query: Any, *args: Any, **kwargs: Any) -> "_ShadowCursor":
        text = query if isinstance(query, str) else query.decode() if isinstance(query, bytes) else ""
        if _LIVE_WRITE.search(text):
            raise ProcessorError(
                "it writes to a qualified table: remove the schema, so that a rebuild can run it"
            )
        super().execute(query, *args, **kwargs)
        return self


def into_shadow(processors: Mapping[str, Processor]) -> dict[str, Processor]:
    """The same processors, which cannot write to the live tables."""
    return {event_type: _guarded(function) for event_type, function in processors.items()}


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


def _guarded(function: Processor) -> Processor:
    def process(cursor: psycopg.Cursor[Any], event: Event, payload: dict[str, Any]) -> None:
        with _ShadowCursor(cursor.connection) as own:
            function(own, event, payload)

    return process
