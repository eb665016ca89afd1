"""Who sees the page: this machine without a password, others only with one."""

import base64

import pytest

from local.dashboard import __main__ as command
from local.dashboard.access import Access
from local.dashboard.app import create_app
from local.dashboard.warehouse import Reader
from local.errors import StackError
from tests.support.servers.asgi import get

NOWHERE = Reader("postgresql://analytics_reader:x@127.0.0.1:1/none")
OPEN = create_app(NOWHERE, {}, Access("0.0.0.0", "päss:word"))


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    "path", ["/", "/api/page", "/api/cards/health", "/api/updates?dashboard=sales", "/nothing"]
)
def test_without_the_password_nothing_is_shown(path: str) -> None:
    wrong: list[dict[str, str]] = [
        {},
        basic("a", "wrong"),
        {"Authorization": "Basic ???"},
        {"Authorization": "Bearer x"},
    ]
    for headers in wrong:
        answer = get(OPEN, path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert "DASHBOARD_PASSWORD" in answer.text


@pytest.mark.parametrize("user", ["", "viewer"])
def test_with_the_password_and_any_user_it_is(user: str) -> None:
    assert get(OPEN, "/", headers=basic(user, "päss:word")).status_code == 200


def test_others_reach_it_by_any_name_and_the_stack_asks_whether_it_lives() -> None:
    assert get(OPEN, "/", headers={"Host": "till.example"} | basic("", "päss:word")).status_code == 200
    assert get(OPEN, "/alive").status_code == 204


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_this_machine_needs_no_password(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DASHBOARD_HOST", host)
    monkeypatch.delenv("DASHBOARD_PASSWORD", raising=False)
    assert command.access_from_environment() == Access(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "till.example"])
def test_the_network_needs_one(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DASHBOARD_HOST", host)
    monkeypatch.setenv("DASHBOARD_PASSWORD", "")
    with pytest.raises(StackError, match="set DASHBOARD_PASSWORD"):
        command.access_from_environment()
    monkeypatch.setenv("DASHBOARD_PASSWORD", "secret")
    assert command.access_from_environment().password == "secret"
