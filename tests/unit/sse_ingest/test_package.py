"""The package sse-ingest as its users see it: README, examples, changelog, and the entry point for Airflow."""

import importlib
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from tests.support.documents.package_readme import PACKAGE, ten_lines
from tests.support.service import ROOT

PROJECT: dict[str, Any] = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]


def test_the_readmes_dag_is_the_example() -> None:
    assert (PACKAGE / "examples" / "orders.py").read_text() == ten_lines()


def test_the_readmes_dag_has_ten_lines_at_most() -> None:
    assert len([line for line in ten_lines().splitlines() if line.strip()]) <= 10


def test_the_readme_names_every_example() -> None:
    named = set(re.findall(r"\(examples/(\w+\.py)\)", (PACKAGE / "README.md").read_text())) | {"orders.py"}
    assert named == {path.name for path in (PACKAGE / "examples").glob("*.py")}


@pytest.mark.parametrize("package", ["sse-ingest", "restaurant-warehouse"])
def test_the_changelog_has_the_version_as_its_newest_release(package: str) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changelog = (PACKAGE.parent / package / "CHANGELOG.md").read_text()
    assert re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)[:2] == ["Unreleased", version]


def test_the_entry_point_gives_what_airflow_asks_for() -> None:
    module, _, function = PROJECT["entry-points"]["apache_airflow_provider"]["provider_info"].partition(":")
    info = getattr(importlib.import_module(module), function)()
    assert info["package-name"] == PROJECT["name"]


def test_the_entry_point_does_not_import_airflow() -> None:
    code = "import sys, sse_ingest.airflow.provider; print('airflow' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_env()
    )
    assert result.stdout.strip() == "False"


def _env() -> dict[str, str]:
    return {"PYTHONPATH": str(PACKAGE)}
