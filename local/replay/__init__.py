"""`./stack replay FILE`: publish a real order history through the event service, once, however often it runs.

reading.py   bytes → records with their line numbers; a broken line never takes others with it
mapping.py   which column is what: recognised headers, options, a TOML file
cells.py     text → Decimal, time, service type; exact or refused with the reason
history.py   records → events; pure, so that the same file always makes the same events
publish.py   events → POST /events; retries, and narrows a refused batch down to the line
run.py       one replay from file to report
command.py   the command line
"""

from local.replay.command import replay

__all__ = ["replay"]
