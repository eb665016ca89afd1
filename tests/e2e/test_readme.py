"""The README's commands, run as they are written, against the running stack."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.code_path import python_path
from tests.support.service import ROOT
from tests.support.stack import RunningStack

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
# Starting, stopping and testing have tests of their own; compose needs a Docker engine.
ELSEWHERE = re.compile(
    r"^(\./stack (up|down|test|doctor|chaos|bench)\b|python3 init_data_dir|docker )|--role restaurant_user|-f\b"
)


def commands() -> list[str]:
    joined = [line for block in BLOCKS for line in re.sub(r"\\\n\s*", " ", block).splitlines()]
    found: list[str] = []
    for line in joined:
        if found and found[-1].count("'") % 2:
            found[-1] += "\n" + line
        elif line.strip():
            found.append(re.sub(r"\s+#.*$", "", line))
    return [command for command in found if not ELSEWHERE.search(command)]


def localised(command: str, stack: RunningStack) -> str:
    """The same command for this stack's ports and settings; endless answers are cut off after a moment."""
    own = stack.settings
    command = command.replace("127.0.0.1:8000", f"127.0.0.1:{own.event_port}")
    command = command.replace("127.0.0.1:8081", f"127.0.0.1:{own.airflow_port}")
    command = re.sub(r" \.env\b", f" {own.env_file}", command)
    command = command.replace("./stack ", f"{sys.executable} -m local --env-file {own.env_file} ")
    command = command.replace("<the last id you saw>", f"{stream_id(stack)}-1")
    return command.replace("curl -N", "curl -N --max-time 2").replace(
        "curl ", "curl -sS --fail-with-body ", 1
    )


def stream_id(stack: RunningStack) -> str:
    return str(stack.value("SELECT stream_id FROM raw_data.stream_checkpoints") or "nothing")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the user's own files lie, under the names that the README gives them."""
    (tmp_path / "orders.csv").write_text("order_id,item,quantity,item_price\n1,Soup,2,9.00\n1,Bread,1,2.50\n")
    (tmp_path / "restaurants.csv").write_text("location_code,time_zone\nLOC-ON-009,America/Toronto\n")
    return tmp_path


@pytest.mark.stack
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_works(command: str, stack: RunningStack, folder: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", localised(command, stack)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": python_path(ROOT)},
    )

    endless = "curl -N" in command
    assert done.returncode in ({0, 28} if endless else {0}), done.stdout + done.stderr
    assert done.stdout.strip()


def test_every_file_and_folder_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`((?:api|airflow|sql|local|tests)/[\w./]*)`", README)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
