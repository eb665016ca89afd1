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
def shared_stack() -> Iterator[RunningStack]:
    """Running, with the simulator silent: what arrives is what a test publishes."""
    with running_stack(SILENT) as running:
        yield running


@pytest.fixture
def stack(shared_stack: RunningStack) -> RunningStack:
    """The shared one, once all that earlier tests published is committed: a test may count what it adds."""
    _committed(shared_stack)
    return shared_stack


@pytest.fixture
def publisher(stack: RunningStack) -> Callable[..., Publisher]:
    return lambda **options: Publisher(
        stack.settings.event_url, stack.settings.values["EVENT_PUBLISH_TOKEN"], **options
    )


@pytest.fixture
def all_arrived(stack: RunningStack) -> Callable[[], None]:
    """Waits until every offset is committed, and holds the promise to account."""

    def check() -> None:
        head = _committed(stack)
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


def _committed(stack: RunningStack) -> int:
    """The offset of the newest event, once every event up to it is committed."""
    head = 0

    def caught_up() -> bool:
        nonlocal head
        head = httpx.get(f"{stack.settings.event_url}/health", timeout=5).json()["head_offset"]
        return bool((stack.value("SELECT event_offset FROM raw_data.stream_checkpoints") or 0) == head)

    eventually(caught_up, "all published events committed")
    return head
