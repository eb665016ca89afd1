"""Everything in the warehouse says what it is."""

from typing import Any

import psycopg
import pytest

pytestmark = pytest.mark.integration

SCHEMAS = "('raw_data'::regnamespace, 'analytics'::regnamespace, 'staging'::regnamespace)"


def test_every_schema_table_view_and_function_has_a_comment(owner: psycopg.Connection[Any]) -> None:
    silent = owner.execute(
        f"""
        SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace IN {SCHEMAS} AND relkind IN ('r', 'p', 'v', 'm', 'f')
            AND coalesce(obj_description(oid, 'pg_class'), '') = ''
        UNION ALL
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace IN {SCHEMAS} AND coalesce(obj_description(oid, 'pg_proc'), '') = ''
        UNION ALL
        SELECT oid::regnamespace::text FROM pg_namespace
        WHERE oid IN {SCHEMAS} AND coalesce(obj_description(oid, 'pg_namespace'), '') = ''
        """.encode()
    ).fetchall()
    assert silent == []


def test_every_column_has_a_comment(owner: psycopg.Connection[Any]) -> None:
    """A partition's columns are its parent's, and so are their comments."""
    silent = owner.execute(
        f"""
        SELECT format('%s.%s', c.oid::regclass, a.attname)
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace IN {SCHEMAS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
            AND coalesce(col_description(c.oid, a.attnum), '') = ''
        """.encode()
    ).fetchall()
    assert silent == []


def test_every_check_has_a_name_of_its_own(owner: psycopg.Connection[Any]) -> None:
    """PostgreSQL calls an unnamed one table_column_check."""
    unnamed = owner.execute(
        f"SELECT conname FROM pg_constraint WHERE connamespace IN {SCHEMAS} AND contype = 'c'"
        " AND conname ~ '_check[0-9]*$'".encode()
    ).fetchall()
    assert unnamed == []
