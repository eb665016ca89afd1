"""Custom processors: a function writes rows of a table from an event, inside the transaction of the event.

An example. The owner of the schema creates the table first, because the writer may not create tables:

    CREATE TABLE loyalty_points (event_id uuid PRIMARY KEY, customer_id text, points integer, earned_at timestamptz);
    GRANT SELECT, INSERT ON loyalty_points TO writer;

then, in the DAG file:

    from sse_ingest.airflow.operators import SSEToPostgresOperator, create_custom_event_processor

    @create_custom_event_processor
    def loyalty_points(cursor, event, payload):
        cursor.execute(
            "INSERT INTO loyalty_points VALUES (%s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING",
            (event.event_id, payload["customer_id"], payload["points"], event.ts),
        )

    SSEToPostgresOperator(task_id="stream", event_processors={"loyalty_points_earned": loyalty_points})

Four rules make a processor's table depend on the events only, so that a rebuild gives the same table again:
- Use unqualified table names: the search_path selects the live schema, or the shadow schema of a rebuild.
- Do not depend on the arrival: take times from `event.ts`, not from the clock, and key rows by `event.event_id`.
- Do not commit or roll back: the batch is one transaction, and the cursor refuses both.
- Raise an error for an event that cannot be taken: its savepoint is rolled back, and only this event becomes a dead
  letter.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import TypeVar

Processor = Callable[..., None]
AnyProcessor = TypeVar("AnyProcessor", bound=Processor)

MARK = "__sse_event_processor__"


def create_custom_event_processor(function: AnyProcessor) -> AnyProcessor:
    """Check a processor where it is defined, and mark it as one. It stays an ordinary function.

    Raises TypeError when the file is loaded. Otherwise every event of its type would become a dead letter later.
    """
    check_processor(function)
    setattr(function, MARK, True)
    return function


def check_processor(function: Processor) -> None:
    """Raise TypeError unless `function` can be called as fn(cursor, event, payload) and does its work in that call."""
    name = getattr(function, "__qualname__", repr(function))
    if not callable(function) or inspect.isclass(function):
        raise TypeError(f"{name} is no event processor: pass a function fn(cursor, event, payload)")
    lazy = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    if any(is_lazy(function) for is_lazy in lazy):
        raise TypeError(
            f"{name} is no event processor: calling an async or a generator function does nothing by itself; "
            "write a plain function fn(cursor, event, payload)"
        )
    signature = inspect.signature(function)
    try:
        signature.bind(None, None, None)
    except TypeError as error:
        raise TypeError(
            f"{name}{signature} is no event processor ({error}): it is called as fn(cursor, event, payload)"
        ) from None


def check_processors(processors: Mapping[str, Processor]) -> dict[str, Processor]:
    """The processors by event type, each checked. Marked ones were checked at their definition. Raises TypeError."""
    for event_type, function in processors.items():
        if not isinstance(event_type, str) or not event_type:
            raise TypeError(
                f"event_processors: {event_type!r} is no event type: give its name, a text that is not empty"
            )
        if not getattr(function, MARK, False):
            check_processor(function)
    return dict(processors)


__all__ = ["Processor", "check_processor", "check_processors", "create_custom_event_processor"]
