"""SSEStreamSensor and its trigger: each answer of a real HTTP server."""

from typing import Any

import pytest

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def report(probe: Any) -> Any:
    return probe("sensing")


def test_only_200_is_ready(report: Any) -> None:
    assert report["poked"]["200"] is True


@pytest.mark.parametrize("answer", ["503", "500", "429", "nobody"])
def test_it_waits_for_a_service_that_may_yet_come(report: Any, answer: str) -> None:
    assert report["poked"][answer] is False


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        ("401", "put EVENT_STREAM_TOKEN into the connection's password"),
        ("403", "compare the connection's password with EVENT_STREAM_TOKEN"),
        ("404", "check the connection's host and port"),
        ("418", "that is no event service"),
    ],
)
def test_what_waiting_cannot_heal_fails_with_a_remedy(report: Any, answer: str, remedy: str) -> None:
    message = report["poked"][answer]
    assert message.startswith("AirflowFailException: http://127.0.0.1:")
    assert remedy in message


def test_it_asks_ready_with_the_token_of_the_connection(report: Any) -> None:
    assert report["asked"] == ["/ready", "Bearer tok@en"]


def test_between_two_pokes_no_worker_is_held(report: Any) -> None:
    assert report["mode"] == "reschedule"
    assert report["reschedule"] is True


def test_template_fields(report: Any) -> None:
    assert report["template_fields"] == ["api_conn_id", "endpoint"]


class TestDeferrable:
    def test_a_service_that_is_ready_needs_no_triggerer(self, report: Any) -> None:
        assert report["deferrable"]["ready at once"] is None

    def test_the_rest_is_left_to_the_triggerer_without_the_token(self, report: Any) -> None:
        assert report["deferrable"]["leaves"] == {
            "arguments": {
                "api_conn_id": "restaurant_api",
                "endpoint": "/ready",
                "request_timeout": 5,
                "poke_interval": 0.01,
            },
            "method": "execute_complete",
            "timeout": "0:01:00",
        }

    def test_what_waiting_cannot_heal_is_not_deferred(self, report: Any) -> None:
        assert report["deferrable"]["never"].startswith("AirflowFailException: ")
        assert report["deferrable"]["never, softly"].startswith("AirflowSkipException: ")

    def test_the_trigger_asks_until_the_service_is_ready(self, report: Any) -> None:
        assert report["deferrable"]["ready later"] == {
            "events": [{"ready": True}],
            "asked": 3,
            "first": ["/ready", "Bearer tok@en"],
        }

    def test_the_trigger_ends_when_waiting_cannot_help(self, report: Any) -> None:
        [event] = report["deferrable"]["never ready"]["events"]
        assert event["ready"] is False
        assert "answers 404: nothing is served at that path" in event["error"]

    def test_a_cancelled_trigger_ends(self, report: Any) -> None:
        assert report["deferrable"]["cancelled"] == "CancelledError"

    def test_after_the_trigger_the_task_is_done_or_failed(self, report: Any) -> None:
        assert report["deferrable"]["completed"] == [None, "AirflowFailException: it refuses"]
