"""Keeps words from outside from being taken for references.

Windmill replaces any argument that starts with `$var:` or `$res:`, deep inside an object too, by the secret of that name. A customer who
writes `$var:f/chatbot/master_key` would be handed on, by the next step's arguments, as the key itself. So every string that a step hands
on is made inert first: one that starts with a dollar sign gets an invisible character in front, which the next step takes away again.
Half an emoji, which a model or a tool may leave behind, is no text that the server could store: its worker tries for half a minute, and the
step has failed. It becomes a replacement character.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

GUARD = "\u2060"  # WORD JOINER: no width, and no reference starts with it


def inert(value: Any) -> Any:
    """The same value with no string in it that could be a reference. For what a step returns."""
    return _mapped(value, _inert)


def _inert(text: str) -> str:
    text = sound(text)
    return GUARD + text if text.lstrip().startswith(("$", GUARD)) else text


def sound(text: str) -> str:
    """The text with what neither UTF-8 nor PostgreSQL can hold taken out: halves of surrogate pairs, zero characters."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "")


def plain(value: Any) -> Any:
    """What `inert` was given. For what a step is handed."""
    return _mapped(value, lambda text: text.removeprefix(GUARD))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_mapped(key, change): _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return value
