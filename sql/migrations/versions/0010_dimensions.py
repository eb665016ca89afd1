"""What orders refer to, as it changes: the menu and the guests."""

from sql.tool.scripts import run_script

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Run 0010_dimensions.sql."""
    run_script(__file__)
