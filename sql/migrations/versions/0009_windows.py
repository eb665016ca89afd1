"""Windows by the minute, and what came when they were final already."""

from sql.scripts import run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run 0009_windows.sql."""
    run_script(__file__)
