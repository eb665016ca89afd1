"""Which values the tuning settings take. Compose hands them on unread, so they are checked before it starts."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from api.contract.currencies import DECIMALS


@dataclass(frozen=True)
class Rule:
    """What a setting takes: a test of the text, and the words for it."""

    takes: Callable[[str], bool]
    wanted: str


def _count(least: int, why: str, most: int) -> Rule:
    def takes(text: str) -> bool:
        return text.isascii() and text.isdigit() and least <= int(text) <= most

    return Rule(takes, f"a whole number from {least} ({why}) to {most}")


_SWITCH = Rule(lambda text: text.lower() in ("true", "false"), "true or false")
_MEMORY = Rule(
    lambda text: re.fullmatch(r"[1-9][0-9]{0,8}(kB|MB|GB|TB)", text) is not None,
    "a whole number and kB, MB, GB or TB, such as 512MB",
)
_CURRENCY = Rule(lambda text: text in DECIMALS, "a currency of ISO 4217, such as CAD")

RULES: Mapping[str, Rule] = {
    "API_HOT_RELOAD": _SWITCH,
    "AIRFLOW_LOAD_EXAMPLES": _SWITCH,
    "AIRFLOW_PARALLELISM": _count(4, "two runs of the stream, the polling and one for the rest", 1000),
    "AIRFLOW_DAG_CONCURRENCY": _count(3, "one run streams, one waits, one may have died", 1000),
    "RESTAURANT_CURRENCY": _CURRENCY,
    "METABASE_CURRENCY": _CURRENCY,
    "POSTGRES_MAX_CONNECTIONS": _count(60, "what ./stack itself opens, and some for you", 10000),
    "POSTGRES_SHARED_BUFFERS": _MEMORY,
    "POSTGRES_EFFECTIVE_CACHE_SIZE": _MEMORY,
}


def faults(values: Mapping[str, str], file: str) -> Iterator[str]:
    """One sentence per value that its setting does not take. An empty value is the default."""
    for name, rule in RULES.items():
        text = values.get(name, "")
        if text and not rule.takes(text):
            yield f"{name} is {text!r} in {file}: write {rule.wanted}."
