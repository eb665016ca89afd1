"""Asset events: a DAG that is scheduled on a stream's asset runs after events were committed.

    from sse_ingest.airflow.assets import stream_asset

    with DAG("after_commits", schedule=stream_asset("orders")): ...

Airflow accepts asset events from a task only when the task ends. So a run announces all its commits in one event.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from airflow.sdk import Asset, AssetAlias, Context, Variable
from airflow.sdk.execution_time.context import InletEventsAccessors

INTERVAL = timedelta(minutes=1)
"""The shortest time between two events of one stream."""


def stream_asset(stream: str) -> Asset:
    """The asset of a stream's committed events. The same name always gives the same asset."""
    return Asset(name=f"sse:{stream}", uri=f"sse://{quote(stream, safe='')}/events_raw")


def stream_alias(stream: str) -> AssetAlias:
    """The operator's outlet: an alias, because an asset gets an event from every run, an alias only on request."""
    return AssetAlias(name=f"sse:{stream}")


def announce(
    context: Context, alias: AssetAlias, stream: str, report: Mapping[str, Any], mirror: str
) -> None:
    """Add an asset event for the committed events to a run that ends.

    No event is added when the position is not new, or within a minute of the previous event. A later run announces the
    position then. If that run commits nothing itself, it reads the position from the Variable `mirror`.
    """
    position = report["last_position"] or (Variable.get(mirror, default="") if mirror else "")
    if position and not _is_announced(stream_asset(stream), position):
        extra = {"stream": stream, "position": position, "events": report["events"]}
        context["outlet_events"][alias].add(stream_asset(stream), extra=extra)


def _is_announced(asset: Asset, position: str) -> bool:
    events: Sequence[Any] = InletEventsAccessors([asset])[asset].ascending(False).limit(1)
    return any(
        event.extra.get("position") == position or datetime.now(UTC) - event.timestamp < INTERVAL
        for event in events
    )
