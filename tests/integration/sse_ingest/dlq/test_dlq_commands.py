"""`python -m sse_ingest dlq` and `completeness`, as a person types them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.code_path import python_path
from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.events import Event, Rejected
from sse_ingest.store.store import Store
from tests.support.core import CONTRACT_NAME
from tests.support.events import LOG, frame, parsed, payload
from tests.support.service import ROOT

pytestmark = pytest.mark.integration
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def core(warehouse: Any, tmp_path: Path) -> Run:
    """python -m sse_ingest, in a folder of its own."""

    def run(*arguments: str, stdin: str | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "PYTHONPATH": f"{python_path(ROOT)}:{tmp_path}",
            "INGEST_CONTRACT": CONTRACT_NAME,
            "INGEST_OWNER_URL": warehouse.url("restaurant_user"),
            "INGEST_DATABASE_URL": warehouse.url("airflow_user"),
            **changes,
        }
        command = [sys.executable, "-m", "sse_ingest", *arguments]
        return subprocess.run(
            command,
            env=env,
            input=stdin,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )

    return run


def bad(offset: int, **fields: Any) -> Rejected:
    item = restaurant_parser().parse(
        frame(offset, "order_created", payload("order_created", offset, **fields))
    )
    assert isinstance(item, Rejected)
    return item


@pytest.fixture
def dead_letters(store: Store) -> list[Rejected]:
    """The dead letters 1 and 2 of a stream in which 3 is well."""
    dead_letters = [bad(1, service_type="buffet"), bad(2, order_ts="yesterday\x1b[2J")]
    store.commit([*dead_letters, parsed(frame(3, "order_created", payload("order_created", 3)))])
    return dead_letters


def test_list_and_show(core: Run, dead_letters: list[Rejected]) -> None:
    table = core("dlq", "list").stdout.splitlines()

    assert table[0].split()[:5] == ["id", "stream", "place", "reason", "tries"]
    assert [line.split()[2:4] for line in table[1:]] == [
        [f"{LOG}-1", "out_of_range"],
        [f"{LOG}-2", "bad_timestamp"],
    ]
    listed = json.loads(core("dlq", "list", "--reason", "bad_timestamp", "--json").stdout)
    assert [dead_letter["event_offset"] for dead_letter in listed] == [2]
    assert core("dlq", "list", "--since", "2100-01-01").stdout == "No dead letters.\n"
    assert core("dlq", "list", "--stream", "other").stdout == "No dead letters.\n"

    shown = core("dlq", "show", "1").stdout

    assert dead_letters[0].received.decode() in shown
    assert "resolved_at" in shown
    assert "\x1b" not in core("dlq", "show", "2").stdout


def test_edit_retry_and_discard(
    core: Run, dead_letters: list[Rejected], owner: psycopg.Connection[Any]
) -> None:
    assert core("dlq", "retry", "--all").returncode == 1
    assert core("dlq", "edit", "1", "--set", "payload.service_type=sofa").returncode == 1
    edited = core("dlq", "edit", "1", "--set", "payload.service_type=takeout")
    assert (edited.returncode, edited.stdout) == (0, f"1: edited: taken at {LOG}-1\n")
    whole = frame(2, "order_created", payload("order_created", 2)).data.decode()
    assert core("dlq", "edit", "2", "--file", "-", stdin=whole).returncode == 0
    twice = core("dlq", "discard", "2", "--reason", "no")
    assert twice.returncode == 1
    assert "was edited at" in twice.stdout

    assert owner.execute("SELECT count(*) FROM analytics.orders").fetchone() == (3,)
    actions = "SELECT action, count(*) FROM analytics.audit_log GROUP BY action ORDER BY action"
    assert owner.execute(actions).fetchall() == [("dead_letter_edited", 2), ("dead_letter_retry_failed", 2)]
    assert core("dlq", "list").stdout == "No dead letters.\n"
    assert "[edited]" in core("dlq", "list", "--state", "all").stdout


def test_a_failed_processor_is_retried_with_the_mapping_named(
    core: Run, open_store: Callable[..., Store], owner: psycopg.Connection[Any], tmp_path: Path
) -> None:
    def failing(_cursor: Any, _event: Event, _payload: dict[str, Any]) -> None:
        raise ValueError("not yet")

    open_store(processors={"points": failing}).commit([parsed(frame(1, "points", {"p": 1}))])
    (tmp_path / "mine.py").write_text("PROCESSORS = {'points': lambda cursor, event, payload: None}\n")

    without = core("dlq", "retry", "--reason", "processor_failed")
    assert (without.returncode, "--processors" in without.stdout) == (1, True)
    assert core("dlq", "retry", "--all", "--processors", "mine:NONE").returncode == 2
    assert core("dlq", "retry", "--all", "--processors", "mine:PROCESSORS").returncode == 0
    assert owner.execute("SELECT event_type FROM raw_data.events_raw").fetchall() == [("points",)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["retry"], "numbers"),
        (["retry", "1", "--all"], "numbers"),
        (["edit", "1"], "--file"),
        (["edit", "1", "--file", "nowhere.json"], "nowhere.json"),
        (["show", "99"], "no dead letter 99"),
    ],
)
def test_a_wrong_command_is_answered_with_one_sentence(
    core: Run, warehouse: Any, arguments: list[str], message: str
) -> None:
    result = core("dlq", *arguments)

    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert message in result.stderr


def test_the_owner_s_login_is_needed(core: Run) -> None:
    result = core("dlq", "list", INGEST_OWNER_URL="")

    assert result.returncode == 2
    assert "INGEST_OWNER_URL" in result.stderr


def test_completeness_is_reported_and_a_hole_is_exit_1(core: Run, store: Store) -> None:
    assert core("completeness").stdout == "No event is committed yet.\n"
    store.commit([parsed(frame(1, "order_created", payload("order_created", 1))), bad(2, service_type="x")])

    whole = core("completeness")
    assert whole.returncode == 0
    assert f"restaurant {LOG}: complete up to offset 2" in whole.stdout
    assert "1 dead letters open" in whole.stdout

    store.commit([parsed(frame(5, "order_created", payload("order_created", 5)))])
    holed = core("completeness", "--json")
    assert holed.returncode == 1
    (log,) = json.loads(holed.stdout)
    assert (log["complete_up_to_offset"], log["holes"], log["complete"]) == (2, [[3, 4]], False)
    assert "2 missing (3-4)" in core("completeness").stdout
