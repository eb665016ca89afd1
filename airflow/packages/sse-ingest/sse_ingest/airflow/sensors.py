"""A sensor that waits until an event service is ready."""

from datetime import timedelta
from typing import Any

import httpx
from airflow.sdk import BaseSensorOperator, Context, conf
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from sse_ingest.airflow.connections import stream_address
from sse_ingest.airflow.readiness import ReadinessRequest
from sse_ingest.airflow.triggers import ServiceReadyTrigger
from sse_ingest.errors import TerminalError


class SSEStreamSensor(BaseSensorOperator):
    """Wait until the event service behind a connection is ready.

    It requests `endpoint` (`/ready`) once per poke. 200 means ready. A server error, 429, and no answer mean: wait. Any
    other status does not change by waiting, and fails the task at once with what to do. In `reschedule` mode, the
    default, the task occupies no worker between two pokes.

    :param api_conn_id: connection of the event service, of the type Server-Sent Events or HTTP
    :param endpoint: path that answers 200 when the service is ready
    :param request_timeout: the time limit of one request, in seconds
    :param deferrable: after a first poke, wait in the triggerer and not in a worker; `mode` then has no effect
    """

    template_fields = ("api_conn_id", "endpoint")
    ui_color = "#e6f1f2"

    def __init__(
        self,
        *,
        api_conn_id: str = "sse_default",
        endpoint: str = "/ready",
        request_timeout: float = 5,
        mode: str = "reschedule",
        poke_interval: timedelta | float = 30,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(mode=mode, poke_interval=poke_interval, **kwargs)
        self.api_conn_id = api_conn_id
        self.endpoint = endpoint
        self.request_timeout = request_timeout
        self.deferrable = deferrable

    def poke(self, context: Context) -> bool:  # noqa: ARG002 - Airflow's signature
        """True when the service answers 200."""
        try:
            request = ReadinessRequest.to(self.api_conn_id, stream_address(self.api_conn_id), self.endpoint)
            return self._ask(request)
        except TerminalError as error:
            raise AirflowFailException(str(error)) from error

    def _ask(self, request: ReadinessRequest) -> bool:
        try:
            with httpx.stream(
                "GET", request.url, headers=request.headers, timeout=self.request_timeout
            ) as response:
                return request.is_ready(response.status_code)
        except httpx.TransportError as error:
            return request.no_answer(error)

    def execute(self, context: Context) -> Any:
        """Poke until ready. If deferrable: poke once, then wait in the triggerer."""
        if not self.deferrable:
            return super().execute(context)
        try:
            ready = self.poke(context)
        except AirflowFailException as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(f"Skipped instead of failed: {error}") from error
            raise
        if not ready:
            self.defer(
                trigger=ServiceReadyTrigger(
                    api_conn_id=self.api_conn_id,
                    endpoint=self.endpoint,
                    request_timeout=self.request_timeout,
                    poke_interval=self.poke_interval,
                ),
                method_name="execute_complete",
                timeout=timedelta(seconds=self.timeout),
            )
        return None

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:  # noqa: ARG002 - Airflow's signature
        """Called after the trigger: succeed, or fail with what to change."""
        if not event["ready"]:
            raise AirflowFailException(event["error"])
