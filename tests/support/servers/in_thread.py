"""An application of a test, served over real HTTP on loopback by a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from fastapi import FastAPI

from tests.support.ports import free_port
from tests.support.waiting import eventually


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Its address, while the context lasts."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    thread = Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started, "the application starts", pause=0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
