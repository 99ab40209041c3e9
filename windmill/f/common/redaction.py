"""Takes out of values from outside what must not stay in them: keys, and characters that can't be stored.

A vendor, Meta or an MCP server may quote the very key that it was asked with, above all in an error. What they say is redacted where it is
received, before anything is cut off it: from there it goes into results, logs, rows and notifications.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST_SECRET = 8  # a shorter one is a word like others
KEY = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{12,}|AIza[A-Za-z0-9_-]{20,}|EAA[A-Za-z0-9_-]{20,}|Bearer\s+[A-Za-z0-9._-]{12,})"
)


_known: set[str] = set()


def remember_secret(secret: str) -> None:
    """From now on `redact_known` takes it out. A job is a process of its own, so what one job remembers no other one does."""
    _known.add(secret.strip())


def redact_known(value: Any) -> Any:
    """`redact`, of every secret that this process was given or has opened."""
    return redact(value, _known)


def sanitise(text: str) -> str:
    """The text without what UTF-8 or PostgreSQL can't hold: zero characters go, half a surrogate pair (half an emoji) becomes U+FFFD."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "")


def sanitise_strings(value: Any) -> Any:
    """`sanitise` for every string in a value. For what a model has written."""
    return map_strings(value, sanitise)


def redact(value: Any, secrets: Iterable[str | None]) -> Any:
    """The value sanitised, with `[key]` in place of these secrets: as they are, or as JSON, Python or a URL spells them."""
    spellings = {
        spelling
        for secret in secrets
        for each in _parts(secret or "")
        if len(each) >= SHORTEST_SECRET
        for spelling in _spellings(each)
    }
    longest_first = sorted(spellings, key=len, reverse=True)

    def replace(text: str) -> str:
        text = sanitise(text)
        for secret in longest_first:
            text = text.replace(secret, "[key]")
        return text

    return map_strings(value, replace)


def _parts(secret: str) -> Iterator[str]:
    """The secret, and the name with its password where it is what HTTP Basic makes of them, with its scheme or without."""
    yield secret
    packed = secret[6:] if secret[:6].lower() == "basic " else secret
    try:
        pair = b64decode(packed.strip(), validate=True).decode()
    except ValueError:
        return
    if ":" in pair and pair.isprintable():
        yield from (pair, pair.partition(":")[2])


def _spellings(secret: str) -> Iterator[str]:
    """As others write it: PHP's JSON, among them, has a stroke before each slash, and URLs may leave slashes as they are."""
    as_json = json.dumps(secret)[1:-1]
    yield from (secret, as_json, as_json.replace("/", "\\/"), repr(secret)[1:-1])
    yield from (quote(secret, safe=""), quote(secret), quote_plus(secret))


def redact_keys(value: Any, secrets: Iterable[str | None]) -> Any:
    """`redact`, and without anything that looks like a key, whoever's it is. For what operators read."""
    return map_strings(redact(value, secrets), lambda text: KEY.sub("[key]", text))


def map_strings(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every string in it changed, the keys of its objects included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {map_strings(key, change): map_strings(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [map_strings(item, change) for item in value]
    return value
