"""What each service is given."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.code_path import code_folders
from local.servers import airflow, provider_metadata, services
from local.servers.postgres import SETTINGS as SERVER_SETTINGS
from local.settings import LOOPBACK, Settings


@pytest.fixture
def settings(env_file: Path, tmp_path: Path, change: Callable[..., None]) -> Settings:
    change(DATA_DIR=str(tmp_path / "var"), AIRFLOW_DB_PASSWORD="p@ss/w%rd$HOME", EVENT_STREAM_TOKEN="token")
    return Settings.load(env_file=env_file)


def test_passwords_survive_the_way_through_airflow(settings: Settings) -> None:
    env = airflow.variables(settings)
    url = env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert url == ("postgresql+psycopg2://airflow_user:p%40ss%2Fw%25rd%24HOME@127.0.0.1:5433/airflow_db")
    assert json.loads(env["AIRFLOW_CONN_POSTGRES_RESTAURANT"])["password"] == "p@ss/w%rd$HOME"
    assert json.loads(env["AIRFLOW_CONN_RESTAURANT_API"])["password"] == "token"
    assert env["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"


def test_the_dags_own_settings_reach_them(env_file: Path, change: Callable[..., None]) -> None:
    change(RESTAURANT_STREAM_INTERVAL_SECONDS="45")
    assert airflow.variables(Settings.load(env_file=env_file))["RESTAURANT_STREAM_INTERVAL_SECONDS"] == "45"


@pytest.mark.parametrize(("months", "expected"), [("", False), ("12", True)])
def test_airflow_gets_the_owners_login_only_for_retention(
    settings: Settings, env_file: Path, change: Callable[..., None], months: str, expected: bool
) -> None:
    change(RESTAURANT_KEEP_MONTHS=months)
    env = airflow.variables(Settings.load(env_file=env_file))
    assert ("AIRFLOW_CONN_POSTGRES_RESTAURANT_OWNER" in env) == expected
    assert (env["RESTAURANT_KEEP_MONTHS"], env["INGEST_ARCHIVE_DIR"]) == (months, str(settings.archive_dir))


def test_the_receivers_of_alerts_reach_airflow(env_file: Path, change: Callable[..., None]) -> None:
    smtp, hook = "smtp://user:p%40ss@mail:465?from_email=a%40b", "https://chat.example.com/hooks/T/B"
    change(RESTAURANT_ALERT_EMAIL="ops@b", RESTAURANT_ALERT_SMTP=smtp, RESTAURANT_ALERT_WEBHOOK=hook)
    env = airflow.variables(Settings.load(env_file=env_file))
    assert (env["RESTAURANT_ALERT_EMAIL"], env["RESTAURANT_ALERT_WEBHOOK"]) == ("ops@b", hook)
    assert env["AIRFLOW_CONN_RESTAURANT_ALERT_SMTP"] == smtp
    assert json.loads(env["AIRFLOW_CONN_RESTAURANT_ALERT_WEBHOOK"])["host"] == hook


def test_the_tuning_of_env_reaches_postgres_and_airflow(env_file: Path, change: Callable[..., None]) -> None:
    change(POSTGRES_MAX_CONNECTIONS="77", POSTGRES_SHARED_BUFFERS="", POSTGRES_EFFECTIVE_CACHE_SIZE="2GB")
    change(
        AIRFLOW_PARALLELISM="5",
        AIRFLOW_DAG_CONCURRENCY="",
        AIRFLOW_LOAD_EXAMPLES="true",
        API_HOT_RELOAD="true",
    )
    tuned = Settings.load(env_file=env_file)
    assert services.postgres(tuned).settings == {"max_connections": "77", "effective_cache_size": "2GB"}
    assert services.event_service(tuned).env["API_HOT_RELOAD"] == "true"
    env = airflow.variables(tuned)
    assert env["AIRFLOW__CORE__PARALLELISM"] == "5"
    assert env["AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG"] == "16"
    assert env["AIRFLOW__CORE__LOAD_EXAMPLES"] == env["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "true"


def test_the_defaults_are_those_of_the_example(settings: Settings) -> None:
    assert {name: settings.values[name] for name, _ in airflow.TUNING.values()} == dict(
        airflow.TUNING.values()
    )
    values = services.postgres(settings).settings
    assert {name: values[name] for name in SERVER_SETTINGS if name in values} == {
        name: value for name, value in SERVER_SETTINGS.items() if name in services.POSTGRES_TUNING
    }


def test_nothing_of_the_callers_steers_a_service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "Other")
    monkeypatch.setenv("PGHOST", "elsewhere")
    env = services.event_service(settings).env
    assert "PGHOST" not in env
    assert "AIRFLOW__CORE__EXECUTOR" not in env
    assert LOOPBACK in env["NO_PROXY"]


@pytest.mark.parametrize("with_airflow", [True, False])
def test_a_service_knows_only_the_secrets_it_needs(settings: Settings, *, with_airflow: bool) -> None:
    admin, token = settings.password("postgres_admin"), settings.values["EVENT_PUBLISH_TOKEN"]
    for service in services.selected(settings, with_airflow=with_airflow):
        values = " ".join(service.env.values())
        assert admin not in values
        assert (token in values) == (service.name == "api")


def test_data_dir_moves_the_event_log_and_a_path_of_ones_own_stays(
    settings: Settings, env_file: Path, change: Callable[..., None], tmp_path: Path
) -> None:
    moved = services.event_service(settings).env["EVENT_LOG_PATH"]
    assert moved == str(tmp_path / "var" / "eventlog" / "events.db")
    change(EVENT_LOG_PATH=str(tmp_path / "mine.db"))
    own = services.event_service(Settings.load(env_file=env_file)).env["EVENT_LOG_PATH"]
    assert own == str(tmp_path / "mine.db")


def test_airflow_tasks_find_the_project(settings: Settings) -> None:
    path = services.airflow_services(settings)[0].env["PYTHONPATH"].split(":")
    assert path == [*code_folders(settings.root), str(provider_metadata.folder(settings))]


def test_a_fingerprint_is_of_the_settings_and_not_of_the_terminal(
    settings: Settings, env_file: Path, change: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {
        service.name: service.fingerprint for service in services.selected(settings, with_airflow=False)
    }
    monkeypatch.setenv("WINDOWID", "7")
    change(EVENT_RATE="7")
    changed = services.selected(Settings.load(env_file=env_file), with_airflow=False)
    assert {service.name for service in changed if service.fingerprint != before[service.name]} == {"api"}
