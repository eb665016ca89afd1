"""Settings: read, checked, and named when wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local.errors import StackError
from local.settings import ROOT, Settings


def test_the_example_makes_working_settings(env_file: Path) -> None:
    settings = Settings.load(env_file=env_file)
    assert (settings.event_port, settings.airflow_port, settings.postgres_port) == (8000, 8081, 5433)
    assert settings.data_dir == ROOT / "var"
    assert len(set(settings.passwords.values())) == 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", "var/archive"), (None, "var/archive"), ("cold", "cold"), ("/srv/cold", "/srv/cold")],
)
def test_the_archive_is_with_the_data_unless_a_folder_is_configured(
    env_file: Path, change: Callable[..., None], value: str | None, expected: str
) -> None:
    change(INGEST_ARCHIVE_DIR=value)
    assert Settings.load(env_file=env_file).archive_dir == ROOT / expected


def test_secrets_do_not_show_in_a_traceback(env_file: Path) -> None:
    settings = Settings.load(env_file=env_file)
    assert settings.password("airflow_user") not in repr(settings)


def test_the_environment_wins(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENT_RATE", "0")
    assert Settings.load(env_file=env_file).values["EVENT_RATE"] == "0"


def test_a_dollar_sign_in_a_password_is_a_dollar_sign(env_file: Path, change: Callable[..., None]) -> None:
    change(AIRFLOW_DB_PASSWORD="a${HOME}b")
    assert Settings.load(env_file=env_file).password("airflow_user") == "a${HOME}b"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"There is no .*run \./stack up"):
        Settings.load(env_file=tmp_path / "none")


@pytest.mark.parametrize("value", [None, ""])
def test_missing_variables_are_named_together(
    env_file: Path, change: Callable[..., None], value: str | None
) -> None:
    change(AIRFLOW_FERNET_KEY=value, EVENT_PUBLISH_TOKEN=value)
    with pytest.raises(StackError, match=r"EVENT_PUBLISH_TOKEN, AIRFLOW_FERNET_KEY.*delete those lines"):
        Settings.load(env_file=env_file)


@pytest.mark.parametrize("value", ["eight", "0", "65536", "-1", "80 81", "８０"])
def test_a_bad_port_is_named(env_file: Path, change: Callable[..., None], value: str) -> None:
    change(EVENT_PORT=value)
    with pytest.raises(StackError, match=r"EVENT_PORT is .* between 1 and 65535"):
        Settings.load(env_file=env_file)


def test_two_services_on_one_port(env_file: Path, change: Callable[..., None]) -> None:
    change(AIRFLOW_PORT="8000")
    with pytest.raises(StackError, match="EVENT_PORT and AIRFLOW_PORT are both 8000"):
        Settings.load(env_file=env_file)


@pytest.mark.parametrize(("value", "seconds"), [(None, 600), ("", 600), ("30", 30)])
def test_the_time_to_start_is_a_setting(
    env_file: Path, change: Callable[..., None], value: str | None, seconds: int
) -> None:
    change(STACK_START_TIMEOUT_SECONDS=value)
    assert Settings.load(env_file=env_file).start_timeout == seconds


@pytest.mark.parametrize("value", ["0", "-1", "soon", "1.5"])
def test_a_bad_time_to_start_is_named(env_file: Path, change: Callable[..., None], value: str) -> None:
    change(STACK_START_TIMEOUT_SECONDS=value)
    with pytest.raises(StackError, match=r"STACK_START_TIMEOUT_SECONDS is .* whole number of seconds"):
        Settings.load(env_file=env_file)


@pytest.mark.parametrize("name", ["POSTGRES_HOST", "EVENT_HOST"])
def test_other_addresses_than_loopback_are_refused(
    env_file: Path, change: Callable[..., None], name: str
) -> None:
    change(**{name: "0.0.0.0"})
    with pytest.raises(StackError, match=rf"{name} is '0.0.0.0'.*listens on 127.0.0.1 only"):
        Settings.load(env_file=env_file)
