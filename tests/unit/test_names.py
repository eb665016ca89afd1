"""No name holds a word that was retired, in Python and in SQL: see tests/support/house/names.py."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.house.files import ROOT, committed
from tests.support.house.names import is_participle, misnamed, retired, words


def test_retired_words_are_in_no_name() -> None:
    offenders = []
    for path in committed("*.py"):
        file = path.relative_to(ROOT)
        for line, name in named(file, ast.parse(path.read_text())):
            offenders += [f"{file}:{line}: {name}: write {instead}" for instead in retired(name)]
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


def test_objects_of_sql_have_names_of_the_trade() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}: {name}: {instruction}"
        for path, name in sql_names()
        for instruction in misnamed(name)
    ]
    assert offenders == [], "\n" + "\n".join(offenders)


def test_a_retired_word_is_seen_between_other_words() -> None:
    assert retired("letters") == retired("lastLetter") == retired("a_letter_of") == ["dead_letter"]
    assert retired("dead_letters") == retired("DeadLetter") == retired("newsletter") == []


def test_a_retired_prefix_is_seen_at_the_beginning() -> None:
    assert misnamed("sum_payments") == ["begin with rollup_apply_"]
    assert misnamed("found") == ["write the noun that says what it is"]
    assert misnamed("rollup_apply_payments") == []


def sql_names() -> Iterator[tuple[Path, str]]:
    """The files of views, functions and rules, which have the names of their objects, and the named statements."""
    yield from ((path, path.stem) for path in committed("sql/repeatable/*.sql", "sql/quality/*.sql"))
    for path in committed("*.sql"):
        yield from ((path, name) for name in re.findall(r"^-- name: *(\w+)", path.read_text(), re.MULTILINE))


def participles(file: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    return ((line, name) for line, name in named(file, tree) if is_participle(name))


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
