"""Where menu_engineering draws a line."""

from sql.tool.scripts import run_script

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Run 0015_menu_engineering.sql."""
    run_script(__file__)
