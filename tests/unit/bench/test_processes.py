"""The processes that suites measure: they start, end, and report why they ended."""

from pathlib import Path

import psutil
import pytest

from tests.bench.processes.process import EventService, Ingest, Process
from tests.bench.workload.order_events import drafts
from tests.support.waiting import wait_until


def program(folder: Path, text: str) -> Process:
    """A module in the folder, as a process."""
    folder.mkdir(exist_ok=True)
    (folder / "child.py").write_text(text)
    return Process("child", folder, ["child"], {"GIVEN": "yes"})


def wait_for_output(folder: Path, text: str) -> None:
    wait_until(lambda: text in (folder / "child.out").read_text(), f"the child has printed {text}", 60)


def test_it_runs_inside_the_context_and_gets_none_of_our_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENT_RATE", "100")
    text = "import os, time\nprint(os.environ['GIVEN'], os.environ.get('EVENT_RATE'), flush=True)\ntime.sleep(60)"
    process = program(tmp_path / "new", text)
    with process:
        pid = process.pid
        wait_for_output(tmp_path / "new", "yes None")
        process.check()
    assert not psutil.pid_exists(pid)
    with pytest.raises(RuntimeError, match="child does not run"):
        _ = process.pid


def test_one_that_ends_by_itself_reports_why(tmp_path: Path) -> None:
    with program(tmp_path, "raise SystemExit('out of beans')") as process:
        wait_for_output(tmp_path, "out of beans")
        with pytest.raises(RuntimeError, match="child ended with 1: out of beans"):
            wait_until(lambda: False, "the child has ended", 60, check=process.check)


def test_one_that_ignores_term_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.processes.process._STOP_SECONDS", 0.2)
    text = (
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    with program(tmp_path, text) as process:
        wait_for_output(tmp_path, "ready")
        pid = process.pid
    assert not psutil.pid_exists(pid)


def test_a_log_is_filled_and_served(tmp_path: Path) -> None:
    service = EventService(tmp_path)
    assert service.fill(iter(drafts(20))) == 20
    with service:
        service.check()
    assert service.fill(drafts(30)[20:]) == 10


def test_ingest_that_reported_nothing_has_no_result(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path, "postgresql://nobody@127.0.0.1:1/none", "http://127.0.0.1:1")
    with pytest.raises(RuntimeError, match="reported no result"):
        ingest.result()
    (tmp_path / "ingest.out").write_text('a line of its log\n{"reason": "stopped", "events": 7}\n')
    assert ingest.result()["events"] == 7
