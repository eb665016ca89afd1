"""An operator that runs the rules of data quality."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException
from psycopg import errors

from restaurant_warehouse.quality.rules import SEVERITIES, RuleError, load
from restaurant_warehouse.quality.run import Broken, Verdict, run
from sse_ingest.airflow.connections import database_url


class QualityFailure(AirflowFailException):
    """Rules failed; the message shows the rows. `news`: not only by rows that the last run has told of."""

    def __init__(self, message: str, *, news: bool) -> None:
        super().__init__(message)
        self.news = news


class DataQualityOperator(BaseOperator):
    """Run the rules of one severity, each over what arrived since it last ran, and store every result.

    The task fails when a rule does, with the rows that failed and what to do; all rules run, whatever the first of
    them finds. A failure is not retried, since asking again mends nothing. While a critical rule fails, the rollups
    are not refreshed (analytics.publication_gate()) and each run reads its window again; a warning is told once.

    XCom: a list, by rule, of `rule`, `status`, `checked`, `failed`, `since` and `until` (RFC 3339), and `sample`.

    :param severity: `critical` or `warning`
    :param postgres_conn_id: Postgres connection that may execute raw_data.arrived_before() and read analytics
    """

    template_fields = ("postgres_conn_id",)
    ui_color = "#f4efe0"

    def __init__(
        self, *, severity: str, postgres_conn_id: str = "postgres_restaurant", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if severity not in SEVERITIES:
            raise ValueError(f"severity must be one of {', '.join(SEVERITIES)}, not {severity!r}")
        self.severity = severity
        self.postgres_conn_id = postgres_conn_id

    def execute(self, context: Context) -> None:
        """Run, push the results to XCom, log them as a table, and fail if a rule failed or could not be run."""
        outcomes = self._run()
        verdicts = [outcome for outcome in outcomes if isinstance(outcome, Verdict)]
        context["ti"].xcom_push(key="return_value", value=[_told(verdict) for verdict in verdicts])
        self.log.info("%s rules of severity %s:\n%s", len(outcomes), self.severity, as_text(outcomes))
        bad = [one for one in outcomes if isinstance(one, Broken) or one.status == "failed"]
        if bad:
            raise QualityFailure(
                f"{len(bad)} of {len(outcomes)} {self.severity} rules failed:\n{as_text(bad)}",
                news=any(isinstance(one, Broken) or one.news for one in bad),
            )

    def _run(self) -> list[Verdict | Broken]:
        try:
            rules = [rule for rule in load() if rule.severity == self.severity]
            return list(run(database_url(self.postgres_conn_id), rules))
        except RuleError as error:
            raise AirflowFailException(str(error)) from error
        except (errors.UndefinedFunction, errors.InvalidSchemaName, errors.InsufficientPrivilege) as error:
            raise AirflowFailException(
                f"raw_data.arrived_before() is missing, or '{self.postgres_conn_id}' may not run it: "
                f"run `python -m sql migrate`. PostgreSQL says: {error}"
            ) from error


def as_text(outcomes: Sequence[Verdict | Broken]) -> str:
    """A line a rule; below one that failed, the rows of the sample and what to do."""
    width = max((len(outcome.rule.name) for outcome in outcomes), default=0)
    lines = []
    for outcome in outcomes:
        name = f"  {outcome.rule.name:<{width}}"
        if isinstance(outcome, Broken):
            lines.append(f"{name}  could not be run: {outcome.error}")
            continue
        lines.append(f"{name}  {outcome.status}  {outcome.failed} of {outcome.checked} rows failed")
        if outcome.status == "failed":
            lines += [f"      {_row(row)}" for row in outcome.rows]
            if outcome.failed > len(outcome.rows):
                lines.append(f"      and {outcome.failed - len(outcome.rows)} more")
            lines.append(f"      {outcome.rule.description} (owner: {outcome.rule.owner})")
            lines.append(f"      -> {outcome.rule.remedy}")
    return "\n".join(lines)


def _row(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": verdict.rule.name,
        "status": verdict.status,
        "checked": verdict.checked,
        "failed": verdict.failed,
        "since": verdict.since.isoformat(),
        "until": verdict.until.isoformat(),
        "sample": verdict.rows,
    }
