"""Why the returns desk can't do what a customer wants, as the chatbot hears it."""

from __future__ import annotations

from typing import Any

REFUSED = {
    "not_found": "this customer has no such order",
    "too_late": "the time for returns of this order is over",
    "nothing_left": "everything of this order is on its way back already",
    "not_in_order": "not all of these items are in the order and may go back: check_return names those that may",
}


def accepted(answer: dict[str, Any]) -> dict[str, Any]:
    """What the desk says. Raises ValueError, whose sentence the chatbot hears."""
    if refused := answer.get("refused"):
        raise ValueError(f"Not done: {REFUSED[refused]}.")
    return answer
