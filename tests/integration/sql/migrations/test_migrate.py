"""migrate: from nothing, again, two at once, and equal to the committed snapshot."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

import sql
from sql.tool.errors import NotBootstrappedError

pytestmark = pytest.mark.integration

SNAPSHOT = Path(__file__).with_name("schema.txt")
DESCRIBE = Path(__file__).with_name("describe.sql")


def describe(url: str) -> str:
    """The schema from the catalog, without partitions, because these depend on the date."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(DESCRIBE.read_bytes()).fetchall()
    return "".join(f"{row[0]}\n" for row in rows)


def test_the_schema_is_the_committed_one(warehouse: Any) -> None:
    """To accept a change: UPDATE_SCHEMA_SNAPSHOT=1 pytest tests/integration/sql/migrations/test_migrate.py."""
    schema = describe(warehouse.url("restaurant_user"))
    if os.environ.get("UPDATE_SCHEMA_SNAPSHOT"):
        SNAPSHOT.write_text(schema, encoding="utf-8")
    assert schema == SNAPSHOT.read_text(encoding="utf-8")


def test_from_nothing_and_again(empty: str) -> None:
    assert sql.status(empty).revision is None
    assert not sql.status(empty).current
    sql.migrate(empty)
    assert sql.status(empty).current
    first, applied = describe(empty), history(empty)
    sql.migrate(empty.replace("postgresql://", "postgresql+psycopg://"))
    assert (describe(empty), history(empty)) == (first, applied)


def history(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT name, applied_at FROM raw_data.repeatables ORDER BY name"
        ).fetchall()


def command(name: str, url: str) -> subprocess.CompletedProcess[str]:
    """`python -m sql` as people run it."""
    return subprocess.run(
        [sys.executable, "-m", "sql", name],
        env={**os.environ, "WAREHOUSE_OWNER_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_at_once(empty: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        result = subprocess.run(
            [sys.executable, "-m", "sql", "migrate", "--owner-url", empty], capture_output=True, check=False
        )
        if result.returncode:
            failures.append(AssertionError(result.stderr.decode()))

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert failures == []
    assert sql.status(empty).current


def test_what_a_newer_version_made_is_left_as_it_is(empty: str) -> None:
    """Going back to this version starts it on that schema; its views and functions must not become ours."""
    sql.migrate(empty)
    with psycopg.connect(empty, autocommit=True) as owner:
        owner.execute("UPDATE raw_data.alembic_version SET version_num = 'newer'")
        owner.execute("CREATE VIEW analytics.newer AS SELECT 1 AS one")
        owner.execute("INSERT INTO raw_data.repeatables (name, checksum) VALUES ('analytics/newer', 'of it')")
        owner.execute(
            "UPDATE raw_data.repeatables SET checksum = 'of it' WHERE name = 'analytics/daily_sales'"
        )
    first, applied = describe(empty), history(empty)
    result = command("migrate", empty)
    assert (result.returncode, result.stderr) == (0, "")
    assert "left as it is" in result.stdout
    assert (describe(empty), history(empty)) == (first, applied)
    shown = command("status", empty)
    assert (shown.returncode, "newer version" in shown.stdout) == (1, True)


def test_without_bootstrap(cluster: Any, warehouse: Any) -> None:
    """A database without the schemas: the error names the command that makes them."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        url = warehouse.url("restaurant_user").replace(warehouse.name, name)
        with pytest.raises(NotBootstrappedError, match="python -m sql bootstrap"):
            sql.migrate(url)
        admin.execute(f"DROP DATABASE {name}".encode())


def test_the_command_says_where_it_is(empty: str) -> None:
    before = command("status", empty)
    assert before.returncode == 1
    assert "pending: analytics/daily_sales" in before.stdout
    assert command("migrate", empty).returncode == 0
    after = command("status", empty)
    assert (after.returncode, "pending" in after.stdout) == (0, False)


def test_a_wrong_password_is_one_sentence(warehouse: Any) -> None:
    url = warehouse.url("restaurant_user").replace("owner-password", "wrong")
    result = subprocess.run(
        [sys.executable, "-m", "sql", "migrate", "--owner-url", url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "password authentication failed" in result.stderr
    assert "Traceback" not in result.stderr
