"""What the warehouse needs to look after itself: thresholds of the health check, and what is applied."""

from sql.tool.scripts import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run 0003_housekeeping.sql."""
    run_script(__file__)
