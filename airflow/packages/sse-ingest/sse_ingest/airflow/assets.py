"""Asset events: a DAG that is scheduled on a stream's asset runs after events were committed.

    from sse_ingest.airflow.assets import stream_asset

    with DAG("after_commits", schedule=stream_asset("orders")): ...

Airflow takes asset events from a task when it ends, so that a run announces all its commits in one event.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from airflow.sdk import Asset, AssetAlias, Context, Variable
from airflow.sdk.execution_time.context import InletEventsAccessors

INTERVAL = timedelta(minutes=1)
"""Between two events of one stream, at least."""


def stream_asset(stream: str) -> Asset:
    """The committed events of a stream. Equal names are one asset, wherever it is made."""
    return Asset(name=f"sse:{stream}", uri=f"sse://{quote(stream, safe='')}/events_raw")


def stream_alias(stream: str) -> AssetAlias:
    """What the operator has among its outlets: an alias has an event only when one is added, an asset always."""
    return AssetAlias(name=f"sse:{stream}")


def announce(
    context: Context, alias: AssetAlias, stream: str, report: Mapping[str, Any], mirror: str
) -> None:
    """Add an event to a run that ends, about all that is committed.

    None is added without a new position, nor within a minute of the event before: a later run announces the position
    then, and finds it in the Variable `mirror` when it commits nothing itself.
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
