"""A service that a test, the bench or the chaos suite starts must not read the user's `.env`.

A token there would close it to everybody who waits for its answers.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

import init_data_dir
import tests.support.service
from local.servers import services
from local.settings import Settings
from tests.bench.processes import process
from tests.chaos.environment import event_service
from tests.support.ports import free_port
from tests.support.service import ROOT
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project with a `.env` in it that closes reading and refuses every event."""
    home = tmp_path / "project"
    home.mkdir()
    for entry in ROOT.iterdir():
        if not entry.name.startswith(".") and entry.name != "var":
            (home / entry.name).symlink_to(entry)
    (home / ".env").write_text(
        "EVENT_STREAM_TOKEN=mine\nEVENT_MAX_BODY_BYTES=1024\nEVENT_MAX_SUBSCRIBERS=1\n"
    )
    return home


@contextmanager
def of_the_tests(folder: Path) -> Iterator[str]:
    service = tests.support.service.EventService(folder)
    try:
        service.start()
        yield service.url
    finally:
        service.stop()


@contextmanager
def of_the_chaos_suite(folder: Path) -> Iterator[str]:
    service = event_service.EventService(folder)
    try:
        service.start()
        yield service.url
    finally:
        service.close()


@contextmanager
def of_the_bench(folder: Path) -> Iterator[str]:
    with process.EventService(folder) as service:
        yield service.url


@contextmanager
def of_the_stack(folder: Path) -> Iterator[str]:
    """With another file of settings than `.env`, as by `./stack --env-file`."""
    env_file = folder / "env"
    init_data_dir.write_env(ROOT / ".env.example", env_file)
    text = f"{env_file.read_text()}\nEVENT_PORT={free_port()}\nDATA_DIR={folder}\nEVENT_RATE=0\n"
    env_file.write_text(text)
    service = services.event_service(Settings.load(env_file=env_file))
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(service.command, env=dict(service.env), stdout=log, stderr=log)
    try:
        eventually(service.ready, "the event service answers")
        yield service.url
    finally:
        started.terminate()
        started.wait()


@pytest.mark.parametrize("start", [of_the_tests, of_the_chaos_suite, of_the_bench, of_the_stack])
def test_reading_is_open_although_the_users_env_closes_it(
    start: Callable[[Path], AbstractContextManager[str]],
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(project)
    for module in (tests.support.service, event_service):
        monkeypatch.setattr(module, "ROOT", project)
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / ".env").write_text((project / ".env").read_text())
    with start(folder) as url:
        assert httpx.get(f"{url}/events", params={"since": "earliest"}, trust_env=False).status_code == 200
