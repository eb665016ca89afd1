"""Each argument of our operators that holds a text can be a template."""

from typing import Any

import pytest

pytestmark = pytest.mark.airflow

CHECKED_WHILE_THE_DAG_IS_READ = {"check", "mode", "severity"}
NAMES_OF_THE_PREDECESSOR = {"http_conn_id", "sse_url", "stream_endpoint", "variable_name"}
"""Of arguments that are stored under today's names."""


def test_texts_are_templated(probe: Any) -> None:
    seen = probe("templating")
    assert {"SSEToPostgresOperator", "SSEStreamSensor", "DataQualityOperator"} <= set(seen)
    assert seen["RetentionOperator"]["texts"] == ["folder", "postgres_conn_id"]
    left_out = CHECKED_WHILE_THE_DAG_IS_READ | NAMES_OF_THE_PREDECESSOR
    missing = {name: set(found["texts"]) - set(found["templated"]) - left_out for name, found in seen.items()}
    assert {name: fields for name, fields in missing.items() if fields} == {}
