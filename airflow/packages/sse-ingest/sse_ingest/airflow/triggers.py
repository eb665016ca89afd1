"""A trigger that waits until an event service is ready, so that the task occupies no worker slot."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
from airflow.triggers.base import BaseTrigger, TriggerEvent

from sse_ingest.airflow.connections import async_stream_address
from sse_ingest.airflow.readiness import ReadinessRequest
from sse_ingest.errors import TerminalError


class ServiceReadyTrigger(BaseTrigger):
    """Requests `endpoint` every `poke_interval` seconds, until the service is ready or its answer cannot change.

    The connection is read when the trigger runs, so no token is stored with the trigger. The timeout of the deferral
    ends it.
    """

    def __init__(
        self, *, api_conn_id: str, endpoint: str, request_timeout: float, poke_interval: float
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Airflow's
        self.api_conn_id = api_conn_id
        self.endpoint = endpoint
        self.request_timeout = request_timeout
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The path of this class, and its arguments."""
        names = ("api_conn_id", "endpoint", "request_timeout", "poke_interval")
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event: `{"ready": True}`, or `{"ready": False, "error": …}` when waiting cannot help."""
        address = await async_stream_address(self.api_conn_id)
        try:
            request = ReadinessRequest.to(self.api_conn_id, address, self.endpoint)
            async with httpx.AsyncClient(headers=request.headers, timeout=self.request_timeout) as client:
                while True:
                    if await self._is_ready(client, request):
                        break
                    await asyncio.sleep(self.poke_interval)
        except TerminalError as error:
            yield _event(ready=False, error=str(error))
        else:
            yield _event(ready=True)

    async def _is_ready(self, client: httpx.AsyncClient, request: ReadinessRequest) -> bool:
        try:
            async with client.stream(
                "GET", request.url
            ) as response:  # the body is not read: it may be endless
                return request.is_ready(response.status_code)
        except httpx.TransportError as error:
            return request.no_answer(error)


def _event(**payload: Any) -> TriggerEvent:
    return TriggerEvent(payload)  # type: ignore[no-untyped-call] # Airflow's
