"""The documentation as a website: it is built without a warning, and loads nothing from elsewhere."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

import api
from local.development import docs, docs_hooks
from local.errors import StackError
from local.settings import ROOT
from tests.support.ports import free_port

# What a browser fetches by itself; a link that a reader may follow is none of it.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


class Fetches(HTMLParser):
    """The addresses that a page has a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in FETCHED and (address := values.get(FETCHED[tag])):
            self.addresses.append(address)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    docs.write(folder)
    return folder


def test_pages_of_docs_and_of_the_top_folder_are_there(site: Path) -> None:
    for name in ("index", "glossary", "ARCHITECTURE", "CHANGELOG", "reference/data-dictionary"):
        assert (site / f"{name}.html").is_file(), name
    assert f"Version {api.__version__}" in (site / "index.html").read_text(encoding="utf-8")


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        parser = Fetches()
        parser.feed(page.read_text(encoding="utf-8"))
        assert parser.addresses, page
        assert [address for address in parser.addresses if re.match(r"(\w+:)?//", address)] == [], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", sheet.read_text("utf-8")), sheet


def test_links_between_docs_and_the_top_folder_lead_somewhere(site: Path) -> None:
    for page in ("ARCHITECTURE.html", "explanation/reliability.html"):
        for target in re.findall(r'href="([^":#]+\.html)', (site / page).read_text(encoding="utf-8")):
            assert (site / page).parent.joinpath(target).resolve().is_file(), f"{page}: {target}"


def test_it_is_served_on_loopback_until_it_is_stopped(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "local", "docs", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            while server.poll() is None and not answers(port):
                time.sleep(0.1)
            page = httpx.get(f"http://127.0.0.1:{port}/index.html")
        finally:
            server.send_signal(signal.SIGINT)
    assert "<title>Restaurant SSE warehouse" in page.text
    assert server.returncode == 0, (tmp_path / "log").read_text()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(StackError, match=r"port \d+ cannot be used .* --port"):
            docs.serve(listener.getsockname()[1])


def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = ("nowhere.md", "glossary.md#nowhere", "../tests/")
    (tmp_path / "local").symlink_to(ROOT / "local")
    for name in ("mkdocs.yml", *docs_hooks.PAGES):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    with (tmp_path / "docs" / "index.md").open("a") as page:
        page.writelines(f"\n[there]({target})\n" for target in broken)

    with pytest.raises(StackError, match="documentation has the mistakes"):
        docs.write(tmp_path / "site", tmp_path / "mkdocs.yml")

    errors = capfd.readouterr().err
    assert [target for target in broken if target not in errors] == [], errors
