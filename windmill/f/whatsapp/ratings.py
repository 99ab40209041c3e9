"""What asks a customer for a rating when a person has solved their conversation, and what thanks them.

A tap comes back with the id of its button or row: `rating:<the rating's id>:<score>` (sql/functions/feedback.sql, rating_tap).
"""

from __future__ import annotations

from typing import Any

from f.whatsapp.canned_replies import canned_reply
from f.whatsapp.choices import BUTTON_TITLE

# Three buttons use the ends and the middle of the scale, so that averages can be compared.
BUTTONS = {"rating_good": 5, "rating_fair": 3, "rating_bad": 1}
STARS = 5


def rating_request(
    kind: str, rating_id: str, context: Any, own_words: dict[str, Any] | None
) -> dict[str, Any]:
    """{id, content, thanks}: the question as the Graph API takes it, and the words after the tap, in the customer's language.

    `kind`: three (buttons) or five (a list of stars). `context`: as f/agent/language.in_language takes it.
    """

    def words(situation: str, longest: int) -> str:
        return canned_reply(context, own_words, situation)[:longest]

    interactive: dict[str, Any] = {"body": {"text": words("rating_question", 1000)}}
    if kind == "five":
        rows = [
            {"id": f"rating:{rating_id}:{score}", "title": "★" * score + "☆" * (STARS - score)}
            for score in range(STARS, 0, -1)
        ]
        action = {"button": words("choose", BUTTON_TITLE), "sections": [{"rows": rows}]}
        interactive |= {"type": "list", "action": action}
    else:
        buttons = [
            {
                "type": "reply",
                "reply": {"id": f"rating:{rating_id}:{score}", "title": words(name, BUTTON_TITLE)},
            }
            for name, score in BUTTONS.items()
        ]
        interactive |= {"type": "button", "action": {"buttons": buttons}}
    content = {"type": "interactive", "interactive": interactive}
    return {"id": rating_id, "content": content, "thanks": words("rating_thanks", 1000)}
