"""`./stack docs`: the documentation as a website, which needs nothing from outside this machine."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from local.development import dev_tools
from local.errors import StackError
from local.settings import LOOPBACK, ROOT

CONFIG = ROOT / "mkdocs.yml"
SITE = ROOT / "var" / "docs"
_ENVIRONMENT = {"NO_MKDOCS_2_WARNING": "1"}  # the theme would advertise its successor


def docs(
    build: Annotated[bool, typer.Option("--build", help="Only write the website to var/docs.")] = False,
    port: Annotated[int, typer.Option(help="The port of the website, on loopback.", min=1, max=65535)] = 8060,
) -> None:
    """Build the documentation and serve it on loopback, until Ctrl-C. A changed page is built again."""
    dev_tools.ensure()
    if build:
        write(SITE)
        typer.echo(f"The documentation is in {SITE}: open index.html there.")
    else:
        serve(port)


def write(site: Path, config: Path = CONFIG) -> None:
    """Write the website into a folder. Raises StackError when a page or a link is wrong."""
    program = _mkdocs("build", config, "--site-dir", str(site))
    if subprocess.run(program, cwd=ROOT, env=os.environ | _ENVIRONMENT, check=False).returncode != 0:
        raise StackError("the documentation has the mistakes above: correct these pages.")


def serve(port: int) -> None:
    """Become the web server. Raises StackError when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise StackError(
                f"port {port} cannot be used ({error}): choose another one with --port."
            ) from error
    typer.echo(f"The documentation is at http://{LOOPBACK}:{port}; Ctrl-C ends it.")
    sys.stdout.flush()
    os.chdir(ROOT)
    program = _mkdocs("serve", CONFIG, "--dev-addr", f"{LOOPBACK}:{port}")
    os.execve(sys.executable, program, os.environ | _ENVIRONMENT)  # noqa: S606 - no shell is wanted


def _mkdocs(command: str, config: Path, *options: str) -> list[str]:
    """MkDocs, where a warning is an error. (With --quiet it would not count the warnings.)"""
    return [sys.executable, "-m", "mkdocs", command, "--strict", "--config-file", str(config), *options]
