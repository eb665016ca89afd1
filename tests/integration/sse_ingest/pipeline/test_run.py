"""The whole way: the real event service, the core, the real warehouse."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sse_ingest.contract.raw import RAW
from sse_ingest.errors import ConfigurationError, Unauthorized
from sse_ingest.pipeline.run import Result, run
from sse_ingest.settings import Settings
from tests.support.contention import Contention
from tests.support.events import event, published
from tests.support.service import EventService
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
def in_background() -> Iterator[Callable[..., tuple[Future[Result], threading.Event]]]:
    """Starts runs in threads; they are stopped at the end."""
    stops = []
    with ThreadPoolExecutor() as pool:

        def start(settings: Settings) -> tuple[Future[Result], threading.Event]:
            stop = threading.Event()
            stops.append(stop)
            return pool.submit(run, settings, stop=stop), stop

        try:
            yield start
        finally:
            for stop in stops:
                stop.set()


def arrived(owner: Any, events: int) -> None:
    eventually(lambda: owner.execute(EVENTS).fetchone() == (events,), f"{events} events arrive")


EVENTS = "SELECT count(*) FROM raw_data.events_raw"
OFFSETS = "SELECT array_agg(event_offset ORDER BY event_offset) FROM raw_data.events_raw"


def test_polling_takes_what_is_there_and_ends(
    service: EventService, configured: Callable[..., Settings], owner: Any
) -> None:
    for order in range(5):
        service.publish(published(order))

    result = run(configured(mode="poll"))

    assert (result.reason, result.events, result.rejected) == ("caught_up", 35, 0)
    assert result.last_position.endswith("-35")
    assert owner.execute("SELECT count(*), sum(total) FROM analytics.orders").fetchone() == (5, 62.5)
    assert run(configured(mode="poll")).events == 0


def test_a_stream_is_committed_as_it_arrives(
    service: EventService, configured: Callable[..., Settings], owner: Any, in_background: Any
) -> None:
    future, stop = in_background(configured())
    for order in range(10):
        service.publish(published(order))
    arrived(owner, 70)
    stop.set()

    result = future.result(60)

    assert (result.reason, result.events) == ("stopped", 70)
    assert owner.execute(OFFSETS).fetchone()[0] == list(range(1, 71))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_of_the_service_loses_and_repeats_nothing(
    service: EventService, configured: Callable[..., Settings], owner: Any, in_background: Any, number: int
) -> None:
    future, stop = in_background(configured())
    for order in range(6):
        service.publish(published(order))
        if order == 2:
            service.restart(number)
    arrived(owner, 42)
    stop.set()

    assert future.result(60).duplicates == 0
    assert owner.execute(OFFSETS).fetchone()[0] == list(range(1, 43))


def test_ended_database_connections_lose_and_repeat_nothing(
    service: EventService, configured: Callable[..., Settings], owner: Any, in_background: Any, warehouse: Any
) -> None:
    future, stop = in_background(configured())
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'sse_ingest%'"
    with warehouse.connect("airflow_user", autocommit=True) as other:
        for order in range(6):
            service.publish(published(order))
            arrived(owner, 7 * (order + 1))
            other.execute(ended)
    stop.set()

    assert future.result(60).duplicates == 0
    assert owner.execute("SELECT count(*) FROM raw_data.event_ids").fetchone() == (42,)


def test_one_cursor_for_stream_and_poll(
    service: EventService, configured: Callable[..., Settings], owner: Any, in_background: Any
) -> None:
    service.publish(published(1))
    run(configured(mode="poll"))
    future, stop = in_background(configured())
    service.publish(published(2))
    arrived(owner, 14)

    assert run(configured(mode="poll")).reason == "busy"
    stop.set()
    assert future.result(60).events == 7
    service.publish(published(3))
    assert run(configured(mode="poll")).events == 7


def test_handover_without_a_gap(
    service: EventService, configured: Callable[..., Settings], owner: Any, in_background: Any
) -> None:
    first, _ = in_background(configured(standby_seconds=0.5, writer="first"))
    service.publish(published(1))
    arrived(owner, 7)
    second, stop = in_background(configured(standby_seconds=0.5, writer="second"))

    assert first.result(60).reason == "handed_over"
    service.publish(published(2))
    arrived(owner, 14)
    writers = owner.execute("SELECT DISTINCT ingested_by FROM raw_data.events_raw ORDER BY 1").fetchall()
    assert writers == [("first",), ("second",)]
    stop.set()
    assert second.result(60).events == 7


def test_the_deadline_holds_when_nothing_arrives(configured: Callable[..., Settings]) -> None:
    busy, began = Contention(), time.monotonic()

    result = run(configured(deadline_seconds=1))

    assert result.reason == "deadline"
    assert time.monotonic() - began < 4 + busy.seconds


def test_a_lost_log_is_a_recorded_gap_and_the_stream_goes_on(
    service: EventService, configured: Callable[..., Settings], owner: Any
) -> None:
    service.publish(published(1))
    run(configured(mode="poll"))
    service.stop()
    for file in service.log_path.parent.glob("events.db*"):
        file.unlink()
    service.start()
    service.publish(published(2))

    run(configured(deadline_seconds=3))

    assert owner.execute("SELECT kind FROM raw_data.stream_gaps").fetchall() == [("stream_lost",)]
    assert owner.execute(EVENTS).fetchone() == (14,)


def test_a_custom_type_reaches_its_processor(
    service: EventService, configured: Callable[..., Settings], owner: Any
) -> None:
    bodies: list[dict[str, Any]] = []
    service.publish([event("loyalty_points_earned", {"points": 3}), *published(1)])
    processors = {"loyalty_points_earned": lambda _cursor, _event, body: bodies.append(body)}

    run(configured(mode="poll", processors=processors))
    run(configured(mode="poll", processors=processors))

    assert bodies == [{"points": 3}]
    assert owner.execute(EVENTS).fetchone() == (8,)


def test_what_a_person_must_mend_is_reported_at_once(
    configured: Callable[..., Settings], tmp_path: Path, warehouse: Any
) -> None:
    guarded = EventService(tmp_path / "guarded", {"EVENT_STREAM_TOKEN": "secret-of-the-readers"})
    guarded.log_path.parent.mkdir()
    guarded.start()
    try:
        with pytest.raises(Unauthorized, match="EVENT_STREAM_TOKEN"):
            run(configured(source_url=guarded.url, deadline_seconds=20))
    finally:
        guarded.stop()
    wrong = warehouse.url("airflow_user").replace("writer", "wronger")
    with pytest.raises(ConfigurationError, match="password"):
        run(configured(database_url=wrong, deadline_seconds=20))


def test_simulated_orders_arrive_whole(
    tmp_path: Path, configured: Callable[..., Settings], owner: Any, payload_sums: str
) -> None:
    folder = tmp_path / "simulated"
    folder.mkdir()
    service = EventService(folder, {"EVENT_RATE": "300"})
    service.start()
    try:
        run(configured(source_url=service.url, deadline_seconds=6))
    finally:
        service.stop()

    assert owner.execute("SELECT count(*) > 100 FROM raw_data.events_raw").fetchone() == (True,)
    assert owner.execute("SELECT count(*) FROM raw_data.dead_letters").fetchone() == (0,)
    assert owner.execute(payload_sums).fetchone()[0] is True


@pytest.fixture
def payload_sums() -> str:
    """Typed money equals the money in the raw payloads, to the cent."""
    return """
        SELECT (SELECT coalesce(sum(amount), 0) FROM analytics.payments)
             = (SELECT coalesce(sum((payload ->> 'amount')::numeric), 0) FROM raw_data.events_raw
                WHERE event_type = 'payment_captured')
    """


FOREIGN = b"""retry: 50

id: 7
event: weather
data: {"city": "Oslo",
data:  "celsius": -3.5}

data: [1, 2]

data: not JSON

"""


def test_any_stream_of_json_is_taken_raw(warehouse: Any, owner: Any) -> None:
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(FOREIGN)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = Settings(
            contract=RAW,
            source_url=f"http://127.0.0.1:{server.server_port}",
            path="/weather",
            database_url=warehouse.url("airflow_user"),
            stream="weather",
            deadline_seconds=2,
        )
        result = run(settings)
        server.shutdown()

    assert set(paths) == {"/weather"}
    assert len(paths) > 1, "the stream was not read again"
    assert (result.events, result.rejected > 0) == (2, True)
    rows = owner.execute(
        "SELECT event_type, payload FROM raw_data.events_raw ORDER BY event_offset"
    ).fetchall()
    assert rows == [("weather", {"city": "Oslo", "celsius": -3.5}), ("message", [1, 2])]
    assert owner.execute("SELECT count(*) FROM analytics.orders").fetchone() == (0,)
