"""`./stack doctor`: checks each thing that the stack needs, and names the remedy for what is wrong."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from rich.console import Console

from local.commands.status import states
from local.errors import StackError
from local.processes import preflight
from local.servers import postgres_binaries
from local.settings import PORTS, ROOT, Settings

GIBIBYTE = 1 << 30
MEMORY = 3 * GIBIBYTE


@dataclass(frozen=True)
class Finding:
    """One thing that was checked. `message` is its state, or what to do."""

    name: str
    fine: bool
    message: str


def examine(env_file: Path | None, root: Path = ROOT) -> Iterator[Finding]:
    """Everything, in the order in which `up` needs it."""
    yield _check("Python", _python)
    yield _check("packages", lambda: _packages(root))
    yield _check("memory", _memory)
    yield _check("PostgreSQL programs", _postgres)
    try:
        settings = Settings.load(root, env_file)
    except StackError as error:
        yield Finding("settings", False, str(error))
        return
    yield Finding("settings", True, str(settings.env_file))
    for sentence in settings.without_effect():
        yield Finding("settings", False, sentence)
    yield _check("disk", lambda: _disk(settings))
    yield _check("data folder", lambda: _data(settings))
    running = {state.name: state for state in states(settings)}
    for state in running.values():
        message = (
            f"process {state.pid}" if state.pid else f"ended: ./stack logs {state.name}, then ./stack up"
        )
        yield Finding(state.name, state.pid is not None, message)
    if not running:
        for variable in PORTS:
            yield _check(f"port for {variable}", partial(_port, settings, variable))


def show(env_file: Path | None, console: Console) -> bool:
    """Print the findings; True when all is well."""
    well = True
    for finding in examine(env_file):
        mark = "[green]✓[/]" if finding.fine else "[red]✗[/]"
        console.print(f"{mark} {finding.name}: {finding.message}", highlight=False)
        well = well and finding.fine
    return well


def _check(name: str, probe: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, probe())
    except StackError as error:
        return Finding(name, False, str(error))


def _python() -> str:
    if not (3, 11) <= sys.version_info < (3, 14):
        raise StackError("Python 3.11, 3.12 or 3.13 is needed: name one in STACK_PYTHON and delete .venv.")
    return sys.version.split()[0]


def _packages(root: Path) -> str:
    installed = Path(sys.prefix) / "installed.lock"
    if not installed.exists() or installed.read_bytes() != (root / "requirements.lock").read_bytes():
        raise StackError("they are not those of requirements.lock: run ./stack, which installs them.")
    return "as locked"


def _memory() -> str:
    total = psutil.virtual_memory().total
    if total < MEMORY:
        raise StackError(
            f"{total / GIBIBYTE:.1f} GiB are little for Airflow: use ./stack up --without-airflow."
        )
    return f"{total / GIBIBYTE:.1f} GiB"


def _postgres() -> str:
    program = postgres_binaries.find().path("postgres")
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise StackError(f"{program} does not run ({error}): delete .venv and run ./stack again.") from error
    return answer.stdout.strip()


def _disk(settings: Settings) -> str:
    preflight.check_disk(settings.data_dir)
    preflight.check_writable(settings.data_dir)
    return f"{shutil.disk_usage(settings.data_dir).free / GIBIBYTE:.0f} GiB free"


def _data(settings: Settings) -> str:
    folder = settings.data_dir / "postgres"
    if not folder.exists():
        return "not made yet: ./stack up makes it"
    if not (folder / "PG_VERSION").exists():
        raise StackError(f"{folder} is no PostgreSQL data folder: move it away and run ./stack up.")
    return f"{folder}, PostgreSQL {(folder / 'PG_VERSION').read_text().strip()}"


def _port(settings: Settings, variable: str) -> str:
    port = getattr(settings, variable.lower())
    preflight.check_port(port, variable, settings.env_file)
    return f"{port} is free"
