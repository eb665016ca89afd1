"""One row per event type that has a table."""

from sql.tool.scripts import run_script

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run 0018_event_types.sql."""
    run_script(__file__)
