"""Which names of a `.env` have an effect, and what to say about the others."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from local.env_file.predecessor import PREDECESSOR

# A line that is commented out is a setting too: it shows the default.
_DOCUMENTED = re.compile(r"^#?([A-Z_][A-Z0-9_]*)=", re.MULTILINE)
# Docker Compose reads these from `.env` for itself.
_COMPOSE = ("COMPOSE_", "DOCKER_", "BUILDKIT_")
_OF_THE_ENVIRONMENT = frozenset({"STACK_ENV_FILE", "STACK_PYTHON", "EVENT_ENV_FILE"})


def documented(example: str) -> frozenset[str]:
    """The names in the text of `.env.example`."""
    return frozenset(_DOCUMENTED.findall(example))


def without_effect(names: Iterable[str], example: str) -> Iterator[str]:
    """One sentence per name that does nothing in a `.env`: what replaces it, or which name is meant."""
    known = documented(example)
    for name in names:
        if name not in known and not name.startswith(_COMPOSE):
            yield f"{name} has no effect. {_advice(name, known)}"


def _advice(name: str, known: frozenset[str]) -> str:
    if name in PREDECESSOR:
        return PREDECESSOR[name].advice
    if name.startswith("AIRFLOW__"):
        return "Write options of Airflow into airflow/airflow.env, which ./stack and Compose read."
    if name in _OF_THE_ENVIRONMENT:
        return "It is read before this file: export it instead."
    nearest = get_close_matches(name.upper(), sorted(known), n=1)
    return f"Did you mean {nearest[0]}?" if nearest else "No setting has a similar name: see .env.example."
