"""A rule's header, and the rules that there are."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from restaurant_warehouse.quality import rules as quality_rules
from restaurant_warehouse.quality.rules import DIMENSIONS, SEVERITIES, RuleError, load, parse

GOOD = """-- dimension: integrity
-- owner: finance
-- description: One sentence: with a colon,
--   and more of it.
-- remedy: Ask.
-- grace: consistency_grace
-- tolerance: 0.05
SELECT 1 AS failed; -- owner: not this
"""


def test_a_header_says_what_a_rule_is() -> None:
    rule = parse("critical", "amounts", GOOD)
    assert (rule.name, rule.severity, rule.dimension, rule.owner) == (
        "amounts",
        "critical",
        "integrity",
        "finance",
    )
    assert rule.description == "One sentence: with a colon, and more of it."
    assert (rule.remedy, rule.grace, rule.tolerance) == ("Ask.", "consistency_grace", Decimal("0.05"))
    assert rule.sql == "SELECT 1 AS failed; -- owner: not this"
    plain = parse("critical", "amounts", re.sub(r"-- (grace|tolerance).*\n", "", GOOD))
    assert (plain.grace, plain.tolerance) == (None, Decimal(0))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT 1", "needs description, dimension, owner, remedy"),
        (GOOD.replace("dimension: integrity", "dimension: beauty"), "line 1: dimension is one of complete"),
        (GOOD.replace("-- owner:", "-- colour:"), "line 2: 'colour' is unknown"),
        (GOOD.replace("0.05", "1"), "line 7: tolerance is a share"),
        (GOOD.replace("0.05", "NaN"), "tolerance is a share"),
        (GOOD.replace("0.05", "much"), "tolerance is a share"),
    ],
)
def test_a_header_that_is_wrong_names_the_file(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=says) as caught:
        parse("critical", "amounts", text)
    assert "amounts.sql" in str(caught.value)


def test_a_rule_lies_in_the_folder_of_its_severity() -> None:
    assert parse("warning", "amounts", GOOD).severity == "warning"
    with pytest.raises(RuleError, match=r"fatal/amounts\.sql: move the file to critical or warning"):
        parse("fatal", "amounts", GOOD)


def test_every_rule_of_ours_is_well_formed() -> None:
    rules = load()
    assert len(rules) == len(list(quality_rules.folder().rglob("*.sql"))) >= 15
    assert {rule.dimension for rule in rules} == set(DIMENSIONS)
    assert {rule.severity for rule in rules} == set(SEVERITIES)
    assert [DIMENSIONS.index(rule.dimension) for rule in rules] == sorted(
        DIMENSIONS.index(rule.dimension) for rule in rules
    )
    assert all("%(until)s" in rule.sql for rule in rules if rule.dimension != "freshness")


def test_the_rules_are_documented_as_they_are() -> None:
    text = (quality_rules.folder().parents[1] / "docs" / "reference" / "data-quality.md").read_text(
        encoding="utf-8"
    )
    rows = [line for line in text.splitlines() if re.match(r"\| `\w+` \| (critical|warning) ", line)]
    assert rows == [
        f"| `{rule.name}` | {rule.severity} | {rule.dimension} | {rule.owner} | {rule.description} |"
        for rule in load()
    ]


def test_each_check_of_whole_tables_is_documented_with_the_rules_that_share_it() -> None:
    root = quality_rules.folder().parents[1]
    function = root / "sql" / "repeatable" / "analytics" / "quality" / "validate_data_consistency.sql"
    checks = re.findall(r"^        \(\d+, '(\w+)'", function.read_text(encoding="utf-8"), re.MULTILINE)
    text = (root / "docs" / "reference" / "data-quality.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \|(.*)\|(.*)\|$", text.partition("## The tables as a whole")[2], re.MULTILINE
    )
    assert [check for check, _, _ in rows] == checks
    named = set(re.findall(r"`(\w+)`", "".join(shared for _, shared, _ in rows)))
    assert named <= {rule.name for rule in load()}
    assert all(shared.strip() or daily.strip() for _, shared, daily in rows)


def test_no_rule_shows_what_an_analyst_may_not_read() -> None:
    """Samples are read by analytics_reader: the raw layer is seen through arrived_events() alone."""
    for rule in load():
        named = set(re.findall(r"raw_data\.\w+|payload|dead_letters|audit_log|received", rule.sql))
        assert named == set(), f"{rule.name} reads {named}"


def test_a_folder_without_rules_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no rules"):
        load(tmp_path)


def test_a_wheel_has_its_rules_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quality = (
        tmp_path / "repository" / "airflow" / "packages" / "project" / "restaurant_warehouse" / "quality"
    )
    quality.mkdir(parents=True)
    monkeypatch.setattr(quality_rules, "__file__", str(quality / "rules.py"))
    (tmp_path / "repository" / "sql" / "quality").mkdir(parents=True)
    with pytest.raises(RuleError, match="install restaurant-warehouse again"):
        quality_rules.folder()  # what lies above a wheel's folder is somebody else's
    (quality / "sql").mkdir()
    assert quality_rules.folder() == quality / "sql"


def test_a_checkout_has_its_rules_in_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "airflow" / "packages" / "project"
    monkeypatch.setattr(
        quality_rules, "__file__", str(project / "restaurant_warehouse" / "quality" / "rules.py")
    )
    project.mkdir(parents=True)
    (project / "hatch_build.py").touch()
    with pytest.raises(RuleError, match="restore it from the repository"):
        quality_rules.folder()
    (tmp_path / "sql" / "quality").mkdir(parents=True)
    assert quality_rules.folder() == tmp_path / "sql" / "quality"
