"""The page stands alone: nothing in it, and nothing that it may do, leads elsewhere."""

import re

import pytest
from fastapi import FastAPI

from local.cards.definition import load
from local.dashboard import __main__ as command
from local.dashboard.app import build_page, create_app
from local.dashboard.warehouse import Reader
from local.errors import StackError
from tests.support.servers.asgi import get

NOWHERE = "postgresql://analytics_reader:x@127.0.0.1:1/none"


@pytest.fixture
def app() -> FastAPI:
    return create_app(Reader(NOWHERE), load())


def test_the_page_is_one_document_without_addresses_of_others() -> None:
    page, policy = build_page()
    addresses = set(re.findall(r"https?://[^\s\"']+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, never fetched
    assert not re.search(r"<script[^>]+src|@import|<link[^>]+stylesheet|url\(", page)
    assert "/* style */" not in page
    assert "/* script */" not in page
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_page_is_served_under_its_policy(app: FastAPI) -> None:
    answer = get(app, "/")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == build_page()[1]
    assert "<h1>Restaurant warehouse</h1>" in answer.text


def test_the_cards_are_listed_without_their_sql(app: FastAPI) -> None:
    listed = get(app, "/api/cards").json()
    assert [card["name"] for card in listed] == list(load())
    assert all("sql" not in card for card in listed)


def test_a_card_that_is_not_there(app: FastAPI) -> None:
    answer = get(app, "/api/cards/nonsense")
    assert answer.status_code == 404
    assert "/api/cards" in answer.json()["detail"]


def test_a_database_that_is_down_is_one_sentence(app: FastAPI) -> None:
    answer = get(app, "/api/cards/health")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "./stack status" in answer.json()["detail"]


def test_other_host_names_are_refused(app: FastAPI) -> None:
    assert get(app, "/api/cards", headers={"Host": "evil.example"}).status_code == 400


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
