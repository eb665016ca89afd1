"""What the operator shows and announces of a run, around a core that is played here: prints what each case came to."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import patch

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path
from airflow.sdk import Asset
from airflow.sdk.execution_time.context import OutletEventAccessors

from sse_ingest.pipeline.run import Result
from sse_operator import SSEToPostgresOperator

links: list[list[str]] = []


class Inlets:
    """The newest asset event, as the API server would report it."""

    newest: ClassVar[list[Any]] = []

    def __init__(self, assets: list[Any]) -> None:
        assert [asset.uri for asset in assets] == ["sse://restaurant/events_raw"]

    def __getitem__(self, _asset: Any) -> Any:
        return SimpleNamespace(ascending=lambda _up: SimpleNamespace(limit=lambda _count: self.newest))


def mirror(key: str, default: Any) -> Any:
    assert key == "restaurant_stream_offset"
    return "log-1100"


def executed(events: int, **arguments: Any) -> OutletEventAccessors:
    """A run that commits so many events."""
    position = "log-1200" if events else ""
    result = Result(
        reason="deadline",
        events=events,
        batches=1,
        rejected=0,
        duplicates=0,
        gaps=0,
        first_position=position,
        last_position=position,
        seconds=1.0,
    )
    outlets = OutletEventAccessors()
    ti = SimpleNamespace(dag_id="d", xcom_push=lambda key, value: links.append([key, value]))
    context: Any = {"ti": ti, "dag_run": SimpleNamespace(run_type="manual"), "outlet_events": outlets}
    with patch("sse_ingest.airflow.operators.run", lambda _settings, **_: result):
        SSEToPostgresOperator(task_id="t", **arguments).execute(context)
    return outlets


def announced(events: int, newest: tuple[str, timedelta] | None, **arguments: Any) -> Any:
    """The asset events of a run that ends, when the newest one has this position and this age."""
    Inlets.newest = []
    if newest is not None:
        extra, timestamp = {"position": newest[0]}, datetime.now(UTC) - newest[1]
        Inlets.newest = [SimpleNamespace(extra=extra, timestamp=timestamp)]
    return [
        {"alias": event.source_alias_name, "asset": event.dest_asset_key.uri, "extra": event.extra}
        for accessor in executed(events, **arguments).values()
        for event in accessor.asset_alias_events
    ]


def state_links() -> list[list[str]]:
    links.clear()
    executed(1)
    executed(1, source_url="https://events.example.com/v1")
    for state_url, dashboard_url in (
        ("https://status/{stream}?tab=lag", "https://bi/{stream}"),
        ("javascript:alert(1)", "javascript:alert(2)"),
    ):
        pages = {"state_url": state_url, "dashboard_url": dashboard_url}
        connection = {"conn_type": "sse", "host": "h", "extra": pages}
        os.environ["AIRFLOW_CONN_WITH_STATE"] = json.dumps(connection)
        executed(0, api_conn_id="with_state", stream="a/b", offset_variable="")
    return links


hour, less = timedelta(hours=1), timedelta(seconds=50)
with (
    patch("sse_ingest.airflow.companion.Variable.set"),
    patch("sse_ingest.airflow.assets.Variable.get", mirror),
    patch("sse_ingest.airflow.assets.InletEventsAccessors", Inlets),
):
    report = {
        "first": announced(1200, None),
        "later": announced(1200, ("log-7", hour)),
        "within a minute": announced(1200, ("log-7", less)),
        "nothing new": announced(1200, ("log-1200", hour)),
        "an earlier run's": announced(0, ("log-7", hour)),
        "without a mirror": announced(0, ("log-7", hour), offset_variable=""),
    }
    operator = SSEToPostgresOperator(task_id="t", stream="till", outlets=[Asset("own")])
    report |= {"outlets": [outlet.name for outlet in operator.outlets], "links": state_links()}
sys.stdout.write(json.dumps(report) + "\n")
