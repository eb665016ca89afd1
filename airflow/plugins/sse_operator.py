"""The SSE operator under the name of its predecessor, with the contract of a restaurant.

    from sse_operator import SSEToPostgresOperator

The operator itself is in the package sse_ingest, and takes any stream.
"""

from typing import Any

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.airflow import operators
from sse_ingest.airflow.event_processors import create_custom_event_processor
from sse_ingest.airflow.operators import StreamInterrupted
from sse_ingest.airflow.sensors import SSEStreamSensor

__all__ = [
    "SSEStreamOperator",
    "SSEStreamSensor",
    "SSEToPostgresOperator",
    "StreamInterrupted",
    "create_custom_event_processor",
]


class SSEToPostgresOperator(operators.SSEToPostgresOperator):
    """The operator of sse_ingest for the stream of a restaurant.

    :param raw: take any SSE stream of JSON into the raw tables only, without the contract of a restaurant
    """

    def __init__(self, *, raw: bool = False, **kwargs: Any) -> None:
        super().__init__(contract=None if raw else CONTRACT, **kwargs)
        self.raw = raw


class SSEStreamOperator(operators.SSEStreamOperator):
    """The predecessor's operator, with its arguments, for the stream of a restaurant.

    :param raw: take any SSE stream of JSON into the raw tables only, without the contract of a restaurant
    """

    def __init__(self, *, raw: bool = False, **kwargs: Any) -> None:
        super().__init__(contract=None if raw else CONTRACT, **kwargs)
        self.raw = raw
