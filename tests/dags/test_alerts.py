"""New failures are reported by mail and by webhook, to a real SMTP server and a real HTTP server."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.servers.mailbox import Mailbox

pytestmark = pytest.mark.airflow
REPORTED = ["payments_add_up", "first failure", "last state unknown", "It was ended from outside"]


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.close()


@pytest.fixture(scope="module")
def report(probe: Any, mailbox: Mailbox) -> Any:
    return probe("alerting", mailbox.env)


def test_both_get_new_failures_and_nothing_else(report: Any, mailbox: Mailbox) -> None:
    assert all(answer == ["done", "done"] for answer in report.values()), report
    mails = [message.get_body(("html",)).get_content() for _, _, message in mailbox.mails]  # type: ignore[union-attr]
    texts = [body["text"] for _, body in mailbox.posts]
    assert len(mails) == len(texts) == len(REPORTED)
    for line, mail, text in zip(REPORTED, mails, texts, strict=True):
        assert line in mail
        assert line in text


def test_the_mail_has_a_sender_and_shows_the_rows_as_they_are(report: Any, mailbox: Mailbox) -> None:
    """What an event holds is neither HTML nor a template of ours."""
    sender, recipients, message = mailbox.mails[0]
    assert "<warehouse@example.com>" in sender
    assert recipients == ["TO:<ops@example.com>"]
    assert message["Subject"] == "[restaurant warehouse] quality.critical_rules failed"
    body = message.get_body(("html",))
    assert body is not None
    html = body.get_content()
    assert "item=&lt;b&gt;{{ 7 * 7 }}&lt;/b&gt; &amp; co" in html
    assert "href='http://airflow/log?a=1&amp;b=2'" in html


def test_the_webhook_is_json(report: Any, mailbox: Mailbox) -> None:
    path, body = mailbox.posts[0]
    assert path == "/hooks/T1/B2"
    assert body == {
        "text": "quality.critical_rules failed\npayments_add_up\n  order_id=1, item=<b>{{ 7 * 7 }}</b> & co",
        "dag_id": "quality",
        "task_id": "critical_rules",
        "run_id": "run-1",
        "log_url": "http://airflow/log?a=1&b=2",
    }


def test_nothing_is_sent_where_nothing_is_configured(probe: Any) -> None:
    assert set(map(tuple, probe("alerting").values())) == {()}


def test_a_server_that_refuses_keeps_the_other_from_nothing(probe: Any) -> None:
    box = Mailbox(status=500)
    try:
        report = probe("alerting", box.env)
    finally:
        box.close()
    mailed, posted = report["new failure"]
    assert mailed == "done"
    assert "500" in posted
    assert len(box.mails) == len(REPORTED)
