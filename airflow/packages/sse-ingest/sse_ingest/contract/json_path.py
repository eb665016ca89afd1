"""Finds the field of a JSON text that holds a given byte. The dead letters of invalid texts show it."""

import re

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}:,]', re.DOTALL)
_FARTHEST = 1024 * 1024  # bytes; beyond it only the number of the byte is reported
_SHOWN_LEVELS = 6
_SHOWN_BYTES = 60


class _Level:
    """One open object or array, and the member that was read last."""

    def __init__(self, *, is_object: bool) -> None:
        self.is_object = is_object
        self.part = "" if is_object else "0"
        self.key_comes = is_object


def path_at(data: bytes, at: int) -> str:
    """The fields that lead to a byte, joined by dots; empty at the top level. Never raises, even for invalid JSON."""
    if at > _FARTHEST:
        return ""
    levels: list[_Level] = []
    for token in _TOKEN.finditer(data):
        if token.start() > at:
            break
        _step(levels, token[0], inside=token.end() > at)
    parts = [level.part for level in levels]
    while parts and not parts[-1]:
        parts.pop()
    return ".".join(parts[:_SHOWN_LEVELS]) + (".…" if len(parts) > _SHOWN_LEVELS else "")


def _step(levels: list[_Level], token: bytes, *, inside: bool) -> None:
    level = levels[-1] if levels else None
    if inside and not token.startswith(b'"'):
        return
    if token in b"{[":
        levels.append(_Level(is_object=token == b"{"))
    elif token in b"}]":
        del levels[-1:]
    elif level is None:
        return
    elif token == b",":
        if level.is_object:
            level.part, level.key_comes = "", True
        else:
            level.part = str(int(level.part) + 1)
    elif token.startswith(b'"') and level.key_comes:
        level.part, level.key_comes = _key(token), False


def _key(token: bytes) -> str:
    text = token.strip(b'"')[:_SHOWN_BYTES].decode("utf-8", "replace")
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
