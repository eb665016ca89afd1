"""What the body of a function reads and writes, by its text.

PostgreSQL parses most bodies when they run, and records no dependencies. But every function of ours has
`search_path = pg_catalog` (a test checks that), so it reaches our objects only by qualified names: those in its body,
outside of comments and string literals. Where a body builds statements (EXECUTE), string literals are searched too. A
name that is composed from parts there is not found.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_COMMENT_OR_LITERAL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_DYNAMIC = re.compile(r"\bEXECUTE\b", re.IGNORECASE)
_FILLING = r"INSERT\s+INTO|UPDATE|MERGE\s+INTO|ALTER\s+TABLE"
_EMPTYING = r"DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?"


@dataclass(frozen=True)
class Touched:
    """Qualified names: what is read or called, what is inserted into or updated, and what rows are deleted from."""

    reads: frozenset[str]
    fills: frozenset[str]
    empties: frozenset[str]


def touched(body: str, schemas: Iterable[str]) -> Touched:
    """All names in these schemas that the body contains, of objects that exist or not."""
    name = rf"\b(?:{'|'.join(schemas)})\.[a-z_][a-z0-9_]*"
    code = _COMMENT_OR_LITERAL.sub(" ", body)
    if _DYNAMIC.search(code):
        code += _COMMENT_OR_LITERAL.sub(_literal, body)
    targets: list[frozenset[str]] = []
    for verb in (_FILLING, _EMPTYING):
        target = re.compile(rf"\b(?:{verb})\s+(?:ONLY\s+)?({name}(?:\s*,\s*{name})*)", re.IGNORECASE)
        targets.append(frozenset(re.findall(name, " ".join(target.findall(code)))))
        code = target.sub(" ", code)
    return Touched(frozenset(re.findall(name, code)), *targets)


def _literal(match: re.Match[str]) -> str:
    text = match.group()
    return f" {text[1:-1]} " if text.startswith("'") else " "
