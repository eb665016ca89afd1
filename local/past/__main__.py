"""`python -m local.past`: load the simulator's past, when it has one that is not loaded yet.

It reads INGEST_DATABASE_URL, INGEST_OWNER_URL, INGEST_CONTRACT, and the EVENT_* settings of the event service.
"""

import logging
import os
import signal
import sys
import threading

import psycopg

from api.settings import SettingsError, env_file, load
from api.simulator.past import file_of
from api.simulator.world import World
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
        simulator = load(env_file())
        world = World(simulator.seed, simulator.rate, with_yen=simulator.yen_restaurant).name
        settings = Settings.from_environment(mode="poll", writer=writer)
        owner_url = os.environ["INGEST_OWNER_URL"]
        Loader(file_of(simulator.log_path), world, settings, owner_url, stop).load()
    except (SettingsError, IngestError, PastError, psycopg.Error, OSError) as error:
        sys.stderr.write(f"The past is not loaded: {str(error).strip()}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
