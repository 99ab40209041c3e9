"""What the customer may tap: WhatsApp's controls within their limits, else numbered text. Judged by Meta's stand-in as well."""

from __future__ import annotations

from typing import Any

import pytest

from f.chatbot.send_reply import reply_contents
from f.whatsapp.choices import checked, with_choices
from local.meta.validate import check_send


def choices(count: int, title: str = "Choice {n}", **more: str) -> dict[str, Any]:
    return checked({"choices": [{"title": title.format(n=n), **more} for n in range(1, count + 1)]})


def sent(texts: list[str], offered: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The messages, each of them taken by the stand-in for Meta."""
    contents = with_choices(texts, offered)
    for content in contents:
        check_send({"messaging_product": "whatsapp", "to": "+16505551234", **content})
    return contents


def test_three_short_choices_are_buttons() -> None:
    (message,) = sent(["Which colour?"], choices(3))
    action = message["interactive"]["action"]
    assert [button["reply"]["title"] for button in action["buttons"]] == ["Choice 1", "Choice 2", "Choice 3"]
    assert message["interactive"]["body"] == {"text": "Which colour?"}


@pytest.mark.parametrize(
    ("offered", "text"),
    [
        (choices(4), "Which?"),
        (choices(10), "Which?"),
        (choices(2, "A title of 21 letters{n}"), "Which?"),
        (choices(2, description="with words"), "Which?"),
        (choices(2), "x" * 1025),
        (choices(10), "x" * 4096),
    ],
)
def test_what_buttons_can_not_hold_is_a_list(offered: dict[str, Any], text: str) -> None:
    (message,) = sent([text], offered)
    assert message["interactive"]["type"] == "list"
    assert len(message["interactive"]["action"]["sections"][0]["rows"]) == len(offered["items"])


@pytest.mark.parametrize(
    "offered", [choices(11), choices(2, "x" * 24 + "{n}"), choices(2, description="y" * 73), choices(40)]
)
def test_what_a_list_can_not_hold_is_numbered_text(offered: dict[str, Any]) -> None:
    (message,) = sent(["Which?"], offered)
    lines = message["text"]["body"].splitlines()
    assert lines[:2] == ["Which?", ""]
    assert len(lines) == 2 + len(offered["items"])
    assert lines[2].startswith(f"1. {offered['items'][0]['title']}")


def test_numbered_text_that_does_not_fit_follows_in_a_message_of_its_own() -> None:
    first, *rest = sent(["x" * 4090], choices(40, "A rather long title, number {n} of them all"))
    assert first["text"]["body"] == "x" * 4090
    assert "\n".join(m["text"]["body"] for m in rest).count("A rather long title") == 40


def test_the_last_part_carries_the_choices() -> None:
    first, last = sent(["One.", "Two?"], choices(2))
    assert (first["type"], last["type"]) == ("text", "interactive")


def test_without_choices_or_words_there_is_only_text() -> None:
    assert [m["type"] for m in sent(["One.", "Two."], None)] == ["text", "text"]
    assert with_choices([], choices(2)) == []


@pytest.mark.parametrize(
    "arguments",
    [{}, {"choices": []}, {"choices": "x"}, {"choices": [{}]}, {"choices": [5]}, {"choices": ["a", "A"]}],
)
def test_what_makes_no_sense_is_told_to_the_model(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="choice"):
        checked(arguments)


def test_titles_are_one_line_without_marks() -> None:
    assert checked({"choices": ["*Bold*\nand more"]})["items"] == [
        {"title": "Bold and more", "description": ""}
    ]


@pytest.mark.parametrize("reply", ["#", "```\n```", "![](data:x)", "> ", "[]()"])
def test_a_reply_without_a_visible_word_is_still_sent(reply: str) -> None:
    """Formatted there would be nothing left of it: the customer would wait, and the turn would count as answered."""
    cited = [{"document": "Returns", "page": 2}]
    for citations in ([], cited):
        answer: Any = {"reply": reply, "citations": citations, "choices": choices(2)}
        (message,) = reply_contents(answer, None, show_citations=True, list_label=lambda: "Choose")
        check_send({"messaging_product": "whatsapp", "to": "+16505551234", **message})
        assert message["interactive"]["body"]["text"].startswith(reply.strip())
