"""The command line: everything in it says what it does."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer

from local.__main__ import app
from local.settings import ROOT

COMMANDS: dict[str, click.Command] = vars(typer.main.get_command(app))["commands"]


def stack(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_explained(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"./stack {name}" in (ROOT / "README.md").read_text()


def test_an_expected_error_is_one_sentence(tmp_path: Path) -> None:
    result = stack("--env-file", str(tmp_path / "none"), "status")
    assert result.returncode == 1
    assert result.stderr.startswith("stack: There is no ")
    assert result.stderr.count("\n") == 1


def test_a_full_disk_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "local", "doctor"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.startswith("stack: The disk is full: ")


def test_without_arguments_it_explains_itself() -> None:
    assert "Usage: ./stack" in stack("--help").stdout
