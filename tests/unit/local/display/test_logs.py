"""Logs: found by name, their end, followed."""

import threading
from pathlib import Path

import pytest

from local.display import logs
from local.errors import StackError


def test_an_unknown_service_names_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "api.log").touch()
    (tmp_path / "postgres.log").touch()
    with pytest.raises(StackError, match="no log of 'apu'; there are api, postgres"):
        logs.find(tmp_path, "apu")
    assert logs.find(tmp_path, "api") == tmp_path / "api.log"


def test_before_anything_was_started(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"run \./stack up"):
        logs.find(tmp_path / "none", "api")


def test_last_lines_survive_broken_bytes(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_bytes(b"one\ntwo\xff\nthree\n")
    assert logs.last_lines(log, 2) == ["two\ufffd", "three"]
    assert logs.last_lines(tmp_path / "none", 2) == []


def test_following_goes_on_in_a_new_file(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("old\n")
    lines = logs.follow(log, poll_seconds=0.01)
    threading.Timer(0.1, add, [log]).start()
    assert next(lines) == "more"
    (tmp_path / "new").write_text("fresh\n")
    (tmp_path / "new").replace(log)
    assert next(lines) == "fresh"
    lines.close()


def add(log: Path) -> None:
    with log.open("a") as file:
        file.write("more\n")


def test_a_large_log_is_rotated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ROTATE_AT", 10)
    log = tmp_path / "api.log"
    log.write_text("short")
    logs.rotate(log)
    assert log.exists()
    log.write_text("longer than that")
    logs.rotate(log)
    assert not log.exists()
    assert (tmp_path / "api.log.1").read_text() == "longer than that"
    assert logs.available(tmp_path) == []
