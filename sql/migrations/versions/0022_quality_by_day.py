"""A critical failure of a quality rule blocks restaurants and business days, and no longer everything."""

from sql.tool.scripts import run_script

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Run 0022_quality_by_day.sql."""
    run_script(__file__)
