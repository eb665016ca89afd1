"""`python -m api`: serve on EVENT_HOST:EVENT_PORT until a signal.

It reads `.env` of the current folder, or the file that EVENT_ENV_FILE names; none when that is empty.
"""

import os
import sys

from api.http import reload
from api.http.server import listen, make_server, prepare_process
from api.log.interface import LogError
from api.settings import SettingsError, env_file, load


def main() -> int:
    """Run the service; the exit code."""
    prepare_process()
    try:
        settings = load(env_file())
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
            if settings.hot_reload:
                reload.run(settings.source_path, listener)
            else:
                make_server(settings).run(sockets=[listener])
    except LogError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
