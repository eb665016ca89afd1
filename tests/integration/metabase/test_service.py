"""The one-shot service of Compose, and the command, as their users start them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import init_data_dir
from local.cards.definition import load
from local.code_path import python_path
from local.metabase.settings import Target
from tests.support.metabase.state import State
from tests.unit.compose.compose_file import ROOT
from tests.unit.compose.compose_file import load as load_compose


@pytest.fixture
def values(tmp_path: Path, state: State) -> dict[str, str]:
    """As init_data_dir.py makes them."""
    init_data_dir.write_env(ROOT / ".env.example", tmp_path / ".env")
    found = {entry.name: entry.text for entry in init_data_dir.read_env(tmp_path / ".env")}
    state.setup_token, state.warehouse_password = (
        found["METABASE_SETUP_TOKEN"],
        found["ANALYTICS_DB_PASSWORD"],
    )
    return found


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": python_path(ROOT)} | environment
    return subprocess.run(
        [sys.executable, "-P", "-m", *command], env=env, capture_output=True, text=True, check=False
    )


def test_the_service_of_compose_sets_metabase_up_and_then_changes_nothing(
    state: State, target: Target, values: dict[str, str]
) -> None:
    service = load_compose(values)["services"]["metabase-setup"]
    assert service["command"] == ["python", "-m", "local.metabase"]
    environment = service["environment"] | {"METABASE_URL": target.url}

    first, second = run("local.metabase", **environment), run("local.metabase", **environment)

    assert first.returncode == 0, first.stderr
    assert "Made the administrator admin@example.com." in first.stdout
    assert len(state.cards) == len(load())
    assert second.stdout.startswith("Everything is as defined: nothing was changed.\n")
    assert f"Sales: {target.url}/dashboard/" in second.stdout
    passwords = [value for name, value in environment.items() if name.endswith(("PASSWORD", "TOKEN"))]
    assert not [value for value in passwords if value in first.stdout + first.stderr]


def test_an_error_of_the_service_is_one_sentence(target: Target) -> None:
    said = run("local.metabase", METABASE_URL=target.url)
    assert said.returncode == 1
    assert said.stderr == (
        "metabase: ANALYTICS_DB_PASSWORD has no value: python3 init_data_dir.py writes it into .env.\n"
    )


def test_the_command_takes_another_metabase_and_a_key(
    state: State, target: Target, values: dict[str, str], tmp_path: Path
) -> None:
    state.api_keys["mb_key"] = state.add_user("owner@example.com", "owner-1", superuser=True)
    options = ("--url", target.url, "--api-key", "mb_key", "--warehouse", "10.0.0.5:5433")

    done = run("local", "--env-file", str(tmp_path / ".env"), "metabase", *options, PYTHONWARNINGS="ignore")

    assert done.returncode == 0, done.stderr
    details = next(iter(state.databases.values()))["details"]
    assert (details["host"], details["port"], details["user"]) == ("10.0.0.5", 5433, "analytics_reader")
    wrong = run("local", "--env-file", str(tmp_path / ".env"), "metabase", *options[:2], "--api-key", "no")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    assert wrong.stderr.startswith(f"stack: Metabase at {target.url} refuses the API key")
