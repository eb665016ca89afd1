"""A foreign SSE server: `python sse_server.py PORT EVENTS` serves that many events at /feed, 100 per second.

It knows nothing of sse-ingest. It numbers its events, resumes after Last-Event-ID, and answers 204 when all are sent.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, EVENTS = int(sys.argv[1]), int(sys.argv[2])


class Feed(BaseHTTPRequestHandler):
    """GET /feed."""

    def do_GET(self) -> None:
        """All events after Last-Event-ID, each as one order."""
        after = int(self.headers.get("Last-Event-ID") or 0)
        self.send_response(404 if self.path != "/feed" else 204 if after >= EVENTS else 200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for number in range(after + 1, EVENTS + 1) if self.path == "/feed" else ():
            data = json.dumps({"order": number, "total": number * 1.5})
            self.wfile.write(f"id: {number}\nevent: order\ndata: {data}\n\n".encode())
            time.sleep(0.01)


ThreadingHTTPServer(("127.0.0.1", PORT), Feed).serve_forever()
