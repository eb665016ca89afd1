"""Rules of the house that no linter holds: sizes, words in names, and what must never be committed."""

import ast
import re
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator
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
# Words that are in no name, and what to write. `certificate` is missing because TLS has certificates.
RETIRED_WORDS = {
    "anew": "again",
    "bur(y|ies|ied)": "insert_dead_letter",
    "claim(s|ed)?": "deduplicate",
    "convict(s|ed)?": "isolate_bad_event",
    "handoff": "bounded_queue",
    "hence": "so",
    "judge[sd]?": "validate, evaluate",
    "lateness": "late_events",
    "mourn(s|ed)?|obituary": "report_exit",
    "news": "is_new_failure",
    "patience": "timeout, wait_seconds",
    "settle[sd]?": "record_repeats",
    "strikes?|struck": "inject_fault",
    "tells?|told": "report, read, know",
    "thrice": "three times",
    "whom": "who",
}
# A participle says what was done to data and not what they are: write message, output, rows, result.
PARTICIPLES = {
    "asked",
    "done",
    "found",
    "given",
    "got",
    "kept",
    "made",
    "meant",
    "said",
    "seen",
    "taken",
    "told",
    "written",
}
RETIRED_MODULES = {"answers", "feed", "late", "lives", "outcome", "reasons", "usual", "wire"}
STORED_NAMES: dict[str, str] = {}  # a name that is a column or a JSON key of stored data, and which


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

    assert statistics.median(lengths.values()) < 120
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > 300} == {}


def test_folders_are_small() -> None:
    names = [path.relative_to(ROOT) for path in committed()]
    # Tools look for their hidden files in the top folder. Migrations are history: they are never sorted again.
    counted = [name for name in names if not (name.parent == Path() and name.name.startswith("."))]
    sizes = Counter(
        str(name.parent) for name in counted if name.parent.parts[-2:] != ("migrations", "versions")
    )

    assert {folder: n for folder, n in sizes.items() if n > 15} == {}


def test_retired_words_are_in_no_name() -> None:
    offenders = []
    for path in committed("*.py"):
        file = path.relative_to(ROOT)
        for line, name in named(file, ast.parse(path.read_text())):
            offenders += [
                f"{file}:{line}: {name}: write {instead}"
                for retired, instead in RETIRED_WORDS.items()
                if name not in STORED_NAMES and any(re.fullmatch(retired, word) for word in words(name))
            ]
    assert offenders == [], "\n" + "\n".join(offenders)


def test_participles_are_no_names_of_data() -> None:
    offenders = []
    for path in committed("*.py"):
        file = path.relative_to(ROOT)
        offenders += [
            f"{file}:{line}: {name}: write the noun that says what it is"
            for line, name in participles(file, ast.parse(path.read_text()))
        ]
    assert offenders == [], "\n" + "\n".join(offenders)


def test_a_participle_is_a_whole_name() -> None:
    code = "def found(given): _seen = MADE = taken_at = known = left = given.told.kept"

    names = [name for _, name in participles(Path("x.py"), ast.parse(code))]
    assert names == ["found", "given", "_seen", "MADE"]


def participles(file: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    return ((line, name) for line, name in named(file, tree) if name.strip("_").lower() in PARTICIPLES)


def test_retired_modules_do_not_return() -> None:
    assert [str(path.relative_to(ROOT)) for path in committed("*.py") if path.stem in RETIRED_MODULES] == []


def test_words_are_found_in_every_kind_of_name() -> None:
    code = """
import told as told_1
class Told2: told_3: int
def told_4(told_5, *told_6, **told_7): global told_8; self.told_9 = [told_10 for told_10 in ()]
async def told_11(): lambda told_12: 0
try: pass
except E as told_13: pass
match x:
    case [told_14, *told_15] | {**told_16}: pass
with x as (told_17): pass
"""
    matches = {name for _, name in named(Path("told_0/x.py"), ast.parse(code)) if "told" in words(name)}

    assert {re.sub(r"\D", "", name) for name in matches} == {str(n) for n in range(18)}


def named(file: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The names that a module gives, with its own and its folders'; names that it only uses are given elsewhere."""
    yield from ((1, part) for part in file.with_suffix("").parts)
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.alias(asname=str(name))
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                yield getattr(node, "lineno", 1), name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from ((node.lineno, name) for name in names)
            case _:
                pass


def words(name: str) -> list[str]:
    """`toldTwice`, `told_twice` and `TOLD_TWICE` have the same two words."""
    return re.findall(r"[a-z]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower())


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
