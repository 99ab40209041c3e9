# no_postinstall
# requirements: media
"""A model that says yes or no of each of several things: the cheap second one of a chatbot with a judge."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from f.models.providers import Models

if TYPE_CHECKING:
    from f.models.types import Candidate

PATIENCE_S = 10.0


def judge_of(candidate: Candidate, model: str | None) -> Models:
    """The candidate's server with the judge's own model, where the settings name one."""
    return Models([{**candidate, "model": model or candidate["model"]}])


def ask(judge: Models, rules: str, asked: Any, count: int, seconds: float = PATIENCE_S) -> list[str] | None:
    """What the model says of each of `count` things, in lower case; None: its answer has another form or length. Raises ModelError."""
    messages = [
        {"role": "system", "content": rules.strip()},
        {"role": "user", "content": json.dumps(asked, ensure_ascii=False)},
    ]
    return answers(judge.complete(messages, [], seconds)["text"], count)


def answers(text: str, count: int) -> list[str] | None:
    """The entries of the first list in a text; small models leave out the quotation marks that JSON wants."""
    found = re.search(r"\[(.*?)\]", text, re.DOTALL)
    listed = found[1].split(",") if found and found[1].strip() else []
    said = [each.strip(" \t\r\n\"'`.").lower() for each in listed]
    return said if len(said) == count else None
