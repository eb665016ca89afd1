"""`./stack`: the command line. Each command is a few lines here; what it does is in a module of its own."""

import errno
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer.completion import completion_init  # type: ignore[attr-defined]

from api import __version__
from local.checks import run as checks
from local.commands import completion, doctor, other_rooms, psql, status, up
from local.commands.chosen import chosen_env_file, chosen_settings
from local.commands.reset import reset
from local.commands.restart import restart
from local.development import dev_tools, from_tests
from local.development.build import build
from local.development.docs import docs
from local.dictionary import dictionary
from local.display import logs
from local.errors import StackError
from local.metabase.command import metabase
from local.replay import replay
from local.settings import READER, WAREHOUSE
from sql.tool.errors import WarehouseError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The restaurant warehouse on this machine: PostgreSQL, event service, Airflow and dashboard.",
)
console = Console(width=None if sys.stdout.isatty() else 120, soft_wrap=not sys.stdout.isatty())

ShowPasswords = Annotated[
    bool, typer.Option("--show-passwords", help="Show passwords instead of their names in .env.")
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


ServiceName = Annotated[
    str,
    typer.Argument(help="A service, as ./stack status names it.", autocompletion=completion.service_names),
]


@app.callback()
def main(
    env_file: Annotated[
        Path | None,
        typer.Option(envvar="STACK_ENV_FILE", help="Settings file to use instead of .env.", metavar="FILE"),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and return."),
    ] = False,
) -> None:
    """The restaurant warehouse on this machine: PostgreSQL, event service, Airflow and dashboard."""
    del env_file, version  # commands read the file from their context: see local/commands/chosen.py


@app.command("up")
def up_command(
    context: typer.Context,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once everything runs.")] = False,
    without_airflow: Annotated[
        bool,
        typer.Option("--without-airflow", help="Ingest without Airflow: a quick look, with the same core."),
    ] = False,
    show_passwords: ShowPasswords = False,
) -> None:
    """Start everything and show the orders flowing, until Ctrl-C stops it."""
    up.up(
        chosen_env_file(context),
        console,
        detach=detach,
        with_airflow=not without_airflow,
        show_passwords=show_passwords,
    )


@app.command("down")
def down_command(context: typer.Context) -> None:
    """Stop everything, in whichever terminal it was started; the data stay."""
    up.down(chosen_settings(context), console)


@app.command("restart")
def restart_command(context: typer.Context, service: ServiceName) -> None:
    """End and start one service of the running stack, and return when it is ready."""
    restart(chosen_settings(context), console, service)


@app.command("reset")
def reset_command(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove all data of the stack, after a question: the warehouse, the event log, Airflow's state, archives, logs."""
    reset(chosen_settings(context), console, lambda question: yes or typer.confirm(question))


@app.command("status")
def status_command(context: typer.Context, show_passwords: ShowPasswords = False) -> None:
    """Show what runs, where, and how far the orders have come. Exit 1 when something does not run."""
    if not status.show(chosen_settings(context), console, show_passwords=show_passwords):
        raise typer.Exit(1)


@app.command("logs")
def logs_command(
    context: typer.Context,
    service: ServiceName,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")
    ] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines to begin with.")] = 50,
) -> None:
    """Print the end of a service's log."""
    log = logs.find(chosen_settings(context).log_dir, service)
    for line in logs.last_lines(log, lines):
        typer.echo(line)
    if follow:
        for line in logs.follow(log):
            typer.echo(line)


@app.command("psql")
def psql_command(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="The role to log in as.")] = READER,
    command: Annotated[str | None, typer.Option("--command", "-c", help="Run this SQL and return.")] = None,
    database: Annotated[str, typer.Option("--database", help="The database.")] = WAREHOUSE,
) -> None:
    """Open psql on the warehouse, logged in."""
    psql.run(chosen_settings(context), role, command, database)


@app.command("doctor")
def doctor_command(context: typer.Context) -> None:
    """Check what the stack needs and say what to do about what is missing."""
    if not doctor.show(chosen_env_file(context), console):
        raise typer.Exit(1)


other_rooms.register(app)


@app.command("test", context_settings={"ignore_unknown_options": True})
def check_command(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help="Given to pytest, which then runs alone.", metavar="[PYTEST ARGUMENTS]…"),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="The long tests too, and every example of the properties.")
    ] = False,
) -> None:
    """Run the quick checks, or all: ruff, mypy, the import contracts, and the tests."""
    dev_tools.ensure()
    if not checks.run(arguments or [], console, everything=everything):
        raise typer.Exit(1)


@app.command("chaos", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def chaos_command(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help lists the options.", metavar="[OPTIONS]…")
    ] = None,
) -> None:
    """Break the real processes in every way at every step, and check that no event is lost or taken twice."""
    dev_tools.ensure()
    from_tests.run("chaos", arguments or [])


@app.command("bench", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def bench_command(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help="--help lists the suites and options.", metavar="[SUITE]… [OPTIONS]…"),
    ] = None,
) -> None:
    """Measure how fast everything is on this machine, beside what the machine can do at best."""
    dev_tools.ensure()
    from_tests.run("bench", arguments or [])


@app.command("screenshots", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def screenshots_command(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help lists the options.", metavar="[OPTIONS]…")
    ] = None,
) -> None:
    """Take the pictures of the README and the docs from a scratch stack, after a change of cards or page."""
    dev_tools.ensure()
    from_tests.run("screenshots", arguments or [])


@app.command("completion")
def completion_command(
    shell: Annotated[completion.Shell, typer.Argument(help="bash, zsh or fish.")],
) -> None:
    """Print the script for your shell: source <(./stack completion bash)."""
    typer.echo(completion.script(shell))


app.command()(replay)
app.command()(dictionary)
app.command()(docs)
app.command()(metabase)
app.command()(build)


def run() -> int:
    """The command line, with our errors as one sentence each."""
    try:
        completion_init()
        app(prog_name="./stack", complete_var=completion.VARIABLE)
    except (StackError, WarehouseError) as error:
        typer.echo(f"stack: {error}", err=True)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        typer.echo(
            "stack: The disk is full: free some space, or set DATA_DIR in .env to another disk.", err=True
        )
    return 1


if __name__ == "__main__":
    sys.exit(run())
