"""uvicorn around the app: its socket, and a shutdown that ends endless streams first."""

import gc
import logging
import resource
import socket
import sys
from functools import partial

import uvicorn
from fastapi import FastAPI

from api.http.app import create_app, drain
from api.http.connection_limits import MOST_REFUSING, Connection, Gate
from api.log.factory import open_log
from api.settings import Settings

logger = logging.getLogger(__name__)

_DRAIN_SECONDS = 5
_SEND_BUFFER = 128 * 1024  # per reader, in the kernel; without a limit it grows to 4 MB
_OTHER_FILES = 100


class Server(uvicorn.Server):
    """Opens the log before the app starts, and ends the streams before it waits for the connections."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, settings: Settings) -> None:
        super().__init__(config)
        self._app = app
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the log, then start. Here a LogError reaches the caller of `run`; in the lifespan it is a traceback."""
        self._app.state.log = await open_log(self._settings, self._app.state.metrics.committed)
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then stop."""
        drain(self._app)
        await super().shutdown(sockets)


def prepare_process() -> None:
    """What holds for the whole process: its log, its threads and its memory."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Three threads share the work; the default of 5 ms makes a commit wait for a parser.
    sys.setswitchinterval(1e-4)
    # Waking a thousand readers makes thousands of short-lived objects: by default, a fifth of the time goes into
    # looking for cycles among them, and among the modules, which stay.
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def make_server(settings: Settings) -> Server:
    """A server for these settings; run it with the socket of `listen`."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http=partial(Connection, Gate(settings, app.state.metrics)),  # type: ignore[arg-type]
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        lifespan="on",
    )
    return Server(config, app, settings)


def listen(settings: Settings) -> socket.socket:
    """The listening socket. Connections inherit its options, so that a vanished peer does not stay for hours."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = round(settings.send_timeout_seconds * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    _allow_files(settings.max_connections + MOST_REFUSING + _OTHER_FILES)
    logger.info("listening on http://%s:%d", *listener.getsockname()[:2])
    return listener


def _allow_files(wanted: int) -> None:
    """Raise the limit of open files. A connection is one, and the usual limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < wanted:
        logger.warning(
            "this process may open %d files: set `ulimit -n %d`, or lower EVENT_MAX_CONNECTIONS", most, wanted
        )
