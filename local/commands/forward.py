"""Commands of other rooms, on this stack's warehouse: `./stack rebuild` is `python -m sse_ingest rebuild`."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local.errors import StackError
from local.servers import airflow, services
from local.settings import OWNER, WRITER, Settings

LIVE = "restaurant"


def backfill(settings: Settings, url: str, stream: str, pace: int | None) -> int:
    """Become the core, reading another event service to its end. The live stream's name is refused: it has a log."""
    live = settings.values.get("INGEST_STREAM") or LIVE
    if stream == live:
        raise StackError(
            f"{stream} is the live stream, which reads a log of its own: give --stream another name."
        )
    command = ("run", "--poll", *(() if pace is None else ("--pace", str(pace))))
    token = settings.values.get("EVENT_STREAM_TOKEN", "")
    source = {"INGEST_SOURCE_URL": url, "INGEST_STREAM": stream, "EVENT_STREAM_TOKEN": token}
    return to_core(settings, *command, source=source)


def to_core(settings: Settings, *command: str, source: Mapping[str, str] | None = None) -> int:
    """A command of the core."""
    own = {
        "INGEST_DATABASE_URL": services.database_url(settings, WRITER),
        "INGEST_CONTRACT": settings.values.get("INGEST_CONTRACT") or services.CONTRACT,
        "INGEST_OWNER_URL": services.database_url(settings, OWNER),
        "INGEST_STREAM": settings.values.get("INGEST_STREAM") or LIVE,
        "INGEST_ARCHIVE_DIR": str(settings.archive_dir),
        # A processor's module may import Airflow, which makes a folder for its configuration.
        "AIRFLOW_HOME": str(settings.data_dir / "airflow"),
        **(source or {}),
    }
    return _become(settings, ["sse_ingest", *command], own)


def to_schema(settings: Settings, *command: str) -> int:
    """A command of `python -m sql`."""
    return _become(
        settings, ["sql", *command], {"WAREHOUSE_OWNER_URL": services.database_url(settings, OWNER)}
    )


def to_airflow(settings: Settings, *command: str) -> int:
    """A command of Airflow's own."""
    return _become(settings, ["airflow", *command], airflow.variables(settings))


def _become(settings: Settings, module: list[str], own: Mapping[str, str]) -> int:
    """Its exit code is ours. Passwords go by the environment, where others do not look."""
    if services.postgres(settings).pid() is None:
        raise StackError("PostgreSQL is not running: start it with ./stack up.")
    sys.stdout.flush()
    env = services.environment(settings, own)
    # The user's processors are found as plain Python finds them, but no module of theirs hides one of ours.
    theirs = [path for path in (os.environ.get("PYTHONPATH"), str(Path.cwd())) if path]
    env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], *theirs])
    os.execve(sys.executable, [sys.executable, "-P", "-m", *module], env)  # noqa: S606 - no shell is wanted
