"""Currencies: of restaurants, of orders and of amounts, and the rollups by currency."""

from sql.tool.scripts import run_script

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Run 0026_currencies.sql."""
    run_script(__file__)
