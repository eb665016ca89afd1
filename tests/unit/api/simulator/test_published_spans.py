"""Which seconds the simulator publishes after a start, a short standstill and a long one."""

from itertools import islice
from pathlib import Path

import pytest

from api.simulator.orders.courses import LAGS
from api.simulator.published_spans import CATCH_UP, PublishedSpans, load, save
from api.simulator.world import HORIZON, LATE

IN_FLIGHT = HORIZON + LATE
DAY = 86_400


def test_a_fresh_world_begins_at_its_first_second_also_over_an_old_log() -> None:
    spans = PublishedSpans([], 99_995, 99_995)
    spans.advance(10_000, 100_000)
    assert list(islice(spans.seconds(10_000), 3)) == [99_995, 99_996, 99_997]
    assert (99_994 in spans, 99_995 in spans, 200_000 in spans) == (False, True, True)


def test_a_short_standstill_is_made_up_for() -> None:
    spans = PublishedSpans([], 0, 0)
    spans.advance(10_000, 10_000 + CATCH_UP)
    assert list(islice(spans.seconds(10_000), 2)) == [10_000 - IN_FLIGHT, 10_000 - IN_FLIGHT + 1]
    assert 10_100 in spans


def test_in_a_long_standstill_no_order_begins_but_all_go_on() -> None:
    spans = PublishedSpans([], 0, 0)
    spans.advance(10_000.5, 10_000 + 10 * DAY)
    assert (10_000 in spans, 10_001 in spans, 10_000 + 10 * DAY in spans) == (True, False, True)
    seconds = list(islice(spans.seconds(10_000), max(LAGS) + 2 * IN_FLIGHT))
    assert seconds[: max(LAGS)] == list(range(10_000 - IN_FLIGHT, 10_000 - IN_FLIGHT + max(LAGS)))
    assert all(10_000 + lag in seconds for lag in LAGS)
    assert seconds[-1] > 10_000 + 10 * DAY
    assert len(seconds) == len(set(seconds))


def test_no_order_begins_in_a_standstill_when_another_start_follows() -> None:
    spans = PublishedSpans([], 0, 0)
    spans.advance(10_000, 12_000)
    spans.advance(12_050, 12_060)
    began = [second for second in islice(spans.seconds(12_050), 1_000) if second in spans]
    assert began[0] == 12_000


def test_a_span_that_no_order_goes_on_from_is_forgotten() -> None:
    spans = PublishedSpans([], 0, 0)
    spans.advance(10_000, 10_000 + DAY)
    assert spans.ended == [(0, 10_000)]
    spans.advance(10_000 + 9 * DAY, 10_100 + 9 * DAY)
    assert spans.ended == []
    assert next(spans.seconds(10_000 + 9 * DAY)) == 10_000 + 9 * DAY - IN_FLIGHT


def test_a_moment_in_a_standstill_becomes_that_of_its_end() -> None:
    spans = PublishedSpans([(0, 100), (100, 200.25)], 300, 100)
    moments = (50.5, 100.0, 200.25, 200.3, 250.0, 299.9, 300.5)
    assert [spans.after_standstill(moment) for moment in moments] == [50.5, 100, 200.25, 300, 300, 300, 300.5]
    assert PublishedSpans([], 300, 100).after_standstill(250.5) == 250.5


def test_the_file_brings_them_back(tmp_path: Path) -> None:
    marker, spans = tmp_path / "marker", PublishedSpans([(1, 5), (9, 12.25)], 20, 5)
    save(marker, "v3|1|5.0", spans)
    again = load(marker, "v3|1|5.0")
    assert again is not None
    assert (again.ended, again.start, again.live_since) == (spans.ended, 20, 5)
    assert load(marker, "v3|2|5.0") is None


@pytest.mark.parametrize(
    "text",
    ["", "world", "world\n", "world\n\n", "world\n995.5", "world\n5", "world\n5\n1 2 3\n4", "world\n5\n1 2"],
)
def test_a_file_of_another_form_begins_again(tmp_path: Path, text: str) -> None:
    marker = tmp_path / "marker"
    marker.write_text(text)
    assert load(marker, "world") is None


def test_without_its_file_a_start_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    save(tmp_path / "nowhere" / "marker", "world", PublishedSpans([], 1, 1))
    assert "orders in flight stay unfinished" in caplog.text


def test_orders_of_the_past_go_on_in_live_trade() -> None:
    spans = PublishedSpans([(0, 10_000)], 10_000, 10_000)
    spans.advance(10_000, 10_001)
    assert next(spans.seconds(10_000)) == 10_000 - IN_FLIGHT
    assert (9_999 in spans, 10_000 in spans) == (True, True)
