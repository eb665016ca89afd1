"""What the page's server answers without a database, and what it refuses."""

import pytest
from fastapi import FastAPI

from local.cards.definition import load
from local.dashboard import __main__ as command
from local.dashboard.app import create_app
from local.dashboard.document import build_document
from local.dashboard.query import describe
from local.dashboard.warehouse import Reader
from local.errors import StackError
from tests.support.servers.asgi import get

NOWHERE = "postgresql://analytics_reader:x@127.0.0.1:1/none"


@pytest.fixture
def app() -> FastAPI:
    return create_app(Reader(NOWHERE), load())


def test_the_page_is_served_under_its_policy(app: FastAPI) -> None:
    answer = get(app, "/")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == build_document().policy
    assert answer.headers["cache-control"] == "no-store"


def test_the_library_is_kept_for_good(app: FastAPI) -> None:
    document = build_document()
    answer = get(app, document.library_path)
    assert answer.content == document.library
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"


def test_a_card_is_described_without_its_sql() -> None:
    for card in load().values():
        described = describe(card)
        assert described["filters"] == list(card.filters)
        assert not {"sql", "template"} & described.keys()


def test_a_dashboard_that_is_not_there(app: FastAPI) -> None:
    answer = get(app, "/api/updates?dashboard=nonsense")
    assert answer.status_code == 404
    assert "/api/page" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ("from=2026-03-01", "from and to belong together"),
        ("from=2026-03-02&to=2026-03-01", "exchange them"),
        ("from=1900-01-01&to=2026-03-01", "ten years"),
        ("from=soon&to=2026-03-01", "from: "),
        ("compare=tomorrow", "compare: "),
    ],
)
def test_a_wrong_filter_is_named(app: FastAPI, filters: str, says: str) -> None:
    answer = get(app, f"/api/cards/health?{filters}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_a_card_that_is_not_there(app: FastAPI) -> None:
    answer = get(app, "/api/cards/nonsense")
    assert answer.status_code == 404
    assert "/api/page" in answer.json()["detail"]


def test_a_database_that_is_down_is_one_sentence(app: FastAPI) -> None:
    answer = get(app, "/api/cards/health")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "./stack status" in answer.json()["detail"]


def test_other_host_names_are_refused(app: FastAPI) -> None:
    assert get(app, "/api/page", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("url", "port", "says"),
    [
        ("", "8050", "DASHBOARD_DATABASE_URL"),
        ("postgresql://x", "0", "DASHBOARD_PORT"),
        ("postgresql://x", "http", "DASHBOARD_PORT"),
    ],
)
def test_a_missing_or_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, url: str, port: str, says: str
) -> None:
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", url)
    monkeypatch.setenv("DASHBOARD_PORT", port)
    with pytest.raises(StackError, match=says):
        command.from_environment()
