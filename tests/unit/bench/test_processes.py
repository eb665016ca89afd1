"""The processes that suites measure: begun, ended, and asked why they ended."""

import time
from pathlib import Path

import psutil
import pytest

from tests.bench.processes.process import EventService, Ingest, Process
from tests.bench.workload.order_events import drafts


def program(folder: Path, text: str) -> Process:
    """A module of the folder, which tells its variables."""
    folder.mkdir(exist_ok=True)
    (folder / "child.py").write_text(text)
    return Process("child", folder, ["child"], {"GIVEN": "yes"})


def said(folder: Path, words: str) -> bool:
    deadline = time.monotonic() + 20
    while words not in (folder / "child.out").read_text():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def until_it_tells(process: Process) -> None:
    for _ in range(1_000):
        process.check()
        time.sleep(0.01)


def test_it_runs_while_entered_and_gets_none_of_our_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENT_RATE", "100")
    text = "import os, time\nprint(os.environ['GIVEN'], os.environ.get('EVENT_RATE'), flush=True)\ntime.sleep(60)"
    process = program(tmp_path / "new", text)
    with process:
        pid = process.pid
        assert said(tmp_path / "new", "yes None")
        process.check()
    assert not psutil.pid_exists(pid)
    with pytest.raises(RuntimeError, match="child does not run"):
        _ = process.pid


def test_one_that_ends_by_itself_tells_why(tmp_path: Path) -> None:
    with program(tmp_path, "raise SystemExit('out of beans')") as process:
        assert said(tmp_path, "out of beans")
        with pytest.raises(RuntimeError, match="child ended with 1: out of beans"):
            until_it_tells(process)


def test_one_that_is_deaf_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.processes.process._STOP_SECONDS", 0.2)
    text = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(60)"
    with program(tmp_path, text) as process:
        assert said(tmp_path, "deaf")
        pid = process.pid
    assert not psutil.pid_exists(pid)


def test_a_log_is_filled_and_served(tmp_path: Path) -> None:
    service = EventService(tmp_path)
    assert service.fill(iter(drafts(20))) == 20
    with service:
        service.check()
    assert service.fill(drafts(30)[20:]) == 10


def test_ingest_that_told_nothing_has_no_result(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path, "postgresql://nobody@127.0.0.1:1/none", "http://127.0.0.1:1")
    with pytest.raises(RuntimeError, match="told no result"):
        ingest.result()
    (tmp_path / "ingest.out").write_text('a line of its log\n{"reason": "stopped", "events": 7}\n')
    assert ingest.result()["events"] == 7
