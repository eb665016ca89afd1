"""Alembic's entry point: init_db.py hands over an open connection and the schema; there is no alembic.ini."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    version_table="sse_ingest_version",
    version_table_schema=given["schema"],
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
