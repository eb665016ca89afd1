"""`python -m api.simulator.past_events`: the events of a part of the past as SSE frames on standard output.

It reads EVENT_LOG_PATH, EVENT_RATE, EVENT_SEED and EVENT_YEN_RESTAURANT, as the event service does.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from api.log.sse_frames import encode
from api.settings import SettingsError, env_file, load
from api.simulator import past as past_file
from api.simulator.past import Past
from api.simulator.world import World

_AT_ONCE = 1_000  # frames in one write


def frames(world: World, past: Past, number: int, after: int = 0) -> Iterator[bytes]:
    """The frames of a part, in their order. They are numbered from 1; those up to `after` are left out."""
    stream_id = uuid5(NAMESPACE_URL, f"{past.world}|{past.first}|{past.end}|{number}").hex
    first, end = past.part(number)
    has_orders = range(past.first, past.end).__contains__
    for offset, draft in enumerate(world.between(first, end, has_orders), start=1):
        if offset > after:
            yield encode(stream_id, offset, draft)


def main() -> int:
    """Write them; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=int, required=True, help="its number; the newest is 0")
    parser.add_argument("--after", type=int, default=0, help="the number of the last frame that is known")
    arguments = parser.parse_args()
    try:
        settings = load(env_file())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    world = World(settings.seed, settings.rate, with_yen=settings.yen_restaurant)
    past = past_file.load(past_file.file_of(settings.log_path))
    if past is None or past.world != world.name:
        sys.stderr.write(
            "This world has no past: EVENT_RATE, EVENT_SEED or EVENT_YEN_RESTAURANT has changed.\n"
        )
        return 2
    pending: list[bytes] = []
    for frame in frames(world, past, arguments.part, arguments.after):
        pending.append(frame)
        if len(pending) == _AT_ONCE:
            sys.stdout.buffer.write(b"".join(pending))
            pending.clear()
    sys.stdout.buffer.write(b"".join(pending))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    try:
        code = main()
    except BrokenPipeError:  # the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
