"""Completeness: which offsets of each stream are accounted for, kept as ranges while they are committed."""

from sql.tool.scripts import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run 0004_completeness.sql."""
    run_script(__file__)
