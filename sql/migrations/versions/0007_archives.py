"""Where the months are that raw holds no longer."""

from sql.tool.scripts import run_script

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run 0007_archives.sql."""
    run_script(__file__)
