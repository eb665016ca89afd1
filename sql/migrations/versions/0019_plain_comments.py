"""Comments of tables and columns, where the first wording was hard to read."""

from sql.tool.scripts import run_script

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Run 0019_plain_comments.sql."""
    run_script(__file__)
