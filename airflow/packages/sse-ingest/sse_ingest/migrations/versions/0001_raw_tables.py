"""Creates the raw tables. A warehouse whose own migrations have created them keeps them unchanged."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

_TABLES = (
    "event_ids",
    "events_raw",
    "duplicates",
    "dead_letters",
    "stream_checkpoints",
    "stream_gaps",
    "committed_ranges",
    "archives",
    "schema_drift",
    "audit_log",
)


_COMMENTS = """
COMMENT ON TABLE sse_ingest_version IS
    'The version of the raw tables: the last migration of sse_ingest that this schema has had.';
COMMENT ON COLUMN sse_ingest_version.version_num IS 'The number of that migration.'
"""


def upgrade() -> None:
    """Create all of them, or none if all exist."""
    connection = op.get_bind()
    connection.exec_driver_sql(_COMMENTS)
    existing = [
        name
        for name in _TABLES
        if connection.exec_driver_sql("SELECT to_regclass(%s) IS NOT NULL", (name,)).scalar_one()
    ]
    if not existing:
        script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
        connection.exec_driver_sql(script, execution_options={"no_parameters": True})
    elif len(existing) < len(_TABLES):
        missing = ", ".join(name for name in _TABLES if name not in existing)
        raise RuntimeError(
            f"The schema has {', '.join(existing)}, but not {missing}: these tables are not ours. "
            "Choose another schema."
        )
