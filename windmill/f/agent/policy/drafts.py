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
from f.models.loose_json import as_object, value_at

REPLY = "reply"
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
# The keys under which models write what the customer reads.
TEXTS = ("text", "reply", "message", "response", "answer", "content")


def marked_sentences(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each sentence without its marks, and the passages that it names. A mark after a sentence's end belongs to that sentence."""
    moved = re.sub(rf"([.!?。！？؟।]+)({MARK.pattern})", lambda m: f"{m[2]}{m[1]}", text, flags=re.IGNORECASE)
    found = []
    for sentence in sentences(moved):
        marks = tuple(dict.fromkeys(mark for match in MARK.finditer(sentence) for mark in marks_of(match)))
        if plain := without_marks(sentence):
            found.append((plain, marks))
    return found


def of_call(arguments: dict[str, Any]) -> Draft | None:
    """A call of `reply` as a draft; None where it says nothing."""
    if isinstance(inner := arguments.get(REPLY), dict):
        arguments = inner
    text = in_one_spelling(_said(next((arguments[k] for k in TEXTS if arguments.get(k)), "")))
    if not text:
        return None
    kind = str(arguments.get("kind") or "").strip().lower()
    claims = [
        Claim(str(c.get("says") or ""), _source(str(c.get("source") or "")), str(c.get("quote") or ""))
        for c in _listed(arguments.get("claims"))
        if isinstance(c, dict)
    ]
    found = []
    for sentence, marks in marked_sentences(text):
        theirs = [c.source for c in claims if c.says and (c.says in sentence or sentence in c.says)]
        found.append((sentence, tuple(dict.fromkeys([*marks, *theirs]))))
    return Draft(kind if kind in KINDS else None, without_marks(text), tuple(claims), tuple(found))


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


def of_text(text: str) -> Draft | None:
    """Plain text as a draft: the object of a call written as text, or sentences with marks. None where it says nothing."""
    if stated := _object(text):
        return of_call(stated)
    text = in_one_spelling(text)
    plain = without_marks(text)
    return Draft(None, plain, (), tuple(marked_sentences(text))) if plain else None


def of_torn(arguments: str) -> dict[str, Any] | None:
    """What can be read of a `reply` that a length limit cut off: its text as far as it goes, its kind, its whole claims. None: no text."""
    found = re.search(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)', arguments)
    if not found:
        return None
    kind = re.search(r'"kind"\s*:\s*"(\w+)"', arguments)
    claims = re.findall(r'\{[^{}]*"quote"\s*:\s*"(?:[^"\\]|\\.)*"[^{}]*\}', arguments)
    return {
        "text": json.loads(f'"{found[1]}"', strict=False),
        "kind": kind[1] if kind else None,
        "claims": [read[0] for claim in claims if (read := value_at(claim, 0))],
    }


def _object(text: str) -> dict[str, Any] | None:
    bare = re.sub(r"^```(?:json)?\s*|\s*```$", "", text.strip())
    if not bare.startswith("{"):
        return None
    value = as_object(bare)
    if value is None:
        return of_torn(bare)
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
