"""Rollups of the cash movements, for daily_cash."""

from sql.tool.scripts import run_script

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run 0020_daily_cash.sql."""
    run_script(__file__)
