"""uvicorn around the app: its socket, and an end that does not wait for endless streams."""

import logging
import socket

import uvicorn
from fastapi import FastAPI

from api.app import create_app, drain
from api.settings import Settings

logger = logging.getLogger(__name__)

_DRAIN_SECONDS = 5
_DEAD_PEER_MS = 60_000


class Server(uvicorn.Server):
    """Ends the streams before it waits for the connections."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then stop."""
        drain(self._app)
        await super().shutdown(sockets)


def make_server(settings: Settings) -> Server:
    """A server for these settings; run it with the socket of `listen`."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        lifespan="on",
    )
    return Server(config, app)


def listen(settings: Settings) -> socket.socket:
    """The listening socket. What is accepted inherits TCP_USER_TIMEOUT: a peer that is gone does not stay for hours."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_PEER_MS)
    logger.info("listening on http://%s:%d", *listener.getsockname()[:2])
    return listener
