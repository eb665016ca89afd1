"""The sensor and its trigger against a real HTTP server: prints what each answer of `/ready` came to."""

import asyncio
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path
from airflow.sdk.exceptions import TaskDeferred

from sse_ingest.airflow.triggers import ServiceReadyTrigger
from sse_operator import SSEStreamSensor

answer = 200
sequence: list[int] = []
asked_often = threading.Event()
requests: list[tuple[str, str | None]] = []


class Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        requests.append((self.path, self.headers.get("Authorization")))
        if len(requests) == 3:
            asked_often.set()
        self.send_response(sequence.pop(0) if sequence else answer)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet: the last line of output is the answer."""


def poked() -> Any:
    sensor = SSEStreamSensor(task_id="t")
    try:
        return sensor.poke({})
    except Exception as error:  # noqa: BLE001 - which one is the answer
        return f"{type(error).__name__}: {error}"


def deferred(*answers: int, **arguments: Any) -> Any:
    """What the deferrable sensor leaves to the triggerer, or what its first poke came to."""
    sequence[:] = answers
    sensor = SSEStreamSensor(task_id="t", deferrable=True, poke_interval=0.01, timeout=60, **arguments)
    try:
        return sensor.execute({})
    except TaskDeferred as leaves:
        path, arguments = leaves.trigger.serialize()
        assert path == "sse_ingest.airflow.triggers.ServiceReadyTrigger"
        return {"arguments": arguments, "method": leaves.method_name, "timeout": str(leaves.timeout)}
    except Exception as error:  # noqa: BLE001 - which one is the answer
        return f"{type(error).__name__}: {error}"


def completed(event: dict[str, Any]) -> Any:
    try:
        return SSEStreamSensor(task_id="t").execute_complete({}, event)
    except Exception as error:  # noqa: BLE001 - which one is the answer
        return f"{type(error).__name__}: {error}"


async def triggered(*answers: int) -> Any:
    """The events of a trigger that gets these answers, and what it asked."""
    sequence[:], requests[:] = answers, []
    trigger = ServiceReadyTrigger(**ARGUMENTS)
    events = [event.payload async for event in trigger.run()]
    return {"events": events, "asked": len(requests), "first": requests[0]}


async def cancelled() -> Any:
    """A trigger that waits, when the triggerer cancels it."""
    sequence[:], requests[:] = [503] * 1000, []
    asked_often.clear()
    events = ServiceReadyTrigger(**ARGUMENTS).run()
    task = asyncio.ensure_future(anext(events))
    assert await asyncio.to_thread(asked_often.wait, 30)
    task.cancel()
    [outcome] = await asyncio.gather(task, return_exceptions=True)
    return type(outcome).__name__


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["AIRFLOW_CONN_RESTAURANT_API"] = f"http://:tok%40en@127.0.0.1:{server.server_port}"
ARGUMENTS: dict[str, Any] = {
    "api_conn_id": "restaurant_api",
    "endpoint": "/ready",
    "request_timeout": 5,
    "poke_interval": 0.01,
}
results = {}
for answer in (200, 503, 500, 429, 401, 403, 404, 418):
    results[str(answer)] = poked()
first_asked = requests[0]
answer = 200
deferrable = {
    "ready at once": deferred(),
    "leaves": deferred(503),
    "never": deferred(401),
    "never, softly": deferred(401, soft_fail=True),
    "ready later": asyncio.run(triggered(503, 500, 200)),
    "never ready": asyncio.run(triggered(503, 404)),
    "cancelled": asyncio.run(cancelled()),
    "completed": [completed({"ready": True}), completed({"ready": False, "error": "it refuses"})],
}
server.shutdown()
server.server_close()
results["nobody"] = poked()
sensor = SSEStreamSensor(task_id="t")
sys.stdout.write(
    json.dumps(
        {
            "poked": results,
            "asked": first_asked,
            "mode": sensor.mode,
            "reschedule": sensor.reschedule,
            "deferrable": deferrable,
            "template_fields": list(sensor.template_fields),
        }
    )
    + "\n"
)
