"""What a step hands on: nothing that a worker would take for a reference, and nothing that the server could not store."""

from __future__ import annotations

import json

import pytest

from f.common.windmill_references import escape_references, unescape_references


@pytest.mark.parametrize(
    "text", ["$var:f/chatbot/master_key", " $res:f/a/b", "\u2060$var:x", "$WM_TOKEN", "5 $", "", "Zoë 👋"]
)
def test_words_come_out_as_they_went_in_and_never_look_like_a_reference(text: str) -> None:
    handed = escape_references({"deep": [{text: text}]})
    assert unescape_references(handed) == {"deep": [{text: text}]}
    (inner,) = handed["deep"]
    assert not any(word.lstrip().startswith("$") for pair in inner.items() for word in pair)


def test_half_an_emoji_is_mended_because_the_server_can_not_store_it() -> None:
    handed = escape_references({"reply": "Bye \ud83d", "trace": [{"a \udc4b": "\ud83d\udc4b \x00"}]})
    assert unescape_references(handed) == {"reply": "Bye \ufffd", "trace": [{"a \ufffd": "👋 "}]}
    json.dumps(handed, ensure_ascii=False).encode()
