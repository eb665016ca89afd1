"""Each argument of our operators that holds a text can be a template."""

from typing import Any

import pytest

pytestmark = pytest.mark.airflow

CHECKED_WHILE_THE_DAG_IS_READ = {"check", "mode", "severity"}
NAMES_OF_THE_PREDECESSOR = {"http_conn_id", "sse_url", "stream_endpoint", "variable_name"}
"""Of arguments that are stored under today's names."""


def test_texts_are_templated(probe: Any) -> None:
    report = probe("templating")
    assert {"SSEToPostgresOperator", "SSEStreamSensor", "DataQualityOperator"} <= set(report)
    assert report["RetentionOperator"]["texts"] == ["folder", "postgres_conn_id"]
    left_out = CHECKED_WHILE_THE_DAG_IS_READ | NAMES_OF_THE_PREDECESSOR
    missing = {
        name: set(operator["texts"]) - set(operator["templated"]) - left_out
        for name, operator in report.items()
    }
    assert {name: fields for name, fields in missing.items() if fields} == {}
