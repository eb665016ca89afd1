"""Completeness: up to which offset each log is accounted for, as the function completeness() computes it."""

from typing import Any

from psycopg.rows import dict_row

from sse_ingest.database.connection import connect, translated
from sse_ingest.settings import Settings

_ASKED = """
SELECT stream, stream_id, complete_up_to_offset, complete_up_to_ts, committed_offsets, holes, missing_offsets,
       dead_letters, complete
FROM completeness()
"""


def completeness(settings: Settings) -> list[dict[str, Any]]:
    """One row a log, by the function's own names."""
    with (
        connect(settings.database_url, "completeness", settings.schemas) as connection,
        translated(),
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return list(cursor.execute(_ASKED))
