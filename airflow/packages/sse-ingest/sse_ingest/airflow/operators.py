"""Airflow operators that write a Server-Sent Events stream into PostgreSQL.

    from sse_ingest.airflow.operators import SSEToPostgresOperator

    SSEToPostgresOperator(task_id="stream", standby=timedelta(seconds=50))

The operators do little: they turn connections into settings, call `run()` of the core, and push its result to XCom.
event_processors.py explains custom processors.
"""

import _thread
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from sse_ingest.airflow.assets import announce, stream_alias
from sse_ingest.airflow.companion import Companion
from sse_ingest.airflow.connections import StreamAddress, database_url, stream_address
from sse_ingest.airflow.event_processors import Processor, check_processors, create_custom_event_processor
from sse_ingest.airflow.links import DashboardLink, StreamStateLink, show_links_while_running
from sse_ingest.airflow.sensors import SSEStreamSensor
from sse_ingest.contract.protocol import Contract
from sse_ingest.contract.raw import RAW
from sse_ingest.errors import TerminalError
from sse_ingest.pipeline.progress_log import end_of_run
from sse_ingest.pipeline.run import Result, run
from sse_ingest.settings import Settings, metrics_from_environment
from sse_ingest.store.store import Tally

__all__ = [
    "SSEStreamOperator",
    "SSEStreamSensor",
    "SSEToPostgresOperator",
    "StreamInterrupted",
    "create_custom_event_processor",
]


class StreamInterrupted(AirflowException):
    """The worker has ended the task. The events that were read are committed; the next try continues from there."""


class SSEToPostgresOperator(BaseOperator):
    """Read an SSE stream into the warehouse: one batch, one transaction.

    Delivery: every event that the source delivers is in `raw_data.events_raw` exactly once, or in
    `raw_data.dead_letters`. Raw rows, typed rows, dead letters and the checkpoint are one transaction, so a
    crash at any point repeats nothing and loses nothing; an event that the source repeats is recognised by its
    event_id. There is one writer at a time per stream: a second run waits as a standby, and a writer that was
    replaced cannot commit any more.

    Why a run ends, as `reason` in XCom: `handed_over` (a successor waited `standby`), `deadline` (`run_for` is
    over), `caught_up` (mode poll), `max_events`, `paused` (the DAG was paused), `ended` (the source has ended the
    stream). A poll is skipped while another run streams. When the worker ends the task, the task commits the events
    that it has read and raises StreamInterrupted, so that Airflow starts it again. An error that does not go away by
    waiting fails the task without a retry.

    :param stream: name of the stream in the warehouse; its checkpoint has this name
    :param api_conn_id: connection of the event service, of the type Server-Sent Events or HTTP; its password is the
        bearer token
    :param postgres_conn_id: Postgres connection of the warehouse's writer
    :param source_url: address of the service in place of a connection
    :param endpoint: path of the stream or of the pages; by default that of the connection (mode `stream` only),
        else `/stream` or `/events`
    :param mode: `stream` stays connected; `poll` asks page by page until it has caught up
    :param run_for: end after this long; None: no deadline
    :param standby: hand over when a successor has waited this long; None: never. In mode `stream` a run waits beside
        the one that holds the stream; in mode `poll` it is skipped
    :param event_processors: functions by event type; `fn(cursor, event, payload)` runs in the event's savepoint
    :param contract: how the stream is read, and its typed tables; None: any stream of JSON, into the raw tables only
    :param schema: the schema of the raw tables, as `python -m sse_ingest init-db` created it
    :param max_batch: the largest number of events in one transaction
    :param max_events: end after the commit that reaches this number of events
    :param offset_variable: Airflow Variable with a copy of the position for people; None: `<stream>_stream_offset`;
        an empty string: none

    A run that ends announces its commits as an event of `stream_asset(stream)`, at most one per minute.
    """

    template_fields = (
        "stream",
        "api_conn_id",
        "postgres_conn_id",
        "source_url",
        "endpoint",
        "schema",
        "offset_variable",
    )
    ui_color = "#e8f4ea"
    operator_extra_links = (StreamStateLink(), DashboardLink())

    def __init__(  # noqa: PLR0913 - one keyword per setting, as usual for operators
        self,
        *,
        stream: str = "default",
        api_conn_id: str = "sse_default",
        postgres_conn_id: str = "postgres_default",
        source_url: str | None = None,
        endpoint: str | None = None,
        mode: Literal["stream", "poll"] = "stream",
        run_for: timedelta | None = None,
        standby: timedelta | None = None,
        event_processors: Mapping[str, Processor] | None = None,
        contract: Contract | None = None,
        schema: str = "raw_data",
        max_batch: int = 5000,
        max_events: int | None = None,
        offset_variable: str | None = None,
        outlets: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        alias = stream_alias(stream)
        super().__init__(**kwargs, outlets=[*(outlets or ()), alias])
        self.alias = alias
        if mode not in ("stream", "poll"):
            raise ValueError(f"mode must be 'stream' or 'poll', not {mode!r}")
        self.stream = stream
        self.api_conn_id = api_conn_id
        self.postgres_conn_id = postgres_conn_id
        self.source_url = source_url
        self.endpoint = endpoint
        self.mode = mode
        self.run_for = run_for
        self.standby = standby
        self.event_processors = check_processors(event_processors or {})
        self.contract = contract or RAW
        self.schema = schema
        self.max_batch = max_batch
        self.max_events = max_events
        self.offset_variable = offset_variable
        # Exists only during execute(): Airflow copies tasks, and an Event cannot be copied.
        self._stop: threading.Event | None = None
        self._killed = False

    def execute(self, context: Context) -> dict[str, Any]:
        """Run until one of the reasons above; the result goes to XCom."""
        stop = self._stop = threading.Event()
        if self._killed:
            stop.set()
        companion = Companion(
            stop,
            variable=self._mirror_name(),
            paused=_pause_check(context),
            max_events=self.max_events,
            log=self.log,
        )
        self._attempt("the task's links", lambda: show_links_while_running(self, context))
        try:
            settings = self._settings()
            with companion:
                result = run(settings, stop=stop, on_commit=companion.committed)
        except TerminalError as error:
            raise AirflowFailException(f"{type(error).__name__}: {error}") from error
        finally:
            self._stop = None
        report = self._report(result, companion.reason)
        self._attempt(
            "the asset event", lambda: announce(context, self.alias, self.stream, report, self._mirror_name())
        )
        return report

    def on_kill(self) -> None:
        """End the run: it commits the events that it has read, and returns within a tick (0.25 s)."""
        self._killed = True
        if self._stop is not None:
            # Airflow calls this in a signal handler. The interrupted thread may hold the lock that set() needs, so
            # another thread calls set().
            _thread.start_new_thread(self._stop.set, ())

    def _settings(self) -> Settings:
        address = StreamAddress(self.source_url) if self.source_url else stream_address(self.api_conn_id)
        return Settings(
            source_url=address.url,
            token=address.token,
            path=self.endpoint or (address.endpoint if self.mode == "stream" else None),
            database_url=database_url(self.postgres_conn_id),
            stream=self.stream,
            mode=self.mode,
            max_batch=self.max_batch,
            deadline_seconds=_seconds(self.run_for),
            standby_seconds=_seconds(self.standby),
            processors=self.event_processors,
            contract=self.contract,
            schema=self.schema,
            **metrics_from_environment(),
        )

    def _attempt(self, what: str, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - Airflow's API can raise any error; the commits are done
            self.log.warning("Without %s: %s: %s", what, type(error).__name__, error)

    def _mirror_name(self) -> str:
        return f"{self.stream}_stream_offset" if self.offset_variable is None else self.offset_variable

    def _report(self, result: Result, ended_by: str | None) -> dict[str, Any]:
        reason = ended_by or result.reason
        report = {
            "events": result.events,
            "batches": result.batches,
            "rejected": result.rejected,
            "duplicates": result.duplicates,
            "gaps": result.gaps,
            "events_per_second": round(result.events_per_second, 1),
            "seconds": round(result.seconds, 3),
            "first_position": result.first_position,
            "last_position": result.last_position,
            "reason": reason,
        }
        tally = Tally(result.events, result.duplicates, result.rejected, result.gaps, result.batches)
        self.log.info(end_of_run(reason, tally, result.last_position, result.seconds))
        if result.reason == "busy":
            raise AirflowSkipException(f"Another run streams '{self.stream}': nothing to do")
        if self._killed and reason == "stopped":
            raise StreamInterrupted(
                f"Ended by the worker; committed up to {result.last_position or 'the last position'}"
            )
        return report


class SSEStreamOperator(SSEToPostgresOperator):
    """SSEToPostgresOperator with the name and the arguments of the earlier operator.

    :param sse_url: full address of the stream, in place of a connection
    :param http_conn_id: the same as api_conn_id
    :param stream_endpoint: the same as endpoint
    :param variable_name: the same as offset_variable
    :param batch_size: the same as max_batch
    :param timeout, timeout_seconds: the same as run_for, in seconds or as a timedelta; the run ends in time even when
        no event arrives
    """

    def __init__(
        self,
        *,
        sse_url: str | None = None,
        http_conn_id: str | None = None,
        stream_endpoint: str | None = None,
        variable_name: str | None = None,
        batch_size: int | None = None,
        timeout: timedelta | float | None = None,
        timeout_seconds: float | None = None,
        **kwargs: Any,
    ) -> None:
        if sse_url is not None:
            parts = urlsplit(sse_url)
            kwargs["source_url"] = f"{parts.scheme}://{parts.netloc}"
            kwargs["endpoint"] = parts.path + (f"?{parts.query}" if parts.query else "") or None
        limit = timeout if timeout is not None else timeout_seconds
        renamed = {
            "api_conn_id": http_conn_id,
            "endpoint": stream_endpoint,
            "offset_variable": variable_name,
            "max_batch": batch_size,
            "run_for": limit if isinstance(limit, timedelta | None) else timedelta(seconds=limit),
        }
        kwargs |= {name: value for name, value in renamed.items() if value is not None}
        super().__init__(**kwargs)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _pause_check(context: Context) -> Callable[[], bool]:
    """A function that checks whether the DAG of a scheduled run is paused.

    A paused DAG starts no new runs, so a running one would have no successor and never end.
    """
    scheduled = context["dag_run"].run_type == "scheduled"
    ti: Any = context["ti"]  # the protocol does not list get_dag(), which Airflow has since 3.2
    dag_id = context["ti"].dag_id
    return lambda: scheduled and bool(ti.get_dag(dag_id).is_paused)
