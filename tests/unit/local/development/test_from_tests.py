"""Commands whose code is in tests/, in an installation without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.development import from_tests
from local.settings import ROOT


@pytest.fixture
def without_tests(tmp_path: Path) -> Path:
    """The project without tests/."""
    for path in ROOT.iterdir():
        if path.name != "tests":
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


def stack(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = [path.replace(str(ROOT), str(folder)) for path in sys.path if path.startswith(str(ROOT))]
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *paths])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["bench", "chaos", "screenshots"])
def test_without_tests_a_command_says_what_is_missing(without_tests: Path, name: str) -> None:
    result = stack(without_tests, name, "--help")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"stack: ./stack {name} needs the folder tests/, which is not here: run it in a clone of the repository.\n"
    )


def test_without_tests_all_else_works(without_tests: Path) -> None:
    result = stack(without_tests, "--help")

    assert result.returncode == 0, result.stderr
    assert "bench" in result.stdout


def test_an_import_that_fails_inside_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise ModuleNotFoundError("No module named 'tomato'", name="tomato")

    monkeypatch.setattr(from_tests, "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match="tomato"):
        from_tests.run("bench", [])
