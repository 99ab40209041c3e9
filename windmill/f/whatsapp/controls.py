# requirements: whatsapp
"""The messages of a reply that carries more than words and choices: each with what is sent in its place where WhatsApp refuses it.

A content may have `instead`: the same as a text message. It is no part of what Meta gets (f/whatsapp/outbox). Where Meta refuses the message
for what it is, in its answer or in a status, the text takes its place, once (sql/functions/retries.sql, plan_retry).
"""

from __future__ import annotations

from typing import Any

from f.whatsapp.control_kinds import BODY, KINDS, Control
from f.whatsapp.splitting import split

# What a log calls a message, by Meta's name for its kind. The SQL function sent_words has the same marks.
MARKS = {
    "cta_url": "link",
    "location_request_message": "location request",
    "product": "product",
    "product_list": "product",
    "flow": "form",
    "contacts": "contact",
    "reaction": "reaction",
    "audio": "voice note",
}


def with_controls(
    contents: list[dict[str, Any]], controls: list[Control], turn_id: str
) -> list[dict[str, Any]]:
    """The messages of a reply with what it carries: one control on the last text, the others behind it."""
    for control in controls:
        kind = KINDS[control["kind"]]
        if not kind.on_text:
            made = kind.content(control, "", turn_id)
            contents = [*contents, {**made, "instead": text_message(kind.words(control))}]
        elif contents and contents[-1]["type"] == "text":
            *before, last = split(contents[-1]["text"]["body"], BODY)
            words = "\n\n".join(filter(None, [last, kind.words(control)]))
            made = {**kind.content(control, last, turn_id), "instead": text_message(words)}
            contents = [*contents[:-1], *map(text_message, before), made]
    return contents


def spoken(file_id: str, text: str) -> dict[str, Any]:
    """A voice note of a file that is stored with those of the staff, which says this text."""
    return {
        "type": "audio",
        "audio": {"file": file_id, "voice": True},
        "instead": text_message(text),
    }


def in_words(content: dict[str, Any]) -> str:
    """What a person would read, for a dry run's result."""
    kind = content["type"]
    if kind == "interactive":
        kind = content["interactive"]["type"]
        body = content["interactive"]["body"]["text"]
    else:
        body = content[kind].get("body") if isinstance(content[kind], dict) else None
    if "instead" in content:
        return f"[{MARKS[kind]}] {content['instead']['text']['body']}"
    return str(body) if body else f"[{kind}]"


def text_message(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body, "preview_url": False}}
