"""The statements that create the functions of the raw tables in a schema."""

from importlib.resources import files

from psycopg import sql

_FUNCTIONS = files("sse_ingest.migrations.functions")


def raw_functions(schema: str, audit_schema: str) -> dict[str, str]:
    """The CREATE OR REPLACE statement of each function, by name. `schema` has the raw tables, `audit_schema` the audit
    log. PostgreSQL must accept both names without quotes.
    """
    audit_log = f"{sql.Identifier(audit_schema).as_string()}.audit_log"
    return {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8")
        .replace("{schema}", schema)
        .replace("{audit_log}", audit_log)
        for file in sorted(_FUNCTIONS.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    }
