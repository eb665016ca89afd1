"""The commands of `python -m sql`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from sql.tool import cluster, location_file
from sql.tool import locations as entered
from sql.tool import migrate as migrations
from sql.tool.errors import BadLocationsError, WarehouseError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
PASSWORD_VARIABLES = {
    "postgres_admin": "POSTGRES_ADMIN_PASSWORD",
    "restaurant_user": "RESTAURANT_DB_PASSWORD",
    "airflow_user": "AIRFLOW_DB_PASSWORD",
    "analytics_reader": "ANALYTICS_DB_PASSWORD",
    "metabase_user": "METABASE_DB_PASSWORD",
}
AdminUrl = Annotated[str, typer.Option(envvar="WAREHOUSE_ADMIN_URL", help="The superuser's URL.")]
OwnerUrl = Annotated[str, typer.Option(envvar="WAREHOUSE_OWNER_URL", help="restaurant_user's URL.")]

DefaultCurrency = Annotated[
    str,
    typer.Option(
        envvar="RESTAURANT_CURRENCY",
        help="The currency of restaurants without one, e.g. CAD; empty leaves it as it is.",
    ),
]


@app.command()
def bootstrap(admin_url: AdminUrl) -> None:
    """Create roles, databases and schemas, or correct them.

    Passwords come from POSTGRES_ADMIN_PASSWORD (optional), RESTAURANT_DB_PASSWORD, AIRFLOW_DB_PASSWORD and
    ANALYTICS_DB_PASSWORD. With METABASE_DB_PASSWORD there are a login and a database for Metabase too.
    """
    cluster.bootstrap(
        admin_url, {role: os.environ.get(name, "") for role, name in PASSWORD_VARIABLES.items()}
    )
    typer.echo("Roles, databases and schemas are in place.")


@app.command()
def migrate(owner_url: OwnerUrl, currency: DefaultCurrency = "") -> None:
    """Apply migrations, then changed views, functions and grants, then create the partitions of the next months."""
    migrations.migrate(owner_url, currency)
    state = migrations.status(owner_url)
    ahead = f", newer than {state.head} of this version: it was left as it is" if state.ahead else ""
    typer.echo(f"The warehouse is at revision {state.revision}{ahead}.")


@app.command()
def status(owner_url: OwnerUrl) -> None:
    """Show what is applied. Exit code 1 when `migrate` would change something, or a newer version has migrated it."""
    state = migrations.status(owner_url)
    typer.echo(f"revision {state.revision} of {state.head}, {len(state.months)} partitions")
    if state.ahead:
        typer.echo("A newer version has migrated it: this version leaves it as it is.")
        raise typer.Exit(1)
    for name in state.pending:
        typer.echo(f"pending: {name}")
    raise typer.Exit(0 if state.current else 1)


@app.command()
def locations(
    owner_url: OwnerUrl,
    file: Annotated[
        str | None,
        typer.Argument(
            help="CSV in UTF-8 with the columns location_code and time_zone, and optionally name, city, close_out "
            "(when the business day ends, in that time zone; 00:00 where it is empty) and currency (the default "
            "currency where it is empty). - is standard input.",
            show_default=False,
        ),
    ] = None,
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Leave existing restaurants as they are.")
    ] = False,
) -> None:
    """Insert or update restaurants and their time zones, the whole file or nothing. Without FILE, show them as CSV.

    Restaurants that are not in the file stay as they are, and so do values of columns that it does not have.
    """
    if file is None:
        typer.echo(entered.as_csv(owner_url), nl=False)
        return
    name, content = _content(file)
    counts = entered.load(owner_url, location_file.read(name, content), name, only_new=only_new)
    typer.echo(f"Restaurants: {counts}.")


def _content(file: str) -> tuple[str, bytes]:
    try:
        return ("standard input", sys.stdin.buffer.read()) if file == "-" else (file, Path(file).read_bytes())
    except OSError as error:
        raise BadLocationsError(
            f"{file} cannot be read ({error.strerror}): give a CSV file, or - for standard input."
        ) from error


def main() -> None:
    """Report expected errors as one sentence, without a traceback."""
    try:
        app()
    except (WarehouseError, psycopg.OperationalError) as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)
