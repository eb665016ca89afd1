"""Alembic's entry point. init_db.py passes an open connection and the schema; there is no alembic.ini."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    version_table="sse_ingest_version",
    version_table_schema=attributes["schema"],
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
