"""Whole orders as one event, and what a newer one of them replaces."""

from sql.tool.scripts import run_script

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Run 0027_order_snapshots.sql."""
    run_script(__file__)
