"""Indexes that find the orders of a guest and the modifiers of an order."""

from sql.tool.scripts import run_script

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Run 0028_card_indexes.sql."""
    run_script(__file__)
