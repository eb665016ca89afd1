"""Alerts of failed tasks, by mail and by webhook. Each is sent only if it is configured."""

import os
from collections.abc import Mapping
from copy import copy
from typing import Any

from airflow.providers.http.notifications.http import HttpNotifier
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseNotifier, Context

EMAIL, WEBHOOK = "RESTAURANT_ALERT_EMAIL", "RESTAURANT_ALERT_WEBHOOK"
SMTP_CONNECTION, WEBHOOK_CONNECTION = "restaurant_alert_smtp", "restaurant_alert_webhook"

# The message of a task may hold texts from events. So it is a value of the template, never part of it. In HTML it is
# escaped.
_SUBJECT = "{{ ti.dag_id }}.{{ ti.task_id }} failed"
_MESSAGE = "exception | default('It was ended from outside: see its log.', true)"


class _NewFailuresOnly(BaseNotifier):
    """Sends no alert for a failure that was reported before. So a failure that lasts is one alert, not one per run."""

    def __call__(self, *args: Any) -> None:
        """Send an alert if the error is marked as new, or, without such a mark, if the last run did not fail."""
        context = args[0]
        is_new_failure = getattr(context.get("exception"), "is_new_failure", None)
        if is_new_failure is None:
            is_new_failure = self._last_state(context) != "failed"
        if is_new_failure:
            # A copy: rendering overwrites the templates, and the tasks of a DAG share a notifier.
            super(_NewFailuresOnly, copy(self)).__call__(*args)

    def _last_state(self, context: Context) -> str | None:
        try:
            last = context["ti"].get_previous_ti()
        except Exception as error:  # noqa: BLE001 - a needless alert is better than a missing one
            self.log.warning("It is not known whether the last run failed, so an alert is sent: %s", error)
            return None
        return None if last is None else str(last.state)


class EmailAlert(_NewFailuresOnly, SmtpNotifier):
    """A mail through an SMTP connection of Airflow, which also has the sender's address."""

    def __init__(self, to: str, smtp_conn_id: str = SMTP_CONNECTION) -> None:
        super().__init__(
            to=to,
            subject=f"[restaurant warehouse] {_SUBJECT}",
            html_content=f"<p>{_SUBJECT}: <a href='{{{{ ti.log_url | e }}}}'>log</a></p>\n"
            f"<pre>{{{{ {_MESSAGE} | e }}}}</pre>",
            smtp_conn_id=smtp_conn_id,
        )


class WebhookAlert(_NewFailuresOnly, HttpNotifier):
    """A POST of JSON to the address in an HTTP connection of Airflow. Chat services show its `text`."""

    def __init__(self, http_conn_id: str = WEBHOOK_CONNECTION) -> None:
        super().__init__(
            http_conn_id=http_conn_id,
            json={
                "text": f"{_SUBJECT}\n{{{{ {_MESSAGE} }}}}",
                "dag_id": "{{ ti.dag_id }}",
                "task_id": "{{ ti.task_id }}",
                "run_id": "{{ run_id }}",
                "log_url": "{{ ti.log_url }}",
            },
            extra_options={"timeout": 10},
        )


def alerts(settings: Mapping[str, str] = os.environ) -> list[BaseNotifier]:
    """The configured alerts: RESTAURANT_ALERT_EMAIL is a mail address, RESTAURANT_ALERT_WEBHOOK is a web address."""
    notifiers: list[BaseNotifier] = []
    if settings.get(EMAIL):
        notifiers.append(EmailAlert(settings[EMAIL]))
    if settings.get(WEBHOOK):
        notifiers.append(WebhookAlert())
    return notifiers
