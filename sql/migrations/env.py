"""Alembic's entry point. sql.migrate() hands over an open connection; there is no alembic.ini."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="alembic_version",
    version_table_schema="raw_data",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
