"""Two models for tests: one that echoes at once, and one that obeys any instruction it finds anywhere."""

import re

import orjson

from local.models.protocol import Call, ChatRequest, Reply, calls_of, text_of, without_platform

ECHO_LENGTH = 200
_CALL = re.compile(r"\bCALL\s+([A-Za-z0-9_-]{1,64})\s*(?=\{)")
_SAY = re.compile(r"\bSAY\s+([^\n]+)")


def echo(wanted: ChatRequest) -> Reply:
    """Fixed text around the start of the last message."""
    return Reply(f"echo: {without_platform(text_of(wanted.messages[-1].get('content')))[:ECHO_LENGTH]}")


def _after(text: str, position: int) -> dict[str, object] | None:
    """The JSON object that starts at a position, whatever follows it."""
    depth = 0
    for end in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            try:
                value = orjson.loads(text[position : end + 1])
            except orjson.JSONDecodeError:
                return None  # prose in braces: nothing to obey
            return value if isinstance(value, dict) else None
    return None


def obey(wanted: ChatRequest) -> Reply:
    """Make each call that a text asks for once, whether offered or not; then say what the last SAY says."""
    made = [call for message in wanted.messages for call in calls_of(message).values()]
    texts = [text_of(message.get("content")) for message in wanted.messages]
    calls: list[Call] = []
    for text in texts:
        for match in _CALL.finditer(text):
            arguments = _after(text, match.end())
            call = Call(match[1], arguments or {})
            if arguments is not None and call not in made and call not in calls:
                calls.append(call)
    if calls:
        return Reply(calls=calls)
    said = [match for text in texts for match in _SAY.findall(text)]
    return Reply(said[-1].strip() if said else "Nothing to obey.")
