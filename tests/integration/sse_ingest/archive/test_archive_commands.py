"""`python -m sse_ingest archive`, and `rebuild` after it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.code_path import python_path
from sse_ingest.store.store import Store
from tests.support.core import CONTRACT_NAME
from tests.support.service import ROOT

pytestmark = pytest.mark.integration
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(warehouse: Any, folder: Path) -> Run:
    def command(*arguments: str, **environment: str) -> tuple[int, str, str]:
        own = {
            "PYTHONPATH": python_path(ROOT),
            "INGEST_CONTRACT": CONTRACT_NAME,
            "INGEST_OWNER_URL": warehouse.url("restaurant_user"),
            "INGEST_ARCHIVE_DIR": str(folder),
            **environment,
        }
        result = subprocess.run(
            [sys.executable, "-m", "sse_ingest", *arguments],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stdout, result.stderr

    return command


def test_months_are_reported_one_by_one(three_months: Store, run: Run, folder: Path) -> None:
    code, output, errors = run("archive")
    assert (code, output, errors) == (0, "Nothing archived: give --before YYYY-MM.\n", "")

    code, output, errors = run("archive", "--before", "2026-03")

    assert (code, errors) == (0, "")
    first, second = output.splitlines()
    assert first.startswith("2026-01: 2 events in events_raw_2026_01.parquet, 0.0 MB, sha256 ")
    assert second.startswith("2026-02: 3 events in events_raw_2026_02.parquet, 0.0 MB, sha256 ")
    assert (folder / "events_raw_2026_01.parquet").is_file()
    assert run("archive", "--before", "2026-03") == (0, "Nothing to archive before 2026-03.\n", "")


def test_a_folder_may_be_chosen_and_a_rebuild_finds_it(three_months: Store, run: Run, tmp_path: Path) -> None:
    code, output, _ = run("archive", "--before", "2026-03", "--folder", str(tmp_path / "own"), "--json")
    assert (code, [manifest["rows"] for manifest in json.loads(output)]) == (0, [2, 3])

    code, _, errors = run("rebuild")
    assert code == 2
    assert errors.startswith(
        "sse_ingest: The events of 2026-01 are archived in events_raw_2026_01.parquet, which is"
    )
    code, output, _ = run("rebuild", "--folder", str(tmp_path / "own"))
    assert (code, output.splitlines()[-1]) == (0, "The live tables agree with the raw events.")
    assert run("rebuild", INGEST_ARCHIVE_DIR=str(tmp_path / "own"))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["--before", "March"], {}, "--before wants a month as YYYY-MM, not 'March'."),
        (["--before", "2999-01"], {}, "--before 2999-01 is later than this month"),
        (
            ["--before", "2026-03"],
            {"INGEST_ARCHIVE_DIR": ""},
            "INGEST_ARCHIVE_DIR is not set: name the folder",
        ),
        (["--before", "2026-03"], {"INGEST_OWNER_URL": ""}, "INGEST_OWNER_URL is not set"),
        (["--before", "2026-03", "--folder", "/dev/null"], {}, "/dev/null"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    three_months: Store, run: Run, arguments: list[str], environment: dict[str, str], message: str
) -> None:
    code, output, errors = run("archive", *arguments, **environment)

    assert (code, output) == (2, "")
    assert errors.startswith("sse_ingest: ")
    assert message in errors
    assert errors.count("\n") == 1


def test_what_was_archived_before_something_went_wrong_is_reported(
    three_months: Store, run: Run, folder: Path
) -> None:
    folder.mkdir(parents=True)
    (folder / "events_raw_2026_02.parquet.part").mkdir()

    code, output, errors = run("archive", "--before", "2026-03", "--json")

    assert (code, [manifest["month"] for manifest in json.loads(output)]) == (2, ["2026-01"])
    assert "Is a directory" in errors
