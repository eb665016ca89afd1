"""`.venv` is made from a lock of one package, with the real uv and the real pip."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.settings import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
PACKAGE = "tabulate"
TOOL = "iniconfig"
INSTALLING = "installing the locked packages"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project folder with the real bootstrap.lock, and one package of the real requirements.lock."""
    shutil.copy(ROOT / "bootstrap.lock", tmp_path)
    for lock, package in (("requirements.lock", PACKAGE), ("requirements-dev.lock", TOOL)):
        entry = re.search(rf"^{package}==(?:.|\n)*?[0-9a-f]$", (ROOT / lock).read_text(), re.MULTILINE)
        assert entry
        (tmp_path / lock).write_text(f"{entry[0]}\n")
    return tmp_path


def bootstrap(root: Path, *lock: str, **env: str) -> subprocess.CompletedProcess[str]:
    """With a Python that sees no installed package, as on a fresh machine."""
    command = [base_python(), "-P", "-S", "-m", "local.bootstrap", str(root), *lock]
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | env
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def base_python() -> str:
    return str(sys._base_executable)  # type: ignore[attr-defined]


def installed(root: Path, package: str = PACKAGE) -> bool:
    python = str(root / ".venv" / "bin" / "python")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([python, "-c", f"import {package}"], env=env, check=False).returncode == 0


def spoil(lock: Path) -> None:
    """Replace every hash by one that no file has."""
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", lock.read_text()))


def test_uv_installs_and_says_only_what_concerns_the_user(root: Path) -> None:
    result = bootstrap(root, UV_CACHE_DIR=str(root / "cache"))
    assert result.returncode == 0, result.stderr
    assert installed(root)
    assert (root / ".venv" / "installed.lock").read_text() == (root / "requirements.lock").read_text()
    lines = [line for line in result.stderr.splitlines() if "…" not in line]
    titles = ["downloading uv", "making .venv", INSTALLING]
    assert [re.sub(r" \([\d.]+ s\)$", "", line) for line in lines] == [f"stack: {title}" for title in titles]
    assert result.stdout == ""


def test_what_is_installed_is_not_installed_again(root: Path) -> None:
    (root / ".venv").mkdir()
    shutil.copy(root / "requirements.lock", root / ".venv" / "installed.lock")
    result = bootstrap(root)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.long
def test_another_lock_is_added_once(root: Path) -> None:
    assert bootstrap(root).returncode == 0
    added = bootstrap(root, "requirements-dev.lock")
    assert added.returncode == 0, added.stderr
    assert "installing requirements-dev.lock" in added.stderr
    assert installed(root)
    assert installed(root, TOOL)
    assert bootstrap(root, "requirements-dev.lock").stderr == ""
    assert bootstrap(root).stderr == ""


@pytest.mark.long
def test_pip_adds_another_lock_where_uv_has_no_acceptable_wheel(root: Path) -> None:
    assert bootstrap(root).returncode == 0
    spoil(root / "bootstrap.lock")
    added = bootstrap(root, "requirements-dev.lock")
    assert added.returncode == 0, added.stderr
    assert "with pip" in added.stderr
    assert installed(root)
    assert installed(root, TOOL)


@pytest.mark.long
def test_pip_installs_where_uv_has_no_acceptable_wheel(root: Path) -> None:
    spoil(root / "bootstrap.lock")
    result = bootstrap(root)
    assert result.returncode == 0, result.stderr
    assert "downloading uv: failed" in result.stderr
    assert "with pip" in result.stderr
    assert installed(root)


@pytest.mark.long
def test_pip_installs_where_the_install_by_uv_fails(root: Path) -> None:
    result = bootstrap(root, UV_DEFAULT_INDEX=(root / "empty").as_uri())
    assert result.returncode == 0, result.stderr
    assert f"{INSTALLING}: failed" in result.stderr
    assert installed(root)


@pytest.mark.long
def test_a_file_with_another_hash_is_installed_by_neither(root: Path) -> None:
    spoil(root / "requirements.lock")
    result = bootstrap(root)
    assert result.returncode == 1
    assert "could not be installed" in result.stderr
    assert "HASHES" in result.stderr  # pip's own words
    assert not (root / ".venv" / "installed.lock").exists()
    assert not installed(root)


@pytest.mark.long
def test_a_python_without_pip_gets_uv_through_its_venv(root: Path) -> None:
    (root / "without").mkdir()
    (root / "without" / "sitecustomize.py").write_text(
        "import sys\nif sys.prefix == sys.base_prefix:\n    sys.modules['pip'] = None\n"
    )
    result = bootstrap(root, PYTHONPATH=os.pathsep.join([str(root / "without"), str(ROOT)]))
    assert result.returncode == 0, result.stderr
    titles = [re.sub(r" \([\d.]+ s\)$", "", line) for line in result.stderr.splitlines() if "…" not in line]
    assert titles == [f"stack: {title}" for title in ("making .venv", "downloading uv", INSTALLING)]
    assert installed(root)


def test_a_python_without_pip_and_ensurepip_names_the_package_to_install(root: Path) -> None:
    (root / "without").mkdir()
    for module in ("pip", "venv"):
        (root / "without" / f"{module}.py").write_text("raise ImportError('not in this Python')")
    result = bootstrap(root, PYTHONPATH=os.pathsep.join([str(root / "without"), str(ROOT)]))
    assert result.returncode == 1
    assert "install the package python3-venv" in result.stderr
