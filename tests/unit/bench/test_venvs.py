"""The virtual environments of the peers: created once, and created again when one was not finished."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.peers import venvs
from tests.bench.peers.venvs import PeerUnavailable

PINS = ("tool==1.2.3", "driver==4.5")


class Commands:
    """Replaces subprocess.run, and creates the folders that `python -m venv` creates."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []
        self.returncode = 0
        self.errors = ""

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        assert "PYTHONPATH" not in options["env"]
        self.ran.append(command)
        if "venv" in command:
            (Path(command[-1]) / "bin").mkdir(parents=True)
            return subprocess.CompletedProcess(command, 0, "", "")
        return subprocess.CompletedProcess(command, self.returncode, "", self.errors)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    commands = Commands()
    monkeypatch.setattr(subprocess, "run", commands.run)
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    return commands


def test_an_environment_is_created_once(tmp_path: Path, commands: Commands) -> None:
    python = venvs.python("tool", PINS, tmp_path / "venvs")

    assert python.parent.parent.name.startswith("tool-")
    assert commands.ran[0] == [sys.executable, "-m", "venv", str(python.parent.parent)]
    assert commands.ran[1][0] == str(python)
    assert commands.ran[1][-2:] == list(PINS)
    assert venvs.python("tool", PINS, tmp_path / "venvs") == python
    assert len(commands.ran) == 2


def test_other_pins_are_another_environment_in_any_order(tmp_path: Path, commands: Commands) -> None:
    python = venvs.python("tool", PINS, tmp_path)

    assert venvs.python("tool", PINS[::-1], tmp_path) == python
    assert venvs.python("tool", ("tool==1.2.4", "driver==4.5"), tmp_path) != python


def test_an_interrupted_install_is_done_again(tmp_path: Path, commands: Commands) -> None:
    home = venvs.python("tool", PINS, tmp_path).parent.parent
    (home / "finished").unlink()
    (home / "half").write_text("a package")

    venvs.python("tool", PINS, tmp_path)

    assert len(commands.ran) == 4
    assert not (home / "half").exists()


def test_a_failed_install_says_why_and_is_tried_again(tmp_path: Path, commands: Commands) -> None:
    commands.returncode = 1
    commands.errors = (
        "WARNING: slow\nERROR: No matching distribution found for tool==1.2.3\nnotice: a new pip\n"
    )

    for _ in range(2):
        with pytest.raises(
            PeerUnavailable,
            match=r"^tool could not be installed: No matching distribution found for tool==1.2.3$",
        ):
            venvs.python("tool", PINS, tmp_path)
    assert len(commands.ran) == 4


def test_an_install_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **options: Any) -> None:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(subprocess, "run", hang)

    with pytest.raises(PeerUnavailable, match="within 600 s"):
        venvs.python("tool", PINS, tmp_path)
