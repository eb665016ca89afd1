"""A data-quality rule's SQL file: a header of comments says what it is, the rest is one SELECT.

    -- severity: critical
    -- dimension: integrity
    -- owner: finance
    -- description: A sentence, which may go on
    --   in lines that are indented further.
    -- remedy: What to do about rows that fail.
    SELECT key, evidence, amount <= 0 AS failed FROM …

The SELECT returns every row that it looked at, with a column `failed`; the other columns are shown where that is true.
It looks at what arrived from %(since)s on and before %(until)s. Optional: `grace` names the row of analytics.thresholds
that says how many seconds the rule lets pass before it looks; `tolerance` is the share of rows that may fail.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import LiteralString

DIMENSIONS = (
    "completeness",
    "integrity",
    "enumeration",
    "timestamps",
    "uniqueness",
    "reconciliation",
    "freshness",
    "volume",
)
SEVERITIES = ("critical", "warning")
_REQUIRED = frozenset({"severity", "dimension", "owner", "description", "remedy"})
_OPTIONAL = frozenset({"grace", "tolerance"})
_COMMENT = re.compile(r"--(?: (?P<key>[a-z]+): (?P<value>.+)|   +(?P<more>.+))")


class RuleError(Exception):
    """A rule's file is not as it must be; says which file and what to change."""


@dataclass(frozen=True)
class Rule:
    """One rule; `name` is the name of its file."""

    name: str
    severity: str
    dimension: str
    owner: str
    description: str
    remedy: str
    sql: LiteralString
    grace: str | None = None
    tolerance: Decimal = Decimal(0)


def folder() -> Path:
    """sql/quality: in the repository beside this folder's parent, in the image beside this folder. Raises RuleError."""
    for above in Path(__file__).resolve().parents[1:3]:
        if (above / "sql" / "quality").is_dir():
            return above / "sql" / "quality"
    raise RuleError("There is no folder sql/quality: restore it from the repository.")


def load(rules: Path | None = None) -> list[Rule]:
    """Every rule, in the order of the dimensions. Raises RuleError."""
    files = sorted((rules or folder()).glob("*.sql"))
    if not files:
        raise RuleError(f"There are no rules in {rules or folder()}: restore the folder from the repository.")
    found = [parse(file.stem, file.read_text(encoding="utf-8")) for file in files]
    return sorted(found, key=lambda rule: (DIMENSIONS.index(rule.dimension), rule.name))


def parse(name: str, text: str) -> Rule:
    """The rule that a file describes. Raises RuleError."""
    header: dict[str, str] = {}
    last = ""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("--"):
            return _rule(name, header, "\n".join(lines[number:]).strip().removesuffix(";"))
        found = _COMMENT.fullmatch(line.rstrip())
        if found is None or (found["more"] and not last):
            raise RuleError(
                f"{name}.sql, line {number + 1}: a header line is '-- key: value' or a continuation."
            )
        if found["more"]:
            header[last] += " " + found["more"]
        else:
            last = found["key"]
            header[last] = found["value"]
    raise RuleError(f"{name}.sql has no SQL below its header.")


def _rule(name: str, header: dict[str, str], body: str) -> Rule:
    unknown, missing = header.keys() - _REQUIRED - _OPTIONAL, _REQUIRED - header.keys()
    if unknown or missing:
        raise RuleError(f"{name}.sql: unknown {sorted(unknown)}, missing {sorted(missing)} in the header.")
    if header["severity"] not in SEVERITIES or header["dimension"] not in DIMENSIONS:
        raise RuleError(
            f"{name}.sql: severity is one of {', '.join(SEVERITIES)}; dimension one of {', '.join(DIMENSIONS)}."
        )
    tolerance = header.pop("tolerance", "0")
    if not re.fullmatch(r"0(\.\d+)?", tolerance):
        raise RuleError(f"{name}.sql: tolerance is a share, from 0 to less than 1.")
    # The file is ours and ships with the code: as trustworthy as a literal.
    return Rule(name=name, sql=body, tolerance=Decimal(tolerance), **header)
