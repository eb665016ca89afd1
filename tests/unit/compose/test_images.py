"""The images hold what they need, at the versions that were tested, and nothing that they should not."""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import pytest

import init_data_dir
from tests.unit.compose.compose_file import ROOT, documented, load

PACKAGES = ("airflow/packages/sse-ingest", "airflow/packages/restaurant-warehouse")
IMAGES = {
    "api": ("api", "sql", "local/cards", "local/metabase", "local/past"),
    "airflow": ("airflow/dags", *PACKAGES, "airflow/plugins"),
}
SERVICES = load(documented())["services"]


def _instructions(image: str) -> list[tuple[str, str]]:
    text = (ROOT / image / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line)]


def _lock(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes of each package."""
    blocks = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
    return {
        match[1]: (match[2], frozenset(re.findall(r"--hash=(sha256:[0-9a-f]{64})", block)))
        for block in blocks
        if (match := re.match(r"([a-z0-9._-]+)==([^\s;\\]+)", block))
    }


def _ignored(path: PurePosixPath) -> bool:
    """As Docker reads .dockerignore: the last line that matches the path or a folder of it decides."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        for part in (path, *path.parents[:-1]):
            name = part.name if pattern.startswith("**/") else str(part)
            if fnmatchcase(name, pattern.removeprefix("**/")) and ("/" not in name or "/" in pattern):
                ignored = not line.startswith("!")
    return ignored


@pytest.mark.parametrize("image", IMAGES)
def test_hadolint_has_nothing_to_say(image: str) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    result = subprocess.run(
        [hadolint, ROOT / image / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("image", IMAGES)
def test_what_is_copied_exists_and_is_let_in(image: str) -> None:
    copied = [
        source
        for word, rest in _instructions(image)
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]
    assert len(copied) == {"api": 11, "airflow": 7}[image]
    for source in copied:
        assert (ROOT / source).exists(), source
        assert not _ignored(PurePosixPath(source)), source


@pytest.mark.parametrize(
    "path", [".env", ".git/config", ".venv/bin/python", "var/compose/eventlog/events.db", "tests/conftest.py"]
)
def test_what_is_private_or_large_stays_out(path: str) -> None:
    assert _ignored(PurePosixPath(path))


@pytest.mark.parametrize(
    "path", ["api/http/app.py", "sql/migrations/versions/0001_raw_data.sql", "airflow/dags/a.py"]
)
def test_the_code_is_let_in(path: str) -> None:
    assert not _ignored(PurePosixPath(path))


@pytest.mark.parametrize("image", IMAGES)
def test_locks_are_part_of_the_one_lock(image: str) -> None:
    everything, some = _lock(ROOT / "requirements.lock"), _lock(ROOT / image / "requirements.lock")
    assert len(some) > 20
    for name, (version, hashes) in some.items():
        assert everything[name] == (version, hashes), name
        assert hashes, name
    text = (ROOT / image / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^(pytest|mypy|ruff|hypothesis|pixeltable)", text, re.MULTILINE)


@pytest.mark.parametrize("image", IMAGES)
def test_locks_hold_every_package_that_the_code_imports(image: str) -> None:
    lock, providers = _lock(ROOT / image / "requirements.lock"), packages_distributions()
    own = {path.stem for folder in IMAGES[image] for path in (ROOT / folder).iterdir()} | {
        "api",
        "local",
        "restaurant_warehouse",
        "sql",
        "sse_ingest",
    }
    for module in _imports(image) - own - set(sys.stdlib_module_names):
        names = {re.sub(r"[-_.]+", "-", name).lower() for name in providers.get(module, [])}
        assert names & set(lock), (
            f"{module} is imported, and {image}/requirements.in does not name its package"
        )


def _imports(image: str) -> set[str]:
    modules: set[str] = set()
    files = [path for folder in IMAGES[image] for path in (ROOT / folder).rglob("*.py")]
    for path in (path for path in files if path.name != "hatch_build.py"):  # runs where the wheel is built
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    return modules


@pytest.mark.parametrize(("image", "folder"), [("api", "eventlog"), ("airflow", "airflow")])
def test_images_run_as_the_user_who_owns_their_folder(image: str, folder: str) -> None:
    users = [rest for word, rest in _instructions(image) if word == "USER"]
    owner = next(one for one in init_data_dir.FOLDERS if one.name == folder)
    assert users == [f"{owner.uid}:{owner.gid}"]


@pytest.mark.parametrize("image", IMAGES)
def test_both_stages_stand_on_one_pinned_base(image: str) -> None:
    bases = {rest.split()[0] for word, rest in _instructions(image) if word == "FROM"}
    assert bases == {"python:3.11-slim-bookworm"}


def test_the_images_healthcheck_is_the_one_of_compose() -> None:
    command = dict(_instructions("api"))["HEALTHCHECK"].partition("CMD ")[2]
    assert ["CMD", *ast.literal_eval(command)] == SERVICES["api"]["healthcheck"]["test"]


def test_the_lock_of_the_wheels_is_part_of_the_developers_locks() -> None:
    everything = _lock(ROOT / "requirements.lock") | _lock(ROOT / "requirements-dev.lock")
    backend = _lock(ROOT / "airflow" / "build.lock")
    assert "hatchling" in backend
    assert {name: everything[name] for name in backend} == backend
