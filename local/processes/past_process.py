"""The loader of the simulator's past: it runs beside the services, and it ends by itself."""

from api.simulator.past import Past
from local.processes.process_records import Processes
from local.processes.stack import Stack
from local.servers import services
from local.settings import Settings

PAST = "past"


def unfinished(settings: Settings) -> Past | None:
    """The past of which something is left to load."""
    past = services.past(settings)
    return None if past is None or past.is_complete else past


def is_urgent(settings: Settings) -> bool:
    """Whether the part that is being loaded now is one that is loaded as fast as it goes."""
    past = unfinished(settings)
    return past is not None and past.is_urgent(past.parts_loaded) and is_running(settings)


def is_running(settings: Settings) -> bool:
    """Whether somebody loads it."""
    record = Processes(settings.run_dir).find(PAST)
    return record is not None and record.leader() is not None


def start(stack: Stack) -> None:
    """Start it, in place of one that runs. It is none of the services whose end is a failure."""
    stack.spawn(services.past_loader(stack.settings))
    del stack.children[PAST]
