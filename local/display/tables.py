"""The tables of `up` and `status`."""

from rich import box
from rich.console import Console
from rich.table import Table

from local.display.counters import Counters
from local.settings import READER, WAREHOUSE, Settings


def show_doors(console: Console, settings: Settings, *, with_airflow: bool, show_passwords: bool) -> None:
    """What there is, where, and how to get in; passwords by their variable's name unless asked for."""
    table = Table(title="Your stack", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("what", "address", "user", "password (in .env)"):
        table.add_column(heading, overflow="fold")
    rows = _rows(settings, with_airflow=with_airflow)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if show_passwords:  # below it, because a cell would break a long one in two
        for name in (row[3] for row in rows if settings.values.get(row[3])):
            console.print(f"{name}={settings.values[name]}", soft_wrap=True, markup=False, highlight=False)


def _rows(settings: Settings, *, with_airflow: bool) -> list[tuple[str, str, str, str]]:
    events = settings.event_url
    stream_token = "EVENT_STREAM_TOKEN" if settings.values.get("EVENT_STREAM_TOKEN") else ""
    rows = [
        ("dashboard", settings.dashboard_url, "anybody", ""),
        ("event service", f"{events}/docs", "", ""),
        ("  stream", f"{events}/stream", "bearer token" if stream_token else "anybody", stream_token),
        ("  publish", f"{events}/events", "bearer token", "EVENT_PUBLISH_TOKEN"),
        ("warehouse", f"127.0.0.1:{settings.postgres_port}", READER, "ANALYTICS_DB_PASSWORD"),
        ("  database", WAREHOUSE, "", ""),
        ("  psql", "./stack psql", "", ""),
    ]
    if with_airflow:
        rows.insert(0, ("", "", "viewer", "AIRFLOW_VIEWER_PASSWORD"))
        rows.insert(0, ("Airflow", settings.airflow_url, "admin", "AIRFLOW_ADMIN_PASSWORD"))
    return rows


def counters(now: Counters, hint: str = "") -> Table:
    """The live numbers."""
    table = Table(title=f"Orders on their way {hint}".rstrip(), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("events accepted", "committed", "lag, events", "lag, ms", "dead letters"):
        table.add_column(heading, justify="right")
    table.add_row(*now.texts())
    return table
