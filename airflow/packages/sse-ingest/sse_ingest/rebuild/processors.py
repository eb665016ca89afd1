"""Custom processors over old events: the same functions, in the shadow.

The rule: a processor writes tables by unqualified names, and each table that it reads or writes by such a name is given
to the rebuild with --table. It is then empty at first, filled by the processors alone, compared and put right like the
others. Qualified names (analytics.menu) still lead to the live tables: reading there is allowed, writing is refused.

Events come by month, not in the order of arrival, and with the payload as raw holds it: `received` is the payload's
text, not the bytes of the frame.
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
                "it writes to a qualified table: take away the schema, so that a rebuild can run it"
            )
        super().execute(query, *args, **kwargs)
        return self


def into_shadow(processors: Mapping[str, Processor]) -> dict[str, Processor]:
    """The same processors, held off the live tables."""
    return {event_type: _held_off(function) for event_type, function in processors.items()}


def run(
    connection: psycopg.Connection[Any], processors: Mapping[str, Processor], events: Sequence[Event]
) -> list[str]:
    """Process the events, each under its savepoint; a sentence for each that was refused."""
    _kept, failed, _processed = run_processors(connection, processors, events, ())
    sentences = []
    for letter in failed:
        if letter.detail.startswith(("ProcessorError:", "UndefinedTable:")):
            raise ConfigurationError(
                f"The processor of {letter.event_type} cannot run in a rebuild: {letter.detail.splitlines()[0]}. "
                "Name each table that it uses with --table, and use no schema in its statements."
            )
        sentences.append(f"{letter.event_type} {letter.event_id}: {letter.detail.splitlines()[0]}")
    return sentences


def _held_off(function: Processor) -> Processor:
    def process(cursor: psycopg.Cursor[Any], event: Event, payload: dict[str, Any]) -> None:
        with _ShadowCursor(cursor.connection) as own:
            function(own, event, payload)

    return process
