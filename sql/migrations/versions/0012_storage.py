"""How each table is kept: room for updates, vacuum for what only grows, and an index by time of arrival."""

from sql.tool.scripts import run_script

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run 0012_storage.sql."""
    run_script(__file__)
