"""The SSE operator under the module name of its predecessor, with a restaurant's contract and connections.

    from sse_operator import SSEToPostgresOperator

The operator itself is in the package sse_ingest, and reads any stream.
"""

from typing import Any

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.airflow import operators, sensors
from sse_ingest.airflow.event_processors import create_custom_event_processor
from sse_ingest.airflow.operators import StreamInterrupted

__all__ = [
    "SSEStreamOperator",
    "SSEStreamSensor",
    "SSEToPostgresOperator",
    "StreamInterrupted",
    "create_custom_event_processor",
]

RESTAURANT: dict[str, Any] = {
    "stream": "restaurant",
    "api_conn_id": "restaurant_api",
    "postgres_conn_id": "postgres_restaurant",
}


class SSEToPostgresOperator(operators.SSEToPostgresOperator):
    """The operator of sse_ingest for the stream of a restaurant.

    :param raw: write any SSE stream of JSON into the raw tables only, without the contract of a restaurant
    """

    def __init__(self, *, raw: bool = False, **kwargs: Any) -> None:
        super().__init__(**{**RESTAURANT, "contract": None if raw else CONTRACT, **kwargs})
        self.raw = raw


class SSEStreamOperator(SSEToPostgresOperator, operators.SSEStreamOperator):
    """The predecessor's operator, with its arguments, for the stream of a restaurant."""


class SSEStreamSensor(sensors.SSEStreamSensor):
    """The sensor of sse_ingest for the event service of a restaurant."""

    def __init__(self, *, api_conn_id: str = RESTAURANT["api_conn_id"], **kwargs: Any) -> None:
        super().__init__(api_conn_id=api_conn_id, **kwargs)
