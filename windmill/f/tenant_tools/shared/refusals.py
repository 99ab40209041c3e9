"""What the shipped scripts say of a wish that the database refuses."""

from __future__ import annotations

from typing import Any


def unless_refused(sentences: dict[str, str], answer: dict[str, Any]) -> dict[str, Any]:
    """The answer. `sentences`: by the reason in `refused`. Raises ValueError with one of them, which the chatbot hears."""
    if refused := answer.get("refused"):
        raise ValueError(f"Not done: {sentences[refused]}.")
    return answer
