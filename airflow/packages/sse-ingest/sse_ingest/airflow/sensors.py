"""A sensor that waits until an event service can serve."""

from datetime import timedelta
from typing import Any

import httpx
from airflow.sdk import BaseSensorOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from sse_ingest.airflow.connections import source_address

REMEDIES = {
    401: "it wants a token: put EVENT_STREAM_TOKEN into the connection's password",
    403: "it refuses the token: compare the connection's password with EVENT_STREAM_TOKEN",
    404: "nothing is served at that path: check the connection's host and port, and the sensor's endpoint",
}


class SSEStreamSensor(BaseSensorOperator):
    """Wait until the event service behind a connection is ready.

    Asks `endpoint` (`/ready`) once a poke: 200 is ready; 503, any other server error, and no answer at all
    mean wait; everything else cannot heal by waiting and fails the task at once with what to do. In
    `reschedule` mode, the default, no worker is held between two pokes.
    """

    template_fields = ("api_conn_id", "endpoint")
    ui_color = "#e6f1f2"

    def __init__(
        self,
        *,
        api_conn_id: str = "restaurant_api",
        endpoint: str = "/ready",
        request_timeout: float = 5,
        mode: str = "reschedule",
        poke_interval: timedelta | float = 30,
        **kwargs: Any,
    ) -> None:
        super().__init__(mode=mode, poke_interval=poke_interval, **kwargs)
        self.api_conn_id = api_conn_id
        self.endpoint = endpoint
        self.request_timeout = request_timeout

    def poke(self, context: Context) -> bool:  # noqa: ARG002 - Airflow's signature
        """True when the service answers 200."""
        base, token = source_address(self.api_conn_id)
        url = base + "/" + self.endpoint.lstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            status = httpx.get(url, headers=headers, timeout=self.request_timeout).status_code
        except httpx.TransportError as error:
            self.log.info("%s does not answer yet: %s", url, error)
            return False
        if status == httpx.codes.OK:
            return True
        if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
            self.log.info("%s is not ready yet: it answers %s", url, status)
            return False
        remedy = REMEDIES.get(status, "that is no event service: check the connection's host and port")
        raise AirflowFailException(f"{url} answers {status}: {remedy} (connection '{self.api_conn_id}')")
