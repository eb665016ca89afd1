"""What the forest made of each payment, and where the line is drawn."""

from sql.tool.scripts import run_script

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run 0013_anomalies.sql."""
    run_script(__file__)
