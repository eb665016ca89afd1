"""The whole bill: voids, discounts, service charges, guests, gift cards, rounding, and the rollups of bills."""

from sql.tool.scripts import run_script

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Run 0023_bill.sql."""
    run_script(__file__)
