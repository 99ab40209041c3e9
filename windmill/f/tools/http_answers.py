# no_postinstall
# requirements: agent
"""What the model sees of an HTTP answer: a part of its JSON, its text, the words of a page; of anything else what it is."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import Any

from f.common.redaction import sanitise
from f.tools.http_requests import Answer
from f.tools.live_tools import MAX_RESULT, cut, not_shown

TEXTS = ("xml", "javascript", "x-www-form-urlencoded", "yaml", "csv", "graphql")
VALUE = re.compile(r"\{\{\s*(.+?)\s*\}\}")  # a place of a template: a JSONPath, whose $ may be left out
MOST_VALUES = 50  # places of a template
MOST_FOUND = 1000  # values of one path that are looked at
CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)


class NoWords(Exception):
    """Why an answer can't be shown, as a sentence."""


def words_of(answer: Answer, path: str = "", template: str = "") -> str:
    """The answer's words, at most as many as the model may see; '' where it has none. `path`: JSONPath of what counts. `template`: words with
    places for values of that, a line for each where it is several. Raises NoWords."""
    if answer.unreadable:
        raise NoWords(answer.unreadable)
    kind = answer.content_type.partition(";")[0].strip().lower()
    if not answer.body:
        return ""
    if path or template:
        return cut(sanitise(_picked(answer, path or "$", template)))
    if kind in ("text/html", "application/xhtml+xml"):
        return cut(sanitise(_of_page(answer.body)))
    if kind.endswith("json") or kind.startswith("text/") or any(word in kind for word in TEXTS):
        return _whole(answer, _decoded(answer))
    try:
        return _whole(answer, answer.body.decode()) if not kind else _named(answer, kind)
    except UnicodeDecodeError:
        return _named(answer, kind)


def _named(answer: Answer, kind: str) -> str:
    size = f"more than {len(answer.body)}" if answer.cut else str(len(answer.body))
    return not_shown(f"file {kind} {size} bytes")


def _whole(answer: Answer, text: str) -> str:
    shown = cut(sanitise(text.strip()))
    return shown if not answer.cut or shown.endswith("(cut)") else f"{shown} … (cut)"


def _decoded(answer: Answer) -> str:
    named = CHARSET.search(answer.content_type)
    try:
        return answer.body.decode(named[1] if named else "utf-8", "replace")
    except (LookupError, UnicodeError):  # of no charset, or of one that is no text's
        return answer.body.decode("utf-8", "replace")


def _picked(answer: Answer, path: str, template: str) -> str:
    import jsonpath

    if answer.cut:
        raise NoWords(f"the answer is larger than {len(answer.body) // 1_000_000} MB")
    try:
        found = _found(path, json.loads(_decoded(answer)))
        if template:
            several = found[0] if len(found) == 1 and isinstance(found[0], list) else found
            return _lines(template, several[:MOST_FOUND])
    except jsonpath.JSONPathError as error:
        raise NoWords(f"{path} can't be looked for in the answer: {error}"[:300]) from None
    except (ValueError, RecursionError):
        raise NoWords("the answer is not JSON") from None
    if not found:
        return ""
    return _written(found[0] if len(found) == 1 else found)


def _found(path: str, value: Any) -> list[Any]:
    import jsonpath

    return [match.obj for match in islice(jsonpath.finditer(path, value), MOST_FOUND)]


def _lines(template: str, values: list[Any]) -> str:
    """The template with each of the values, as far as the model may see them. A value of which it finds nothing has no line."""
    lines: list[str] = []
    length = 0
    for value in values:
        parts = {path: _joined(_found(path, value)) for path in VALUE.findall(template)}
        if any(parts.values()) or not parts:
            lines.append(VALUE.sub(lambda place, parts=parts: parts[place[1]], template))  # type: ignore[misc]
            length += len(lines[-1])
        if length > MAX_RESULT:
            break
    return "\n".join(lines)


def _joined(found: list[Any]) -> str:
    """What a place of a template becomes."""
    return cut(", ".join("" if value is None else _written(value) for value in found))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _of_page(body: bytes) -> str:
    """A page's text: its title, then what it shows."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(body)
    page.strip_tags(["script", "style", "noscript", "template", "svg"])
    title = page.css_first("title")
    shown = page.body.text(separator="\n") if page.body else page.text(separator="\n")
    lines = [title.text() if title else "", *shown.split("\n")]
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)
