"""Commands of the core, on this stack's warehouse: `./stack rebuild` is `python -m sse_ingest rebuild`."""

import os
import sys

from local import services
from local.errors import StackError
from local.settings import OWNER, WRITER, Settings


def to_core(settings: Settings, *command: str) -> int:
    """Become the core's command: its exit code is ours. Passwords go by the environment, where others do not look."""
    if services.postgres(settings).pid() is None:
        raise StackError("PostgreSQL is not running: start it with ./stack up.")
    own = {
        "INGEST_DATABASE_URL": services.database_url(settings, WRITER),
        "INGEST_OWNER_URL": services.database_url(settings, OWNER),
        "INGEST_STREAM": settings.values.get("INGEST_STREAM") or "restaurant",
        "INGEST_ARCHIVE_DIR": str(settings.archive_dir),
    }
    sys.stdout.flush()
    program = [sys.executable, "-m", "sse_ingest", *command]
    os.execve(sys.executable, program, services.environment(settings, own))  # noqa: S606 - no shell is wanted
