"""Rules of the house that no linter holds: sizes, names of modules, and what must never be committed."""

import ast
import re
import statistics
from collections import Counter
from pathlib import Path

from tests.support.house.files import ROOT, committed

# Files that may be longer, and why.
LONG_FILES = {
    "docker-compose.yml": "Compose reads one file, and each service is a few lines of it",
    "docs/reference/data-dictionary.md": "./stack dictionary generates it",
    "CHANGELOG.md": "it grows with each release",
}
# Functions that may be longer, and why.
LONG_FUNCTIONS = {
    "tests/integration/sql/roles/test_privileges.py:"
    "test_every_function_that_runs_as_its_owner_has_a_fixed_search_path": "a list of names",
    "tests/property/test_rollups.py:event": "a few lines per event type",
    "tests/support/events.py:payload": "a few lines per event type",
}
RETIRED_MODULES = {"answers", "feed", "late", "lives", "outcome", "reasons", "usual", "wire"}


def test_files_are_short() -> None:
    lengths = lines_of("*.py", "*.sql", "*.js")

    assert statistics.median(lengths.values()) < 120
    assert {name: n for name, n in lengths.items() if n > 300} == {}


def test_pages_and_settings_are_short() -> None:
    lengths = lines_of("*.md", "*.yml", "*.yaml", "*.toml", "*.html", "*.css")

    assert {name: n for name, n in lengths.items() if n > 300 and name not in LONG_FILES} == {}
    assert set(LONG_FILES) <= lengths.keys()


def lines_of(*patterns: str) -> dict[str, int]:
    """The number of lines of each file, by its name from the top folder."""
    return {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in committed(*patterns)}


def test_folders_are_small() -> None:
    names = [path.relative_to(ROOT) for path in committed()]
    # Tools look for their hidden files in the top folder. Migrations are history: they are never sorted again.
    counted = [name for name in names if not (name.parent == Path() and name.name.startswith("."))]
    sizes = Counter(
        str(name.parent) for name in counted if name.parent.parts[-2:] != ("migrations", "versions")
    )

    assert {folder: n for folder, n in sizes.items() if n > 15} == {}


def test_retired_modules_do_not_return() -> None:
    assert [str(path.relative_to(ROOT)) for path in committed("*.py") if path.stem in RETIRED_MODULES] == []


def test_functions_are_short() -> None:
    """Without the signature, which the formatter spreads over lines, and without the docstring."""
    long = {}
    for path in committed("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                start = (first.end_lineno or 0) if documented else first.lineno - 1
                if (node.end_lineno or 0) - start >= 40:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = (node.end_lineno or 0) - start
    assert {name: n for name, n in long.items() if name not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) <= long.keys()


def test_no_file_is_named_for_nothing() -> None:
    assert not [
        path for path in committed("*.py") if path.stem in {"utils", "util", "helpers", "manager", "misc"}
    ]


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in committed("*.lock"):
        text = lock.read_text()
        assert not re.search(r"https?://|--index|--find-links", text), lock
        assert all("==" in line for line in text.splitlines() if re.match(r"^[a-z]", line)), lock


def test_no_secret_and_no_data_are_committed() -> None:
    names = {str(path.relative_to(ROOT)) for path in committed()}

    assert ".env" not in names
    assert not [
        name
        for name in names
        if name.endswith((".csv", ".tsv", ".db", ".parquet")) or name.startswith("var/")
    ]
