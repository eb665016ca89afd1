"""docs/how-to/add-a-source.md: a WebSocket is read exactly once, by the core with the files of the page."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from tests.support.documents.how_to import Step, copy_project, steps
from tests.support.ports import free_port
from tests.support.service import ROOT

pytestmark = pytest.mark.integration

PAGE = (ROOT / "docs" / "how-to" / "add-a-source.md").read_text(encoding="utf-8")
STEPS = steps(PAGE, {})
PACKAGE = "airflow/packages/sse-ingest"
EVENTS, UNREADABLE = 500, 123


class Feed:
    """Sends events after the position that it is asked for. It breaks the first connection in the middle."""

    def __init__(self) -> None:
        self.positions: list[str] = []

    def __call__(self, connection: ServerConnection) -> None:
        after = json.loads(connection.recv())["after"]
        self.positions.append(after)
        for number in range(int(after or 0) + 1, EVENTS + 1):
            if number == EVENTS // 2 and len(self.positions) == 1:
                connection.socket.close()
                return
            message = {"id": str(number), "event": "order", "data": {"number": number}}
            connection.send("no JSON" if number == UNREADABLE else json.dumps(message))
        connection.close(1000)


def check_token(_connection: ServerConnection, request: Request) -> Response | None:
    right = request.headers.get("Authorization") == "Bearer the-token"
    return None if right else Response(401, "Unauthorized", Headers({"Content-Length": "0"}))


@pytest.fixture
def feed() -> Iterator[tuple[Feed, str]]:
    feed, port = Feed(), free_port()
    with serve(feed, "127.0.0.1", port, process_request=check_token) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield feed, f"ws://127.0.0.1:{port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """The package with the files of the page."""
    copy_project(tmp_path, PACKAGE)
    for step in STEPS:
        step.apply(tmp_path)
    return tmp_path / PACKAGE


def run(core: Path, warehouse: Any, url: str, token: str) -> subprocess.CompletedProcess[str]:
    own = {
        "PYTHONPATH": str(core),
        "INGEST_CONTRACT": "raw",
        "INGEST_SOURCE_URL": url,
        "INGEST_STREAM": "orders",
        "INGEST_DATABASE_URL": warehouse.url("airflow_user"),
        "EVENT_STREAM_TOKEN": token,
    }
    return subprocess.run(
        [sys.executable, "-P", "-m", "sse_ingest", "run"],
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_it_is_three_files() -> None:
    assert {step.path for step in STEPS} == {
        f"{PACKAGE}/pyproject.toml",
        f"{PACKAGE}/sse_ingest/sources/registry.py",
        f"{PACKAGE}/sse_ingest/sources/websocket.py",
    }
    assert "**three\nfiles**" in PAGE


def test_the_new_source_is_read_exactly_once(core: Path, warehouse: Any, feed: tuple[Feed, str]) -> None:
    server, url = feed

    result = run(core, warehouse, url, "the-token")

    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert (report["reason"], report["events"], report["rejected"]) == ("ended", EVENTS - 1, 1)
    assert len(server.positions) == 2, "the connection was not made again"
    assert int(server.positions[1]) >= 1
    with warehouse.connect("restaurant_user") as owner:
        rows = owner.execute(
            "SELECT event_offset, payload ->> 'number' FROM raw_data.events_raw ORDER BY event_offset"
        ).fetchall()
        refused = owner.execute("SELECT convert_from(received, 'UTF8') FROM raw_data.dead_letters").fetchall()
    assert rows == [(number, str(number)) for number in range(1, EVENTS + 1) if number != UNREADABLE]
    assert refused == [("no JSON",)]


def test_a_token_that_is_refused_ends_the_run(core: Path, warehouse: Any, feed: tuple[Feed, str]) -> None:
    server, url = feed

    result = run(core, warehouse, url, "another-token")

    assert result.returncode == 2, result.stderr
    assert "refuses the token" in result.stderr
    assert server.positions == []


def test_the_files_of_the_page_are_as_the_linters_want_them(core: Path) -> None:
    ruff = Path(sys.prefix) / "bin" / "ruff"
    config = ["--config", str(ROOT / "pyproject.toml")]
    for command in (["check"], ["format", "--check"]):
        result = subprocess.run(
            [ruff, *command, *config, core / "sse_ingest" / "sources"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout


def test_a_step_that_does_not_fit_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\ntwo\n")
    with pytest.raises(AssertionError, match="2 lines two"):
        Step("a.txt", "three\n", "below", "two").apply(tmp_path)
    with pytest.raises(AssertionError, match="is there already"):
        Step("a.txt", "three\n", None, None).apply(tmp_path)
    Step("a.txt", "zero\n", "above", "one").apply(tmp_path)
    assert (tmp_path / "a.txt").read_text() == "zero\none\ntwo\ntwo\n"
