"""The TAB key lists the commands, options and services of ./stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.code_path import python_path
from local.commands.completion import Shell, script
from local.settings import ROOT


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """`./stack` with the Python of the tests."""
    path = tmp_path / "stack"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -m local "$@"\n')
    path.chmod(0o755)
    return path


def complete(program: Path, *words: str) -> set[str]:
    """What bash offers for the last of the words."""
    code = f"""
        {script(Shell.BASH)}
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
        COMP_CWORD={len(words) - 1}
        _stack_completion ./stack
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    env = os.environ | {"PYTHONPATH": python_path(ROOT)}
    result = subprocess.run(
        ["bash", "-c", code], cwd=program.parent, env=env, capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
    return set(result.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("./stack", ""), {"up", "down", "status", "restart", "reset", "airflow", "completion"}),
        (("./stack", "rest"), {"restart"}),
        (("./stack", "restart", "ap"), {"api"}),
        (("./stack", "logs", "airflow-sch"), {"airflow-scheduler"}),
        (("./stack", "up", "--wit"), {"--without-airflow"}),
        (("./stack", "completion", "z"), {"zsh"}),
    ],
)
def test_bash_offers(program: Path, words: tuple[str, ...], offered: set[str]) -> None:
    offers = complete(program, *words)
    assert offers >= offered
    assert all(word.startswith(words[-1]) for word in offers)


def test_bash_accepts_the_script() -> None:
    result = subprocess.run(
        ["bash", "-n"], input=script(Shell.BASH), capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
    assert script(Shell.BASH).endswith("complete -o default -F _stack_completion stack")


@pytest.mark.parametrize("shell", [Shell.ZSH, Shell.FISH])
def test_other_shells_call_the_program_as_it_was_typed(shell: Shell) -> None:
    text = script(shell)
    assert f"_STACK_COMPLETE=complete_{shell.value}" in text
    assert ('"${words[1]}"' if shell is Shell.ZSH else "(commandline -opc)[1]") in text
    assert " stack)" not in text


def test_the_tab_key_installs_nothing(tmp_path: Path) -> None:
    (tmp_path / "stack").write_text((ROOT / "stack").read_text())
    (tmp_path / "requirements.lock").touch()
    env = os.environ | {"_STACK_COMPLETE": "complete_bash"}
    result = subprocess.run(
        ["sh", str(tmp_path / "stack")], env=env, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert not (tmp_path / ".venv").exists()
