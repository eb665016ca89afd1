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
from local.commands import completion, doctor, forward, psql, status, up
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
from local.settings import READER, WAREHOUSE, Settings
from sql.tool.errors import WarehouseError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The restaurant warehouse on this machine: PostgreSQL, event service, Airflow and dashboard.",
)
console = Console(width=None if sys.stdout.isatty() else 120, soft_wrap=not sys.stdout.isatty())
chosen: dict[str, Path | None] = {"env_file": None}

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
    del version
    chosen["env_file"] = env_file.resolve() if env_file else None


def settings() -> Settings:
    return Settings.load(env_file=chosen["env_file"])


@app.command("up")
def up_command(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once everything runs.")] = False,
    without_airflow: Annotated[
        bool,
        typer.Option("--without-airflow", help="Ingest without Airflow: a quick look, with the same core."),
    ] = False,
    show_passwords: ShowPasswords = False,
) -> None:
    """Start everything and show the orders flowing, until Ctrl-C stops it."""
    up.up(
        chosen["env_file"],
        console,
        detach=detach,
        with_airflow=not without_airflow,
        show_passwords=show_passwords,
    )


@app.command("down")
def down_command() -> None:
    """Stop everything, in whichever terminal it was started; the data stay."""
    up.down(settings(), console)


@app.command("restart")
def restart_command(service: ServiceName) -> None:
    """End and start one service of the running stack, and return when it is ready."""
    restart(settings(), console, service)


@app.command("reset")
def reset_command(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove all data of the stack, after a question: the warehouse, the event log, Airflow's state, archives, logs."""
    reset(settings(), console, lambda question: yes or typer.confirm(question))


@app.command("status")
def status_command(show_passwords: ShowPasswords = False) -> None:
    """Show what runs, where, and how far the orders have come. Exit 1 when something does not run."""
    if not status.show(settings(), console, show_passwords=show_passwords):
        raise typer.Exit(1)


@app.command("logs")
def logs_command(
    service: ServiceName,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")
    ] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines to begin with.")] = 50,
) -> None:
    """Print the end of a service's log."""
    log = logs.find(settings().log_dir, service)
    for line in logs.last_lines(log, lines):
        typer.echo(line)
    if follow:
        for line in logs.follow(log):
            typer.echo(line)


@app.command("psql")
def psql_command(
    role: Annotated[str, typer.Option(help="The role to log in as.")] = READER,
    command: Annotated[str | None, typer.Option("--command", "-c", help="Run this SQL and return.")] = None,
    database: Annotated[str, typer.Option("--database", help="The database.")] = WAREHOUSE,
) -> None:
    """Open psql on the warehouse, logged in."""
    psql.run(settings(), role, command, database)


@app.command("doctor")
def doctor_command() -> None:
    """Check what the stack needs and say what to do about what is missing."""
    if not doctor.show(chosen["env_file"], console):
        raise typer.Exit(1)


@app.command("dlq", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def dlq_command(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help="list, show, retry, edit or discard; each has a --help.", metavar="COMMAND …"),
    ] = None,
) -> None:
    """Look at dead letters, retry, edit or discard them, as the owner of the warehouse."""
    raise typer.Exit(forward.to_core(settings(), "dlq", *(arguments or ["--help"])))


@app.command("airflow", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def airflow_command(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="As Airflow takes them.", metavar="COMMAND …")
    ] = None,
) -> None:
    """Run a command of Airflow itself, with the environment of this stack: ./stack airflow dags list."""
    raise typer.Exit(forward.to_airflow(settings(), *(arguments or [])))


@app.command("completeness")
def completeness_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Certify up to which offset every event is accounted for. Exit 1 when there is a hole."""
    raise typer.Exit(forward.to_core(settings(), "completeness", *(["--json"] if as_json else [])))


@app.command("locations", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def locations_command(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help explains them.", metavar="[FILE] [OPTIONS]…")
    ] = None,
) -> None:
    """Enter restaurants and their clocks from a CSV file; without FILE, show them as one."""
    raise typer.Exit(forward.to_schema(settings(), "locations", *(arguments or [])))


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


@app.command("rebuild", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def rebuild_command(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help lists the options.", metavar="[OPTIONS]…")
    ] = None,
) -> None:
    """Compute the analytics tables again from the raw events, and show or correct what differs."""
    raise typer.Exit(forward.to_core(settings(), "rebuild", *(arguments or [])))


@app.command("archive", context_settings={"ignore_unknown_options": True}, add_help_option=False)
def archive_command(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="--help lists the options.", metavar="[OPTIONS]…")
    ] = None,
) -> None:
    """Move old months of raw events into verified Parquet files."""
    raise typer.Exit(forward.to_core(settings(), "archive", *(arguments or [])))


@app.command("backfill")
def backfill_command(
    url: Annotated[str, typer.Option(help="The event service that holds the history, and nothing else.")],
    stream: Annotated[
        str, typer.Option(help="The name of the stream, under which its position is kept.")
    ] = "backfill",
    pace: Annotated[
        int | None, typer.Option(help="Events a second, at most: live streams come first.", min=1)
    ] = None,
) -> None:
    """Ingest a history from an event service of its own, to its end, beside the live stream."""
    raise typer.Exit(forward.backfill(settings(), url, stream, pace))


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
