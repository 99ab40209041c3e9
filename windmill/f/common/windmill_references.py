"""Keeps text from outside from being resolved as one of Windmill's references between two steps.

Windmill replaces every argument that starts with `$var:` or `$res:`, also deep inside an object, by the secret of that name. Without this,
a customer's message `$var:f/chatbot/master_key` would reach the next step as the master key itself. So a step escapes its result: a string
that starts with a dollar sign gets an invisible character in front, which the next step takes away again. The result is sanitised, too: a
worker can't store half an emoji; it tries for half a minute, and the step fails.
"""

from __future__ import annotations

from typing import Any

from f.common.redaction import map_strings, sanitise

GUARD = "\u2060"  # WORD JOINER: no width, and no reference starts with it


def escape_references(value: Any) -> Any:
    """The value with no string in it that Windmill could resolve. For what a step returns."""
    return map_strings(value, _escape)


def unescape_references(value: Any) -> Any:
    """The value that `escape_references` was given. For a step's arguments."""
    return map_strings(value, lambda text: text.removeprefix(GUARD))


def _escape(text: str) -> str:
    text = sanitise(text)
    return GUARD + text if text.lstrip().startswith(("$", GUARD)) else text
