"""The Isolation Forest, and the reasons for which it finds a payment unusual.

https://doi.org/10.1109/ICDM.2008.17: random cuts isolate an unusual value in fewer steps than a usual one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from restaurant_warehouse.anomalies.features import FEATURES, Matrix, Payment, Usual

if TYPE_CHECKING:
    from sklearn.ensemble import IsolationForest

PARAMETERS = {"n_estimators": 200, "max_samples": 8192, "random_state": 7, "outliers_a_feature": 0.004}
"""The parameters of IsolationForest, and the share of artificial rows: see _with_outliers()."""
_SCORED_FOR_THRESHOLD = 20_000
_REASONS = 3
_NARROWEST = 0.1
"""Used as the range of a feature that has only one value."""


@dataclass(frozen=True)
class PaymentScore:
    """The score of one payment. `evidence` gives the reasons of an anomaly; None for a usual payment."""

    payment: Payment
    features: dict[str, float | None]
    score: float
    is_anomaly: bool
    evidence: dict[str, dict[str, float]] | None


class Forest:
    """Trained by its constructor. The same history gives the same forest."""

    sklearn_version = version("scikit-learn")

    def __init__(self, history: Sequence[Payment], share: float) -> None:
        """`share` is the share of the history's own payments that may count as unusual."""
        self._usual = Usual(history)
        known = self._usual.features(history)
        self._medians = _medians(known)
        known = self._filled(known)
        self._sorted = np.sort(known, axis=0)
        self._trees = _fit(known)
        every = -(-len(known) // _SCORED_FOR_THRESHOLD)
        self.threshold = float(np.quantile(self._scores(known[::every]), 1 - share, method="higher"))

    def score(self, payments: Sequence[Payment]) -> Iterator[PaymentScore]:
        """Score payments, in their order."""
        if not payments:
            return
        rows = self._usual.features(payments)
        filled = self._filled(rows)
        for payment, row, values, score in zip(payments, rows, filled, self._scores(filled), strict=True):
            features = {
                name: None if np.isnan(value) else float(value)
                for name, value in zip(FEATURES, row, strict=True)
            }
            is_anomaly = bool(score > self.threshold)
            yield PaymentScore(
                payment, features, float(score), is_anomaly, self._evidence(values) if is_anomaly else None
            )

    def _scores(self, filled: Matrix) -> Matrix:
        scores: Matrix = -self._trees.score_samples(filled)
        return scores

    def _filled(self, features: Matrix) -> Matrix:
        """Replace an unknown feature by the median of the history."""
        return np.where(np.isnan(features), self._medians, features)

    def _evidence(self, values: Matrix) -> dict[str, dict[str, float]]:
        """The most unusual features: those for which the smallest share of the history is as extreme."""
        total = len(self._sorted)
        shares = {}
        for number, name in enumerate(FEATURES):
            column = self._sorted[:, number]
            at_most = np.searchsorted(column, values[number], side="right")
            at_least = total - np.searchsorted(column, values[number], side="left")
            shares[name] = (float(min(at_most, at_least)) / total, number)
        furthest = sorted(shares.items(), key=lambda one: one[1])[:_REASONS]
        return {
            name: {"value": float(values[number]), "usual": float(self._medians[number]), "as_far_out": share}
            for name, (share, number) in furthest
        }


def _medians(features: Matrix) -> Matrix:
    """The median of each feature, over the payments for which it is known; 0 if it is never known."""
    known = [column[~np.isnan(column)] for column in features.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in known])


def _fit(features: Matrix) -> "IsolationForest":
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - a second, too long for parsing a DAG

    trees = IsolationForest(
        n_estimators=int(PARAMETERS["n_estimators"]),
        max_samples=min(int(PARAMETERS["max_samples"]), len(features)),
        random_state=int(PARAMETERS["random_state"]),
        n_jobs=1,
    )
    return trees.fit(_with_outliers(features))


def _with_outliers(features: Matrix) -> Matrix:
    """Add artificial rows.

    A forest cuts only in the range that it has seen, so the first fraud of a new kind would look usual.

    A few rows per feature are added. They are copies of others, except that this feature is outside its range: by a
    sixteenth to twice the width of the range, on a logarithmic scale.
    """
    rng = np.random.default_rng(int(PARAMETERS["random_state"]))
    rows = math.ceil(PARAMETERS["outliers_a_feature"] * len(features))
    added = [features]
    for number, (least, most) in enumerate(zip(features.min(axis=0), features.max(axis=0), strict=True)):
        outliers = features[rng.integers(len(features), size=rows)]
        away = (most - least or _NARROWEST) * 2.0 ** rng.uniform(-4, 1, size=rows)
        outliers[:, number] = np.where(rng.random(rows) < 0.5, least - away, most + away)
        added.append(outliers)
    return np.vstack(added)
