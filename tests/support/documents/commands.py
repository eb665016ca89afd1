"""The commands of the README and the documents, and a clone of the project in which they run as they are written."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import init_data_dir
from local.servers import services
from local.settings import Settings
from tests.support.service import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(^|\s+)#.*$")
_INLINE = re.compile(r"`((?:\./stack|python -m (?:sql|sse_ingest)) [^`]+)`")


def blocks(page: Path) -> list[str]:
    """The page's shell scripts."""
    fences = _FENCE.findall(page.read_text(encoding="utf-8"))
    return [text for language, text in fences if language in ("sh", "bash", "shell")]


def commands(block: str) -> Iterator[str]:
    """The commands of a script, without their comments. One that needs the others is the whole script."""
    if re.search(r"&$|\$!|- <\(", block, re.MULTILINE):
        yield block
        return
    command = ""
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        command = "\n".join([command, _COMMENT.sub("", line)]).strip()
        if command and command.count("'") % 2 == command.count('"') % 2 == 0 and not command.endswith("|"):
            yield command
            command = ""


def mentioned(page: Path) -> set[str]:
    """The commands in the page's sentences and tables."""
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {re.sub(r"\s+", " ", command) for command in _INLINE.findall(prose)}


class Clone:
    """The project's files in a folder of their own, with a `.env` of their own."""

    def __init__(self, home: Path, settings: Mapping[str, str]) -> None:
        self.home = home
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
            "\0"
        ):
            if name and (ROOT / name).is_file():
                (home / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, home / name)
        (home / ".venv").symlink_to(sys.prefix)
        self.env_file = home / ".env"
        init_data_dir.write_env(home / ".env.example", self.env_file)
        lines = self.env_file.read_text().splitlines()
        rest = [line for line in lines if line.partition("=")[0] not in settings]
        own = [f"{name}={value}" for name, value in settings.items()]
        self.env_file.write_text("\n".join([*rest, *own, ""]))
        self.settings = Settings.load(home, self.env_file)

    def run(
        self,
        script: str,
        environment: Mapping[str, str] | None = None,
        *,
        cwd: Path | None = None,
        timeout: float = 500,
    ) -> subprocess.CompletedProcess[str]:
        """A script in the user's shell: no variable of ours is set there."""
        own = {"PATH": f"{self.home}/.venv/bin:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")}
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}"],
            cwd=cwd or self.home,
            env={**own, **(environment or {})},
            input="SELECT current_user;\n",  # for psql; nothing else reads
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # the simulator's malformed events are no text
            timeout=timeout,
            check=False,
        )

    def elsewhere(self) -> dict[str, str]:
        """What `python -m sql` and `python -m sse_ingest` read where there is no `./stack`."""
        owner = services.database_url(self.settings, "restaurant_user")
        return {
            "PYTHONPATH": services.environment(self.settings, {})["PYTHONPATH"],
            "WAREHOUSE_OWNER_URL": owner,
            "INGEST_OWNER_URL": owner,
            "INGEST_CONTRACT": services.CONTRACT,
            "INGEST_DATABASE_URL": services.database_url(self.settings, "airflow_user"),
        }
