"""Reads a model's reply into a Draft: a call of `reply`, the same object as text, or plain text with marks such as [S1]."""

# ruff: noqa: RUF001 - brackets of many scripts
from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from f.agent.policy.claims import Claim, Draft
from f.common.figures.segments import sentences

REPLY = "reply"
HOURS = "hours"  # the source that S0 marks
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
_BRACKETS = r"\[【〔（(⟦{«⟨<"
_CLOSING = r"\]】〕）)⟧}»⟩>"
_ONE = r"(?:[Ss]\s?\d{1,2})(?:\s?[:†#][\w\s:-]{0,20})?"
_LEAD = r"(?:\^|(?:sources?|passages?|refs?|cf\.?|see|quelle|fuente|source)\s*:?\s*)?"
MARK = re.compile(
    rf"\s*\**[{_BRACKETS}]{{1,2}}\s*{_LEAD}({_ONE}(?:\s*(?:,|;|&|and|und|y|et|/|\+|-|–|and)\s*{_ONE})*)\s*[{_CLOSING}]{{1,2}}\**"
    r"|\s*[\[【]\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)(?:†[^\]】]{0,40})?\s*[\]】](?!\()",
    re.IGNORECASE,
)
_NAKED = re.compile(r"(?<=[.!?。！？…])\s*\bS\d{1,2}\b(?=\s|$)")


def marks_of(found: re.Match[str]) -> tuple[str, ...]:
    """The passages that a mark names: S1, S2."""
    return tuple(
        HOURS if int(number) == 0 else f"S{int(number)}"
        for number in re.findall(r"\d+", re.sub(r"[:†#][\w\s:-]*", "", found[1] or found[2] or ""))
    )


def without_marks(text: str) -> str:
    """The text as a customer reads it: no mark in any spelling, and nothing left of its formatting."""
    plain = _NAKED.sub("", MARK.sub("", text))
    return (
        re.sub(r"\*\*[ \t]*\*\*|__[ \t]*__|[(\[][ \t]*[)\]]", "", plain).strip()
        if plain != text
        else text.strip()
    )


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
    text = str(arguments.get("text") or arguments.get("reply") or arguments.get("message") or "").strip()
    if not text:
        return None
    kind = str(arguments.get("kind") or "").lower()
    listed = arguments.get("claims")
    claims = [
        Claim(str(c.get("says") or ""), _source(str(c.get("source") or "")), str(c.get("quote") or ""))
        for c in (listed if isinstance(listed, list) else [])
        if isinstance(c, dict)
    ]
    found = []
    for sentence, marks in marked_sentences(text):
        theirs = [c.source for c in claims if c.says and (c.says in sentence or sentence in c.says)]
        found.append((sentence, tuple(dict.fromkeys([*marks, *theirs]))))
    return Draft(kind if kind in KINDS else None, without_marks(text), tuple(claims), tuple(found))


def of_text(text: str) -> Draft | None:
    """Plain text as a draft: the object of a call written as text, or sentences with marks. None where it says nothing."""
    if stated := _object(text):
        return of_call(stated)
    plain = without_marks(text)
    return Draft(None, plain, (), tuple(marked_sentences(text))) if plain else None


def _object(text: str) -> dict[str, Any] | None:
    bare = re.sub(r"^```(?:json)?\s*|\s*```$", "", text.strip())
    if not bare.startswith("{"):
        return None
    try:
        value = json.loads(bare, strict=False)
    except ValueError:
        found = re.search(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)', bare)  # cut off by a length limit
        return {"text": json.loads(f'"{found[1]}"', strict=False)} if found else None
    if isinstance(value, dict) and isinstance(value.get("arguments"), dict) and value.get("name") == REPLY:
        value = value["arguments"]
    return (
        value
        if isinstance(value, dict) and isinstance(value.get("text") or value.get("reply"), str)
        else None
    )


def _source(name: str) -> str:
    match = re.fullmatch(r"\W*[Ss]\s?(\d{1,2})\W*", name.strip())
    if match:
        return HOURS if int(match[1]) == 0 else f"S{int(match[1])}"
    return name.strip().strip("[]()")


def names_passages(draft: Draft, known: Collection[str]) -> bool:
    """Whether a draft names a passage that was found."""
    return any(mark in known for _, marks in draft.sentences for mark in marks)
