# requirements: embeddings
"""The part of a conversation that the model is shown: whole turns, the newest that fit the chatbot's budget of tokens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from f.common.tokens import BYTES_PER_TOKEN, count_tokens

if TYPE_CHECKING:
    from f.common.database import Statement
    from f.common.shapes import Utterance

PER_MESSAGE = 4  # tokens that a message costs beside its words
MOST_MESSAGES = 200


PAST = (
    "select coalesce(turn_id::text, 'message ' || id) as turn, direction, body from conversation_logs"
    " where contact_id = %s and id < coalesce((select min(l.id) from conversation_logs l"
    " where l.contact_id = %s and (l.message_id = %s and l.direction = 'in' or l.turn_id ="
    " (select i.turn_id from inbound_messages i where i.message_id = %s and i.contact_id = %s limit 1))), 9223372036854775807)"
    " order by id desc limit %s"
)


def past(contact: str | None, before_message: str | None = None) -> Statement:
    """Reads the newest messages. `before_message`: as it was when that message came, for taking a past turn through the bot again."""
    return PAST, [contact, contact, before_message, before_message, contact, MOST_MESSAGES]


def utterances(rows: list[dict[str, Any]], budget_tokens: int) -> list[Utterance]:
    """What `past` has read, as far as it fits; oldest first."""
    turns: dict[str, list[Utterance]] = {}
    for row in reversed(rows):
        role: Literal["user", "assistant"] = "user" if row["direction"] == "in" else "assistant"
        turns.setdefault(row["turn"], []).append({"role": role, "text": row["body"]})
    return newest_that_fit(list(turns.values()), budget_tokens)


def said_before(history: list[Utterance], budget_tokens: int) -> list[Utterance]:
    """What was said before in a dry run, as far as it fits. A turn begins with what the customer says."""
    turns: list[list[Utterance]] = []
    for utterance in history:
        if utterance["role"] == "user" or not turns:
            turns.append([])
        turns[-1].append(utterance)
    return newest_that_fit(turns, budget_tokens)


def newest_that_fit(turns: list[list[Utterance]], budget_tokens: int) -> list[Utterance]:
    """Whole turns, dropped from the oldest: half a turn would be an answer without its question."""
    newest: list[Utterance] = []
    for turn in reversed(turns):
        budget_tokens -= sum(tokens(u["text"], budget_tokens) + PER_MESSAGE for u in turn)
        if budget_tokens < 0:
            break
        newest = turn + newest
    return newest


def tokens(text: str, budget: int) -> int:
    """A text's tokens. Counted exactly only where the estimate, an upper bound, is near the budget: loading the vocabulary takes a while."""
    bound = math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)
    return bound if bound * 4 <= budget else count_tokens(text)
