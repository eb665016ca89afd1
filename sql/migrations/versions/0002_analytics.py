"""The typed layer: one table an event type, and the audit log."""

from sql.tool.scripts import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run 0002_analytics.sql."""
    run_script(__file__)
