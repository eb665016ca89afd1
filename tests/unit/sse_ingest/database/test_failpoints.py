"""The failpoints: nothing when they are off, each action once when they are on."""

import re
import threading
import time
from pathlib import Path

import psycopg
import pytest

import restaurant_warehouse
import sse_ingest
from sse_ingest.database import failpoints
from tests.support.contention import Contention

ROOMS = (Path(sse_ingest.__file__).parent, Path(restaurant_warehouse.__file__).parent)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(failpoints, "_folder", tmp_path)
    return tmp_path


def test_every_point_is_in_the_code_and_every_one_in_the_code_is_listed() -> None:
    text = "".join(file.read_text() for room in ROOMS for file in room.rglob("*.py"))

    assert sorted(re.findall(r'hit\("([^"]+)"\)', text)) == sorted(failpoints.POINTS)


def test_they_are_off_without_the_variable(tmp_path: Path) -> None:
    assert failpoints._folder is None
    failpoints.hit("store.after_deduplication")


def test_a_point_that_is_not_armed_does_nothing(folder: Path) -> None:
    failpoints.hit("store.after_deduplication")

    assert not list(folder.iterdir())


def test_an_armed_point_acts_once(folder: Path) -> None:
    (folder / "store.after_deduplication").write_text("error")

    with pytest.raises(psycopg.OperationalError, match="after_deduplication"):
        failpoints.hit("store.after_deduplication")
    failpoints.hit("store.after_deduplication")

    assert (folder / "store.after_deduplication.hit").exists()


def test_it_waits_for_its_marker(folder: Path) -> None:
    (folder / "store.after_deduplication").write_text("wait")
    threading.Timer(0.1, (folder / "store.after_deduplication.go").touch).start()
    busy, began = Contention(), time.monotonic()

    failpoints.hit("store.after_deduplication")

    assert 0.05 < time.monotonic() - began < 5 + busy.seconds


def test_it_sleeps(folder: Path) -> None:
    (folder / "store.after_deduplication").write_text("sleep 0.1")
    began = time.monotonic()

    failpoints.hit("store.after_deduplication")

    assert time.monotonic() - began >= 0.1


def test_an_action_that_is_none_is_reported(folder: Path) -> None:
    (folder / "store.after_deduplication").write_text("explode")

    with pytest.raises(ValueError, match="explode"):
        failpoints.hit("store.after_deduplication")
