"""Reads a model's reply into a Draft: a call of `reply`, the same object as text, or plain text with marks such as [S1]."""

# ruff: noqa: RUF001 - brackets of many scripts
from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from f.agent.policy.claims import Claim, Draft
from f.agent.policy.marks import HOURS, MARK, in_one_spelling, marks_of, without_marks
from f.common.figures.segments import sentences
from f.common.redaction import sanitise
from f.models.loose_json import as_object, value_at
from f.models.written_calls import REPLY, TEXTS

KINDS = ("answer", "talk", "clarify", "unknown", "handoff")
REPLY_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": REPLY,
        "description": "Sends your reply to the customer and ends your turn. Every reply goes through this function.",
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "kind": {
                    "type": "string",
                    "enum": list(KINDS),
                    "description": (
                        "answer: states facts of the business or of the customer's order. talk: greetings, thanks, sympathy, small talk, what"
                        " you are and can do, repeating what was said. clarify: asks the customer back. unknown: neither documents nor"
                        " tools say it. handoff: says that a colleague takes over."
                    ),
                },
                "text": {
                    "type": "string",
                    "description": "What the customer reads, in the customer's language. No marks, no headings, no tables.",
                },
                "claims": {
                    "type": "array",
                    "description": "One entry for each fact in `text`. Empty for talk without facts.",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "says": {
                                "type": "string",
                                "description": "The words of `text` that state the fact",
                            },
                            "source": {
                                "type": "string",
                                "description": "A passage's id (S1), a tool's name, or: conversation, persona, hours",
                            },
                            "quote": {
                                "type": "string",
                                "description": "The words of that source that carry the fact, copied exactly",
                            },
                        },
                        "required": ["says", "source", "quote"],
                    },
                },
            },
            "required": ["kind", "text", "claims"],
        },
    },
}
# A text in a call that is no JSON: it ends with a quote behind which the next field or the call's end comes.
_TEXT = re.compile(
    r'"text"\s*:\s*"((?:[^"\\]|\\.|"(?!\s*(?:\}|\Z|,\s*(?:\Z|"\w*(?:\Z|"\s*(?:\Z|:))))))*+)', re.DOTALL
)
_CUT_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?\Z")
_ESCAPE = re.compile(r'(\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])|\\(.)|"', re.DOTALL)


def marked_sentences(text: str, known: Collection[str] | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """Each sentence without its marks, and the passages that it names. A mark after a sentence's end belongs to that sentence."""
    moved = re.sub(rf"([.!?。！？؟।]+)({MARK.pattern})", lambda m: f"{m[2]}{m[1]}", text, flags=re.IGNORECASE)
    found = []
    for sentence in sentences(moved):
        marks = tuple(dict.fromkeys(mark for match in MARK.finditer(sentence) for mark in marks_of(match)))
        if plain := without_marks(sentence, known):
            found.append((plain, marks))
    return found


def of_call(arguments: dict[str, Any], known: Collection[str] | None = None) -> Draft | None:
    """A call of `reply` as a draft; None where it says nothing. `known`: the passages that the turn has."""
    if isinstance(inner := arguments.get(REPLY), dict):
        arguments = inner
    text = in_one_spelling(_said(next((arguments[k] for k in TEXTS if arguments.get(k)), "")), known)
    if not text:
        return None
    kind = str(arguments.get("kind") or "").strip().lower()
    claims = [
        Claim(str(c.get("says") or ""), _source(str(c.get("source") or "")), str(c.get("quote") or ""))
        for c in _listed(arguments.get("claims"))
        if isinstance(c, dict)
    ]
    found = []
    for sentence, marks in marked_sentences(text, known):
        theirs = [c.source for c in claims if c.says and (c.says in sentence or sentence in c.says)]
        found.append((sentence, tuple(dict.fromkeys([*marks, *theirs]))))
    return Draft(kind if kind in KINDS else None, without_marks(text, known), tuple(claims), tuple(found))


def _said(text: Any) -> str:
    """A reply's words: some models write a list of lines, or the object once more."""
    if isinstance(text, list):
        return "\n".join(str(line) for line in text).strip()
    words = str(text).strip()
    again = as_object(words) if words.startswith("{") else None
    return next((str(again[k]).strip() for k in TEXTS if again and isinstance(again.get(k), str)), words)


def _listed(claims: Any) -> list[Any]:
    """Claims as a list: some models write one alone, or the list as text."""
    if isinstance(claims, str) and claims.strip()[:1] in ("[", "{"):
        read = value_at(claims.strip(), 0)
        claims = read[0] if read else []
    return claims if isinstance(claims, list) else [claims] if isinstance(claims, dict) else []


def of_text(text: str, known: Collection[str] | None = None, cut: bool = False) -> Draft | None:
    """Plain text as a draft: the object of a call written as text, or sentences with marks. None where it says nothing. `cut`: its end is missing."""
    if stated := _object(text, cut):
        return of_call(stated, known)
    text = in_one_spelling(whole(text) if cut else text, known)
    plain = without_marks(text, known)
    return Draft(None, plain, (), tuple(marked_sentences(text, known))) if plain else None


def whole(text: str) -> str:
    """A text whose end is missing, up to its last whole sentence."""
    end = max(text.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "。"))
    return text[: end + 1] if end > 0 else text


def of_torn(arguments: str, cut: bool) -> dict[str, Any] | None:
    """What can be read of a `reply` that is no JSON: its text as far as it goes, its kind, its whole claims. None: no text.

    `cut`: a length limit cut it off. Where that was in the text itself, the text ends with its last whole sentence.
    """
    found = _TEXT.search(arguments)
    text = _unescaped(found[1]) if found else None
    if not found or text is None:
        return None
    kind = re.search(r'"kind"\s*:\s*"(\w+)"', arguments)
    claims = re.findall(r'\{[^{}]*"quote"\s*:\s*"(?:[^"\\]|\\.)*"[^{}]*\}', arguments)
    return {
        "text": whole(text) if cut and not arguments.startswith('"', found.end()) else text,
        "kind": kind[1] if kind else None,
        "claims": [read[0] for claim in claims if (read := value_at(claim, 0))],
    }


def _unescaped(inside: str) -> str | None:
    """What stands in a string of JSON: without an escape that is cut off, unknown ones and bare quotes as their letter. None: unreadable."""
    inside = _CUT_ESCAPE.sub(r"\1", inside)
    inside = _ESCAPE.sub(lambda m: m[1] or m[2] or '\\"', inside)
    try:
        return sanitise(json.loads(f'"{inside}"', strict=False))
    except ValueError:
        return None


def _object(text: str, cut: bool) -> dict[str, Any] | None:
    bare = re.sub(r"^```(?:json)?\s*|\s*```$", "", text.strip())
    if not bare.startswith("{"):
        return None
    value = as_object(bare)
    if value is None:
        return of_torn(bare, cut)
    if isinstance(value.get("arguments"), dict) and value.get("name") == REPLY:
        value = value["arguments"]
    return value if any(isinstance(value.get(key), str) for key in TEXTS) else None


def _source(name: str) -> str:
    match = re.fullmatch(r"\W*[Ss]\s?(\d{1,2})\W*", name.strip())
    if match:
        return HOURS if int(match[1]) == 0 else f"S{int(match[1])}"
    return name.strip().strip("[]()")


def names_passages(draft: Draft, known: Collection[str]) -> bool:
    """Whether a draft names a passage that was found."""
    return any(mark in known for _, marks in draft.sentences for mark in marks)
