"""Trains on the history, scores new payments, and stores the features and the scores.

The tables are in sql/migrations/versions/0013_anomalies.sql.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from restaurant_warehouse.anomalies.features import FEATURES, Payment
from restaurant_warehouse.anomalies.forest import PARAMETERS, Forest, PaymentScore
from restaurant_warehouse.connection import connect
from sse_ingest.database.named_queries import load

SQL = load("scoring.sql", __package__)
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Window:
    """Which payments are scored, and from which payments the forest learns."""

    scored: timedelta = timedelta(days=7)
    """Payments of this period are scored. The forest learns from older payments."""
    history: int = 100_000
    """The largest number of payments that the forest learns from, the newest first."""
    least: int = 1_000
    """With a history of fewer payments, nothing is scored."""
    page: int = 5_000
    """How many payments are scored and committed together."""


@dataclass(frozen=True)
class Result:
    """The result of a run. Without a model nothing was scored."""

    scored: int = 0
    anomalies: int = 0
    history: int = 0
    model_id: int | None = None
    note: str = ""
    """Why nothing was scored."""


def score(url: str, window: Window = Window(), before: datetime | None = None) -> Result:
    """Score the payments before an instant; None: now. Raises psycopg.Error.

    Each page of scores is one transaction. If a run is interrupted, the next run scores the rest.
    """
    with connect(url) as connection:
        row = connection.execute(SQL["scope"], {"before": before}).fetchone()
        assert row is not None
        upto, share = row
        run = _Run(connection, window, upto)
        if not run.page(None):
            return Result(note="no payment is new")
        history = run.history()
        if len(history) < window.least:
            return Result(
                history=len(history),
                note=f"{len(history)} payments are older than {window.scored.days} days, "
                f"and at least {window.least} are needed",
            )
        forest = Forest(history, float(share))
        return run.score_all(forest, history)


class _Run:
    """One run: a connection and a window."""

    def __init__(self, connection: Connection, window: Window, upto: datetime) -> None:
        self._connection = connection
        self._window = window
        self._scope = {"since": upto - window.scored, "before": upto}

    def page(self, last: Payment | None) -> list[Payment]:
        """The next payments whose present version has no score."""
        after = {
            "after_ts": last.event_ts if last else self._scope["since"],
            "after_id": last.payment_id if last else _NOBODY,
        }
        most = {"most": self._window.page}
        with self._connection.cursor(row_factory=class_row(Payment)) as cursor:
            return cursor.execute(SQL["unscored"], self._scope | after | most).fetchall()

    def history(self) -> list[Payment]:
        """The newest payments before the scored period."""
        scope = self._scope | {"most": self._window.history}
        with self._connection.cursor(row_factory=class_row(Payment)) as cursor:
            return cursor.execute(SQL["history"], scope).fetchall()

    def score_all(self, forest: Forest, history: list[Payment]) -> Result:
        """Score all pages, and store the model."""
        model_id = self._keep_model(forest, history)
        scored = anomalies = 0
        for payments in self._pages():
            scores = list(forest.score(payments))
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.executemany(SQL["keep_score"], [_row(score, model_id) for score in scores])
            scored += len(scores)
            anomalies += sum(score.is_anomaly for score in scores)
        return Result(scored, anomalies, len(history), model_id)

    def _pages(self) -> Iterator[list[Payment]]:
        last = None
        while payments := self.page(last):
            yield payments
            last = payments[-1]

    def _keep_model(self, forest: Forest, history: list[Payment]) -> int:
        row = self._connection.execute(
            SQL["keep_model"],
            {
                "payments": len(history),
                "first_ts": history[-1].event_ts,
                "last_ts": history[0].event_ts,
                "features": list(FEATURES),
                "parameters": Jsonb(PARAMETERS),
                "sklearn_version": forest.sklearn_version,
                "threshold": forest.threshold,
            },
        ).fetchone()
        assert row is not None
        model_id: int = row[0]
        return model_id


def _row(score: PaymentScore, model_id: int) -> dict[str, object]:
    payment = score.payment
    return {
        "payment_id": payment.payment_id,
        "event_ts": payment.event_ts,
        "event_id": payment.event_id,
        "event_version": payment.event_version,
        "event_offset": payment.event_offset,
        "model_id": model_id,
        "location_code": payment.location_code,
        **score.features,
        "score": score.score,
        "is_anomaly": score.is_anomaly,
        "evidence": None if score.evidence is None else Jsonb(score.evidence),
    }
