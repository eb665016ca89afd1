"""Real servers that keep what they are sent: SMTP, as far as a mail needs it, and HTTP."""

import json
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast


class _Mails(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mails: list[tuple[str, list[str], EmailMessage]]


class _Smtp(StreamRequestHandler):
    """RFC 5321: the commands of one mail after another, each answered with its code."""

    def handle(self) -> None:
        server = cast("_Mails", self.server)
        sender, to = "", list[str]()
        self._say("220 mailbox")
        for line in self.rfile:
            command, _, rest = line.decode().rstrip("\r\n").partition(" ")
            match command.upper():
                case "EHLO" | "HELO" | "RSET" | "NOOP":
                    self._say("250 mailbox")
                case "MAIL":
                    sender, to = rest, []
                    self._say("250 ok")
                case "RCPT":
                    to.append(rest)
                    self._say("250 ok")
                case "DATA":
                    self._say("354 go on")
                    server.mails.append((sender, to, self._message()))
                    self._say("250 kept")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("502 not here")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _message(self) -> EmailMessage:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)


class _Posts(ThreadingHTTPServer):
    posts: list[tuple[str, Any]]
    status: int


class _Http(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast("_Posts", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.posts.append((self.path, json.loads(body)))
        self.send_response(server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        """Say nothing."""


def _serve(server: Any) -> None:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class Mailbox:
    """Both servers, on ports of their own, until closed."""

    def __init__(self, status: int = 200) -> None:
        self._smtp = _Mails(("127.0.0.1", 0), _Smtp)
        self._smtp.mails = []
        self._http = _Posts(("127.0.0.1", 0), _Http)
        self._http.posts, self._http.status = [], status
        _serve(self._smtp)
        _serve(self._http)

    @property
    def mails(self) -> list[tuple[str, list[str], EmailMessage]]:
        """Envelope sender, recipients, message."""
        return self._smtp.mails

    @property
    def posts(self) -> list[tuple[str, Any]]:
        """Path and JSON."""
        return self._http.posts

    @property
    def env(self) -> dict[str, str]:
        """What ./stack and compose make of .env, for these servers."""
        address = f"http://127.0.0.1:{self._http.server_address[1]}/hooks/T1/B2"
        smtp = f"smtp://127.0.0.1:{self._smtp.server_address[1]}"
        return {
            "RESTAURANT_ALERT_EMAIL": "ops@example.com",
            "RESTAURANT_ALERT_WEBHOOK": address,
            "AIRFLOW_CONN_RESTAURANT_ALERT_SMTP": f"{smtp}?from_email=warehouse%40example.com"
            "&disable_ssl=true&disable_tls=true",
            "AIRFLOW_CONN_RESTAURANT_ALERT_WEBHOOK": json.dumps({"conn_type": "http", "host": address}),
            "NO_PROXY": "127.0.0.1",
        }

    def close(self) -> None:
        for server in (self._smtp, self._http):
            server.shutdown()
            server.server_close()
