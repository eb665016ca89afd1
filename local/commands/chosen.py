"""The settings that a command runs with: those of `--env-file`, an option of `./stack` itself, else of `.env`."""

from pathlib import Path

import typer

from local.settings import Settings


def chosen_env_file(context: typer.Context) -> Path | None:
    """The file of `--env-file`; None: the default one."""
    path = context.find_root().params["env_file"]
    return Path(path).resolve() if path else None


def chosen_settings(context: typer.Context) -> Settings:
    """The settings of that file. Raises StackError."""
    return Settings.load(env_file=chosen_env_file(context))
