"""`python -m sse_ingest dlq`: dead letters from a shell, with the owner's login."""

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
Id = Annotated[int, typer.Argument(metavar="ID", help="A letter, by the number that list shows.")]


@app.command("list")
def list_command(
    stream: Stream = None,
    reason: OfReason = None,
    since: Annotated[datetime | None, typer.Option(help="Only those seen since then (UTC).")] = None,
    state: Annotated[Literal["open", "resolved", "all"], typer.Option(help="Which letters.")] = "open",
    most: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """List letters in the order of their place in the stream."""
    moment = since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since
    with _letters() as letters:
        found = letters.find(stream=stream, reason=reason, since=moment, resolved=_RESOLVED[state], most=most)
    if as_json:
        typer.echo(json.dumps([_columns(letter) for letter in found], indent=2))
        return
    for line in _table(found):
        typer.echo(line)


@app.command("show")
def show_command(letter_id: Id) -> None:
    """Show all of a letter; its bytes as text, or in hex where text would lose something."""
    with _letters() as letters:
        letter = letters.letter(letter_id)
    shown = {
        **_columns(letter),
        **{f"received ({how})": what for how, what in readable(letter.received).items()},
    }
    width = max(map(len, shown))
    for name, value in shown.items():
        typer.echo(f"{name:{width}}  {_printable(value, keep_lines=True)}")


@app.command("retry")
def retry_command(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]…", help="These letters.")] = None,
    reason: OfReason = None,
    everything: Annotated[bool, typer.Option("--all", help="Every open letter.")] = False,
    stream: Stream = None,
    processors: Processors = None,
) -> None:
    """Read letters again, once what refused them is mended. Exit 1 when one stays open."""
    if bool(ids) + (reason is not None) + everything != 1:
        _fail("Say which: numbers, or --reason, or --all.")
    with _letters(processors) as letters:
        chosen = ids or [found.dead_letter_id for found in letters.find(stream=stream, reason=reason)]
        _report(_one_by_one(chosen, letters.retry))


@app.command("edit")
def edit_command(
    letter_id: Id,
    file: Annotated[
        str | None, typer.Option("--file", "-f", help="The whole event, in a file; - reads standard input.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Set a field, as in payload.qty=2. Repeatable."),
    ] = None,
    processors: Processors = None,
) -> None:
    """Take other bytes in a letter's place. If they are refused as well, nothing changes."""
    if bool(file) == bool(changes):
        _fail("Give the whole event with --file, or single fields with --set.")
    with _letters(processors) as letters:
        if file:
            data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes().strip()
        else:
            data = with_fields(letters.letter(letter_id).received, changes or [])
        _report([letters.edit(letter_id, data)])


@app.command("discard")
def discard_command(
    ids: Annotated[list[int], typer.Argument(metavar="ID…", help="These letters.")],
    why: Annotated[str, typer.Option("--reason", help="Why, for the audit trail.")],
) -> None:
    """Give letters up. They and their bytes stay, but are open no more."""
    with _letters() as letters:
        _report(_one_by_one(ids, lambda letter_id: letters.discard(letter_id, why)))


@contextmanager
def _letters(processors: str | None = None) -> Iterator[DeadLetters]:
    """The owner's dead letters; what goes wrong is one sentence, and exit 2."""
    try:
        with DeadLetters(
            Warehouse.from_environment(), load_processors(processors) if processors else {}
        ) as letters:
            yield letters
    except (IngestError, OSError) as error:
        _fail(str(error))


def _one_by_one(ids: Iterable[int], act: Callable[[int], Outcome]) -> Iterator[Outcome]:
    """What cannot be done to one letter must not keep the others from it."""
    for letter_id in ids:
        try:
            yield act(letter_id)
        except DeadLetterRefused as error:
            yield Outcome(letter_id, False, str(error))


def _report(outcomes: Iterable[Outcome]) -> None:
    left = 0
    for outcome in outcomes:
        left += not outcome.done
        typer.echo(f"{outcome.letter_id}: {_printable(outcome.said)}")
    if left:
        raise typer.Exit(1)


def _fail(said: str) -> NoReturn:
    typer.echo(f"sse_ingest: {said}", err=True)
    raise typer.Exit(2)


def _columns(letter: DeadLetter) -> dict[str, Any]:
    columns: dict[str, Any] = msgspec.to_builtins(letter)
    columns.pop("received")
    return columns


def _table(letters: list[DeadLetter]) -> Iterator[str]:
    if not letters:
        yield "No dead letters."
        return
    rows = [["id", "stream", "place", "reason", "tries", "last seen (UTC)", "detail"]]
    for letter in letters:
        seen = f"{letter.last_seen:%Y-%m-%d %H:%M:%S}"
        detail = f"[{letter.resolution}] {letter.detail}" if letter.resolution else letter.detail
        cells = (
            letter.dead_letter_id,
            letter.stream,
            letter.place,
            letter.reason_code,
            letter.attempts,
            seen,
            detail,
        )
        rows.append([_printable(cell)[:100] for cell in cells])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    for row in rows:
        yield "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[-1]])


def _printable(value: object, *, keep_lines: bool = False) -> str:
    """Whoever sent the event must not steer the terminal of whoever looks at it."""
    kept = "\n\t" if keep_lines else ""
    return "".join(c if c.isprintable() or c in kept else f"\\x{ord(c):02x}" for c in str(value))
