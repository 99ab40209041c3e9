"""What the customer may choose from: up to 3 buttons or a list of up to 10 rows, else numbered text.

The limits are in the tool's schema, so that the model knows them, and are enforced here, because it does not always keep them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

BUTTONS, BUTTON_TITLE, BUTTON_BODY = 3, 20, 1024
ROWS, ROW_TITLE, ROW_DESCRIPTION, LIST_BODY = 10, 24, 72, 4096
MARKS = re.compile(r"[*_~`]")

OFFER = "offer_choices"
OFFER_CHOICES: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": OFFER,
        "description": "Shows the customer up to 10 short choices below your reply, to tap instead of typing. Call it before the reply,"
        " only when there is a real choice to make. Up to 3 choices without descriptions are buttons, more are a list.",
        "parameters": {
            "type": "object",
            "properties": {
                "choices": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": ROWS,
                    "description": f"1 to {ROWS} choices, each another",
                    "items": {
                        "type": "object",
                        "properties": {
                            "title": {
                                "type": "string",
                                "maxLength": ROW_TITLE,
                                "description": f"at most {BUTTON_TITLE} characters for up to 3 choices, else {ROW_TITLE}",
                            },
                            "description": {
                                "type": "string",
                                "maxLength": ROW_DESCRIPTION,
                                "description": f"optional, at most {ROW_DESCRIPTION} characters",
                            },
                        },
                        "required": ["title"],
                    },
                },
                "button": {
                    "type": "string",
                    "maxLength": BUTTON_TITLE,
                    "description": "what opens a list, such as 'Choose'",
                },
            },
            "required": ["choices"],
        },
    },
}


def checked(arguments: dict[str, Any]) -> dict[str, Any]:
    """The model's arguments as choices: {"items": [{title, description}], "button"}. Raises ValueError in words for the model."""
    given = arguments.get("choices")
    if not isinstance(given, list) or not given:
        raise ValueError("choices must be a list of at least one {title, description?}")
    items: list[dict[str, str]] = []
    for entry in given:
        entry = {"title": entry} if isinstance(entry, str) else entry
        title = _clean(entry.get("title")) if isinstance(entry, dict) else ""
        if not title:
            raise ValueError("each choice needs a title")
        if title.casefold() in (item["title"].casefold() for item in items):
            raise ValueError(f"two choices have the title {title!r}")
        items.append({"title": title, "description": _clean(entry.get("description"))})
    return {"items": items, "button": _clean(arguments.get("button"))}


def with_choices(
    texts: list[str], choices: dict[str, Any] | None, label: Callable[[], str] = lambda: "Choose"
) -> list[dict[str, Any]]:
    """The texts as messages; the last one carries the choices, as WhatsApp's own controls where they fit its limits.

    `label`: what opens a list for which the model has no words.
    """
    contents = [_text(text) for text in texts]
    items = (choices or {}).get("items") or []
    if not items or not texts:
        return contents
    last = texts[-1]
    titles = [item["title"] for item in items]
    if (
        len(items) <= BUTTONS
        and all(len(title) <= BUTTON_TITLE for title in titles)
        and not any(item.get("description") for item in items)
        and len(last) <= BUTTON_BODY
    ):
        buttons = [
            {"type": "reply", "reply": {"id": f"choice-{n}", "title": title}}
            for n, title in enumerate(titles, 1)
        ]
        return [*contents[:-1], _interactive("button", last, {"buttons": buttons})]
    if (
        len(items) <= ROWS
        and all(len(title) <= ROW_TITLE for title in titles)
        and all(len(item.get("description") or "") <= ROW_DESCRIPTION for item in items)
        and len(last) <= LIST_BODY
    ):
        rows = [
            {"id": f"choice-{n}", "title": item["title"]}
            | ({"description": item["description"]} if item.get("description") else {})
            for n, item in enumerate(items, 1)
        ]
        opens = str((choices or {}).get("button") or label())[:BUTTON_TITLE]
        return [*contents[:-1], _interactive("list", last, {"button": opens, "sections": [{"rows": rows}]})]
    return [*contents[:-1], *(_text(text) for text in _numbered(last, items))]


def _numbered(last: str, items: list[dict[str, str]]) -> list[str]:
    """The choices as lines that a customer can answer with a number."""
    lines = [
        f"{n}. {item['title']}" + (f": {item['description']}" if item.get("description") else "")
        for n, item in enumerate(items, 1)
    ]
    whole = "\n".join([last, "", *lines])
    if len(whole) <= LIST_BODY:
        return [whole]
    parts: list[str] = [last]
    for line in lines:
        if len(parts) > 1 and len(parts[-1]) + 1 + len(line) <= LIST_BODY:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line[:LIST_BODY])
    return parts


def _clean(value: Any) -> str:
    """One line of plain text: titles show no formatting."""
    return " ".join(MARKS.sub("", value).split()) if isinstance(value, str) else ""


def _text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _interactive(kind: str, body: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}
