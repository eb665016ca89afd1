"""The links of a task: to the state of its stream, and to the dashboard of what is made of it."""

from typing import Protocol, cast
from urllib.parse import quote, urljoin

from airflow.sdk import BaseOperator, BaseOperatorLink, Context
from airflow.sdk.types import TaskInstanceKey

from sse_ingest.airflow.connections import StreamAddress, stream_address


class StreamTask(Protocol):
    """What the links need of a task."""

    stream: str
    source_url: str | None
    api_conn_id: str


class StreamStateLink(BaseOperatorLink):
    """Leads to the connection's `state_url`, or to `/health` of the service."""

    name = "Stream state"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - Airflow's signature
        """Called in the worker when the task ends. Airflow stores the result in XCom, and the UI reads it there."""
        return state_url(cast("StreamTask", operator))


class DashboardLink(BaseOperatorLink):
    """Leads to the connection's `dashboard_url`; without one the link leads nowhere."""

    name = "Dashboard"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - Airflow's signature
        """As that of StreamStateLink."""
        return dashboard_url(cast("StreamTask", operator))


def state_url(task: StreamTask) -> str:
    """The page that shows the state of the task's stream; empty when the address is not http:// or https://."""
    address = _address(task)
    return _page(task, address.state_url or urljoin(address.url, "/health"))


def dashboard_url(task: StreamTask) -> str:
    """The dashboard that the task's connection names; empty when it names none, or none of http:// or https://."""
    return _page(task, _address(task).dashboard_url or "")


def show_links_while_running(task: StreamTask, context: Context) -> None:
    """Store the links now: Airflow stores links when a task ends, and a stream may run for days."""
    context["ti"].xcom_push(key=StreamStateLink().xcom_key, value=state_url(task))
    context["ti"].xcom_push(key=DashboardLink().xcom_key, value=dashboard_url(task))


def _address(task: StreamTask) -> StreamAddress:
    return StreamAddress(task.source_url) if task.source_url else stream_address(task.api_conn_id)


def _page(task: StreamTask, url: str) -> str:
    url = url.replace("{stream}", quote(task.stream, safe=""))
    return url if url.startswith(("http://", "https://")) else ""
