"""`python -m sse_ingest dlq`: dead letters on the command line, with the owner's login."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import msgspec
import typer

from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.dlq.dead_letter import DeadLetter, readable, with_fields
from sse_ingest.dlq.operations import DeadLetters, Outcome
from sse_ingest.errors import DeadLetterRefused, IngestError
from sse_ingest.settings import Warehouse
from sse_ingest.store.processors import load_processors

app = typer.Typer(
    no_args_is_help=True, help="Dead letters: events that could not be taken, and what to do about them."
)
_RESOLVED = {"open": False, "resolved": True, "all": None}

Stream = Annotated[str | None, typer.Option(help="Only of this stream.")]
OfReason = Annotated[Reason | None, typer.Option(help="Only with this reason.")]
Processors = Annotated[
    str | None,
    typer.Option(
        metavar="MODULE:NAME", help="The processors that the operator runs with: a mapping by event type."
    ),
]
Id = Annotated[int, typer.Argument(metavar="ID", help="The number of a dead letter, as list shows it.")]


@app.command("list")
def list_command(
    stream: Stream = None,
    reason: OfReason = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only dead letters that arrived since then (UTC).")
    ] = None,
    state: Annotated[Literal["open", "resolved", "all"], typer.Option(help="Which dead letters.")] = "open",
    most: Annotated[int, typer.Option("--limit", min=1, help="Show at most this many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """List dead letters in the order of their place in the stream."""
    moment = since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since
    with _open() as dead_letters:
        listed = dead_letters.find(
            stream=stream, reason=reason, since=moment, resolved=_RESOLVED[state], most=most
        )
    if as_json:
        typer.echo(json.dumps([_columns(dead_letter) for dead_letter in listed], indent=2))
        return
    for line in _table(listed):
        typer.echo(line)


@app.command("show")
def show_command(dead_letter_id: Id) -> None:
    """Show one dead letter. Its bytes are shown as text, or in hex if text would lose something."""
    with _open() as dead_letters:
        dead_letter = dead_letters.get(dead_letter_id)
    shown = {
        **_columns(dead_letter),
        **{f"received ({form})": data for form, data in readable(dead_letter.received).items()},
    }
    width = max(map(len, shown))
    for name, value in shown.items():
        typer.echo(f"{name:{width}}  {_printable(value, keep_lines=True)}")


@app.command("retry")
def retry_command(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]…", help="The numbers of dead letters.")
    ] = None,
    reason: OfReason = None,
    everything: Annotated[bool, typer.Option("--all", help="Every open dead letter.")] = False,
    stream: Stream = None,
    processors: Processors = None,
) -> None:
    """Process dead letters again, after their cause is corrected. Exit code 1: one of them stays open."""
    if bool(ids) + (reason is not None) + everything != 1:
        _fail("Say which: numbers, or --reason, or --all.")
    with _open(processors) as dead_letters:
        chosen = ids or [
            dead_letter.dead_letter_id for dead_letter in dead_letters.find(stream=stream, reason=reason)
        ]
        _report(_one_by_one(chosen, dead_letters.retry))


@app.command("edit")
def edit_command(
    dead_letter_id: Id,
    file: Annotated[
        str | None, typer.Option("--file", "-f", help="The whole event, in a file; - reads standard input.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Set a field, as in payload.qty=2. Repeatable."),
    ] = None,
    processors: Processors = None,
) -> None:
    """Take corrected bytes in place of a dead letter. If they are refused too, nothing changes."""
    if bool(file) == bool(changes):
        _fail("Give the whole event with --file, or single fields with --set.")
    with _open(processors) as dead_letters:
        if file:
            data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes().strip()
        else:
            data = with_fields(dead_letters.get(dead_letter_id).received, changes or [])
        _report([dead_letters.edit(dead_letter_id, data)])


@app.command("discard")
def discard_command(
    ids: Annotated[list[int], typer.Argument(metavar="ID…", help="The numbers of dead letters.")],
    why: Annotated[str, typer.Option("--reason", help="Why, for the audit trail.")],
) -> None:
    """Resolve dead letters without taking their events. The dead letters and their bytes stay."""
    with _open() as dead_letters:
        _report(_one_by_one(ids, lambda dead_letter_id: dead_letters.discard(dead_letter_id, why)))


@contextmanager
def _open(processors: str | None = None) -> Iterator[DeadLetters]:
    """Open the dead letters as the owner. An error is printed as one sentence, with exit code 2."""
    try:
        with DeadLetters(
            Warehouse.from_environment(), load_processors(processors) if processors else {}
        ) as dead_letters:
            yield dead_letters
    except (IngestError, OSError) as error:
        _fail(str(error))


def _one_by_one(ids: Iterable[int], act: Callable[[int], Outcome]) -> Iterator[Outcome]:
    """Apply `act` to each dead letter. A refusal of one does not stop the others."""
    for dead_letter_id in ids:
        try:
            yield act(dead_letter_id)
        except DeadLetterRefused as error:
            yield Outcome(dead_letter_id, False, str(error))


def _report(outcomes: Iterable[Outcome]) -> None:
    open_count = 0
    for outcome in outcomes:
        open_count += not outcome.succeeded
        typer.echo(f"{outcome.dead_letter_id}: {_printable(outcome.message)}")
    if open_count:
        raise typer.Exit(1)


def _fail(message: str) -> NoReturn:
    typer.echo(f"sse_ingest: {message}", err=True)
    raise typer.Exit(2)


def _columns(dead_letter: DeadLetter) -> dict[str, Any]:
    columns: dict[str, Any] = msgspec.to_builtins(dead_letter)
    columns.pop("received")
    return columns


def _table(dead_letters: list[DeadLetter]) -> Iterator[str]:
    if not dead_letters:
        yield "No dead letters."
        return
    rows = [["id", "stream", "place", "reason", "tries", "last seen (UTC)", "detail"]]
    for dead_letter in dead_letters:
        last_seen = f"{dead_letter.last_seen:%Y-%m-%d %H:%M:%S}"
        detail = (
            f"[{dead_letter.resolution}] {dead_letter.detail}"
            if dead_letter.resolution
            else dead_letter.detail
        )
        cells = (
            dead_letter.dead_letter_id,
            dead_letter.stream,
            dead_letter.place,
            dead_letter.reason_code,
            dead_letter.attempts,
            last_seen,
            detail,
        )
        rows.append([_printable(cell)[:100] for cell in cells])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    for row in rows:
        yield "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[-1]])


def _printable(value: object, *, keep_lines: bool = False) -> str:
    """The value without control characters: the content of an event must not control the reader's terminal."""
    whitespace = "\n\t" if keep_lines else ""
    return "".join(c if c.isprintable() or c in whitespace else f"\\x{ord(c):02x}" for c in str(value))
