"""The schema ledger: what the streams hold beyond the contract."""

from sql.tool.scripts import run_script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run 0005_schema_drift.sql."""
    run_script(__file__)
