"""Train on history, score what is new, keep the features and the score.

The tables are in sql/migrations/versions/0013_anomalies.sql.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from restaurant_warehouse.anomalies.features import FEATURES, Payment
from restaurant_warehouse.anomalies.forest import PARAMETERS, Forest, Verdict
from sse_ingest.database.named_queries import load

SQL = load("scoring.sql", __package__)
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Window:
    """Which payments are scored, and from which the forest learns."""

    scored: timedelta = timedelta(days=7)
    """How far back payments are scored that have no score yet; the forest learns from what is older than that."""
    history: int = 100_000
    """From the newest so many."""
    least: int = 1_000
    """With fewer it learns nothing, and nothing is scored."""
    page: int = 5_000
    """Scored and committed at once."""


@dataclass(frozen=True)
class Result:
    """What a run did. Without a model nothing was scored."""

    scored: int = 0
    anomalies: int = 0
    history: int = 0
    model_id: int | None = None
    note: str = ""
    """Why nothing was scored."""


def score(url: str, window: Window = Window(), before: datetime | None = None) -> Result:
    """Score the payments before an instant, now unless told otherwise. Raises psycopg.Error.

    Each page of scores is a transaction; what a run leaves is done by the next.
    """
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
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
                f"and fewer than {window.least} teach nothing",
            )
        forest = Forest(history, float(share))
        return run.judged_by(forest, history)


class _Run:
    """One connection, one window."""

    def __init__(self, connection: Connection, window: Window, upto: datetime) -> None:
        self._connection = connection
        self._window = window
        self._scope = {"since": upto - window.scored, "before": upto}

    def page(self, last: Payment | None) -> list[Payment]:
        """The next payments without a score of their present version."""
        after = {
            "after_ts": last.event_ts if last else self._scope["since"],
            "after_id": last.payment_id if last else _NOBODY,
        }
        most = {"most": self._window.page}
        with self._connection.cursor(row_factory=class_row(Payment)) as cursor:
            return cursor.execute(SQL["unscored"], self._scope | after | most).fetchall()

    def history(self) -> list[Payment]:
        """The newest payments before those."""
        scope = self._scope | {"most": self._window.history}
        with self._connection.cursor(row_factory=class_row(Payment)) as cursor:
            return cursor.execute(SQL["history"], scope).fetchall()

    def judged_by(self, forest: Forest, history: list[Payment]) -> Result:
        """Page by page."""
        model_id = self._keep_model(forest, history)
        scored = anomalies = 0
        for payments in self._pages():
            verdicts = list(forest.judge(payments))
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.executemany(SQL["keep_score"], [_row(verdict, model_id) for verdict in verdicts])
            scored += len(verdicts)
            anomalies += sum(verdict.is_anomaly for verdict in verdicts)
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


def _row(verdict: Verdict, model_id: int) -> dict[str, object]:
    payment = verdict.payment
    return {
        "payment_id": payment.payment_id,
        "event_ts": payment.event_ts,
        "event_id": payment.event_id,
        "model_id": model_id,
        "location_code": payment.location_code,
        **verdict.features,
        "score": verdict.score,
        "is_anomaly": verdict.is_anomaly,
        "evidence": None if verdict.evidence is None else Jsonb(verdict.evidence),
    }
