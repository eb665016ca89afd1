"""Sums that are kept by the hour, so that the views need not read every order."""

from sql.tool.scripts import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run 0008_rollups.sql."""
    run_script(__file__)
