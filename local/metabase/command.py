"""`./stack metabase`: the Metabase of Compose, or any other of the supported version."""

from typing import Annotated

import typer

from local.cards.definition import load
from local.metabase.provision import provision
from local.metabase.settings import from_values
from local.settings import Settings


def metabase(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(help="An existing Metabase; without it the one of Compose, at METABASE_PORT."),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="METABASE_API_KEY", help="A key of an administrator, instead of METABASE_ADMIN_PASSWORD."
        ),
    ] = None,
    warehouse: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Where Metabase reaches PostgreSQL, instead of METABASE_WAREHOUSE."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite what somebody edited in Metabase.")
    ] = False,
) -> None:
    """Bring Metabase to what sql/dashboards defines: database, cards, dashboards, and a group of viewers."""
    values = Settings.load(env_file=context.find_root().params["env_file"]).values
    default = values.get("METABASE_URL") or f"http://127.0.0.1:{values.get('METABASE_PORT') or 3000}"
    given = {"METABASE_URL": url or default, "METABASE_API_KEY": api_key, "METABASE_WAREHOUSE": warehouse}
    chosen = {name: value for name, value in given.items() if value}
    for line in provision(from_values({**values, **chosen}, force=force), load()).lines():
        typer.echo(line)
