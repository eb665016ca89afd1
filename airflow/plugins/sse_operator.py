"""The SSE operator under the name of its predecessor: `from sse_operator import SSEToPostgresOperator`.

The operator itself is in the package sse_ingest.
"""

from sse_ingest.airflow.operators import (
    SSEStreamOperator,
    SSEStreamSensor,
    SSEToPostgresOperator,
    StreamInterrupted,
    create_custom_event_processor,
)

__all__ = [
    "SSEStreamOperator",
    "SSEStreamSensor",
    "SSEToPostgresOperator",
    "StreamInterrupted",
    "create_custom_event_processor",
]
