"""What the operator makes of the core's endings and errors, and of its own arguments."""

from typing import Any

import pytest

from tests.support.contention import Contention

pytestmark = pytest.mark.airflow

REPORT = {
    "events": 1200,
    "batches": 3,
    "rejected": 1,
    "duplicates": 2,
    "gaps": 0,
    "events_per_second": 600.0,
    "seconds": 2.0,
    "first_position": "log-1",
    "last_position": "log-1200",
}


@pytest.fixture(scope="module")
def report(probe: Any) -> Any:
    busy = Contention()
    results = probe("running")
    return results | {"machine_was_busy": busy.seconds}


def test_the_result_goes_to_xcom_and_the_position_to_the_variable(report: Any) -> None:
    assert report["a_run"] == {
        "returned": REPORT | {"reason": "handed_over"},
        "mirrored": [["restaurant_stream_offset", "log-1200"]],
    }


def test_a_stream_that_somebody_else_holds_is_a_skip(report: Any) -> None:
    assert report["busy"]["raised"] == "AirflowSkipException"


def test_a_terminal_error_fails_without_a_retry_and_keeps_its_advice(report: Any) -> None:
    assert report["terminal"] == {
        "raised": "AirflowFailException",
        "says": "Unauthorized: The event service refuses the token.",
        "cause": "Unauthorized",
    }


def test_a_setting_that_cannot_be_is_terminal_too(report: Any) -> None:
    assert report["wrong_setting"]["raised"] == "AirflowFailException"
    assert "source_url" in report["wrong_setting"]["says"]


def test_a_transient_error_passes_through_so_that_airflow_retries(report: Any) -> None:
    assert report["transient"]["raised"] == "DatabaseUnavailable"


def test_a_variable_that_cannot_be_written_fails_nothing(report: Any) -> None:
    assert report["mirror_fails"]["returned"]["reason"] == "deadline"


def test_an_empty_name_means_no_variable(report: Any) -> None:
    assert report["no_mirror"]["mirrored"] == []


def test_a_signal_ends_the_run_at_once_and_asks_for_another_try(report: Any) -> None:
    assert report["killed"]["raised"] == ["StreamInterrupted"]
    assert report["killed"]["slowest"] < 1 + report["machine_was_busy"]


def test_a_signal_before_the_run_began_is_not_lost(report: Any) -> None:
    assert report["killed_before_it_began"]["raised"] == "StreamInterrupted"


def test_a_signal_after_the_handover_asks_for_no_other_try(report: Any) -> None:
    assert report["killed_while_handing_over"]["returned"]["reason"] == "handed_over"


def test_pausing_the_dag_ends_the_run_as_a_success(report: Any) -> None:
    assert report["paused"]["returned"]["reason"] == "paused"


def test_max_events_ends_the_run_as_a_success(report: Any) -> None:
    assert report["enough_events"]["returned"]["reason"] == "max_events"


def test_arguments_and_connections_become_settings(report: Any) -> None:
    settings = report["settings"]
    expected = {
        "source_url": "http://127.0.0.1:8000",
        "database_url": "postgresql://airflow_user:secret@127.0.0.1:5433/restaurant_analytics",
        "stream": "till",
        "path": "/feed",
        "mode": "stream",
        "token": None,
        "raw": True,
        "max_batch": 7,
        "deadline_seconds": 60.0,
        "standby_seconds": 50.0,
    }
    assert {name: settings[name] for name in expected} == expected


def test_the_predecessors_arguments_are_understood(report: Any) -> None:
    assert report["legacy"] == {
        "by_url": {
            "source_url": "https://events.example.com:8443",
            "endpoint": "/v1/stream?types=order_created",
            "postgres_conn_id": "elsewhere",
            "offset_variable": "where_i_am",
            "max_batch": 100,
            "max_events": 1000,
            "run_for": "0:05:00",
        },
        "by_connection": ["api", "/s", "0:00:05", True],
    }


def test_wrong_arguments_are_named_while_the_dag_is_read(report: Any) -> None:
    assert "'kafka_topic': 'orders'" in report["refused"]["unknown"]
    assert report["refused"]["mode"] == "ValueError: mode must be 'stream' or 'poll', not 'push'"
    assert "it is called as fn(cursor, event, payload)" in report["refused"]["processor"]


def test_template_fields(report: Any) -> None:
    assert report["template_fields"] == [
        "stream",
        "api_conn_id",
        "postgres_conn_id",
        "source_url",
        "endpoint",
        "schema",
        "offset_variable",
    ]


def test_a_task_can_be_copied_before_and_after_it_ran(report: Any) -> None:
    assert report["copies"] == "t"
