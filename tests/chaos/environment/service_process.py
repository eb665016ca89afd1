"""The event service of the chaos run: `python -m api`, with a clock that can be made to jump and a short `retry:`.

CHAOS_CLOCK names a file with the seconds by which the clock is off. Each look at the clock reads it.
"""

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import api.contract.parser
import api.log.sqlite.log
import api.log.sqlite.writer
import api.log.sse_frames
from api import __main__

_RETRY = b"retry: 100\n\n"


class JumpingClock(datetime):
    """The wall clock, plus what the file says."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "JumpingClock":
        """The time, moved by those seconds."""
        try:
            offset = float(Path(os.environ["CHAOS_CLOCK"]).read_text())
        except (OSError, ValueError):
            offset = 0.0
        return super().now(tz) + timedelta(seconds=offset)


def main() -> int:
    """Serve until a signal."""
    for module in (api.contract.parser, api.log.sqlite.log, api.log.sqlite.writer):
        vars(module)["datetime"] = JumpingClock
    vars(api.log.sse_frames)["RETRY"] = _RETRY
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
