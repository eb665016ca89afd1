"""Orders for later, and the present as the end of every figure."""

from sql.tool.scripts import run_script

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    """Run 0021_scheduled_orders.sql."""
    run_script(__file__)
