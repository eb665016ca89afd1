"""Whom a failed task tells: by mail and by webhook, each where it is configured."""

import os
from collections.abc import Mapping
from copy import copy
from typing import Any

from airflow.providers.http.notifications.http import HttpNotifier
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseNotifier, Context

EMAIL, WEBHOOK = "RESTAURANT_ALERT_EMAIL", "RESTAURANT_ALERT_WEBHOOK"
SMTP_CONNECTION, WEBHOOK_CONNECTION = "restaurant_alert_smtp", "restaurant_alert_webhook"

# What a task says may hold texts from events: it is a value of the template, never part of it, and escaped in HTML.
_WHAT = "{{ ti.dag_id }}.{{ ti.task_id }} failed"
_SAID = "exception | default('It was ended from outside: see its log.', true)"


class _News(BaseNotifier):
    """Keeps quiet about what was told before, so that a failure which lasts is one alert, not one every ten minutes."""

    def __call__(self, *args: Any) -> None:
        """Send what is news: by the error's own word, else when the task did not fail the last time."""
        context = args[0]
        news = getattr(context.get("exception"), "news", None)
        if news is None:
            news = self._last_state(context) != "failed"
        if news:
            # Filling in the templates overwrites them, and the tasks of a DAG share a notifier.
            super(_News, copy(self)).__call__(*args)

    def _last_state(self, context: Context) -> str | None:
        try:
            last = context["ti"].get_previous_ti()
        except Exception as error:  # noqa: BLE001 - an alert too many is better than one too few
            self.log.warning("Whether this was told before is not known: %s", error)
            return None
        return None if last is None else str(last.state)


class EmailAlert(_News, SmtpNotifier):
    """A mail through an SMTP connection of Airflow's, which also says whom it is from."""

    def __init__(self, to: str, smtp_conn_id: str = SMTP_CONNECTION) -> None:
        super().__init__(
            to=to,
            subject=f"[restaurant warehouse] {_WHAT}",
            html_content=f"<p>{_WHAT}: <a href='{{{{ ti.log_url | e }}}}'>log</a></p>\n"
            f"<pre>{{{{ {_SAID} | e }}}}</pre>",
            smtp_conn_id=smtp_conn_id,
        )


class WebhookAlert(_News, HttpNotifier):
    """A POST of JSON to the address in an HTTP connection of Airflow's. Chat services show its `text`."""

    def __init__(self, http_conn_id: str = WEBHOOK_CONNECTION) -> None:
        super().__init__(
            http_conn_id=http_conn_id,
            json={
                "text": f"{_WHAT}\n{{{{ {_SAID} }}}}",
                "dag_id": "{{ ti.dag_id }}",
                "task_id": "{{ ti.task_id }}",
                "run_id": "{{ run_id }}",
                "log_url": "{{ ti.log_url }}",
            },
            extra_options={"timeout": 10},
        )


def alerts(settings: Mapping[str, str] = os.environ) -> list[BaseNotifier]:
    """Those that are configured: RESTAURANT_ALERT_EMAIL names whom to mail, RESTAURANT_ALERT_WEBHOOK is an address."""
    found: list[BaseNotifier] = []
    if settings.get(EMAIL):
        found.append(EmailAlert(settings[EMAIL]))
    if settings.get(WEBHOOK):
        found.append(WebhookAlert())
    return found
