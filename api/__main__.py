"""`python -m api`: serve on EVENT_HOST:EVENT_PORT until a signal.

It reads `.env` of the current folder, or the file that EVENT_ENV_FILE names; none when that is empty.
"""

import os
import sys

from api import reload
from api.log import LogError
from api.server import listen, make_server, prepare_process
from api.settings import SettingsError, env_file, load
from api.sqlite_store import Store


def main() -> int:
    """Run the service; the exit code."""
    prepare_process()
    try:
        settings = load(env_file())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        Store(settings.log_path).close()  # here a trouble with it is a sentence, in the server a traceback
        listener = listen(settings)
    except LogError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(
            f"EVENT_HOST:EVENT_PORT {settings.host}:{settings.port} cannot be used ({os.strerror(error.errno or 0)}): "
            "stop what listens there, or set another EVENT_PORT\n"
        )
        return 1
    with listener:
        if settings.hot_reload:
            reload.run(settings.source_path, listener)
        else:
            make_server(settings).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
