"""The commands of `./stack` that other rooms carry out, with options of their own. forward.py hands them over."""

from typing import Annotated

import typer

from local.commands import forward
from local.commands.chosen import chosen_settings


def dlq(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help="list, show, retry, edit or discard; each has a --help.", metavar="COMMAND …"),
    ] = None,
) -> None:
    """Look at dead letters, retry, edit or discard them, as the owner of the warehouse."""
    raise typer.Exit(forward.to_core(chosen_settings(context), "dlq", *(arguments or ["--help"])))


def airflow(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None, typer.Argument(help="As Airflow takes them.", metavar="COMMAND …")
    ] = None,
) -> None:
    """Run a command of Airflow itself, with the environment of this stack: ./stack airflow dags list."""
    raise typer.Exit(forward.to_airflow(chosen_settings(context), *(arguments or [])))


def completeness(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Report up to which offset every event is accounted for. Exit 1 when there is a hole."""
    options = ["--json"] if as_json else []
    raise typer.Exit(forward.to_core(chosen_settings(context), "completeness", *options))


def locations(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help explains them.", metavar="[FILE] [OPTIONS]…")
    ] = None,
) -> None:
    """Enter restaurants and their clocks from a CSV file; without FILE, show them as one."""
    raise typer.Exit(forward.to_schema(chosen_settings(context), "locations", *(arguments or [])))


def rebuild(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help lists the options.", metavar="[OPTIONS]…")
    ] = None,
) -> None:
    """Compute the analytics tables again from the raw events, and show or correct what differs."""
    raise typer.Exit(forward.to_core(chosen_settings(context), "rebuild", *(arguments or [])))


def archive(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help lists the options.", metavar="[OPTIONS]…")
    ] = None,
) -> None:
    """Move old months of raw events into verified Parquet files."""
    raise typer.Exit(forward.to_core(chosen_settings(context), "archive", *(arguments or [])))


def backfill(
    context: typer.Context,
    url: Annotated[str, typer.Option(help="The event service that holds the history, and nothing else.")],
    stream: Annotated[
        str, typer.Option(help="The name of the stream, under which its position is kept.")
    ] = "backfill",
    pace: Annotated[
        int | None, typer.Option(help="Events per second, at most: live streams come first.", min=1)
    ] = None,
) -> None:
    """Ingest a history from an event service of its own, to its end, beside the live stream."""
    raise typer.Exit(forward.backfill(chosen_settings(context), url, stream, pace))


def register(app: typer.Typer) -> None:
    """Add them. Where the room knows the options, they reach it as they are, `--help` too."""
    for command in (dlq, airflow, locations, rebuild, archive):
        app.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)(command)
    app.command()(completeness)
    app.command()(backfill)
