"""`./stack build`: what is built, and what is refused."""

import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from local.development import build
from local.errors import StackError
from local.settings import ROOT

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "till"
dynamic = ["version"]
readme = "README.md"
requires-python = ">=3.11"

[tool.hatch.version]
source = "regex"
path = "../../../pyproject.toml"
pattern = '(?m)^version = "(?P<version>[^"]+)"$'
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one package."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "tills"\nversion = "1.2.3"\n')
    package = tmp_path / "airflow" / "packages" / "till"
    (package / "till").mkdir(parents=True)
    (package / "till" / "__init__.py").touch()
    (package / "till" / "receipts.sql").write_text("SELECT 1\n")
    (package / "README.md").write_text("# Till\n\nSells.\n")
    (package / "pyproject.toml").write_text(PYPROJECT)
    return tmp_path


def test_a_package_becomes_a_wheel_and_a_source_archive_of_the_projects_version(root: Path) -> None:
    (root / "dist").mkdir()
    (root / "dist" / "till-1.2.2-py3-none-any.whl").touch()

    files = build.distributions(root, root / "dist")

    assert [path.name for path in files] == ["till-1.2.3-py3-none-any.whl", "till-1.2.3.tar.gz"]
    assert sorted((root / "dist").iterdir()) == files
    assert "till/receipts.sql" in zipfile.ZipFile(files[0]).namelist()
    with tarfile.open(files[1]) as archive:
        assert "till-1.2.3/till/receipts.sql" in archive.getnames()


def test_what_an_index_would_refuse_is_refused(root: Path) -> None:
    (root / "airflow/packages/till/README.md").write_text("")
    with pytest.raises(StackError, match="long_description"):
        build.distributions(root, root / "dist")


def test_a_package_that_cannot_be_built_says_why(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\nname = "tills"\n')
    with pytest.raises(StackError, match=r"build --no-isolation failed:(.|\n)*version"):
        build.distributions(root, root / "dist")


def test_a_repository_without_packages_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="holds no package"):
        build.distributions(tmp_path, tmp_path / "dist")


def test_the_bill_of_materials_names_each_package_of_the_lock(tmp_path: Path) -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = [line.split()[0] for line in text.splitlines() if "==" in line][:3]
    (tmp_path / "some.lock").write_text(text.partition(pins[-1])[0])

    bill = json.loads(build.bill_of_materials(tmp_path / "some.lock", tmp_path / "dist").read_text())

    assert bill["bomFormat"] == "CycloneDX"
    assert {f"{each['name']}=={each['version']}" for each in bill["components"]} == set(pins[:2])
    assert bill["metadata"]["component"]["name"] == "restaurant-sse-warehouse"
