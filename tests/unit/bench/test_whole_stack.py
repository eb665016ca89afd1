"""The stack that the bench starts does not touch the user's own stack."""

import signal
import stat
import sys
from pathlib import Path

import pytest

from local.processes.interrupts import Interrupts
from local.settings import PORTS, Settings
from tests.bench.processes import whole_stack
from tests.bench.processes.process import TOKEN
from tests.bench.processes.whole_stack import WholeStack


def test_its_settings_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "/where/the/users/data/are")
    monkeypatch.setenv("EVENT_PORT", "8000")

    stack = WholeStack(tmp_path)

    assert stack.settings.data_dir == tmp_path / "var"
    assert len({getattr(stack.settings, name.lower()) for name in PORTS}) == len(PORTS)
    assert stack.settings.event_port != 8000
    assert stack.settings.values["EVENT_RATE"] == "0"
    assert stack.settings.values["EVENT_PUBLISH_TOKEN"] == TOKEN
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o711
    monkeypatch.delenv("DATA_DIR")
    monkeypatch.delenv("EVENT_PORT")
    assert Settings.load(env_file=tmp_path / "env") == stack.settings


def test_its_commands_get_none_of_the_users_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", "/where/the/users/data/are")
    stack = WholeStack(tmp_path)
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho "$@ [$DATA_DIR]" >> {tmp_path}/commands\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    stack.command("up", "--detach")

    assert (tmp_path / "commands").read_text() == f"-m local --env-file {tmp_path / 'env'} up --detach []\n"


@pytest.fixture
def commands_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands it is asked to run, without running them."""
    commands: list[str] = []
    monkeypatch.setattr(WholeStack, "command", lambda _self, *arguments: commands.append(arguments[0]))
    return commands


def test_it_goes_down_when_something_fails(tmp_path: Path, commands_run: list[str]) -> None:
    with pytest.raises(RuntimeError, match="no"), whole_stack.whole_stack(tmp_path):
        raise RuntimeError("no")
    assert commands_run == ["up", "down"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_goes_down_when_a_signal_ends_the_bench(
    tmp_path: Path, commands_run: list[str], number: int
) -> None:
    with pytest.raises(KeyboardInterrupt), Interrupts(), whole_stack.whole_stack(tmp_path):
        signal.raise_signal(number)
    assert commands_run == ["up", "down"]
