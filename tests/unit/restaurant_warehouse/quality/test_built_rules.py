"""The built wheel has the rules of sql/quality, and finds them without the repository."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.fresh_environment import environment
from tests.support.service import ROOT

RULES = ROOT / "sql" / "quality"
LOAD = """
import json
from restaurant_warehouse.quality import rules
print(json.dumps([rules.__file__, [f"{rule.severity}/{rule.name}.sql" for rule in rules.load()]]))
"""
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the wheel, which is built from the source archive as `./stack build` does it."""
    folder = tmp_path_factory.mktemp("wheel")
    package = ROOT / "airflow" / "packages" / "restaurant-warehouse"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(package)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_has_every_rule_as_it_is(installed: Path) -> None:
    packaged = installed / "restaurant_warehouse" / "quality" / "sql"
    assert texts(packaged) == texts(RULES) != {}


def test_the_rules_are_read_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOAD],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment() | {"PYTHONPATH": str(installed)},
    )
    assert result.returncode == 0, result.stderr
    file, names = json.loads(result.stdout)
    assert Path(file).is_relative_to(installed)
    # Folders below that of the severity are no part of the name.
    assert sorted(names) == sorted(f"{Path(file).parts[0]}/{Path(file).name}" for file in texts(RULES))


def texts(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.sql")}
