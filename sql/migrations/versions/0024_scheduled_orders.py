"""Orders for later, and the present as the end of every figure."""

from sql.tool.scripts import run_script

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Run 0024_scheduled_orders.sql."""
    run_script(__file__)
