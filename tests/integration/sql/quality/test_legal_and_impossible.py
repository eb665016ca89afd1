"""Each rule of sql/quality has a legal bill that passes it and an impossible one that fails it."""

from typing import Any

import pytest

from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from tests.integration.sql.quality.bill import Bill
from tests.integration.sql.quality.legal_and_impossible import PAIRS

pytestmark = pytest.mark.integration

RULES = {rule.name: rule for rule in load()}
CRITICAL_OF_MONEY = (
    "amounts_are_positive",
    "payments_add_up",
    "refunds_are_covered",
    "payments_are_captured_once",
)
CHECKS = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
WHERE contype = 'c' AND conrelid IN ('analytics.order_items'::regclass, 'analytics.payments'::regclass,
    'analytics.refunds'::regclass)
"""


@pytest.fixture(autouse=True)
def any_row_is_possible(owner: Any) -> None:
    """A rule must name what a constraint refuses today: a constraint may have come later than the row."""
    for (statement,) in owner.execute(CHECKS).fetchall():
        owner.execute(statement.encode())


def result(warehouse: Any, owner: Any, name: str) -> RuleResult:
    """Of the rule over everything, whatever it has checked before."""
    owner.execute("DELETE FROM analytics.data_quality_results")
    (outcome,) = run(warehouse.url("airflow_user"), [RULES[name]])
    assert isinstance(outcome, RuleResult), outcome
    return outcome


@pytest.mark.parametrize("name", RULES)
def test_legal_passes_and_impossible_fails(warehouse: Any, owner: Any, books: Any, name: str) -> None:
    pair = PAIRS[name]
    assert pair.legal
    assert pair.impossible
    owner.execute("INSERT INTO analytics.locations (location_code) VALUES ('LOC-ON-001')")
    for change in pair.legal.values():
        change(Bill(owner, books))
    passed = result(warehouse, owner, name)
    assert (passed.status, passed.failed, passed.rows) == ("passed", 0, [])
    assert passed.checked > 0

    for change in pair.impossible.values():
        change(Bill(owner, books))
    failed = result(warehouse, owner, name)
    expected = len(pair.impossible) if pair.rows is None else pair.rows
    assert (failed.status, failed.failed) == ("failed", expected), failed.rows


def test_a_bill_that_is_legal_for_one_rule_is_blocked_by_none(warehouse: Any, owner: Any, books: Any) -> None:
    """Unusual bills too: the warnings that name them block nothing."""
    unusual = [*PAIRS["payments_are_usual"].impossible.values()]
    unusual += PAIRS["refunds_stay_with_their_payment"].impossible.values()
    legal = [change for name in CRITICAL_OF_MONEY for change in PAIRS[name].legal.values()]
    for change in [*legal, *unusual]:
        change(Bill(owner, books))
    for name in CRITICAL_OF_MONEY:
        evaluation = result(warehouse, owner, name)
        assert (evaluation.status, evaluation.rows) == ("passed", []), name


def test_no_pair_is_of_a_rule_that_is_gone() -> None:
    assert set(PAIRS) == set(RULES)
