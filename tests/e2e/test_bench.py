"""`./stack bench --quick`, as users run it. The figures are recorded and not compared: other tests run beside."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.code_path import python_path
from local.settings import ROOT
from tests.bench.suites import SUITES

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.integration, pytest.mark.timeout(900)]


def test_every_suite_measures_something(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    env = {**os.environ, "PYTHONPATH": python_path(ROOT)}
    command = [sys.executable, "-m", "local", "bench", "--quick", "--folder", str(tmp_path)]
    result = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr
    results = json.loads((tmp_path / "bench.json").read_text())
    assert {row["suite"].replace(" ", "_") for row in results["rows"]} == set(SUITES)
    assert results["failed"] == {}
    for row in results["rows"]:
        for name, figure in row["figures"].items():
            assert figure["max"] >= figure["median"] >= figure["min"] >= 0
            record_property(f"{row['suite']}: {row['case']}: {name} {figure['unit']}", figure["median"])
    record_property("seconds", results["seconds"])
    assert (tmp_path / "bench.svg").exists()
