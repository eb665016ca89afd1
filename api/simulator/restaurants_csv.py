"""`python -m api.simulator.restaurants_csv`: the simulator's restaurants as CSV, for the warehouse's clocks.

The columns are those of the warehouse's table, so that `python -m sql locations` can load the file. At EVENT_RATE=0
there is no simulator, and the list is empty.
"""

import csv
import io
import os
import sys
from collections.abc import Mapping

from api.settings import SettingsError, has_yen, simulates
from api.simulator.catalogue import restaurants


def as_csv(settings: Mapping[str, str]) -> str:
    """The restaurants that have orders at this EVENT_RATE and EVENT_YEN_RESTAURANT."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("location_code", "name", "city", "time_zone", "close_out", "currency"))
    with_yen = has_yen(settings.get("EVENT_YEN_RESTAURANT", ""))
    places = restaurants(with_yen=with_yen) if simulates(settings.get("EVENT_RATE", "")) else ()
    writer.writerows(
        (place.code, place.name, place.city, place.time_zone, place.close_out, place.currency)
        for place in places
    )
    return text.getvalue()


def main() -> int:
    """Print them in UTF-8, in any locale; the exit code."""
    try:
        text = as_csv(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.buffer.write(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
