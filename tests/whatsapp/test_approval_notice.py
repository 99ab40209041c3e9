"""What the staff's phone is shown of a call that waits for a yes: exactly the arguments, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from f.whatsapp.approval_notice import WORDS, is_tap, question, tap_answer
from local.meta.validate import TYPES, check, interactive

DIGEST = "ab" * 32


def request(arguments: Any, **more: Any) -> dict[str, Any]:
    asked = {
        "id": "0b0e7d2c-0000-4000-8000-000000000001",
        "server": "shop",
        "tool": "refund_order",
        "arguments": json.dumps(arguments, ensure_ascii=False),
        "digest": DIGEST,
        "until": "2026-12-01 18:30",
        "customer": "Pau Vidal",
        "languages": ["en"],
    }
    return asked | more


def shown(arguments: Any, **more: Any) -> str:
    message = question(request(arguments, **more))
    assert message is not None
    return str(message["interactive"]["body"]["text"])


def test_it_is_what_meta_takes_and_both_buttons_name_what_is_agreed_to() -> None:
    message = question(request({"amount": 80}))
    assert message is not None and message["type"] in TYPES
    check(message["interactive"], interactive("button"), "interactive")
    ids = [b["reply"]["id"] for b in message["interactive"]["action"]["buttons"]]
    assert ids == [f"approval-{yes}:0b0e7d2c-0000-4000-8000-000000000001:{DIGEST}" for yes in ("yes", "no")]


def test_the_arguments_in_their_own_letters() -> None:
    body = shown({"amount": 80.5, "note": "*half* of _it_", "who": "José", "big": 12345678901234567890})
    for words in (
        '"amount": 80.5',
        '"note": "*half* of _it_"',
        '"who": "José"',
        '"big": 12345678901234567890',
    ):
        assert words in body
    assert body.count("```") == 2, "WhatsApp formats nothing in there"


def test_letters_that_deceive_are_shown_as_what_they_are() -> None:
    body = shown({"iban": "12\u202e34\u200b5"}, customer="Pau\n\nUntil 2030 `x`")
    assert '"12\\u202e34\\u200b5"' in body and "Customer: Pau Until 2030 'x'" in body


@pytest.mark.parametrize("arguments", [{"note": "x" * 1000}, {"note": "``` nothing to see"}])
def test_what_can_not_be_shown_whole_is_not_asked_there(arguments: Any) -> None:
    assert question(request(arguments)) is None


def test_every_language_has_the_same_words() -> None:
    assert {tuple(words) for words in WORDS.values()} == {tuple(WORDS["en"])}
    assert shown({"amount": 1}, languages=["es"]).startswith("¿Puede hacer esto el bot?")
    assert shown({"amount": 1}, languages=["fi"]).startswith("May the bot do this?")


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        ({"outcome": "done", "state": "approved", "tool": "refund"}, "You have approved refund. The bot does it now."),
        ({"outcome": "decided", "state": "declined", "tool": "refund", "by": "a@b.example"}, "refund: already declined by a@b.example."),
        ({"outcome": "decided", "state": "expired", "tool": "refund", "by": None}, "refund: this request has expired. Nothing was done."),
        ({"outcome": "off", "state": "waiting", "tool": "refund"}, "refund: the bot is switched off, so it can't do this. Nothing was done."),
        ({"outcome": "not_found"}, "This request is not there any more. Nothing was done."),
    ],
)  # fmt: skip
def test_what_a_tap_is_answered(decision: dict[str, Any], says: str) -> None:
    assert tap_answer(decision, ["en"]) == says


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"interactive": None},
        {"interactive": {"button_reply": "x"}},
        {"interactive": {"button_reply": {"id": 5}}},
    ],
)
def test_anything_else_is_no_tap(message: dict[str, Any]) -> None:
    assert not is_tap(message)
