"""Reads what a model wrote for JSON: also Python's literals, keys without quotes, commas too many, words behind it, or JSON inside of JSON.

What is cut off is not read: half an argument may be another one.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from f.common.redaction import sanitise_strings

LONGEST_LITERAL = 50_000
TIMES = 4  # how often a value may be written inside of a string
_DECODER = json.JSONDecoder(strict=False)
_FENCE = re.compile(r"^```\w*\s*|\s*```$")
_CLOSING = {"{": "}", "[": "]", "(": ")"}
# A mark with a backslash before it opens no string: else each of an unclosed string would be looked at up to the end.
_PIECE = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|[{}\[\]()]|\\.""", re.DOTALL)
_STRING = re.compile(r'(?<!\\)("(?:[^"\\]|\\.)*+")', re.DOTALL)
_WORDS = {"True": "true", "False": "false", "None": "null"}


def value_at(text: str, place: int) -> tuple[Any, int] | None:
    """The value that begins at a place of a text, and where it ends; None where none can be read. Its strings are as PostgreSQL can store them:
    an escape makes what the text itself does not hold."""
    try:
        value, after = _DECODER.raw_decode(text, place)
        return sanitise_strings(value), after
    except (ValueError, RecursionError):
        end = end_of(text, place)
    if end is None or end - place > LONGEST_LITERAL:
        return None
    piece = text[place:end]
    for read in (ast.literal_eval, _mended):
        try:
            return sanitise_strings(read(piece)), end
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
    return None


def end_of(text: str, place: int) -> int | None:
    """Where the bracket or the string that begins at a place ends; None: it is cut off, or closed by another bracket."""
    open_ones: list[str] = []
    for found in _PIECE.finditer(text, place):
        mark = found[0]
        if mark in _CLOSING:
            open_ones.append(_CLOSING[mark])
        elif mark in ("}", "]", ")") and (not open_ones or open_ones.pop() != mark):
            return None
        if not open_ones:
            return found.end()
    return None


def values(text: str) -> list[Any]:
    """The objects and lists at the beginning of a text, one after the other."""
    found: list[Any] = []
    place = 0
    while place < len(text):
        if text[place] not in "{[":
            place += 1
            if found and text[place - 1] not in " \n\r\t,;":
                break
            continue
        read = value_at(text, place)
        if read is None:
            break
        found.append(read[0])
        place = read[1]
    return found


def as_object(given: Any) -> dict[str, Any] | None:
    """An object in whatever wrapping: text, text in text, a list of one, itself twice. None where it is none, or two different ones."""
    for _ in range(TIMES):
        if isinstance(given, list) and len(given) == 1:
            given = given[0]
        elif isinstance(given, str):
            given = _inside(_FENCE.sub("", given.strip()))
        else:
            break
    return given if isinstance(given, dict) else None


def _inside(text: str) -> Any:
    if text in ("", "null", "None"):
        return {}
    if text[0] == '"':
        read = value_at(text, 0)
        return read[0] if read else None
    different: list[Any] = []
    for value in values(text) if text[0] in "{[" else []:
        if value and value not in different:
            different.append(value)
    if not different and text[0] == "{" and text[1:].lstrip()[:1] == "}":
        return {}
    return different[0] if len(different) == 1 else None


def _mended(piece: str) -> Any:
    """JSON with a comma too many, with keys without quotes, or with Python's words."""
    parts = _STRING.split(piece)
    for number in range(0, len(parts), 2):  # between the strings
        bare = re.sub(r",(\s*[}\]])", r"\1", parts[number])
        bare = re.sub(r"([{,]\s*)([A-Za-z_]\w*)(\s*:)", r'\1"\2"\3', bare)
        parts[number] = re.sub(r"\b(?:True|False|None)\b", lambda m: _WORDS[m[0]], bare)
    return json.loads("".join(parts), strict=False)
