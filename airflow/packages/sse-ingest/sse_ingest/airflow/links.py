"""A button at the task that leads to the state of its stream."""

from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urljoin

from airflow.sdk import BaseOperator, BaseOperatorLink, Context
from airflow.sdk.types import TaskInstanceKey

from sse_ingest.airflow.connections import StreamAddress, stream_address

if TYPE_CHECKING:  # it imports us
    from sse_ingest.airflow.operators import SSEToPostgresOperator


class StreamStateLink(BaseOperatorLink):
    """Leads to the connection's `state_url`, or to `/health` of the service."""

    name = "Stream state"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - Airflow's signature
        """Called in the worker when the task ends; the result is kept in XCom, where the UI finds it."""
        return state_url(cast("SSEToPostgresOperator", operator))


def state_url(task: "SSEToPostgresOperator") -> str:
    """The page that shows the state of the task's stream; an empty text when its address is no web address."""
    address = StreamAddress(task.source_url) if task.source_url else stream_address(task.api_conn_id)
    url = address.state_url or urljoin(address.url, "/health")
    url = url.replace("{stream}", quote(task.stream, safe=""))
    return url if url.startswith(("http://", "https://")) else ""


def show_link_while_running(task: "SSEToPostgresOperator", context: Context) -> None:
    """Airflow keeps links when a task ends, and a stream may not end for days: keep it now."""
    context["ti"].xcom_push(key=StreamStateLink().xcom_key, value=state_url(task))
