"""Reads the SQL file of a data-quality rule. Its folder is the severity, its header (see sql_header.py) describes it,
and the rest is one SELECT.

    -- dimension: integrity
    -- owner: finance
    -- description: A sentence, which may go on
    --   in lines that are indented further.
    -- remedy: What to do about rows that fail.
    SELECT key, evidence, amount <= 0 AS failed FROM …

The SELECT returns every row that it checks, with a column `failed`; the other columns are shown for rows that fail. It
checks what arrived from %(since)s on and before %(until)s. Two keys are optional: `grace` names the row of
analytics.thresholds with the number of seconds that the rule waits before it checks an event, and `tolerance` is the
share of rows that may fail.

A critical rule says what its rows concern: `order_id`, and for an order that is not known `location_code` and
`happened_at`. Only that restaurant and business day is blocked. A row that has none of them blocks everything.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import LiteralString

from restaurant_warehouse.sql_header import Header, HeaderError, read

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
_REQUIRED = frozenset({"dimension", "owner", "description", "remedy"})
_OPTIONAL = frozenset({"grace", "tolerance"})
_SHARE = re.compile(r"0(\.\d+)?")


class RuleError(Exception):
    """The file of a rule is invalid. The message says which file and what to change."""


@dataclass(frozen=True)
class Rule:
    """One rule; `name` is the name of its file without the ending."""

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
    """The folder of the rules: a wheel has them in the package, a checkout in sql/quality. Raises RuleError."""
    return _folder(Path(__file__).resolve().parent)


def _folder(here: Path) -> Path:
    if (packaged := here / "sql").is_dir():
        return packaged
    project = here.parents[1]
    if not (project / "hatch_build.py").is_file():  # no wheel has it
        raise RuleError(f"There is no folder {packaged}: install restaurant-warehouse again.")
    repository = project.parents[2]
    if (rules := repository / "sql" / "quality").is_dir():
        return rules
    raise RuleError(f"There is no folder {rules}: restore it from the repository.")


def load(rules: Path | None = None) -> list[Rule]:
    """Every rule, in the order of the dimensions. Raises RuleError."""
    root = rules or folder()
    files = sorted(root.glob("*/**/*.sql"))
    if not files:
        raise RuleError(f"There are no rules in {root}: restore the folder from the repository.")
    # Folders below that of the severity group the rules by subject.
    parsed = [
        parse(file.relative_to(root).parts[0], file.stem, file.read_text(encoding="utf-8")) for file in files
    ]
    return sorted(parsed, key=lambda rule: (DIMENSIONS.index(rule.dimension), rule.name))


def parse(severity: str, name: str, text: str) -> Rule:
    """Read the rule from the text of its file. Raises RuleError."""
    if severity not in SEVERITIES:
        raise RuleError(f"{severity}/{name}.sql: move the file to {' or '.join(SEVERITIES)}, its severity.")
    try:
        return _rule(severity, name, read(f"{name}.sql", text, required=_REQUIRED, optional=_OPTIONAL))
    except HeaderError as error:
        raise RuleError(str(error)) from error


def _rule(severity: str, name: str, header: Header) -> Rule:
    values = header.values
    tolerance = values.get("tolerance", "0")
    if not _SHARE.fullmatch(tolerance):
        raise header.wrong("tolerance", "a share, from 0 to less than 1")
    return Rule(
        name=name,
        severity=severity,
        dimension=header.one_of("dimension", DIMENSIONS),
        owner=values["owner"],
        description=values["description"],
        remedy=values["remedy"],
        # The file is part of this code, so it is as safe as a literal.
        sql=header.sql.removesuffix(";"),
        grace=values.get("grace"),
        tolerance=Decimal(tolerance),
    )
