"""`./stack docs`: the documentation as a website, which needs nothing from outside this machine."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from local import dev_tools
from local.errors import StackError
from local.settings import LOOPBACK, ROOT

CONFIG = ROOT / "mkdocs.yml"
SITE = ROOT / "var" / "docs"


def docs(
    build: Annotated[bool, typer.Option("--build", help="Only write the website to var/docs.")] = False,
    port: Annotated[int, typer.Option(help="The port of the website, on loopback.", min=1, max=65535)] = 8060,
) -> None:
    """Build the documentation and serve it on loopback, until Ctrl-C."""
    dev_tools.ensure()
    if build:
        write(SITE)
        typer.echo(f"The documentation is in {SITE}: open index.html there.")
        return
    typer.echo(f"The documentation is at http://{LOOPBACK}:{port}; Ctrl-C ends it.")
    raise typer.Exit(_mkdocs("serve", CONFIG, "--dev-addr", f"{LOOPBACK}:{port}"))


def write(site: Path, config: Path = CONFIG) -> None:
    """Write the website into a folder. Raises StackError when a page or a link is wrong."""
    if _mkdocs("build", config, "--site-dir", str(site)) != 0:
        raise StackError("the documentation has the mistakes above: correct these pages.")


def _mkdocs(command: str, config: Path, *options: str) -> int:
    """MkDocs, where a warning is an error; its exit code. (With --quiet it would not count the warnings.)"""
    program = [sys.executable, "-m", "mkdocs", command, "--strict", "--config-file", str(config), *options]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # an advertisement of the theme's authors
    return subprocess.run(program, cwd=ROOT, env=environment, check=False).returncode
