"""What a run shows and announces: the link to the state of its stream, and the event of its asset."""

from typing import Any

import pytest

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def report(probe: Any) -> Any:
    return probe("announcing")


EVENT = {"alias": "sse:restaurant", "asset": "sse://restaurant/events_raw"}


class TestAssetEvents:
    def test_a_run_announces_what_it_committed(self, report: Any) -> None:
        extra = {"stream": "restaurant", "position": "log-1200", "events": 1200}
        assert report["first"] == [EVENT | {"extra": extra}]
        assert report["later"] == [EVENT | {"extra": extra}]

    def test_at_most_one_event_per_minute(self, report: Any) -> None:
        assert report["within a minute"] == []

    def test_a_later_run_announces_what_an_earlier_one_could_not(self, report: Any) -> None:
        extra = {"stream": "restaurant", "position": "log-1100", "events": 0}
        assert report["an earlier run's"] == [EVENT | {"extra": extra}]
        assert report["without a mirror"] == []

    def test_nothing_new_is_not_announced(self, report: Any) -> None:
        assert report["nothing new"] == []

    def test_own_outlets_stay(self, report: Any) -> None:
        assert report["outlets"] == ["own", "sse:till"]


def links_of(report: Any, name: str) -> list[str]:
    return [url for key, url in report["links"] if key == f"_link_{name}"]


def test_a_link_leads_to_the_state_of_the_stream_from_the_start(report: Any) -> None:
    assert links_of(report, "StreamStateLink") == [
        "http://127.0.0.1:8000/health",
        "https://events.example.com/health",
        "https://status/a%2Fb?tab=lag",
        "",
    ]


def test_a_link_leads_to_the_dashboard_where_the_connection_names_one(report: Any) -> None:
    assert links_of(report, "DashboardLink") == ["", "", "https://bi/a%2Fb", ""]
