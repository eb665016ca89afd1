"""`python -m sse_ingest rebuild`: prints the report as text, or as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sse_ingest.errors import IngestError
from sse_ingest.rebuild.diff import Difference
from sse_ingest.rebuild.rebuild import Report, Request, rebuild
from sse_ingest.settings import Warehouse, archive_folder
from sse_ingest.store.processors import load_processors


def rebuild_command(
    apply: Annotated[
        bool, typer.Option("--apply", help="Correct the rows that differ, and record that in the audit log.")
    ] = False,
    processors: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:ATTRIBUTE",
            help="Run these custom processors (a mapping of event types to functions) over the old events too.",
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(help="A table that the processors use, without its schema. Repeatable.", metavar="NAME"),
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="How many differing rows to show per table.")] = 10,
    folder: Annotated[
        Path | None,
        typer.Option(help="The folder of archived months, instead of INGEST_ARCHIVE_DIR.", metavar="DIR"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Compute the typed tables again from the raw events, and report how the live tables differ.

    Exit code 1: they differ, and nothing was changed. Exit code 2: a person has to correct something.
    """
    try:
        request = Request(
            apply=apply,
            processors=load_processors(processors) if processors else {},
            tables=table or [],
            examples=examples,
            archive_folder=archive_folder(folder),
        )
        report = rebuild(Warehouse.from_environment(), request)
    except IngestError as error:
        typer.echo(f"sse_ingest: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(_as_json(report)) if as_json else "\n".join(_lines(report)))
    if report.differences and report.applied is None:
        raise typer.Exit(1)


def _as_json(report: Report) -> dict[str, object]:
    return {**asdict(report), "differences": report.differences}


def _lines(report: Report) -> Iterator[str]:
    rate = report.events / report.seconds if report.seconds else 0
    yield f"{report.events:,} events in {report.seconds:.1f} s ({rate:,.0f} per second)"
    yield f"{'table':24}{'rows':>12}{'missing':>10}{'extra':>10}{'different':>11}"
    for name, table in report.tables.items():
        yield f"{name:24}{table.rows:>12,}{table.missing:>10,}{table.extra:>10,}{table.different:>11,}"
    for name, table in report.tables.items():
        for difference in table.examples:
            yield f"{difference.kind} in {name}: {_description(difference)}"
        if table.total > len(table.examples) > 0:
            yield f"and {table.total - len(table.examples):,} more in {name}"
    if report.applied is not None:
        corrected = sum(sum(kinds.values()) for kinds in report.applied.values())
        yield f"{corrected:,} rows were corrected; writers waited {report.held_seconds * 1000:,.0f} ms"
    elif report.differences:
        yield "Nothing was changed: --apply makes the live tables equal to the raw events."
    else:
        yield "The live tables agree with the raw events."


def _description(difference: Difference) -> str:
    key = ", ".join(f"{name} {value}" for name, value in difference.key.items())
    live, rebuilt = difference.live, difference.rebuilt
    if live is None or rebuilt is None:
        return key
    changes = (f"{name} is {value!r}, should be {rebuilt[name]!r}" for name, value in live.items())
    return f"{key}: {'; '.join(changes)}"
