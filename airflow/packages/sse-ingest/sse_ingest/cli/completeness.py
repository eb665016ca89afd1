"""The certificate of completeness: what analytics.completeness() says of each log."""

from typing import Any

from psycopg.rows import dict_row

from sse_ingest.database.connection import connect, translated

_ASKED = """
SELECT stream, stream_id, complete_up_to_offset, complete_up_to_ts, committed_offsets, holes, missing_offsets,
       dead_letters, complete
FROM analytics.completeness()
"""


def completeness(database_url: str) -> list[dict[str, Any]]:
    """One row a log, by the function's own names."""
    with (
        connect(database_url, "completeness") as connection,
        translated(),
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return list(cursor.execute(_ASKED))
