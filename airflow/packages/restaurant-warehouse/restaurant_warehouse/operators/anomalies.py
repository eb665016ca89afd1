"""An operator that scores new payments."""

from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context

from restaurant_warehouse.anomalies.scoring import Result, Window, score
from restaurant_warehouse.operators.missing_objects import fail_if_missing
from sse_ingest.airflow.connections import database_url


class PaymentScoringOperator(BaseOperator):
    """Train an Isolation Forest on old payments, and score the payments that have no score yet.

    A payment is scored once, and again when it is restated or refunded, or when its order gets another payment.
    Features, score and reasons go into analytics.payment_scores, the training into analytics.anomaly_models. The task
    can run again at any time, beside ingestion. With too little history it scores nothing, and the log says so.

    XCom: `scored`, `anomalies`, `history`, `model_id`, and in `note` why nothing was scored.

    :param scored: how far back payments are scored; the forest learns from what is older
    :param history: the largest number of payments that the forest learns from, the newest first
    :param least: with a history of fewer payments nothing is scored
    :param postgres_conn_id: Postgres connection that may write analytics.payment_scores
    """

    template_fields = ("postgres_conn_id",)
    ui_color = "#f0e6f4"

    def __init__(
        self,
        *,
        scored: timedelta = Window.scored,
        history: int = Window.history,
        least: int = Window.least,
        postgres_conn_id: str = "postgres_restaurant",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.window = Window(scored, history, least)
        self.postgres_conn_id = postgres_conn_id

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002 - Airflow's signature
        """Train and score. If the database cannot be reached, the task fails and is retried."""
        url = database_url(self.postgres_conn_id)
        with fail_if_missing("A table of payment scores", self.postgres_conn_id):
            result = score(url, self.window)
        self.log.info(_sentence(result))
        return vars(result)


def _sentence(result: Result) -> str:
    if result.model_id is None:
        return f"Nothing was scored: {result.note}"
    return (
        f"{result.scored} payments scored by model {result.model_id}, which learned from {result.history}: "
        f"{result.anomalies} anomalies"
    )
