"""Reads the function completeness(): up to which offset every event of each log is accounted for."""

from typing import Any

from psycopg.rows import dict_row

from sse_ingest.database.connection import connect, translated
from sse_ingest.settings import Settings

_QUERY = """
SELECT stream, stream_id, complete_up_to_offset, complete_up_to_ts, committed_offsets, holes, missing_offsets,
       dead_letters, complete
FROM completeness()
"""


def completeness(settings: Settings) -> list[dict[str, Any]]:
    """One row per log, with the column names of the function."""
    with (
        connect(settings.database_url, "completeness", settings.schemas) as connection,
        translated(),
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return list(cursor.execute(_QUERY))
