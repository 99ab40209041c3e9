"""Reads a conversation: the customer's latest message, what came before it, and what tools returned since."""

from dataclasses import dataclass

from local.models.protocol import ChatRequest, ToolResult, calls_of, text_of
from local.models.tables import FOLLOW_UP, FOLLOW_UP_WORDS, POINTING
from local.models.words import content_words, strip_tags, words


@dataclass(frozen=True)
class Conversation:
    """What the rules look at."""

    message: str
    before: list[str]  # the customer's earlier messages, oldest first
    results: list[ToolResult]

    @property
    def previous(self) -> str:
        """The customer's message before this one that says something."""
        return next((text for text in reversed(self.before) if content_words(text)), "")

    def is_follow_up(self) -> bool:
        """Whether the message needs the one before it to be understood."""
        count = len(words(self.message))
        short = count <= FOLLOW_UP_WORDS or len(content_words(self.message)) < 2
        points = bool(FOLLOW_UP.search(self.message) or POINTING.search(self.message))
        return bool(self.previous) and (short or count <= 2 * FOLLOW_UP_WORDS) and points

    def whole_question(self) -> str:
        """The message, joined with the previous one when it is a follow-up."""
        return f"{self.previous} {self.message}" if self.is_follow_up() else self.message


def read(wanted: ChatRequest) -> Conversation:
    """Find the parts of a request's messages."""
    messages = wanted.messages
    last = max((place for place, message in enumerate(messages) if message["role"] == "user"), default=-1)
    first = last
    while first > 0 and messages[first - 1]["role"] == "user":
        first -= 1
    spoken = [strip_tags(text_of(message.get("content"))) for message in messages[max(first, 0) : last + 1]]
    before = [
        strip_tags(text_of(message.get("content")))
        for message in messages[: max(first, 0)]
        if message["role"] == "user"
    ]
    calls = {key: call for message in messages[last + 1 :] for key, call in calls_of(message)}
    results = [
        ToolResult(calls[message["tool_call_id"]], text_of(message.get("content")))
        for message in messages[last + 1 :]
        if message["role"] == "tool"
    ]
    return Conversation("\n".join(text for text in spoken if text), before, results)
