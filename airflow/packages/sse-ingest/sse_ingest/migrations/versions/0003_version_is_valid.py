"""The constraint of the column `version` holds for all raw events."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Check the rows from before."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE events_raw VALIDATE CONSTRAINT events_raw_version_not_negative"
    )
