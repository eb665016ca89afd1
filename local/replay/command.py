"""`./stack replay FILE`."""

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from local.replay import mapping
from local.replay.errors import BadInput, ReplayError
from local.replay.mapping import Choices
from local.replay.run import Report, Target, run

SHOWN_BAD_ROWS = 50
_OPTIONS = frozenset(entry.name for entry in fields(Choices)) - {"columns"}


File = Annotated[Path, typer.Argument(help="The order history: CSV or TSV with a header, one line an item.")]
Column = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        "-c",
        metavar="ROLE=HEADER",
        help=f"Name a column; roles: {', '.join(mapping.RECOGNISED)}.",
    ),
]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping", help="A TOML file: a table 'columns' of role = 'header', and these options by name."
    ),
]
PricePer = Annotated[
    str | None, typer.Option(help="What a header like item_price or price means: line (default) or unit.")
]
DateFormat = Annotated[
    str | None,
    typer.Option(help="As strptime has it, for 'date time' where these are two columns; else ISO 8601."),
]
Timezone = Annotated[str | None, typer.Option(help="Time zone of dates without an offset (UTC).")]
Start = Annotated[
    str | None,
    typer.Option(
        help="Without dates: the time of the first order; each next order is a minute later (2020-01-01)."
    ),
]
Location = Annotated[str | None, typer.Option(help="Where the file does not say (LOC-REPLAY-001).")]
ServiceType = Annotated[str | None, typer.Option(help="dine_in (default), takeout or delivery, likewise.")]
DecimalComma = Annotated[bool | None, typer.Option("--decimal-comma", help="Numbers are written 1.234,50.")]
Delimiter = Annotated[str | None, typer.Option(help="Between columns (seen from the header and the name).")]
Encoding = Annotated[str | None, typer.Option(help="Of the file (utf-8, with or without a byte order mark).")]
Url = Annotated[str | None, typer.Option(help="The event service (EVENT_HOST and EVENT_PORT of .env).")]
RetryFor = Annotated[float, typer.Option(help="Seconds to wait for a service that is away.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check the file: publish nothing.")]


def replay(  # noqa: PLR0913, PLR0917 - a command's arguments are its options
    context: typer.Context,
    file: File,
    column: Column = None,
    mapping_file: MappingFile = None,
    price_per: PricePer = None,
    date_format: DateFormat = None,
    timezone: Timezone = None,
    start: Start = None,
    location: Location = None,
    service_type: ServiceType = None,
    decimal_comma: DecimalComma = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    url: Url = None,
    retry_for: RetryFor = 60,
    dry_run: DryRun = False,
) -> None:
    """Publish a real order history through the event service.

    Every id is derived from the file's content and the line: a replay that was interrupted goes on when it
    is run again, and one that was complete adds nothing. Lines that cannot be used are listed at the end
    with the reason and stop nothing.

    Exit code 0: all usable lines are published; 1: the service is away or refuses us; 2: the file, a column
    or an option cannot be used, and nothing was published.
    """
    options = {key: value for key, value in locals().items() if key in _OPTIONS and value is not None}
    console = Console(stderr=True)
    try:
        choices = choose(options, column or [], mapping_file)
        target = Target.from_environment(url, context.find_root().params.get("env_file"))
        report = run(file, choices, target, console, None if dry_run else retry_for)
    except ReplayError as error:
        console.print(f"replay: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(2 if isinstance(error, BadInput) else 1) from None
    show(report, console, published=not dry_run)
    if report.items == 0 and report.bad_rows:
        raise typer.Exit(2)


def choose(options: dict[str, Any], columns: list[str], mapping_file: Path | None) -> Choices:
    """The mapping file's values, then the options. Raises BadInput naming the option."""
    values: dict[str, Any] = mapping.load(mapping_file) if mapping_file else {"columns": {}}
    named: dict[str, tuple[str, ...]] = {}
    for option in columns:
        role, equals, header = option.partition("=")
        if not equals:
            raise BadInput(f"--column wants ROLE=HEADER, not {option!r}.")
        named[role.strip()] = (*named.get(role.strip(), ()), header)
    values |= options
    values["columns"] = {**values["columns"], **named}
    if "start" in values:
        values["start"] = _start(values["start"])
    return Choices(**values)


def _start(value: str | datetime) -> datetime:
    try:
        start = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise BadInput(f"--start wants a time like 2020-01-01T00:00:00Z, not {value!r}.") from None
    return start.astimezone(UTC) if start.tzinfo else start.replace(tzinfo=UTC)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def show(report: Report, console: Console, *, published: bool) -> None:
    """The result on standard output, the bad rows on standard error."""
    outcome = report.outcome
    print(
        f"{_counted(report.items, 'item')} of {_counted(report.orders, 'order')}"
        + ("" if published else " could be published")
    )
    if published:
        print(f"{outcome.accepted:,} events are new, {outcome.duplicates:,} were there already")
    if report.bad_rows:
        console.print(f"{len(report.bad_rows):,} lines were left out:", style="yellow")
    for row in report.bad_rows[:SHOWN_BAD_ROWS]:
        console.print(f"  line {row.line}: {row.reason}", markup=False, highlight=False)
    if len(report.bad_rows) > SHOWN_BAD_ROWS:
        console.print(f"  and {len(report.bad_rows) - SHOWN_BAD_ROWS:,} more")
