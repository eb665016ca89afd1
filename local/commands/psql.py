"""`./stack psql`: the wheel's psql, logged in."""

import os
from pathlib import Path

from local.errors import StackError
from local.servers import postgres_binaries, services
from local.settings import LOOPBACK, PASSWORD_VARIABLES, Settings


def run(settings: Settings, role: str, sql: str | None, database: str) -> None:
    """Become psql. The password goes by the environment, where other users do not see it."""
    if role not in PASSWORD_VARIABLES:
        raise StackError(f"There is no role {role!r}: choose one of {', '.join(PASSWORD_VARIABLES)}.")
    if services.postgres(settings).pid() is None:
        raise StackError("PostgreSQL is not running: start it with ./stack up.")
    program = postgres_binaries.find().path("psql")
    address = ["-h", LOOPBACK, "-p", str(settings.postgres_port), "-U", role, "-d", database]
    command = [program, *address, *(["-v", "ON_ERROR_STOP=1", "-c", sql] if sql is not None else [])]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env |= {"PGPASSWORD": settings.password(role), "PGAPPNAME": "stack psql"}
    if terminfo := _terminfo():
        env.setdefault("TERMINFO_DIRS", terminfo)
    os.execve(program, command, env)  # noqa: S606 - no shell is wanted


def _terminfo() -> str:
    """The wheel's line editor looks where its build machine kept terminals; name the usual places."""
    places = [
        place for place in ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo") if Path(place).is_dir()
    ]
    return ":".join(places)
