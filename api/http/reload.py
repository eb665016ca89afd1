"""Hot reload, for work on the service: it ends and starts again whenever one of its files changes.

The listening socket stays open in between, so that a reader who connects again waits and is not refused.
"""

import socket
import sys
from pathlib import Path

import uvicorn
from uvicorn.supervisors.statreload import StatReload

from api.http.server import make_server, prepare_process
from api.settings import env_file, load


def run(source: Path, listener: socket.socket) -> None:
    """Serve from a process of its own, with the `api` of `source`, until a signal.

    It looks at the times of the files, because a container is not notified of changes on its host.
    """
    sys.path.insert(0, str(source))  # the process inherits it
    config = uvicorn.Config("api", reload=True, reload_dirs=[str(source / "api")], log_config=None)
    StatReload(config, serve, [listener]).run()


def serve(sockets: list[socket.socket] | None) -> None:
    """Serve on these sockets until a signal: what the process does."""
    prepare_process()
    make_server(load(env_file())).run(sockets=sockets)
