"""The description of this package for Airflow's entry point `apache_airflow_provider`. Does not import Airflow."""

from typing import Any

_PACKAGE = "sse_ingest.airflow"
_NAME = "Server-Sent Events"
_OPTIONAL_TEXT = {"type": ["string", "null"]}


def get_provider_info() -> dict[str, Any]:
    """See https://airflow.apache.org/docs/apache-airflow-providers/howto/create-custom-providers.html."""
    return {
        "package-name": "sse-ingest",
        "name": _NAME,
        "description": "Writes a Server-Sent Events stream into PostgreSQL, each event exactly once.",
        "integrations": [
            {
                "integration-name": _NAME,
                "external-doc-url": "https://html.spec.whatwg.org/multipage/server-sent-events.html",
                "tags": ["protocol"],
            }
        ],
        "operators": _modules("operators"),
        "sensors": _modules("sensors"),
        "hooks": _modules("hooks"),
        "triggers": _modules("triggers"),
        "connection-types": [_connection_type()],
        "extra-links": [f"{_PACKAGE}.links.{name}" for name in ("StreamStateLink", "DashboardLink")],
        "asset-uris": [{"schemes": ["sse"], "handler": None, "factory": f"{_PACKAGE}.assets.stream_asset"}],
    }


def _modules(name: str) -> list[dict[str, Any]]:
    return [{"integration-name": _NAME, "python-modules": [f"{_PACKAGE}.{name}"]}]


def _connection_type() -> dict[str, Any]:
    return {
        "connection-type": "sse",
        "hook-class-name": f"{_PACKAGE}.hooks.SSEHook",
        "hook-name": _NAME,
        "ui-field-behaviour": {
            "hidden-fields": ["login"],
            "relabeling": {"schema": "Scheme", "password": "Bearer token"},
            "placeholders": {"host": "events.example.com", "port": "443", "schema": "https"},
        },
        "conn-fields": {
            "endpoint": {
                "label": "Endpoint",
                "description": "Path of the stream; empty: /stream",
                "schema": _OPTIONAL_TEXT,
            },
            "state_url": {
                "label": "State URL",
                "description": "A page that shows the state of the stream, for the task's link; {stream} is replaced "
                "by the stream's name. Empty: /health of the service",
                "schema": _OPTIONAL_TEXT,
            },
            "dashboard_url": {
                "label": "Dashboard URL",
                "description": "A page that shows what is made of the stream, for the task's second link; "
                "{stream} is replaced by the stream's name. Empty: no link",
                "schema": _OPTIONAL_TEXT,
            },
        },
    }
