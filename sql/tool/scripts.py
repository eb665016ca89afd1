"""A migration is a few lines of Python beside its .sql file."""

from pathlib import Path

from alembic import op


def run_script(migration: str) -> None:
    """Execute the .sql file beside `migration` unchanged: no parameters, no escaping."""
    script = Path(migration).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
