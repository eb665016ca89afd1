"""Sums of all time, feedback by day, and cash-up by hour."""

from sql.tool.scripts import run_script

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run 0016_totals.sql."""
    run_script(__file__)
