"""One whole stack for all end-to-end tests: embedded PostgreSQL, the event service, real Airflow. And one browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.support.dashboard.chromium import CHROMIUM, headless_browser
from tests.support.publisher import Publisher
from tests.support.stack import RunningStack, running_stack
from tests.support.waiting import eventually

SILENT = {"EVENT_RATE": "0", "RESTAURANT_STREAM_INTERVAL_SECONDS": "30"}


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """Running, with the simulator silent: what arrives is what a test publishes."""
    with running_stack(SILENT) as running:
        yield running


@pytest.fixture
def publisher(stack: RunningStack) -> Callable[..., Publisher]:
    return lambda **options: Publisher(
        stack.settings.event_url, stack.settings.values["EVENT_PUBLISH_TOKEN"], **options
    )


@pytest.fixture
def all_arrived(stack: RunningStack) -> Callable[[], None]:
    """Waits until every offset is committed, and holds the promise to account."""

    def check() -> None:
        head = httpx.get(f"{stack.settings.event_url}/health", timeout=5).json()["head_offset"]
        eventually(
            lambda: stack.value("SELECT event_offset FROM raw_data.stream_checkpoints") == head,
            f"offset {head} committed",
        )
        account = """
            SELECT count(*) FROM (
                SELECT event_offset FROM raw_data.events_raw
                UNION ALL SELECT event_offset FROM raw_data.duplicates
                UNION ALL SELECT event_offset FROM raw_data.dead_letters) AS taken
            UNION ALL
            SELECT count(DISTINCT event_offset) FROM (
                SELECT event_offset FROM raw_data.events_raw
                UNION ALL SELECT event_offset FROM raw_data.duplicates
                UNION ALL SELECT event_offset FROM raw_data.dead_letters) AS taken
        """
        assert stack.query(account) == [(head,), (head,)]
        assert stack.value("SELECT count(*) FROM raw_data.dead_letters") == 0
        assert stack.value("SELECT count(*) FROM raw_data.stream_gaps") == 0
        assert stack.query("SELECT holes, complete FROM analytics.completeness()") == [([], True)]
        failing = "SELECT check_name, details FROM analytics.validate_data_consistency() WHERE status <> 'ok'"
        assert stack.query(failing) == []

    return check


@pytest.fixture
def shared_data() -> Path:
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real order data are not beside the project: ../shared/data is absent")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module."""
    if not CHROMIUM.exists():
        pytest.skip("no browser: install the Debian package chromium")
    expect.set_options(timeout=120_000)
    with headless_browser() as browser:
        yield browser
