"""`./stack reset`: removes what the local stack has stored, after a question."""

import shutil
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from local.display.progress import Progress
from local.errors import StackError
from local.processes.interrupts import Interrupts
from local.processes.stack import Stack
from local.processes.stack_lock import StackLock
from local.servers.postgres_binaries import SYSTEM_HOME
from local.settings import Settings

# What ./stack makes in the data folder. Whatever else is there is not ours: compose/ holds the data of the containers.
ENTRIES = ("postgres", "postgres.initialising", "eventlog", "airflow", "archive", "logs")


def reset(settings: Settings, console: Console, confirm: Callable[[str], bool]) -> None:
    """Remove the data unless the stack runs; `.env` stays."""
    with Interrupts() as interrupts:
        if not settings.data_dir.is_dir():
            console.print(f"There is nothing to remove: {settings.data_dir} does not exist.")
            return
        lock = StackLock(settings.run_dir, "reset")
        stack = Stack(settings, Progress(console), interrupts)
        if lock.is_held() or stack.alive():
            raise StackError("The stack is running: stop it with ./stack down, then run ./stack reset again.")
        with lock:
            _remove(_stored(settings.data_dir), settings, console, confirm)


def _remove(stored: list[Path], settings: Settings, console: Console, confirm: Callable[[str], bool]) -> None:
    if not stored:
        console.print(f"There is nothing to remove in {settings.data_dir}.")
        return
    console.print("This is removed for ever:")
    for path in stored:
        console.print(f"  {path}", highlight=False, soft_wrap=True)
    if not confirm("Remove it?"):
        console.print("Nothing was removed.")
        return
    for path in stored:
        _delete(path)
    console.print(
        f"The data are removed; {settings.env_file} stays. ./stack up begins with an empty warehouse."
    )


def _stored(data_dir: Path) -> list[Path]:
    """Our entries, and the folder of the system user's where PostgreSQL's data really live."""
    paths = [path for name in ENTRIES if (path := data_dir / name).is_symlink() or path.exists()]
    link = data_dir / "postgres"
    if link.is_symlink():
        home = link.resolve()
        if home.parent == SYSTEM_HOME and home.name.startswith("data-") and home.is_dir():
            paths.append(home)
    return paths


def _delete(path: Path) -> None:
    """A link is removed, never what it points to."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path)
