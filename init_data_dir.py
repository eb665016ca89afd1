#!/usr/bin/env python3
"""Prepares this folder for `docker compose up`: a .env with generated secrets, and the containers' folders.

Needs nothing but Python 3.11 or later. Run it as often as you like: it adds what is missing and changes no
value of yours. `--check` only reports, and exits with 1 when something is missing.
"""

import argparse
import base64
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.dont_write_bytecode = True  # under sudo it would be root's, in your folder

from local.env_file import names, values

ROOT = Path(__file__).resolve().parent
PLACEHOLDER = "change-me"
ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$")
URL_SAFE = re.compile(r"[A-Za-z0-9._~-]*")


@dataclass(frozen=True)
class Folder:
    """A bind mount, and the user of the container that writes to it."""

    name: str
    uid: int
    gid: int
    mode: int = 0o700


FOLDERS = (
    Folder("postgres", 999, 999),  # postgres:18, Debian
    Folder("eventlog", 10001, 10001),  # api/Dockerfile
    Folder("airflow", 50000, 0, 0o770),  # airflow/Dockerfile: task logs
    Folder("archive", 50000, 0, 0o770),  # airflow/Dockerfile: archived months of raw events
    Folder("metabase", 2000, 2000),
    Folder("pgadmin", 5050, 0),
)


@dataclass(frozen=True)
class Entry:
    """One variable of an env file, with the comment above it."""

    comment: str
    name: str
    value: str

    @property
    def text(self) -> str:
        """The value without its quotes, or without the comment behind it."""
        if self.value[:1] in ("'", '"'):
            return self.value[1:].partition(self.value[0])[0]
        return re.sub(r"(^|\s+)#.*", "", self.value)


def read_env(path: Path) -> list[Entry]:
    """The variables of an env file, in order; lines that are commented out are not variables."""
    entries: list[Entry] = []
    comment: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := ASSIGNMENT.match(line):
            entries.append(Entry("\n".join(comment), match[1], match[2].strip()))
            comment = []
        else:
            comment = [*comment, line] if line.startswith("#") else []
    return entries


def generate(name: str) -> str:
    """A fresh secret, of letters, digits, - and _ only, so that it can stand in a URL."""
    if name.endswith("FERNET_KEY"):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
    while not re.search(r"\d", secret := secrets.token_urlsafe(32)):
        pass  # Metabase asks for a digit in a password
    return secret


def missing_variables(example: Path, env: Path) -> list[Entry]:
    """What the example has and .env lacks."""
    present = {entry.name for entry in read_env(env)} if env.exists() else set()
    return [entry for entry in read_env(example) if entry.name not in present]


def write_env(example: Path, env: Path) -> list[str]:
    """Make .env from the example, or add to it what is new there; return the names that were added.

    No line that .env has already is changed. Only its owner may read it.
    """
    missing = missing_variables(example, env)
    if env.exists():
        _restrict(env)
        if not missing:
            return []
        with env.open(encoding="utf-8", newline="") as file:
            text = file.read()
        if text and not text.endswith("\n"):
            text += "\n"
        text += "".join(f"\n{entry.comment}\n{entry.name}={_fill(entry)}\n" for entry in missing)
    else:
        lines = example.read_text(encoding="utf-8").splitlines()
        filled = {entry.name: f"{entry.name}={_fill(entry)}" for entry in missing}
        text = "".join(
            f"{filled[match[1]] if (match := ASSIGNMENT.match(line)) else line}\n" for line in lines
        )
    _replace(env, text)
    return [entry.name for entry in missing]


def _fill(entry: Entry) -> str:
    return generate(entry.name) if entry.value.startswith(PLACEHOLDER) else entry.value


def _restrict(env: Path) -> None:
    if env.stat().st_mode & 0o077:
        env.chmod(0o600)


def _replace(env: Path, text: str) -> None:
    """Write the whole file or nothing; mkstemp makes it 0600 from the first byte."""
    target = env.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".env.")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        _give_to_owner_of(target if target.exists() else target.parent, part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def doubtful(example: Path, env: Path) -> Iterator[str]:
    """What has no effect, will not work, or should not be used, in a .env."""
    entries = read_env(env)
    yield from names.without_effect((entry.name for entry in entries), example.read_text(encoding="utf-8"))
    yield from values.faults({entry.name: entry.text for entry in entries}, env.name)
    for entry in entries:
        if entry.text.startswith(PLACEHOLDER):
            yield f"{entry.name} is still a placeholder: put a secret there, or delete the line."
        elif entry.name.endswith("_PASSWORD") and not URL_SAFE.fullmatch(entry.text):
            yield f"{entry.name} stands in connection addresses: use letters, digits, and - . _ ~ only."


def sets_owners() -> bool:
    """Whether the folders can be given to the containers' users: on Linux, as root."""
    return sys.platform == "linux" and os.geteuid() == 0


def make_folders(data_dir: Path) -> list[Path]:
    """Make the bind mounts under data_dir/compose; return those that were not there.

    As root on Linux each belongs to its container's user. Otherwise each is open to all, behind a folder that
    only you may enter: the containers' mounts do not pass through it. (Docker Desktop maps owners by itself.)
    """
    parent = data_dir / "compose"
    exact = sets_owners()
    if not data_dir.is_dir():
        data_dir.mkdir(parents=True)
        _give_to_owner_of(data_dir.parent, data_dir)
    parent.mkdir(exist_ok=True)
    if exact or _mine(parent):
        parent.chmod(0o755 if exact else 0o700)
    return [parent / folder.name for folder in FOLDERS if _make_folder(parent, folder, exact=exact)]


def _make_folder(parent: Path, folder: Folder, *, exact: bool) -> bool:
    path = parent / folder.name
    is_new = not path.is_dir()
    if is_new:
        path.mkdir()
    if exact:
        os.chown(path, folder.uid, folder.gid)
        path.chmod(folder.mode)
    elif _mine(path):
        path.chmod(0o777)
    return is_new


def _mine(path: Path) -> bool:
    return path.stat().st_uid == os.geteuid()


def _give_to_owner_of(model: Path, path: Path) -> None:
    """What sudo makes in your folder should still be yours."""
    if os.geteuid() == 0:
        owner = model.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def data_dir(env: Path) -> Path:
    """DATA_DIR as compose sees it: from the environment, else from .env, relative to this folder."""
    settings = {entry.name: entry.text for entry in read_env(env)} if env.exists() else {}
    return ROOT / Path(os.environ.get("DATA_DIR") or settings.get("DATA_DIR") or "var").expanduser()


def check(example: Path, env: Path) -> int:
    """Report what is missing; change nothing."""
    findings = [f"{entry.name} is not in {env.name}." for entry in missing_variables(example, env)]
    findings += doubtful(example, env) if env.exists() else []
    parent = data_dir(env) / "compose"
    findings += [
        f"The folder {parent / folder.name} is not there."
        for folder in FOLDERS
        if not (parent / folder.name).is_dir()
    ]
    print("\n".join(findings) or "Everything is there.")
    return 1 if findings else 0


def prepare(example: Path, env: Path) -> int:
    """Make what is missing, and print what was made."""
    fresh = not env.exists()
    added = write_env(example, env)
    if fresh:
        print(f"Wrote {env} with generated secrets; only you may read it.")
    elif added:
        print(f"Added to {env}: {', '.join(added)}")
    else:
        print(f"{env} has every variable; nothing was changed.")
    for sentence in doubtful(example, env):
        print(f"Note: {sentence}")
    target = data_dir(env)
    folders = make_folders(target)
    print("\n".join(f"Made {path}" for path in folders) or f"The folders in {target / 'compose'} are there.")
    if sys.platform == "linux" and not sets_owners():
        print(
            f"Not root, so the containers' users could not be made owners: what is in {target / 'compose'}"
            " is open to every container user instead, and from outside only you may enter."
            " For exact owners run this once with sudo."
        )
    return 0


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only report what is missing")
    chosen = parser.parse_args(arguments)
    example, env = ROOT / ".env.example", ROOT / ".env"
    try:
        return check(example, env) if chosen.check else prepare(example, env)
    except PermissionError as error:
        print(
            f"{error.filename} belongs to somebody else: use sudo, or set another DATA_DIR in {env}.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
