"""pgAdmin of the package index with the settings, servers and queries of docker-compose.yml, in a real browser."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import PASSWORDS
from tests.support.fresh_environment import ReleaseUnavailable, python_with_release
from tests.support.pgadmin import definition
from tests.support.pgadmin.server import PgAdmin
from tests.support.pgadmin.visit import DATABASES, SERVERS, Visit
from tests.support.servers.scripted_server import Server, status
from tests.support.warehouse import restaurant

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(1800)]
COMPOSE = definition.read()
OVERRIDES = (
    # Since 5.8.2, is_locked() of a user means the opposite, and pgAdmin 9.16 lets nobody in: its issue 10311. The image
    # is older.
    "flask-security-too==5.8.1",
    # libpass, which that needs, has the same files and works without pkg_resources; both would overwrite each other.
    "passlib; python_version < '3'",
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="pgadmin-"))
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def python(folder: Path) -> Path:
    try:
        return python_with_release(folder, f"pgadmin4=={COMPOSE.release}", *OVERRIDES)
    except ReleaseUnavailable as error:
        pytest.skip(f"pip cannot fetch pgadmin4 {COMPOSE.release}: {error}")


@pytest.fixture
def outside() -> Iterator[Server]:
    """The way to other machines, which refuses: what pgAdmin's server asks of them arrives here."""
    with closing(Server(status(503))) as server:
        yield server


@pytest.fixture
def pgadmin(python: Path, tmp_path: Path, warehouse: Any, outside: Server) -> Iterator[PgAdmin]:
    with warehouse.connect("restaurant_user") as owner:
        restaurant.fill(owner)
    pgadmin = PgAdmin(python, tmp_path, COMPOSE, outside.url)
    try:
        pgadmin.start(warehouse.server.port, warehouse.name)
        yield pgadmin
    finally:
        pgadmin.stop()


@pytest.fixture
def visit(browser: Browser, pgadmin: PgAdmin) -> Iterator[Visit]:
    context = browser.new_context(locale="en-CA", viewport={"width": 1440, "height": 900})
    visit = Visit(context, pgadmin.url)
    yield visit
    context.close()


def test_the_reader_runs_the_saved_query(visit: Visit, warehouse: Any, outside: Server) -> None:
    reader = COMPOSE.servers[0]
    visit.log_in(COMPOSE.email, COMPOSE.password)
    visit.open_group(reader["Group"])
    assert visit.names(SERVERS) == [server["Name"] for server in COMPOSE.servers]
    visit.connect(reader["Name"], PASSWORDS[reader["Username"]])
    assert visit.names(DATABASES) == [warehouse.name]

    tool = visit.query_tool(warehouse.name)
    [storage] = COMPOSE.settings["SHARED_STORAGE"]
    visit.open_file(tool, storage["name"], "daily_sales.sql")
    with warehouse.connect(reader["Username"]) as connection:
        query = (Path(storage["path"]) / "daily_sales.sql").read_bytes()
        expectation = connection.execute(query).fetchall()
    assert len(expectation) > 5
    rows = visit.rows(tool)
    assert [row[1:4] for row in rows] == [[str(cell) for cell in row[:3]] for row in expectation[: len(rows)]]
    assert visit.elsewhere == []
    assert outside.connections == []
