"""Rollups of the cash movements, for daily_cash."""

from sql.tool.scripts import run_script

revision = "0024"
down_revision = "0019"


def upgrade() -> None:
    """Run 0024_daily_cash.sql."""
    run_script(__file__)
