"""What the sums need to know so that more questions can be answered from them."""

from sql.tool.scripts import run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run 0009_answers.sql."""
    run_script(__file__)
