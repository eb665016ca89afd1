"""The lag in milliseconds."""

from datetime import UTC, datetime, timedelta

import pytest

from local.display.counters import Counters, lag_ms

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("committed", "happened", "behind", "lag"),
    [
        (None, None, True, None),
        (NOW, NOW - SECOND, False, 1000),
        (NOW - 5 * SECOND, NOW - 6 * SECOND, False, 1000),
        (NOW - 5 * SECOND, NOW - 6 * SECOND, True, 5000),
        (NOW - SECOND, NOW - timedelta(days=900), False, 0),
        (NOW - SECOND, NOW - timedelta(days=900), True, 1000),
        (NOW - SECOND, NOW + timedelta(hours=1), False, 0),
    ],
    ids=["nothing yet", "live", "quiet", "stalled", "history", "history, behind", "clock ahead"],
)
def test_lag(committed: datetime | None, happened: datetime | None, *, behind: bool, lag: int | None) -> None:
    assert lag_ms(committed, happened, behind=behind, now=NOW) == lag


def test_unknown_parts_show_as_unknown() -> None:
    assert Counters(accepted=12).texts() == ["12", "-", "-", "-", "-"]
    assert Counters(accepted=3, committed=5).lag_events == 0
    assert Counters(1234, 1000, 7, 0).line() == (
        "accepted 1,234, committed 1,000, lag events 234, lag ms 7, dead letters 0"
    )
