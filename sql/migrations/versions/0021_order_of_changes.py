"""One total order of changes: typed rows hold their place in it, and rows from before are brought to it."""

from sql.tool.scripts import run_script

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Run 0021_order_of_changes.sql."""
    run_script(__file__)
