"""The core from a shell: `python -m sse_ingest run`, wherever there is no Airflow."""

import json
import logging
import signal
import threading
from dataclasses import asdict
from typing import Annotated

import typer

from sse_ingest.errors import IngestError
from sse_ingest.ingest import Result, run
from sse_ingest.settings import Settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Ingest an SSE stream into the warehouse, exactly once."
)


@app.callback()
def main() -> None:
    """Ingest an SSE stream into the warehouse, exactly once. Settings come from INGEST_* variables."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


@app.command("run")
def run_command(
    poll: Annotated[
        bool, typer.Option("--poll", help="Poll GET /events until caught up, instead of streaming.")
    ] = False,
    seconds: Annotated[float | None, typer.Option("--for", help="End after this many seconds.")] = None,
    standby: Annotated[
        float | None, typer.Option(help="Hand over to a successor that has waited this many seconds.")
    ] = None,
) -> None:
    """Ingest until Ctrl-C or TERM; prints the result as JSON. Exit 2: something that a person must mend."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = Settings.from_environment(
            mode="poll" if poll else "stream", deadline_seconds=seconds, standby_seconds=standby
        )
        result = run(settings, stop=stop)
    except IngestError as error:
        typer.echo(f"sse_ingest: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(_report(result)))


def _report(result: Result) -> dict[str, object]:
    return {**asdict(result), "events_per_second": round(result.events_per_second, 1)}
