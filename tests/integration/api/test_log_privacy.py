"""The event log holds names of guests and payments: only the user that runs the service can read it."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.service import EventService

pytestmark = pytest.mark.integration

FILES = ["events.db", "events.db-wal", "events.db-shm", "events.db.lock", "events.db.simulator"]
Serve = Callable[[Path], EventService]
PRIVATE = {"eventlog": "700"} | dict.fromkeys(FILES, "600")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """The umask of this process, which those that it starts inherit."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {path.name: f"{stat.S_IMODE(path.stat().st_mode):o}" for path in [folder, *folder.iterdir()]}


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """serve(log_path): the service with its log at a path, stopped at the end."""
    started: list[EventService] = []

    def start(log_path: Path) -> EventService:
        service = EventService(tmp_path, {"EVENT_LOG_PATH": str(log_path)})
        started.append(service)
        service.start()
        return service

    yield start
    for service in started:
        service.stop()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277], ids=oct)
def test_a_new_log_is_private_whatever_the_umask(
    serve: Serve, tmp_path: Path, mask: int, numbered: Any
) -> None:
    folder = tmp_path / "eventlog"
    with umask(mask):
        service = serve(folder / "events.db")
    service.publish(numbered(1, 3))
    assert modes(folder) == PRIVATE


def test_a_log_that_others_could_read_is_closed_at_the_start(
    serve: Serve, tmp_path: Path, numbered: Any
) -> None:
    folder = tmp_path / "eventlog"
    service = serve(folder / "events.db")
    service.publish(numbered(1, 3))
    service.stop(number=9)  # -wal and -shm stay behind
    for path in folder.iterdir():
        path.chmod(0o666)
    folder.chmod(0o777)

    service.start()

    assert service.health()["head_offset"] == 3
    assert modes(folder) == PRIVATE


def test_a_folder_that_holds_other_things_keeps_its_mode(serve: Serve, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "other.txt").touch(0o644)

    serve(folder / "events.db")

    modes_after = modes(folder)
    assert (modes_after.pop("shared"), modes_after.pop("other.txt")) == ("755", "644")
    assert set(modes_after.values()) == {"600"}
