"""What the forest made of each payment, and where the line is drawn."""

from sql.scripts import run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run 0009_anomalies.sql."""
    run_script(__file__)
