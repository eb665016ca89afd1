"""SSEStreamSensor: one poke for each answer of a real HTTP server."""

from typing import Any

import pytest

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def seen(probe: Any) -> Any:
    return probe("sensing")


def test_only_200_is_ready(seen: Any) -> None:
    assert seen["poked"]["200"] is True


@pytest.mark.parametrize("answer", ["503", "500", "429", "nobody"])
def test_it_waits_for_a_service_that_may_yet_come(seen: Any, answer: str) -> None:
    assert seen["poked"][answer] is False


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        ("401", "put EVENT_STREAM_TOKEN into the connection's password"),
        ("403", "compare the connection's password with EVENT_STREAM_TOKEN"),
        ("404", "check the connection's host and port"),
        ("418", "that is no event service"),
    ],
)
def test_what_waiting_cannot_heal_fails_with_a_remedy(seen: Any, answer: str, remedy: str) -> None:
    said = seen["poked"][answer]
    assert said.startswith("AirflowFailException: http://127.0.0.1:")
    assert remedy in said


def test_it_asks_ready_with_the_token_of_the_connection(seen: Any) -> None:
    assert seen["asked"] == ["/ready", "Bearer tok@en"]


def test_between_two_pokes_no_worker_is_held(seen: Any) -> None:
    assert seen["mode"] == "reschedule"
    assert seen["reschedule"] is True
