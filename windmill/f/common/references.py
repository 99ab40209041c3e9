"""Keeps words from outside from being taken for references, and keys from travelling in them.

Windmill replaces any argument that starts with `$var:` or `$res:`, deep inside an object too, by the secret of that name. A customer who
writes `$var:f/chatbot/master_key` would be handed on, by the next step's arguments, as the key itself. So every string that a step hands
on is made escape_references first: one that starts with a dollar sign gets an invisible character in front, which the next step takes away again.
Half an emoji, which a model or a tool may leave behind, is no text that the server could store: its worker tries for half a minute, and the
step has failed. It becomes a replacement character.
A vendor, Meta or an MCP server may quote the very key that it was asked with, in an error above all. What they say is `hidden` where it is
received, before anything is cut off it: from there it goes into results, logs, rows and notifications.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

GUARD = "\u2060"  # WORD JOINER: no width, and no reference starts with it
SHORTEST_SECRET = 8  # a shorter one is a word like others
KEY = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{12,}|AIza[A-Za-z0-9_-]{20,}|EAA[A-Za-z0-9_-]{20,}|Bearer\s+[A-Za-z0-9._-]{12,})"
)


def escape_references(value: Any) -> Any:
    """The same value with no string in it that could be a reference. For what a step returns."""
    return _mapped(value, _inert)


def _inert(text: str) -> str:
    text = sound(text)
    return GUARD + text if text.lstrip().startswith(("$", GUARD)) else text


def sanitise_value(value: Any) -> Any:
    """The same value with every string `sound`. For what a model has written."""
    return _mapped(value, sound)


def sound(text: str) -> str:
    """The text with what neither UTF-8 nor PostgreSQL can hold taken out: halves of surrogate pairs, zero characters."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "")


def plain(value: Any) -> Any:
    """What `escape_references` was given. For what a step is handed."""
    return _mapped(value, lambda text: text.removeprefix(GUARD))


def hidden(value: Any, secrets: Iterable[str | None]) -> Any:
    """The same value sound, and without these secrets, as they are or as JSON, Python or a URL spells them. For what is received."""
    spelled = {
        form
        for secret in secrets
        if secret and len(secret) >= SHORTEST_SECRET
        for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe=""))
    }
    longest_first = sorted(spelled, key=len, reverse=True)

    def without(text: str) -> str:
        text = sound(text)
        for secret in longest_first:
            text = text.replace(secret, "[key]")
        return text

    return _mapped(value, without)


def redact_keys(value: Any, secrets: Iterable[str | None]) -> Any:
    """`hidden`, and without what looks like anybody's key. For what operators read."""
    return _mapped(hidden(value, secrets), lambda text: KEY.sub("[key]", text))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_mapped(key, change): _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return value
