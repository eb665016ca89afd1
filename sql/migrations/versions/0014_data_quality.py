"""Results of the quality rules, and an index by which a rule finds what has arrived."""

from sql.tool.scripts import run_script

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run 0014_data_quality.sql."""
    run_script(__file__)
