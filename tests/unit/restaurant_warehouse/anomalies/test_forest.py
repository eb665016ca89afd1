"""The forest on made-up payments: what it finds, why, and that it is the same each time."""

from dataclasses import replace
from random import Random

import pytest

from restaurant_warehouse.anomalies.features import FEATURES, Payment
from restaurant_warehouse.anomalies.forest import Forest, PaymentScore
from tests.unit.restaurant_warehouse.anomalies.test_features import PLAIN


def usual(count: int, seed: int = 1) -> list[Payment]:
    rng = Random(seed)
    return [
        replace(
            PLAIN,
            amount=rng.lognormvariate(3, 0.5),
            tip_share=rng.choice((0.0, 0.1, 0.15, 0.2)),
            local_hour=rng.choice((11, 12, 13, 18, 19, 20)),
            method=rng.choice(("card", "cash")),
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def forest() -> Forest:
    return Forest(usual(3_000), 0.01)


def score(forest: Forest, **changes: object) -> PaymentScore:
    (scored,) = forest.score([replace(PLAIN, **changes)])  # type: ignore[arg-type]
    return scored


def test_of_usual_payments_few_pass_for_unusual(forest: Forest) -> None:
    odd = sum(scored.is_anomaly for scored in forest.score(usual(2_000, seed=2)))
    assert odd < 2_000 * 0.03
    assert not score(forest).is_anomaly
    assert score(forest).evidence is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": 2_000.0}, "amount_doublings"),
        ({"tip_share": 0.9}, "tip_share"),
        ({"tax_share": 0.0}, "tax_deviation"),
        ({"parts_gap": 0.5}, "parts_gap"),
        ({"paid_of_items": 4.0}, "overpaid_doublings"),
        ({"hours_since_order": 50.0}, "hours_since_order"),
        ({"order_payments": 5}, "order_payments"),
        ({"repeats": 2}, "repeats"),
        ({"refunds": 3}, "refunds"),
        ({"refunded_share": 2.0}, "refunded_share"),
    ],
)
def test_the_first_of_its_kind_is_found_and_says_why(
    forest: Forest, changes: dict[str, object], reason: str
) -> None:
    """Nothing like it was ever seen: most of these features have one value in the whole history."""
    scored = score(forest, **changes)
    assert scored.is_anomaly
    assert scored.evidence is not None
    first, detail = next(iter(scored.evidence.items()))
    assert (first, detail["as_far_out"]) == (reason, 0)
    assert detail["value"] == scored.features[reason]
    assert len(scored.evidence) == 3


def test_what_is_unknown_is_taken_for_usual(forest: Forest) -> None:
    scored = score(forest, hours_since_order=None, paid_of_items=None)
    assert scored.features["hours_since_order"] is None
    assert scored.score == score(forest).score


def test_the_same_history_gives_the_same_forest(forest: Forest) -> None:
    again = Forest(usual(3_000), 0.01)
    payments = usual(200, seed=3)
    assert again.threshold == forest.threshold
    assert [v.score for v in again.score(payments)] == [v.score for v in forest.score(payments)]
    assert [v.score for v in Forest(usual(3_000, seed=9), 0.01).score(payments)] != [
        v.score for v in forest.score(payments)
    ]


def test_a_payment_scores_the_same_in_any_company(forest: Forest) -> None:
    payments = usual(50, seed=4)
    alone = [next(iter(forest.score([payment]))).score for payment in payments]
    assert alone == [scored.score for scored in forest.score(payments)]
    assert list(forest.score([])) == []


def test_in_a_history_that_never_differs_nothing_is_unusual() -> None:
    forest = Forest([PLAIN] * 1_000, 0.01)
    assert not score(forest).is_anomaly
    assert score(forest, tip_share=0.9).is_anomaly


def test_a_history_in_which_nothing_is_known() -> None:
    blank = replace(PLAIN, tip_share=None, tax_share=None, paid_of_items=None, hours_since_order=None)
    (scored,) = Forest([blank] * 1_000, 0.01).score([blank])
    assert not scored.is_anomaly
    assert set(scored.features) == set(FEATURES)
