"""What Airflow makes of the provider, and the test button for each connection in CONNECTIONS: prints both."""

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
from airflow.models import Connection
from airflow.providers_manager import ProvidersManager
from jsonschema import Draft7Validator

import airflow
from sse_ingest.airflow.hooks import SSEHook
from sse_ingest.airflow.provider import get_provider_info


def errors(schema: str) -> list[str]:
    """What Airflow's own schema has against the provider info."""
    text = (Path(airflow.__file__).parent / schema).read_text()
    return [error.message for error in Draft7Validator(json.loads(text)).iter_errors(get_provider_info())]


def tested(connection: dict[str, Any]) -> list[Any]:
    """As the API server does it: the connection goes into the environment, the hook finds it there."""
    new_connection = Connection(conn_id="it", **connection)
    os.environ["AIRFLOW_CONN_IT"] = new_connection.get_uri()
    return list(new_connection.test_connection())  # type: ignore[no-untyped-call] # Airflow's


def read_through_the_hook() -> Any:
    """The first frames of a connection, and the headers, without what differs from run to run."""
    os.environ["AIRFLOW_CONN_IT"] = Connection(conn_id="it", **connections["token"]).get_uri()
    hook = SSEHook("it", test_seconds=1)
    with closing(hook.get_conn()) as stream:
        frames = next(filter(None, stream.batches("", lambda: False)))
    return {
        "frames": [[frame.event, frame.data.decode(), frame.last_event_id] for frame in frames],
        "authorization": hook.get_headers()["Authorization"],
        "shows_token": "p@ss" in repr(hook.get_address()),
    }


connections = json.loads(os.environ["CONNECTIONS"])
manager = ProvidersManager()  # type: ignore[no-untyped-call] # Airflow's
form = next(meta for meta in HookMetaService.hook_meta_data() if meta.connection_type == "sse")
sys.stdout.write(
    json.dumps(
        {
            "schema_errors": errors("provider_info.schema.json"),
            "known": "sse-ingest" in manager.providers,
            "hook": str(manager.hooks["sse"]),
            "form": form.model_dump(mode="json"),
            "links": [name for name in manager.extra_links_class_names if name.startswith("sse_ingest")],
            "asset_scheme": "sse" in manager.asset_uri_handlers,
            "tested": {name: tested(connection) for name, connection in connections.items()},
            "read": read_through_the_hook(),
        }
    )
    + "\n"
)
