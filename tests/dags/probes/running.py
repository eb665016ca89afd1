"""The operator around a core that is played here: prints what each case came to."""

import copy
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path

from sse_ingest.contract.raw import RAW
from sse_ingest.errors import DatabaseUnavailable, Unauthorized
from sse_ingest.pipeline.run import Progress, Reason, Result
from sse_ingest.store.store import Tally
from sse_operator import SSEStreamOperator, SSEToPostgresOperator

Case = Callable[[], Any]
CASES: dict[str, Case] = {}
settings_of_runs: list[Any] = []
mirrored: list[tuple[str, str]] = []


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


def result(reason: Reason) -> Result:
    return Result(
        events=1200,
        batches=3,
        rejected=1,
        duplicates=2,
        gaps=0,
        first_position="log-1",
        last_position="log-1200",
        seconds=2.0,
        reason=reason,
    )


def progress(events: int) -> Progress:
    return Progress(tally=Tally(events=events), position=f"log-{events}")


def context(*, paused: bool = False) -> Any:
    ti = SimpleNamespace(
        dag_id="d",
        get_dag=lambda _dag_id: SimpleNamespace(is_paused=paused),
        xcom_push=lambda **_: None,
    )
    return {"ti": ti, "dag_run": SimpleNamespace(run_type="scheduled")}


def executed(run: Callable[..., Result], *, paused: bool = False, **arguments: Any) -> dict[str, Any]:
    operator = SSEToPostgresOperator(task_id="t", **arguments)
    return attempt(operator, run, paused=paused)


def attempt(operator: Any, run: Callable[..., Result], *, paused: bool = False) -> dict[str, Any]:
    def remembering(settings: Any, **options: Any) -> Result:
        settings_of_runs.append(settings)
        return run(settings, **options)

    mirrored.clear()
    try:
        with patch("sse_ingest.airflow.operators.run", remembering):
            answer = operator.execute(context(paused=paused))
    except Exception as error:  # noqa: BLE001 - which one is the answer
        return {"raised": type(error).__name__, "says": str(error), "cause": type(error.__cause__).__name__}
    return {"returned": answer, "mirrored": mirrored[-1:]}


def ends(reason: Reason) -> Callable[..., Result]:
    def run(settings: Any, *, stop: threading.Event, on_commit: Callable[[Progress], None]) -> Result:
        on_commit(progress(1200))
        return result(reason)

    return run


def raises(error: Exception) -> Callable[..., Result]:
    def run(settings: Any, **_: Any) -> Result:
        raise error

    return run


def until_stopped(settings: Any, *, stop: threading.Event, on_commit: Callable[[Progress], None]) -> Result:
    """Commits ten events at a time, and is in and out of the lock of `stop` as often as can be."""
    for count in range(1, 100_000_000):
        on_commit(progress(10 * count))
        if stop.wait(0):
            return result("stopped")
    raise AssertionError("nobody asked it to stop")


@case
def a_run() -> Any:
    return executed(ends("handed_over"))


@case
def busy() -> Any:
    return executed(ends("busy"), mode="poll")


@case
def terminal() -> Any:
    return executed(raises(Unauthorized("The event service refuses the token.")))


@case
def transient() -> Any:
    return executed(raises(DatabaseUnavailable("Connection refused.")))


@case
def wrong_setting() -> Any:
    return executed(ends("ended"), source_url="ftp://till")


@case
def killed_while_handing_over() -> Any:
    operator = SSEToPostgresOperator(task_id="t")
    operator.on_kill()
    return attempt(operator, ends("handed_over"))


@case
def mirror_fails() -> Any:
    with patch("sse_ingest.airflow.companion.Variable.set", side_effect=PermissionError("refused")):
        return executed(ends("deadline"))


@case
def no_mirror() -> Any:
    return executed(ends("deadline"), offset_variable="")


@case
def killed() -> Any:
    """SIGTERM on the main thread while it is in and out of the lock of the very event that it sets, many times."""
    errors, slowest = set(), 0.0
    for _ in range(50):
        operator = SSEToPostgresOperator(task_id="t", offset_variable="")
        signal.signal(signal.SIGTERM, lambda *_, on_kill=operator.on_kill: on_kill())
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGTERM)).start()
        began = time.monotonic()
        errors.add(attempt(operator, until_stopped)["raised"])
        slowest = max(slowest, time.monotonic() - began)
    return {"raised": sorted(errors), "slowest": slowest}


@case
def killed_before_it_began() -> Any:
    operator = SSEToPostgresOperator(task_id="t")
    operator.on_kill()
    return attempt(operator, until_stopped)


@case
def paused() -> Any:
    return executed(until_stopped, paused=True)


@case
def enough_events() -> Any:
    return executed(until_stopped, max_events=50)


@case
def settings() -> Any:
    executed(
        ends("ended"),
        stream="till",
        endpoint="/feed",
        mode="stream",
        run_for=timedelta(minutes=1),
        standby=timedelta(seconds=50),
        max_batch=7,
        raw=True,
    )
    texts = {
        name: value
        for name, value in vars(settings_of_runs[-1]).items()
        if name not in ("contract", "processors", "writer")
    }
    return texts | {"raw": settings_of_runs[-1].contract is RAW}


@case
def legacy() -> Any:
    operator = SSEStreamOperator(
        task_id="t",
        sse_url="https://events.example.com:8443/v1/stream?types=order_created",
        postgres_conn_id="elsewhere",
        variable_name="where_i_am",
        batch_size=100,
        timeout_seconds=300,
        max_events=1000,
    )
    by_connection = SSEStreamOperator(task_id="u", http_conn_id="api", stream_endpoint="/s", timeout=5)
    names = ("source_url", "endpoint", "postgres_conn_id", "offset_variable", "max_batch", "max_events")
    return {
        "by_url": {name: getattr(operator, name) for name in names} | {"run_for": str(operator.run_for)},
        "by_connection": [
            by_connection.api_conn_id,
            by_connection.endpoint,
            str(by_connection.run_for),
            isinstance(by_connection, SSEToPostgresOperator),
        ],
    }


@case
def refused() -> Any:
    """The error messages for wrong arguments, while the DAG is read."""

    def message(make: Callable[[], Any]) -> str:
        try:
            make()
        except (TypeError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        return "nothing"

    wrong: Any = "push"
    return {
        "unknown": message(lambda: SSEStreamOperator(task_id="t", kafka_topic="orders")),
        "mode": message(lambda: SSEToPostgresOperator(task_id="t", mode=wrong)),
        "processor": message(
            lambda: SSEToPostgresOperator(task_id="t", event_processors={"x": lambda _event: None})
        ),
    }


@case
def template_fields() -> Any:
    return list(SSEToPostgresOperator.template_fields)


@case
def copies() -> Any:
    """Airflow copies tasks when it takes a part of a DAG, before and after they ran."""
    operator = SSEToPostgresOperator(task_id="t")
    copy.deepcopy(operator)
    attempt(operator, ends("ended"))
    return copy.deepcopy(operator).task_id


def remember(key: str, value: str, description: str | None = None) -> None:
    mirrored.append((key, value))


with (
    patch("sse_ingest.airflow.companion.Variable.set", remember),
    patch("sse_ingest.airflow.companion.Companion.round_seconds", 0.05),
    patch("sse_ingest.airflow.operators.announce"),  # see announcing.py
):
    sys.stdout.write(json.dumps({name: function() for name, function in CASES.items()}) + "\n")
