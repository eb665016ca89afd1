"""What a run shows and announces: the link to the state of its stream, and the event of its asset."""

from typing import Any

import pytest

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def seen(probe: Any) -> Any:
    return probe("announcing")


EVENT = {"alias": "sse:restaurant", "asset": "sse://restaurant/events_raw"}


class TestAssetEvents:
    def test_a_run_announces_what_it_committed(self, seen: Any) -> None:
        extra = {"stream": "restaurant", "position": "log-1200", "events": 1200}
        assert seen["first"] == [EVENT | {"extra": extra}]
        assert seen["later"] == [EVENT | {"extra": extra}]

    def test_at_most_one_event_per_minute(self, seen: Any) -> None:
        assert seen["within a minute"] == []

    def test_a_later_run_announces_what_an_earlier_one_could_not(self, seen: Any) -> None:
        extra = {"stream": "restaurant", "position": "log-1100", "events": 0}
        assert seen["an earlier run's"] == [EVENT | {"extra": extra}]
        assert seen["without a mirror"] == []

    def test_nothing_new_is_not_announced(self, seen: Any) -> None:
        assert seen["nothing new"] == []

    def test_own_outlets_stay(self, seen: Any) -> None:
        assert seen["outlets"] == ["own", "sse:till"]


def test_the_link_leads_to_the_state_of_the_stream_from_the_start(seen: Any) -> None:
    assert [url for _, url in seen["links"]] == [
        "http://127.0.0.1:8000/health",
        "https://events.example.com/health",
        "https://status/a%2Fb?tab=lag",
        "",
    ]
    assert {key for key, _ in seen["links"]} == {"_link_StreamStateLink"}
