"""Windows by the minute, and what came when they were final already."""

from sql.tool.scripts import run_script

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run 0011_windows.sql."""
    run_script(__file__)
