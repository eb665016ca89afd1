"""The raw layer: events, their ids, duplicates, dead letters, checkpoints, gaps."""

from sql.tool.scripts import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run 0001_raw_data.sql."""
    run_script(__file__)
