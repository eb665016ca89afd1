"""The command line: `python -m sse_ingest run | init-db | dlq | rebuild | archive | completeness`."""

import json
import logging
import signal
import threading
from dataclasses import asdict
from typing import Annotated

import typer

from sse_ingest.cli import dlq
from sse_ingest.cli.archive import archive_command
from sse_ingest.cli.completeness import completeness
from sse_ingest.cli.rebuild import rebuild_command
from sse_ingest.errors import IngestError
from sse_ingest.migrations.init_db import init_db
from sse_ingest.pipeline.run import Result, run
from sse_ingest.settings import Settings, default_writer

_PACED_BATCH = 50
"""Events per batch with --pace: writers of other streams wait while a batch is merged."""

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Ingest an SSE stream into the warehouse, exactly once."
)
app.add_typer(dlq.app, name="dlq")
app.command("rebuild")(rebuild_command)
app.command("archive")(archive_command)


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
    pace: Annotated[
        int | None,
        typer.Option(
            help="At most this many events per second, in small batches: for a backfill beside live streams.",
            min=1,
        ),
    ] = None,
) -> None:
    """Ingest until Ctrl-C or TERM, and print the result as JSON. Exit code 2: a person has to correct something."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = Settings.from_environment(
            mode="poll" if poll else "stream",
            deadline_seconds=seconds,
            standby_seconds=standby,
            pace=pace,
            **({"writer": f"backfill:{default_writer()}"} if pace else {}),
            max_batch=min(pace, _PACED_BATCH) if pace else Settings.max_batch,
        )
        result = run(settings, stop=stop)
    except IngestError as error:
        typer.echo(f"sse_ingest: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(_report(result)))


@app.command("init-db")
def init_db_command(
    url: Annotated[
        str,
        typer.Option(help="The URL of the database, with a login that may create schemas or owns this one."),
    ],
    schema: Annotated[str, typer.Option(help="The schema of the raw tables.")] = "raw_data",
    writer: Annotated[
        str | None, typer.Option(help="A role that gets what ingestion needs.", metavar="ROLE")
    ] = None,
) -> None:
    """Create the raw tables, or upgrade them to this version. It reports what it did. A second call changes nothing."""
    try:
        report = init_db(url, schema, writer)
    except IngestError as error:
        typer.echo(f"sse_ingest: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(str(report))


@app.command("completeness")
def completeness_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Show up to which offset every event is accounted for. Exit code 1: there is a hole; 2: the check failed."""
    try:
        logs = completeness(Settings.from_environment())
    except IngestError as error:
        typer.echo(f"sse_ingest: {error}", err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(logs, default=str, indent=2))
    for log in [] if as_json else logs:
        holes = ", ".join(f"{first}-{last}" for first, last in log["holes"])
        typer.echo(
            f"{log['stream']} {log['stream_id']}: complete up to offset {log['complete_up_to_offset']} "
            f"({log['complete_up_to_ts'] or 'no event yet'}), {log['committed_offsets']} offsets committed, "
            f"{log['missing_offsets']} missing{f' ({holes})' if holes else ''}, {log['dead_letters']} dead letters open"
        )
    if not logs and not as_json:
        typer.echo("No event is committed yet.")
    if not all(log["complete"] for log in logs):
        raise typer.Exit(1)


def _report(result: Result) -> dict[str, object]:
    return {**asdict(result), "events_per_second": round(result.events_per_second, 1)}
