"""Orders for later, and the present as the end of every figure."""

from sql.tool.scripts import run_script

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Run 0022_scheduled_orders.sql."""
    run_script(__file__)
