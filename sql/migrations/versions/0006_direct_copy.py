"""Raw events are copied straight into their table."""

from sql.tool.scripts import run_script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run 0006_direct_copy.sql."""
    run_script(__file__)
