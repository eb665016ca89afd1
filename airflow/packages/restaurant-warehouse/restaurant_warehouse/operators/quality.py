"""An operator that runs the rules of data quality."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from restaurant_warehouse.operators.missing_objects import fail_if_missing
from restaurant_warehouse.quality.rules import SEVERITIES, RuleError, load
from restaurant_warehouse.quality.run import Broken, RuleResult, run
from sse_ingest.airflow.connections import database_url


class QualityFailure(AirflowFailException):
    """Rules have failed; the message shows the rows. `is_new_failure`: the last run did not report all of it."""

    def __init__(self, message: str, *, is_new_failure: bool) -> None:
        super().__init__(message)
        self.is_new_failure = is_new_failure


class DataQualityOperator(BaseOperator):
    """Run the rules of one severity, each over the events that arrived since its last run, and store every result.

    All rules run, even if the first one fails. If a rule fails, the task fails, with the rows and what to do. It is not
    retried, because a retry would not correct the rows. While a critical rule fails, the restaurants and business days
    that it concerns are not published (analytics.data_quality_blocking), and each run checks the rule's window again. A
    warning is reported once.

    XCom: a list with one object per rule, of `rule`, `status`, `checked`, `failed`, `since` and `until` (RFC 3339), and
    `sample`.

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
        results = self._run()
        complete = [result for result in results if isinstance(result, RuleResult)]
        context["ti"].xcom_push(key="return_value", value=[_xcom(result) for result in complete])
        self.log.info("%s rules of severity %s:\n%s", len(results), self.severity, as_text(results))
        bad = [result for result in results if isinstance(result, Broken) or result.status == "failed"]
        if bad:
            raise QualityFailure(
                f"{len(bad)} of {len(results)} {self.severity} rules failed:\n{as_text(bad)}",
                is_new_failure=any(isinstance(result, Broken) or result.is_new_failure for result in bad),
            )

    def _run(self) -> list[RuleResult | Broken]:
        try:
            rules = [rule for rule in load() if rule.severity == self.severity]
        except RuleError as error:
            raise AirflowFailException(str(error)) from error
        url = database_url(self.postgres_conn_id)
        with fail_if_missing("raw_data.arrived_before()", self.postgres_conn_id):
            return list(run(url, rules))


def as_text(results: Sequence[RuleResult | Broken]) -> str:
    """One line per rule. Below a failed rule: the rows of its sample, and what to do."""
    width = max((len(result.rule.name) for result in results), default=0)
    lines = []
    for result in results:
        name = f"  {result.rule.name:<{width}}"
        if isinstance(result, Broken):
            lines.append(f"{name}  could not be run: {result.error}")
            continue
        lines.append(f"{name}  {result.status}  {result.failed} of {result.checked} rows failed")
        if result.status == "failed":
            lines += [f"      {_row(row)}" for row in result.rows]
            if result.failed > len(result.rows):
                lines.append(f"      and {result.failed - len(result.rows)} more")
            lines.append(f"      {result.rule.description} (owner: {result.rule.owner})")
            lines.append(f"      -> {result.rule.remedy}")
    return "\n".join(lines)


def _row(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())


def _xcom(result: RuleResult) -> dict[str, Any]:
    return {
        "rule": result.rule.name,
        "status": result.status,
        "checked": result.checked,
        "failed": result.failed,
        "since": result.since.isoformat(),
        "until": result.until.isoformat(),
        "sample": result.rows,
    }
