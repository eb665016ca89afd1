"""The package as an Airflow provider: discovered by its entry point, its form, and the button that tests it."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.code_path import python_path
from tests.support.servers.scripted_server import Connection, Script, Server, answering, frame, status

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).parents[2]


def as_installed(folder: Path) -> Path:
    """A folder that makes the checkout's package look installed: its name and its entry points."""
    project = tomllib.loads((ROOT / "airflow/packages/sse-ingest/pyproject.toml").read_text())["project"]
    info = folder / "sse_ingest-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: 0.1.0\n")
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in [f"[{group}]", *(f"{name} = {path}" for name, path in points.items())]
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


def only_with_the_token(connection: Connection) -> None:
    answer = (
        answering(frame(1))
        if connection.headers.get("authorization") == "Bearer p@ss/word:1"
        else status(401)
    )
    answer(connection)


SCRIPTS: dict[str, Script] = {
    "event": answering(b": hello\n\n", frame(7), then=Connection.hang),
    "token": only_with_the_token,
    "other path": answering(b"data: x\n\n"),
    "refused": status(403),
    "nothing there": status(404),
    "no stream": status(200),
}


def connection_to(name: str, url: str) -> dict[str, Any]:
    place = urlsplit(url)
    connection: dict[str, Any] = {"conn_type": "sse", "host": place.hostname, "port": place.port}
    if name == "token":
        connection |= {"host": "http://127.0.0.1", "password": "p@ss/word:1"}
    if name == "other path":
        connection["extra"] = json.dumps({"endpoint": "/v1/feed", "state_url": ""})
    return connection


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(closing(Server(script))) for name, script in SCRIPTS.items()}


@pytest.fixture(scope="module")
def report(probe: Any, servers: dict[str, Server], tmp_path_factory: pytest.TempPathFactory) -> Any:
    connections = {name: connection_to(name, server.url) for name, server in servers.items()}
    path = f"{as_installed(tmp_path_factory.mktemp('installed'))}:{python_path(ROOT)}"
    return probe("providing", {"CONNECTIONS": json.dumps(connections), "PYTHONPATH": path})


def test_airflow_finds_the_provider_by_its_entry_point(report: Any) -> None:
    assert report["known"] is True
    assert report["schema_errors"] == []
    assert sorted(report["links"]) == [
        "sse_ingest.airflow.links.DashboardLink",
        "sse_ingest.airflow.links.StreamStateLink",
    ]
    assert report["asset_scheme"] is True


def test_the_connection_type_has_a_form_and_a_test_button(report: Any) -> None:
    assert "hook_name='Server-Sent Events'" in report["hook"]
    assert "connection_testable=True" in report["hook"]
    form = report["form"]
    assert form["hook_name"] == "Server-Sent Events"
    assert form["standard_fields"]["login"]["hidden"] is True
    assert form["standard_fields"]["password"]["title"] == "Bearer token"
    assert set(form["extra_fields"]) == {"endpoint", "state_url", "dashboard_url"}


@pytest.mark.parametrize(
    ("name", "passes", "words"),
    [
        ("event", True, "/stream is open: the first event has the type 'e' and the id 's-7'."),
        ("token", True, "/stream is open: the first event has the type 'e' and the id 's-1'."),
        ("other path", True, "/v1/feed is open: the first event has the type 'message' and no id."),
        ("refused", False, "/stream refuses us with 403"),
        ("nothing there", False, "/stream answers 404"),
        ("no stream", False, "/stream answers application/json, not text/event-stream"),
    ],
)
def test_the_button_reports_what_the_stream_sent(report: Any, name: str, passes: bool, words: str) -> None:
    passed, message = report["tested"][name]
    assert (passed, words in message) == (passes, True), message


def test_the_hook_reads_the_stream(report: Any) -> None:
    assert report["read"] == {
        "frames": [["e", "1", "s-1"]],
        "authorization": "Bearer p@ss/word:1",
        "shows_token": False,
    }
