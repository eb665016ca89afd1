"""`python -m api.simulator.restaurants_csv`: the simulator's restaurants as CSV, for the warehouse's clocks.

The columns are those of the warehouse's table, so that `python -m sql locations` can load the file. At EVENT_RATE=0
there is no simulator, and the list is empty.
"""

import csv
import io
import os
import sys

from api.settings import SettingsError, simulates
from api.simulator.catalogue import RESTAURANTS


def as_csv(rate: str) -> str:
    """The restaurants that have orders at this EVENT_RATE."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("location_code", "name", "city", "time_zone", "close_out"))
    places = RESTAURANTS if simulates(rate) else ()
    writer.writerows(
        (place.code, place.name, place.city, place.time_zone, place.close_out) for place in places
    )
    return text.getvalue()


def main() -> int:
    """Print them in UTF-8, in any locale; the exit code."""
    try:
        text = as_csv(os.environ.get("EVENT_RATE", ""))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.buffer.write(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
