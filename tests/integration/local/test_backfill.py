"""The recipe of docs/reference/maintenance.md for a history beside a live stream, run as it is written."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.code_path import python_path
from local.display import counters
from local.servers.services import database_url
from local.settings import ROOT
from tests.support.ports import free_port

pytestmark = pytest.mark.integration
Place = Any  # the fixture's class; conftest files cannot be imported from

HISTORY = """Date,Time,Transaction,Item
2016-10-30,09:58:11,1,Bread
2016-10-30,10:05:34,2,Scandinavian
2016-10-30,10:05:34,2,Scandinavian
2016-12-01,10:07:57,3,Jam
2017-04-09,15:04:24,4,Coffee
"""
STREAMS = "SELECT stream FROM raw_data.stream_checkpoints"
BRANCHED = "SELECT stream, complete FROM analytics.completeness() ORDER BY stream"
WAITED_FOR = "SELECT component FROM analytics.health_check() WHERE details ->> 'stream' = 'backfill'"


def block(page: str, heading: str) -> str:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    match = re.search(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert match, f"docs/{page} has no commands below {heading}"
    return match[1]


@pytest.fixture
def up(place: Place) -> Place:
    result = place.stack("up", "--without-airflow", "--detach")
    assert result.returncode == 0, result.stdout + result.stderr
    place.wait(lambda: bool(counters.read(place.settings).committed))
    return place


@pytest.fixture
def shell(up: Place, tmp_path: Path) -> Any:
    """Runs commands of the documents in a folder that has the user's history and settings."""
    (tmp_path / "orders.csv").write_text(HISTORY)
    (tmp_path / ".env").write_text(up.env_file.read_text())
    port = str(free_port())

    def run(commands: str) -> subprocess.CompletedProcess[str]:
        stack = f"{sys.executable} -m local --env-file {up.env_file}"
        for documented, actual in (
            (".venv/bin/python", sys.executable),
            ("./stack", stack),
            ("python3 tests", f"{sys.executable} {ROOT}/tests"),
            ("8010", port),
        ):
            commands = commands.replace(documented, actual)
        return subprocess.run(
            [
                "bash",
                "-euo",
                "pipefail",
                "-c",
                f"trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{commands}",
            ],
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if name != "EVENT_ENV_FILE"}
            | {"PYTHONPATH": python_path(ROOT)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    return run


def test_the_recipe_brings_the_history_and_leaves_a_healthy_warehouse(up: Place, shell: Any) -> None:
    result = shell(block("reference/maintenance.md", "Backfill beside a live stream"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert '"reason": "caught_up"' in result.stdout
    with psycopg.connect(database_url(up.settings, "restaurant_user"), autocommit=True) as owner:
        assert owner.execute(STREAMS).fetchall() == [("restaurant",)]
        assert owner.execute(BRANCHED).fetchall() == [("backfill", True), ("restaurant", True)]
        assert owner.execute(WAITED_FOR).fetchall() == []

    totals = block("explanation/warehouse.md", "Checked against the file").partition("\n")[2]
    agreed = shell(totals)
    assert (agreed.returncode, agreed.stdout) == (0, ""), agreed.stderr
    differing = shell("echo 2017-04-10,11:00:00,5,Tea >> orders.csv\n" + totals)
    assert "2017-04-10,1" in differing.stdout


def test_the_live_stream_is_never_read_from_another_log(up: Place) -> None:
    refused = up.stack("backfill", "--url", "http://127.0.0.1:9", "--stream", "restaurant")
    assert refused.returncode == 1
    assert "restaurant is the live stream" in refused.stderr
