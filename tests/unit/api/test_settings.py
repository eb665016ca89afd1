"""The service does not start with settings that are wrong, and says which."""

import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import SettingsError, load

STRONG = "5f0c7a1d9be34f7c8a6e2b1d0c9f8e7a"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENT_PUBLISH_TOKEN", "dev")


def test_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load()
    assert (settings.host, settings.port, settings.rate, settings.seed) == ("127.0.0.1", 8000, 0.5, 1)
    assert settings.log_path == Path("var/eventlog/events.db")
    assert settings.stream_token is None
    assert settings.stream_name == "restaurant"


def test_they_are_frozen() -> None:
    with pytest.raises(ValidationError):
        load().__setattr__("port", 1)


def test_rate_may_be_max(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENT_RATE", "max")
    assert load().rate == math.inf


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENT_STREAM_TOKEN", "")
    monkeypatch.setenv("EVENT_RATE", "")
    assert (load().stream_token, load().rate) == (None, 0.5)


def test_a_missing_token_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENT_PUBLISH_TOKEN")
    with pytest.raises(SettingsError, match="EVENT_PUBLISH_TOKEN is not set"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENT_PORT", "eighty"),
        ("EVENT_STREAM_NAME", "till-7"),
        ("EVENT_PORT", "70000"),
        ("EVENT_RATE", "-1"),
        ("EVENT_RATE", "nan"),
        ("EVENT_RATE", "fast"),
        ("EVENT_FAULT_LATE", "1.5"),
        ("EVENT_RETENTION_HOURS", "0"),
        ("EVENT_RETENTION_COUNT", "0"),
        ("EVENT_MAX_CONNECTIONS", "0"),
        ("EVENT_HEADER_TIMEOUT_SECONDS", "0"),
        ("EVENT_TS_MIN", "2000-01-01T00:00:00"),
        ("EVENT_ENVIRONMENT", "staging"),
        ("EVENT_STREAM_TOKEN", "two words"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load()


def test_every_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENT_PORT", "x")
    monkeypatch.setenv("EVENT_SEED", "x")
    with pytest.raises(SettingsError, match=r"EVENT_PORT.*\nEVENT_SEED"):
        load()


@pytest.mark.parametrize("token", ["change-me-publish-token", "tiny", "example-example-example"])
def test_production_refuses_placeholders_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("EVENT_ENVIRONMENT", "production")
    monkeypatch.setenv("EVENT_PUBLISH_TOKEN", token)
    with pytest.raises(SettingsError, match="EVENT_PUBLISH_TOKEN is a placeholder") as caught:
        load()
    assert token not in str(caught.value)
    monkeypatch.setenv("EVENT_PUBLISH_TOKEN", STRONG)
    monkeypatch.setenv("EVENT_STREAM_TOKEN", token)
    with pytest.raises(SettingsError, match="EVENT_STREAM_TOKEN is a placeholder"):
        load()
    monkeypatch.setenv("EVENT_STREAM_TOKEN", STRONG)
    assert load().publish_token.get_secret_value() == STRONG
    assert STRONG not in repr(load())
