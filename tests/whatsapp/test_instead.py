"""The same in words, where Meta refuses a message for what it is: in its answer or in a status, once, and no message that it can't reach."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.whatsapp.controls import spoken, text_message, with_controls
from tests.whatsapp.conftest import NUMBER, Bot
from tests.whatsapp.outbox import PHONE, Turn
from tests.whatsapp.test_controls import CALLS, control
from tests.whatsapp.test_retries import claim, record
from tests.whatsapp.test_sends import CODES, TABLE

WORDS = text_message("Book here.\n\nBook a table: https://bistro.example/book")
HERE = text_message("Here.")
BUTTON: dict[str, Any] = {
    "type": "interactive",
    "interactive": {"type": "cta_url", "body": {"text": "Book here."}, "action": {}},
    "instead": WORDS,
}


def falls_back(code: int, action: str) -> bool:
    return action in ("ours", "media") or code == 131026


@pytest.mark.parametrize("how", ["response", "status"])
@pytest.mark.parametrize(("code", "action"), [row[:2] for row in TABLE], ids=CODES)
def test_each_row_of_the_table(bot: Bot, code: int, action: str, how: str) -> None:
    turn = Turn(bot, [BUTTON])
    turn.fails(code, how)
    (part,) = turn.parts()
    in_words = falls_back(code, action)
    assert part["content"] == (WORDS if in_words else BUTTON)
    if in_words:
        assert turn.may()["do"] == "go"
        claimed = turn.claim()
        assert (claimed["do"], claimed["content"]) == ("send", WORDS)
        assert [c["send_error_code"] for c in bot.contacts()] == [None], "they may be reached by words"
        turn.record("failed", code)
        (part,) = turn.parts()
        assert (part["state"], part["content"]) == ("failed", WORDS)
        assert part["retry_at"] is None or action == "media", "words have no other words"


SENT: dict[str, tuple[dict[str, Any], str]] = {
    "link": (
        with_controls([HERE], [control("send_link", CALLS["send_link"])], "t")[-1],
        "https://bistro.example/book",
    ),
    "location request": (with_controls([HERE], [control("ask_location", {})], "t")[-1], "Here."),
    "product": (
        with_controls([HERE], [control("show_products", {"products": ["Cake 1"]})], "t")[-1],
        "- Cake 1",
    ),
    "products": (
        with_controls([HERE], [control("show_products", {"products": ["Cake 1", "Cake 2"]})], "t")[-1],
        "- Cake 1\n- Cake 2",
    ),
    "form": (with_controls([HERE], [control("send_form", CALLS["send_form"])], "t")[-1], "- party day"),
    "contact card": (
        with_controls([HERE], [control("send_contact_card", {"name": "Reception"})], "t")[-1],
        "+34 960 000 101",
    ),
    "reaction": (with_controls([HERE], [control("react", {"emoji": "🙏"})], "t")[-1], "🙏"),
    "voice answer": (spoken("00000000-0000-0000-0000-000000000000", "Until 20:00."), "Until 20:00."),
}


@pytest.mark.parametrize("how", ["response", "status"])
@pytest.mark.parametrize("what", SENT)
def test_whatever_meta_refuses_goes_out_in_words(bot: Bot, what: str, how: str) -> None:
    content, words = SENT[what]
    turn = Turn(bot, [content])
    turn.fails(131051, how)
    assert turn.may()["do"] == "go"
    claimed = turn.claim()
    assert (claimed["do"], claimed["content"]["type"]) == ("send", "text")
    assert words in claimed["content"]["text"]["body"]


def test_the_next_part_waits_for_the_words(bot: Bot) -> None:
    turn = Turn(bot, [BUTTON, text_message("And more.")])
    turn.fails(131051, "status")
    assert turn.may(2) == {"do": "first", "part": 1}


def test_after_the_turn_recovery_sends_the_words_and_the_log_has_them(bot: Bot) -> None:
    turn = Turn(bot, [BUTTON])
    turn.sent()
    turn.close()
    assert bot.log()[-1] == ("out", f"[link] {WORDS['text']['body']}")
    assert turn.status("failed", 131026)
    run = str(uuid.uuid4())
    due = claim(bot, run)
    assert due is not None and due["content"] == WORDS
    assert claim(bot) is None, "once"
    assert record(bot, due, run, "sent") == "sent"
    assert bot.log()[-1] == ("out", WORDS["text"]["body"])
    assert turn.status("failed", 131026, of={"message_id": "wamid.again.2"})
    assert claim(bot) is None


FORM = (
    '[{"purpose": "p", "id": "123", "button": "b", "screen": "S",'
    ' "fields": "day = party day, guests=guests, mail = email, tick = news, list = cakes, none = note"}]'
)
REPLY = (
    '{"flow_token": "123.turn", "day": "Saturday", "guests": 12, "mail": "ana@mail.example", "tick": true,'
    ' "list": ["carrot", "lemon"], "none": "", "other": "x"}'
)
KEPT = {
    "party day": "Saturday",
    "guests": "12",
    "email": "ana@mail.example",
    "news": "true",
    "cakes": "carrot, lemon",
}


def answer(response: str = REPLY) -> dict[str, Any]:
    reply = {"name": "flow", "body": "Sent", "response_json": response}
    return {"from": PHONE, "type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}


@pytest.fixture
def party(bot: Bot) -> Bot:
    bot.do("update chatbots set forms = %s where phone_number_id = %s", FORM, NUMBER)
    return bot


def lead(bot: Bot) -> Any:
    (contact,) = bot.contacts()
    return contact["lead"]


def test_a_form_s_answers_are_there_when_the_turn_opens(party: Bot) -> None:
    assert party.arrive(answer(), contacts=None)["status"] == "opened"
    assert lead(party) == KEPT


def test_also_where_another_message_s_turn_takes_them_in(party: Bot) -> None:
    party.store({"id": "wamid.form", **answer()}, contacts=None)
    text = {"from": PHONE, "type": "text", "text": {"body": "I have filled it in"}}
    assert party.arrive(text, contacts=None)["status"] == "opened"
    assert lead(party) == KEPT


def test_also_while_a_person_has_the_conversation(party: Bot) -> None:
    party.answered({"from": PHONE, "type": "text", "text": {"body": "hi"}}, contacts=None)
    party.do(
        "update contacts set paused_until = now() + interval '1 hour' where tenant_id = %s", party.tenant
    )
    assert party.arrive(answer(), contacts=None)["status"] == "ended"
    assert lead(party) == KEPT


@pytest.mark.parametrize(
    "response",
    ["{oops", "[1]", '"x"', "{}", REPLY.replace("123.turn", "124.turn"), REPLY.replace("flow_token", "x")],
)
def test_what_is_no_answer_to_a_form_of_the_chatbot_changes_nothing(party: Bot, response: str) -> None:
    assert party.arrive(answer(response), contacts=None)["status"] == "opened"
    assert lead(party) == {}


def test_a_run_again_does_not_undo_what_the_staff_have_written(party: Bot) -> None:
    turn = party.answered({"id": "wamid.form", **answer()}, contacts=None)
    party.do(
        'update contacts set lead = \'{"email": "new@mail.example"}\' where tenant_id = %s', party.tenant
    )
    payload = party.store({"id": turn["id"], **answer()}, contacts=None)
    party.one("select receive_message(%s, %s)", NUMBER, payload)
    assert lead(party) == {"email": "new@mail.example"}
