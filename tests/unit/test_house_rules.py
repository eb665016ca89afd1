"""Rules of the house that no linter holds: sizes of files and functions, and what must never be committed."""

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "api/*.py",
    "sql/*.py",
    "local/*.py",
    "airflow/*.py",
    "tests/bench/*.py",
    "tests/chaos/*.py",
    "init_data_dir.py",
)


def committed(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is no list of the project's files")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in committed("*.py", "*.sql", "*.js")}

    assert statistics.median(lengths.values()) < 150
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > 300} == {}


def test_functions_are_short() -> None:
    long = {}
    for path in committed(*SHIPPED):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                start = (first.end_lineno or 0) if documented else first.lineno - 1
                if (node.end_lineno or 0) - start >= 40:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = (node.end_lineno or 0) - start
    assert long == {}


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
