"""Who may see the page: this machine alone, or with a password whoever reaches it (HTTP Basic, RFC 7617).

Any user name is accepted. Without TLS the password can be read on the way: put a proxy with TLS in front.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from ipaddress import ip_address

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
ALIVE = "/alive"
"""Answers without the password, and says nothing else."""


@dataclass(frozen=True)
class Access:
    """Where the page listens, and the password that it asks for. When that is empty, it asks for none."""

    host: str = "127.0.0.1"
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def names(self) -> list[str]:
        """The names in addresses of the page. A name that is bound to 127.0.0.1 by others is not among them."""
        return [*LOOPBACK_NAMES] if self.is_local else ["*"]


class PasswordGate:
    """Lets requests with the password through."""

    def __init__(self, app: ASGIApp, password: str) -> None:
        self.app = app
        self._password = password.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 without the password."""
        headers = dict(scope.get("headers", []))
        is_open = scope["type"] != "http" or scope["path"] == ALIVE
        if not is_open and not self._opens(headers.get(b"authorization", b"")):
            challenge = {"WWW-Authenticate": 'Basic realm="Restaurant warehouse", charset="UTF-8"'}
            answer = PlainTextResponse("The page asks for DASHBOARD_PASSWORD of .env.", 401, challenge)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _opens(self, header: bytes) -> bool:
        scheme, _, encoded = header.partition(b" ")
        try:
            password = base64.b64decode(encoded, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
        return scheme.lower() == b"basic" and hmac.compare_digest(password, self._password)
