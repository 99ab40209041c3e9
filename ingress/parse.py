"""Turns the bytes of a webhook into a document that PostgreSQL (text, json, jsonb) and Windmill accept.

Valid JSON can hold what they refuse: an escaped NUL, half a surrogate pair, a number of thousands of digits. Such bodies
are rare: a cheap search finds them, the repair happens in the text, and a slower parser reads it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import orjson

# A number that the fast parser rounds or jsonb refuses. A text that only looks like one costs the slower parser, nothing else.
_ODD_NUMBER = re.compile(rb"[:,\[\s]-?(?:[0-9.]{16}|[0-9.]+[eE][-+]?[0-9]{3})")
# The regular expression alone costs as much as the rest of a webhook: it runs only if one of these patterns is among the bytes' classes.
_CLASSES = bytes(
    0x30 if c in b"0123456789." else 0x65 if c in b"eE" else 0x3A if c in b":,[ \t\n\r\v\f+-" else 0x78
    for c in range(256)
)
_LONG = b":" + b"0" * 16
# A string (to its end, or to the end of the text: one pass is enough for any broken text) or a number.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|-?[0-9][0-9.eE+-]*', re.DOTALL)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair, which may stay
    r"|\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})"  # a NUL, or half a pair
    r"|\\.",
    re.DOTALL,
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?(?:[eE]([-+]?[0-9]+))?")
_LONGEST_NUMBER = 4000  # characters: what both Python and jsonb accept
_LARGEST_EXPONENT = 300


class BadBody(ValueError):
    """The body is not a WhatsApp webhook; the text says why, without quoting it."""


class Document(NamedTuple):
    """A parsed body: its value, its text as it may be stored, and a function that serialises parts of it."""

    value: dict[str, Any]
    text: bytes
    dump: Callable[[object], bytes]


def parse(raw: bytes) -> Document:
    """The body as a JSON object, or BadBody."""
    document = None if b"\\u0000" in raw or _holds_odd_number(raw) else _parse_fast(raw)
    document = document or _parse_exactly(raw)
    if not isinstance(document.value, dict):
        raise BadBody("not an object")
    return document


def _holds_odd_number(raw: bytes) -> bool:
    classes = raw.translate(_CLASSES)
    hinted = _LONG in classes or b"0e000" in classes or b"0e:000" in classes
    return hinted and _ODD_NUMBER.search(raw) is not None


def _parse_fast(raw: bytes) -> Document | None:
    try:
        return Document(orjson.loads(raw), raw, _dump_fast)
    except orjson.JSONDecodeError:
        return None  # not JSON, or JSON that only the exact parser accepts: that parser decides


def _parse_exactly(raw: bytes) -> Document:
    try:
        text = _TOKEN.sub(_mend, raw.decode())
        return Document(json.loads(text, parse_constant=_refuse), text.encode(), _dump_exactly)
    except RecursionError:
        raise BadBody("nested too deeply") from None
    except ValueError:
        raise BadBody("not JSON") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _mend(token: re.Match[str]) -> str:
    text = token[0]
    if text[0] == '"':
        return _ESCAPE.sub(_mend_escape, text) if "\\u" in text else text
    return f'"{text}"' if _is_too_large(text) else text


def _mend_escape(escape: re.Match[str]) -> str:
    # Six characters are a match of the pattern's second line; matches of the other two stay as they are.
    return "\\ufffd" if len(escape[0]) == 6 else escape[0]


def _is_too_large(number: str) -> bool:
    """Whether a number is out of range; such numbers become text, because their digits are worth more than their type."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        return False
    fraction, exponent = match.groups()
    if len(number) > _LONGEST_NUMBER or (
        exponent and (len(exponent) > 5 or abs(int(exponent)) > _LARGEST_EXPONENT)
    ):
        return True
    return bool(fraction or exponent) and math.isinf(float(number))


def _dump_fast(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # it serialises fewer levels than it parses
        return _dump_exactly(value)


def _dump_exactly(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
