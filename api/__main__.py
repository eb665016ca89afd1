"""`python -m api`: serve on EVENT_HOST:EVENT_PORT until a signal."""

import gc
import logging
import os
import sys
from pathlib import Path

from api.http.server import listen, make_server
from api.log.interface import LogError
from api.settings import SettingsError, load


def main() -> int:
    """Run the service; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Three threads share the work; the default of 5 ms makes a commit wait for a parser.
    sys.setswitchinterval(1e-4)
    # A thousand readers make thousands of short-lived objects. With the defaults, a fifth of the time is spent on the
    # search for cycles among these objects and among the modules, which stay.
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    try:
        settings = load(Path(".env"))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        listener = listen(settings)
    except OSError as error:
        sys.stderr.write(
            f"EVENT_HOST:EVENT_PORT {settings.host}:{settings.port} cannot be used ({os.strerror(error.errno or 0)}): "
            "stop what listens there, or set another EVENT_PORT\n"
        )
        return 1
    try:
        with listener:
            make_server(settings).run(sockets=[listener])
    except LogError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
