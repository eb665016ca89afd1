"""What the tests of whole stacks share: a publisher, the account of a stack, and one browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.dashboard.chromium import CHROMIUM, headless_browser
from tests.support.publisher import Publisher
from tests.support.stack import RunningStack


@pytest.fixture
def publisher(stack: RunningStack) -> Callable[..., Publisher]:
    return lambda **options: Publisher(
        stack.settings.event_url, stack.settings.values["EVENT_PUBLISH_TOKEN"], **options
    )


@pytest.fixture
def all_arrived(stack: RunningStack) -> Callable[[], None]:
    """Waits until every offset is committed, and holds the promise to account."""

    def check() -> None:
        head = stack.await_committed()
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module."""
    if not CHROMIUM.exists():
        pytest.skip("no browser: install the Debian package chromium")
    expect.set_options(timeout=120_000)
    with headless_browser() as browser:
        yield browser
