"""The sensor against a real HTTP server: prints what one poke came to for each answer of `/ready`."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path

from sse_ingest.airflow.sensors import SSEStreamSensor

answer = 200
asked: list[tuple[str, str | None]] = []


class Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked.append((self.path, self.headers.get("Authorization")))
        self.send_response(answer)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet: the last line of output is the answer."""


def poked() -> Any:
    sensor = SSEStreamSensor(task_id="t")
    try:
        return sensor.poke({})
    except Exception as error:  # noqa: BLE001 - which one is the answer
        return f"{type(error).__name__}: {error}"


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["AIRFLOW_CONN_RESTAURANT_API"] = f"http://:tok%40en@127.0.0.1:{server.server_port}"
seen = {}
for answer in (200, 503, 500, 429, 401, 403, 404, 418):
    seen[str(answer)] = poked()
server.shutdown()
server.server_close()
seen["nobody"] = poked()
sensor = SSEStreamSensor(task_id="t")
sys.stdout.write(
    json.dumps({"poked": seen, "asked": asked[0], "mode": sensor.mode, "reschedule": sensor.reschedule})
    + "\n"
)
