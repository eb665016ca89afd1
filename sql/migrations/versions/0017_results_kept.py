"""How long results of quality rules and scores of payments are kept."""

from sql.tool.scripts import run_script

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run 0017_results_kept.sql."""
    run_script(__file__)
