"""The Isolation Forest, and why it finds a payment unusual.

https://doi.org/10.1109/ICDM.2008.17: random cuts set apart what is unlike the rest in fewer steps than what is like it.
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
"""Of IsolationForest; and the share of made-up rows, see _with_outliers()."""
_JUDGED_FOR_THRESHOLD = 20_000
_REASONS = 3
_NARROWEST = 0.1
"""Taken for the range of a feature that never differed."""


@dataclass(frozen=True)
class Verdict:
    """What the forest makes of one payment."""

    payment: Payment
    features: dict[str, float | None]
    score: float
    is_anomaly: bool
    evidence: dict[str, dict[str, float]] | None


class Forest:
    """Trained by being made. The same history gives the same forest."""

    sklearn_version = version("scikit-learn")

    def __init__(self, history: Sequence[Payment], share: float) -> None:
        """`share` is how many of the history's own payments may pass for unusual."""
        self._usual = Usual(history)
        known = self._usual.features(history)
        self._medians = _medians(known)
        known = self._filled(known)
        self._sorted = np.sort(known, axis=0)
        self._trees = _fit(known)
        every = -(-len(known) // _JUDGED_FOR_THRESHOLD)
        self.threshold = float(np.quantile(self._scores(known[::every]), 1 - share, method="higher"))

    def judge(self, payments: Sequence[Payment]) -> Iterator[Verdict]:
        """In their order."""
        if not payments:
            return
        found = self._usual.features(payments)
        filled = self._filled(found)
        for payment, row, values, score in zip(payments, found, filled, self._scores(filled), strict=True):
            features = {
                name: None if np.isnan(value) else float(value)
                for name, value in zip(FEATURES, row, strict=True)
            }
            is_anomaly = bool(score > self.threshold)
            yield Verdict(
                payment, features, float(score), is_anomaly, self._evidence(values) if is_anomaly else None
            )

    def _scores(self, filled: Matrix) -> Matrix:
        scores: Matrix = -self._trees.score_samples(filled)
        return scores

    def _filled(self, features: Matrix) -> Matrix:
        """What is unknown is taken for usual."""
        return np.where(np.isnan(features), self._medians, features)

    def _evidence(self, values: Matrix) -> dict[str, dict[str, float]]:
        """The features that are the furthest out, by the share of the history that is as far out."""
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
    """Of each feature, of the payments where it is known; 0 where it never is."""
    known = [column[~np.isnan(column)] for column in features.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in known])


def _fit(features: Matrix) -> "IsolationForest":
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - a second that reading a DAG must not take

    trees = IsolationForest(
        n_estimators=int(PARAMETERS["n_estimators"]),
        max_samples=min(int(PARAMETERS["max_samples"]), len(features)),
        random_state=int(PARAMETERS["random_state"]),
        n_jobs=1,
    )
    return trees.fit(_with_outliers(features))


def _with_outliers(features: Matrix) -> Matrix:
    """A forest cuts only where it has seen something, so that the first fraud of its kind would look usual to it.

    So a few rows of each feature are added, like the others but for this feature, which lies outside what has been
    seen: by a sixteenth to twice of its range, each order of magnitude as often.
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
