"""Waiting for the past: it ends with the past, and with a loader that is gone."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import init_data_dir
from api.simulator import past as past_file
from api.simulator.past import DAY, Past
from local.display.progress import Progress
from local.errors import StackError
from local.settings import ROOT, Settings
from tests.screenshots.scratch_stack import await_past


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a stack that does not run."""
    env_file = tmp_path / "env"
    init_data_dir.write_env(ROOT / ".env.example", env_file)
    with env_file.open("a") as file:
        file.write(f"DATA_DIR={tmp_path}\nEVENT_LOG_PATH={tmp_path}/events.db\n")
    return Settings.load(ROOT, env_file)


def save(settings: Settings, parts_loaded: int) -> None:
    past = Past("world", 0, 35 * DAY, 1000, parts_loaded=parts_loaded, loaded=200)
    past_file.save(settings.data_dir / f"events.db{past_file.PAST}", past)


def test_a_past_that_is_loaded_is_not_waited_for(settings: Settings) -> None:
    save(settings, parts_loaded=6)
    await_past(settings, Progress(Console(file=StringIO())))


def test_a_loader_that_ended_too_soon_is_an_error_with_its_last_lines(settings: Settings) -> None:
    save(settings, parts_loaded=1)
    settings.log_dir.mkdir()
    (settings.log_dir / "past.log").write_text("The disk is full.\n")
    with pytest.raises(StackError, match=r"not loaded.*\nThe disk is full\."):
        await_past(settings, Progress(Console(file=StringIO())))
