"""Airflow connections become addresses, whatever the password holds, or a sentence that says what to mend."""

import json
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

pytestmark = pytest.mark.airflow

POSTGRES = {"conn_type": "postgres", "host": "db", "schema": "restaurant_analytics", "login": "airflow_user"}
AWKWARD = "p@ss:w/rd?#[]%20 é&='\\"
DATABASES = [
    POSTGRES | {"password": AWKWARD, "port": 5433},
    POSTGRES | {"host": "/run/postgresql", "login": "a@b"},
    POSTGRES | {"host": "::1", "port": 5433},
    POSTGRES | {"extra": {"sslmode": "require", "cursor": "dictcursor", "application_name": "a b"}},
    POSTGRES | {"host": ""},
    POSTGRES | {"schema": ""},
    POSTGRES | {"conn_type": "mysql"},
]
SOURCES = [
    {"conn_type": "http", "host": "api", "port": 8000, "password": AWKWARD},
    {"conn_type": "http", "host": "https://events.example.com"},
    {"conn_type": "http", "host": "events.example.com/feeds/", "schema": "https", "port": 8443},
    {"conn_type": "http", "host": "::1", "port": 8000},
    {
        "conn_type": "sse",
        "host": "api",
        "extra": {
            "endpoint": "/feed",
            "state_url": "https://status/{stream}",
            "dashboard_url": "https://bi/1",
        },
    },
    {"conn_type": "sse", "host": "api", "extra": {"endpoint": " ", "state_url": None}},
    {"conn_type": "http"},
    {"conn_type": "http", "host": "api", "schema": "ftp"},
]


@pytest.fixture(scope="module")
def report(probe: Any) -> Any:
    return probe("connecting", {"CONNECTIONS": json.dumps({"database": DATABASES, "source": SOURCES})})


def test_databases(report: Any) -> None:
    parsed = [conninfo_to_dict(url) for url in report["database"][:4]]
    base = {"dbname": "restaurant_analytics", "user": "airflow_user"}
    assert parsed == [
        base | {"host": "db", "port": "5433", "password": AWKWARD},
        base | {"host": "/run/postgresql", "user": "a@b"},
        base | {"host": "::1", "port": "5433"},
        base | {"host": "db", "sslmode": "require", "application_name": "a b"},
    ]


def test_databases_that_cannot_be(report: Any) -> None:
    assert report["database"][4:] == [
        "AirflowFailException: The Airflow connection 'it' needs a host, and the database in the field Schema",
        "AirflowFailException: The Airflow connection 'it' needs a host, and the database in the field Schema",
        "AirflowFailException: The Airflow connection 'it' has the type 'mysql': make it Postgres",
    ]


def address(url: str, **more: str) -> dict[str, str | None]:
    return {"url": url, "token": None, "endpoint": None, "state_url": None, "dashboard_url": None, **more}


def test_sources(report: Any) -> None:
    assert report["source"][:6] == [
        address("http://api:8000", token=AWKWARD),
        address("https://events.example.com"),
        address("https://events.example.com:8443/feeds"),
        address("http://[::1]:8000"),
        address(
            "http://api", endpoint="/feed", state_url="https://status/{stream}", dashboard_url="https://bi/1"
        ),
        address("http://api"),
    ]


def test_sources_that_cannot_be(report: Any) -> None:
    assert report["source"][6:] == [
        "AirflowFailException: The Airflow connection 'it' needs a host: 127.0.0.1, https://events.example.com",
        "AirflowFailException: The Airflow connection 'it' has the schema 'ftp': make it http or https",
    ]


def test_a_missing_connection_says_how_to_add_it_and_may_be_retried(report: Any) -> None:
    kind, message = report["nowhere"]
    assert kind == "AirflowNotFoundException"
    assert "AIRFLOW_CONN_NOWHERE=postgres://" in message
