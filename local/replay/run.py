"""One replay from file to report: what `command.py` calls once it knows what is wanted."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from dotenv import dotenv_values
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from local.replay import history, mapping, reading
from local.replay.errors import BadInput
from local.replay.mapping import Choices, Layout
from local.replay.publish import BATCH_BYTES, Outcome, Publisher, batches
from local.replay.reading import BadRow
from local.settings import LOOPBACK, ROOT


@dataclass(frozen=True)
class Target:
    """The event service, how we may publish to it, and what it takes."""

    url: str
    token: str = field(repr=False)
    max_body_bytes: int
    earliest: datetime
    latest: datetime

    @classmethod
    def from_environment(cls, url: str | None, env_file: Path | None) -> "Target":
        """From `.env`, which the environment overrides. Raises BadInput naming the variable that is wrong."""
        values = dotenv_values(env_file or ROOT / ".env", interpolate=False)
        env = {name: value for name, value in {**values, **os.environ}.items() if value}
        host = env.get("EVENT_HOST", LOOPBACK)
        host = LOOPBACK if host in ("0.0.0.0", "::") else host  # noqa: S104 - recognised, not bound
        try:
            ahead = timedelta(hours=float(env.get("EVENT_TS_MAX_AHEAD_HOURS", 48)))
            earliest = datetime.fromisoformat(env.get("EVENT_TS_MIN", "2000-01-01T00:00:00Z")).astimezone(UTC)
            body = int(env.get("EVENT_MAX_BODY_BYTES", 10_485_760))
        except ValueError as error:
            raise BadInput(f"A setting of the event service in .env cannot be read: {error}") from None
        where = url or f"http://{host}:{env.get('EVENT_PORT', 8000)}"
        return cls(where, env.get("EVENT_PUBLISH_TOKEN", ""), body, earliest, datetime.now(UTC) + ahead)


@dataclass
class Report:
    """What a replay came to."""

    orders: int = 0
    items: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    bad_rows: list[BadRow] = field(default_factory=list)

    def count(self, lines: Iterable[history.Line | BadRow]) -> Iterator[history.Line | BadRow]:
        for line in lines:
            if isinstance(line, history.Line):
                self.items += 1
                self.orders += line.begins_order
            yield line


def run(path: Path, choices: Choices, target: Target, console: Console, wait_seconds: float | None) -> Report:
    """Publish the file, waiting up to `wait_seconds` for a service that is away; None: only check the file.

    Raises BadInput or PublishingStopped.
    """
    if wait_seconds is not None and not target.token:
        raise BadInput(
            "EVENT_PUBLISH_TOKEN is not set: ./stack up (or python3 init_data_dir.py) writes it to .env."
        )
    try:
        size, file_id = path.stat().st_size, reading.fingerprint(path)
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    report = Report()
    with file, _client(target) as client, _progress(console) as progress:
        header, dialect, rows = reading.read_history(file, path.suffix, choices.delimiter, choices.encoding)
        layout = mapping.resolve(header, choices)
        show_layout(console, path, header, dialect, layout)
        lines = report.count(history.lines(rows, layout, file_id, (target.earliest, target.latest)))
        task = progress.add_task("Checking" if wait_seconds is None else "Publishing", total=size)
        publisher = Publisher(client, wait_seconds or 0)
        for messages, position, bad in batches(lines, min(BATCH_BYTES, target.max_body_bytes)):
            report.bad_rows += bad
            if wait_seconds is not None:
                report.outcome.add(publisher.publish(messages))
            progress.update(task, completed=position)
        progress.update(task, completed=size)
    report.bad_rows = sorted(report.bad_rows + report.outcome.refused, key=lambda row: row.line)
    return report


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def show_layout(
    console: Console, file: Path, header: list[str], dialect: reading.Dialect, layout: Layout
) -> None:
    """Say how the file was understood: a price taken for the wrong thing must be seen at once."""
    delimiter = {"\t": "tab"}.get(dialect.delimiter, dialect.delimiter)
    console.print(f"{file.name}: {dialect.encoding}, separated by {delimiter}", markup=False, highlight=False)
    for role, name in layout.describe(header):
        console.print(f"  {role:<14} {name}", markup=False, highlight=False)
    columns, choices = layout.columns, layout.choices
    if "date" not in columns:
        console.print(
            f"  no dates: supplied from {choices.start.isoformat()}, one minute an order", highlight=False
        )
    if "unit_price" not in columns and "line_price" not in columns:
        console.print("  no prices: they stay unknown", highlight=False)


def _client(target: Target) -> httpx.Client:
    headers = {"Authorization": f"Bearer {target.token}"}
    try:
        # Loopback or a service of ours: a proxy of the environment has no business in between.
        return httpx.Client(base_url=target.url, headers=headers, timeout=30, trust_env=False)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise BadInput(f"--url {target.url} is no address: {error}") from None
