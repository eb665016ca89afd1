"""Ids of text: the column external_id."""

from sql.tool.scripts import run_script

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Run 0025_external_ids.sql."""
    run_script(__file__)
