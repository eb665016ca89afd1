"""The page in a real browser: figures, unknowns, a failing database in words, and back by itself."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn

from local.cards.definition import Card, load
from local.code_path import python_path
from local.dashboard.app import create_app
from local.dashboard.warehouse import Answer, DatabaseDown, Reader
from tests.support.warehouse import restaurant

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no browser: install the Debian package chromium"),
]


@pytest.fixture
def dashboard(warehouse: Any, free_port: int) -> Iterator[Callable[[str], str]]:
    """Starts `python -m local.dashboard` against a database address; the page's own address."""
    running: list[subprocess.Popen[bytes]] = []

    def start(database_url: str) -> str:
        path = python_path(ROOT)
        env = {**os.environ, "PYTHONPATH": path, "DASHBOARD_PORT": str(free_port)}
        env["DASHBOARD_DATABASE_URL"] = database_url
        running.append(subprocess.Popen([sys.executable, "-m", "local.dashboard"], cwd=ROOT, env=env))
        url = f"http://127.0.0.1:{free_port}/"
        deadline = time.monotonic() + 60
        while not answers(url):
            assert time.monotonic() < deadline, "the dashboard did not start"
            time.sleep(0.1)
        return url

    yield start
    for process in running:
        process.terminate()
        process.wait(60)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def browse(url: str, folder: Path, *flags: str) -> str:
    """Chromium's standard output for the page, once its scripts have had five (virtual) seconds."""
    command = [
        str(CHROMIUM),
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=4000",
        *flags,
        url,
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
    return result.stdout


def test_the_page_draws_every_card(dashboard: Any, warehouse: Any, tmp_path: Path) -> None:
    with warehouse.connect("restaurant_user") as owner:
        restaurant.fill(owner)
    url = dashboard(warehouse.url("analytics_reader"))
    page = browse(url, tmp_path, "--dump-dom").split("<script>", maxsplit=1)[0]
    assert "Reading…" not in page
    for name in ("orders_by_hour", "daily_revenue", "top_items", "categories", "rating", "recommendation"):
        card = re.search(rf'<section[^>]+id="card-{name}".*?</section>', page, re.DOTALL)
        assert card, name
        assert '<svg viewBox="0 0 600' in card[0], name
        assert "<table" in card[0], f"{name} has no table beside the drawing"
    assert "unknown</td>" in page  # what NONE brought in
    assert "&lt;b&gt;Bowl" in page  # a name from outside is text
    assert "<b>Bowl" not in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_pictured(dashboard: Any, warehouse: Any, tmp_path: Path, scheme: str) -> None:
    with warehouse.connect("restaurant_user") as owner:
        restaurant.fill(owner)
    url = dashboard(warehouse.url("analytics_reader"))
    picture = tmp_path / f"{scheme}.png"
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    browse(url, tmp_path, f"--screenshot={picture}", "--window-size=1280,2300", *dark)
    assert picture.stat().st_size > 50_000


def test_a_database_that_is_down_is_reported_on_the_page(dashboard: Any, tmp_path: Path) -> None:
    url = dashboard("postgresql://analytics_reader:x@127.0.0.1:1/none")
    page = browse(url, tmp_path, "--dump-dom").split("<script>", maxsplit=1)[0]
    assert re.search(
        r'<p id="trouble" role="alert">The database cannot be reached[^<]+goes on by itself', page
    )


def test_the_page_recovers_by_itself(warehouse: Any, free_port: int, tmp_path: Path) -> None:
    class Returning(Reader):
        """Down for the first round of cards, then there."""

        away = len(load())

        def read(self, card: Card) -> Answer:
            if self.away:
                self.away -= 1
                raise DatabaseDown("The database cannot be reached.")
            return super().read(card)

    reader = Returning(warehouse.url("analytics_reader"))
    config = uvicorn.Config(create_app(reader, load()), port=free_port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline, "the dashboard did not start"
        time.sleep(0.05)
    try:
        url = f"http://127.0.0.1:{free_port}/"
        page = browse(url, tmp_path, "--dump-dom", "--virtual-time-budget=30000").split(
            "<script>", maxsplit=1
        )[0]
    finally:
        server.should_exit = True
        thread.join()
    assert reader.away == 0
    assert '<p id="trouble" role="alert" hidden' in page
    assert "As of " in page
    assert not re.search(r"<section[^>]+stale", page)
