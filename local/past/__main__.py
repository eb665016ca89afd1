"""`python -m local.past`: load the simulator's past, when it has one that is not loaded yet.

It reads INGEST_DATABASE_URL, INGEST_OWNER_URL, INGEST_CONTRACT, and the EVENT_* settings of the event service.
"""

import logging
import os
import signal
import sys
import threading

from api.settings import SettingsError, env_file, load
from api.simulator.past import file_of
from local.past.errors import PastError
from local.past.loader import Loader
from sse_ingest.errors import IngestError
from sse_ingest.settings import Settings, default_writer


def main() -> int:
    """Load it; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    writer = f"backfill:{default_writer()}"
    try:
        file = file_of(load(env_file()).log_path)
        settings = Settings.from_environment(mode="poll", writer=writer)
        Loader(file, settings, os.environ["INGEST_OWNER_URL"], stop).load()
    except (SettingsError, IngestError, PastError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
