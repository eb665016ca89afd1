"""Named points between the steps of the core, at which a test makes it fail. Off unless INGEST_FAILPOINTS is set.

The variable names a folder. A file in it with the name of a point arms that point, once. The file holds the action:

    kill            end this process as kill -9 does
    stop SECONDS    SIGSTOP, and SIGCONT after that time
    sleep SECONDS   sleep for that time
    error           raise the error of a lost connection
    wait            continue when there is a file `<point>.go`

The file is renamed to `<point>.hit` before the action, so that a test sees that the point was reached.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg

POINTS = (
    "store.before_transaction",
    "store.after_begin",
    "store.after_processors",
    "store.after_copy",
    "store.after_deduplication",
    "store.after_insert_raw",
    "store.before_refresh",
    "store.after_merge",
    "store.after_repeats",
    "store.after_dead_letters",
    "store.after_gaps",
    "store.after_ranges",
    "store.after_checkpoint",
    "store.after_commit",
    "lease.before_take",
    "lease.after_take",
    "lease.before_renew",
    "lease.after_renew",
    "lease.before_release",
    "lease.between_release",
    "lease.after_release",
)
_LONGEST_WAIT = 20.0

_folder = Path(os.environ["INGEST_FAILPOINTS"]) if os.environ.get("INGEST_FAILPOINTS") else None


def hit(point: str) -> None:
    """Run the action of this point if it is armed."""
    if _folder is not None:
        _act(_folder, point)


def _act(folder: Path, point: str) -> None:
    armed, reached = folder / point, folder / f"{point}.hit"
    try:
        armed.rename(reached)
        action, _, argument = reached.read_text().partition(" ")
    except FileNotFoundError:
        return
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            waker = f"sleep {float(argument)}; kill -CONT {os.getpid()}"
            subprocess.Popen(["/bin/sh", "-c", waker], start_new_session=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        case "sleep":
            time.sleep(float(argument))
        case "error":
            raise psycopg.OperationalError(
                f"the connection was lost at {point}, because this failpoint is armed"
            )
        case "wait":
            _wait(folder / f"{point}.go")
        case _:
            raise ValueError(f"{armed} holds {action!r}: write kill, stop, sleep, error or wait.")


def _wait(marker: Path) -> None:
    deadline = time.monotonic() + _LONGEST_WAIT
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            marker.unlink()
            return
        time.sleep(0.005)
