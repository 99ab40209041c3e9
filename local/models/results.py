"""Reads what tools returned: passages, orders, or an error."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from local.models.words import strip_tags

_NOT_FOUND = re.compile(
    r"not found|no order|unknown order|doesn't exist|does not exist|no such", re.IGNORECASE
)
_ERROR = re.compile(
    r"^\W*(?:tool )?(?:error|failed|failure|timeout|timed out|unavailable|exception)\b", re.IGNORECASE
)
_PASSAGE_KEYS = ("passages", "results", "chunks")
_STARTS = re.compile(r"[{\[]")


@dataclass(frozen=True)
class Passage:
    """One passage of a search, best first."""

    id: str
    text: str
    heading: str = ""


def first_json(text: str) -> Any:
    """The first JSON object or list in a text, which may be wrapped in delimiters; None without one."""
    for start in _STARTS.finditer(text):
        closing = "}" if start[0] == "{" else "]"
        end = text.rfind(closing)
        while end > start.start():
            try:
                return orjson.loads(text[start.start() : end + 1])
            except orjson.JSONDecodeError:
                end = text.rfind(closing, start.start(), end)
    return None


def passages(value: Any) -> list[Passage] | None:
    """The passages in a search's JSON; None when it isn't a search's."""
    if isinstance(value, dict):
        found = next((value[key] for key in _PASSAGE_KEYS if isinstance(value.get(key), list)), None)
        if found is None:
            inner = value.get("result")
            return passages(inner) if isinstance(inner, dict | list) else None
        value = found
    if not isinstance(value, list):
        return None
    rows = [row for row in value if isinstance(row, dict) and (row.get("text") or row.get("content"))]
    if value and not rows:
        return None
    return [_passage(row, place + 1) for place, row in enumerate(rows)]


def _passage(row: dict[str, Any], number: int) -> Passage:
    """One passage; its heading explains the sentences and isn't one of them."""
    text, heading = str(row.get("text") or row["content"]), str(row.get("heading") or "")
    return Passage(str(row.get("id", number)), text.removeprefix(heading).strip() or text, heading)


def orders(value: Any) -> list[dict[str, Any]]:
    """Every order (an object with a status and an id or items) in a tool's JSON."""
    if isinstance(value, dict):
        if isinstance(value.get("status"), str) and (value.keys() & {"order_id", "id", "items", "number"}):
            return [value]
        return [order for inner in value.values() for order in orders(inner)]
    if isinstance(value, list):
        return [order for inner in value for order in orders(inner)]
    return []


def failure(text: str, value: Any) -> str | None:
    """'not_found' or 'unreachable' when a tool's result is an error, else None."""
    told, text = "", strip_tags(text)
    if isinstance(value, dict) and (value.get("error") or value.get("is_error") or value.get("isError")):
        told = str(value.get("error") or value.get("message") or text)
        if isinstance(value.get("error"), bool):
            told = text
    elif value is None and (_ERROR.search(text) or _NOT_FOUND.search(text)):
        told = text
    if not told:
        return None
    return "not_found" if _NOT_FOUND.search(told) else "unreachable"
