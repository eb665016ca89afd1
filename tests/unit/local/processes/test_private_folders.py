"""Other users of the machine cannot look into the data folder."""

import os
import stat
from pathlib import Path

import pytest

from local.processes.private_folders import FOLDERS, protect
from local.processes.process_records import Processes
from local.processes.stack_lock import StackLock


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A data folder as earlier versions made it."""
    data_dir = tmp_path / "var"
    for name in (*FOLDERS, "eventlog"):
        folder = data_dir / name
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    data_dir.chmod(0o755)
    return data_dir


@pytest.mark.parametrize(("passable", "expected"), [(True, 0o711), (False, 0o700)])
def test_wide_folders_are_narrowed(wide: Path, *, passable: bool, expected: int) -> None:
    assert protect(wide, wide.parent, passable=passable) == []
    assert mode(wide) == expected
    assert {name: mode(wide / name) for name in FOLDERS} == dict.fromkeys(FOLDERS, 0o700)
    assert mode(wide / "eventlog") == 0o755  # the event service sets it


def test_a_narrower_mode_stays(wide: Path) -> None:
    wide.chmod(0o700)
    protect(wide, wide.parent, passable=True)
    assert mode(wide) == 0o700


def test_what_is_missing_is_not_made(tmp_path: Path) -> None:
    assert protect(tmp_path, tmp_path.parent, passable=False) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("entry", "expected"), [("archive", 0o700), ("photos", 0o755)])
def test_a_shared_folder_outside_the_project_stays_open(wide: Path, entry: str, expected: int) -> None:
    (wide / entry).mkdir(exist_ok=True)
    protect(wide, wide / "elsewhere", passable=False)
    assert mode(wide) == expected
    assert mode(wide / "logs") == 0o700


def test_a_folder_of_somebody_else_is_reported(wide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)  # tests run as root, who may change any folder
    sentences = protect(wide, wide.parent, passable=False)
    assert len(sentences) == len(FOLDERS) + 1
    assert f"Other users can read {wide / 'logs'}, and" in "\n".join(sentences)


def test_folders_are_made_private(tmp_path: Path) -> None:
    run, logs = tmp_path / "run", tmp_path / "logs"
    umask = os.umask(0o022)
    try:
        processes = Processes(run)
        process = processes.start("sleep", ["true"], {}, cwd=tmp_path, log=logs / "sleep.log")
        process.wait()
        with StackLock(tmp_path / "lock", "up"):
            pass
    finally:
        os.umask(umask)
    assert {name: mode(tmp_path / name) for name in ("run", "logs", "lock")} == {
        "run": 0o700,
        "logs": 0o700,
        "lock": 0o700,
    }
