"""What each kind of message leads to before a model is asked: the log, opt-outs, one short notice, or a turn."""

from __future__ import annotations

from typing import Any

import pytest

from tests.whatsapp.conftest import NUMBER, Bot

PHONE = "16505551234"


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"from": PHONE, "type": "text", "text": {"body": body}, **more}


def of(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"from": PHONE, "type": kind, kind: content, **more}


def test_a_reaction_is_logged_not_answered(bot: Bot) -> None:
    first = bot.answered(text("hi"))
    turn = bot.arrive(of("reaction", {"message_id": first["id"], "emoji": "👍"}))
    assert (turn["status"], turn["reason"]) == ("ended", "a reaction: logged, not answered")
    assert bot.log()[-1] == ("in", "[reaction] 👍")


def test_what_was_left_to_a_reactions_run_gets_its_own(bot: Bot) -> None:
    first = bot.answered(text("hi"))
    bot.do("update chatbots set merge_window_s = 5 where phone_number_id = %s", NUMBER)
    for message in ("wamid.Q", "wamid.R"):  # both are here before the first of their runs begins
        bot.do(
            "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state)"
            " values (%s, %s, 'message', %s, '{}', 'dispatched')",
            *(NUMBER, message, PHONE),
        )
    left = bot.arrive(text("a question", id="wamid.Q"))
    assert "more is being written" in left["reason"]
    bot.arrive(of("reaction", {"message_id": first["id"], "emoji": "👍"}, id="wamid.R"))
    (row,) = bot.rows("select state, dispatch_no from inbound_messages where message_id = %s", left["id"])
    assert row == {"state": "received", "dispatch_no": 1}


def test_an_edit_changes_the_log(bot: Bot) -> None:
    first = bot.answered(text("in red"))
    bot.arrive(
        of(
            "edit",
            {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": "in blue"}}},
        )
    )
    assert bot.log()[0] == ("in", "[edited] in blue")


def test_an_edit_before_the_answer_changes_the_question(bot: Bot) -> None:
    first = bot.arrive(text("in red"))
    bot.arrive(
        of(
            "edit",
            {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": "in blue"}}},
        )
    )
    words = bot.one("select message_words(payload) from inbound_messages where message_id = %s", first["id"])
    assert words == "in blue"


def edit_of(message_id: str, words: str, **more: Any) -> dict[str, Any]:
    message = {"type": "text", "text": {"body": words}}
    return of("edit", {"original_message_id": message_id, "message": message}, **more)


def test_an_edit_that_comes_before_its_message_changes_the_question(bot: Bot) -> None:
    bot.answered(text("hi"))
    bot.arrive(edit_of("wamid.late", "in blue"))
    turn = bot.arrive(text("in red", id="wamid.late"))
    assert turn["status"] == "opened"
    words = bot.one("select message_words(payload) from inbound_messages where message_id = 'wamid.late'")
    assert words == "in blue"


def test_the_newest_edit_counts_whichever_run_comes_first(bot: Bot) -> None:
    first = bot.answered(text("in red"))
    older = edit_of(first["id"], "in blue", id="wamid.older")
    bot.store(older)
    bot.arrive(edit_of(first["id"], "in green"))
    bot.arrive(older)
    assert bot.log()[0] == ("in", "[edited] in green")


@pytest.mark.parametrize(
    "event",
    [
        of("revoke", {"original_message_id": "wamid.first"}),
        edit_of("wamid.first", "in blue"),
        of("reaction", {"message_id": "wamid.first", "emoji": "👍"}),
    ],
)
def test_an_event_keeps_its_run_when_a_turn_opens_before_it_is_dispatched(
    bot: Bot, event: dict[str, Any]
) -> None:
    bot.answered(text("in red", id="wamid.first"))
    bot.store({**event, "id": "wamid.event"})
    turn = bot.arrive(text("and how much?"))
    assert turn["status"] == "opened"
    (row,) = bot.rows("select state, turn_id from inbound_messages where message_id = 'wamid.event'")
    assert row == {"state": "received", "turn_id": None}


def test_an_opt_out_counts_when_a_turn_opens_before_it_is_dispatched(bot: Bot) -> None:
    bot.store(text("STOP", id="wamid.stop"))
    turn = bot.arrive(text("how much is it?"))
    (row,) = bot.rows("select state, reason, turn_id from inbound_messages where message_id = 'wamid.stop'")
    assert row == {"state": "ended", "reason": "the contact has opted out", "turn_id": None}
    (contact,) = bot.rows(
        "select opted_out_at is not null as out from contacts where id = %s", turn["contact_id"]
    )
    assert contact["out"]


def test_an_edit_brings_no_deleted_words_back(bot: Bot) -> None:
    first = bot.answered(text("my card number is 1234"))
    edit = edit_of(first["id"], "my card number is 5678", id="wamid.edit")
    bot.store(edit)
    bot.arrive(of("revoke", {"original_message_id": first["id"]}))
    bot.arrive(edit)
    assert bot.log()[0] == ("in", "[deleted message]")
    assert "5678" not in str([bot.rows("select payload from inbound_messages"), bot.log()])


def test_a_deletion_takes_the_words_of_edits_along(bot: Bot) -> None:
    first = bot.answered(text("my card number is 1234"))
    bot.arrive(edit_of(first["id"], "my card number is 5678"))
    bot.arrive(of("revoke", {"original_message_id": first["id"]}))
    assert "5678" not in str([bot.rows("select payload from inbound_messages"), bot.log()])


def test_a_deleted_message_leaves_no_words(bot: Bot) -> None:
    first = bot.answered(text("my card number is 1234"))
    bot.arrive(of("revoke", {"original_message_id": first["id"]}))
    assert bot.log()[0] == ("in", "[deleted message]")
    (row,) = bot.rows("select payload from inbound_messages where message_id = %s", first["id"])
    assert "1234" not in row["payload"].replace(PHONE, "")


@pytest.mark.field_reply("whatsapp-4")
def test_a_change_shows_on_its_message_alone(bot: Bot) -> None:
    """One bubble for an edited or a deleted message, also where the change comes before the answer."""
    first, second = bot.answered(text("in red")), bot.arrive(text("and how much?"))
    bot.arrive(edit_of(first["id"], "in blue"))
    bot.arrive(of("revoke", {"original_message_id": first["id"]}))
    bot.arrive(of("revoke", {"original_message_id": second["id"]}))
    bot.close(second)
    assert [words for way, words in bot.log() if way == "in"] == ["[deleted message]", "[deleted message]"]
    bot.arrive(of("revoke", {"original_message_id": "wamid.of-last-year"}))
    assert bot.log()[-1] == ("in", "[deleted a message]"), "of what is not stored here nothing else tells"


def test_a_message_that_was_deleted_before_it_came_is_not_answered(bot: Bot) -> None:
    bot.answered(text("hi"))
    bot.arrive(of("revoke", {"original_message_id": "wamid.late"}))
    turn = bot.arrive(text("too late", id="wamid.late"))
    assert turn["reason"] == "the customer has deleted it"
    (row,) = bot.rows("select payload from inbound_messages where message_id = 'wamid.late'")
    assert "too late" not in str([row["payload"], bot.log()])
    said = [words for way, words in bot.log() if way == "in"]
    assert said == ["hi", "[deleted a message]"], "one bubble for both"


def test_nobody_edits_or_deletes_what_another_person_wrote(bot: Bot) -> None:
    first = bot.answered(text("mine"))
    stranger = {"from": "34600111222", "id": "wamid.stranger"}
    edit = {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": "yours"}}}
    bot.arrive({**stranger, "type": "edit", "edit": edit}, contacts=None)
    bot.arrive(
        {**stranger, "id": "wamid.s2", "type": "revoke", "revoke": {"original_message_id": first["id"]}},
        contacts=None,
    )
    assert bot.log()[0] == ("in", "mine")


@pytest.mark.field_reply("whatsapp-2")
@pytest.mark.parametrize(
    "event",
    [
        {"type": "request_welcome"},
        of("interactive", {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}),
        {"type": "system", "system": {"type": "customer_identity_changed", "body": "changed"}},
    ],
)
def test_what_nobody_wrote_is_not_answered(bot: Bot, event: dict[str, Any]) -> None:
    turn = bot.arrive(event)
    assert turn["status"] == "ended"
    assert bot.answered(text("hi"))["status"] == "opened", "and the next message is"


@pytest.mark.field_reply("whatsapp-1")
def test_a_text_of_any_length_is_read_whole(bot: Bot) -> None:
    turn = bot.arrive(text("My story. " * 3000 + "Where is my order?"))
    assert turn["status"] == "opened"
    assert bot.words(text("My story. " * 3000 + "Where is my order?")).endswith("Where is my order?")
    cut = bot.words(text("x" * 60_000))
    assert cut.endswith("[the message goes on for 10000 characters that were not read: say so]")


@pytest.mark.parametrize("kind", ["sticker", "unsupported", "hologram"])
def test_what_can_not_be_read_is_said_once(bot: Bot, kind: str) -> None:
    first = bot.arrive(of(kind, {"id": "1"}))
    assert (first["status"], first["preface"]) == ("opened", "not_understood")
    again = bot.one(
        "select receive_message(%s, (select payload from inbound_messages where message_id = %s))",
        NUMBER,
        first["id"],
    )
    assert again["preface"] == "not_understood", "the same run again says the same"
    bot.close(first)
    second = bot.arrive(of(kind, {"id": "2"}))
    assert second["reason"] == "it can not be read, and the customer was told so already"
    bot.do("update contacts set preface_at = now() - interval '25 hours'")
    assert bot.arrive(of(kind, {"id": "3"}))["preface"] == "not_understood"


@pytest.mark.parametrize("word", ["STOP", "stop.", " Unsubscribe ", "baja", "Abmelden!"])
def test_an_opt_out_word_stops_everything_until_an_opt_in(bot: Bot, word: str) -> None:
    assert bot.arrive(text(word))["reason"] == "the contact has opted out"
    assert bot.arrive(text("Where is my order?"))["reason"] == "the contact has opted out"
    back = bot.arrive(text("start"))
    assert (back["status"], back["preface"]) == ("opened", "welcome_back")
    bot.close(back)
    assert bot.arrive(text("Where is my order?"))["status"] == "opened"


def test_opt_out_words_are_a_setting(bot: Bot) -> None:
    bot.do('update chatbots set opt_out_words = \'{"it": ["basta"]}\' where phone_number_id = %s', NUMBER)
    assert bot.answered(text("stop"))["status"] == "opened"
    assert bot.arrive(text("Basta"))["reason"] == "the contact has opted out"


def test_an_opt_out_word_inside_a_sentence_is_a_sentence(bot: Bot) -> None:
    assert bot.arrive(text("Does the bus stop here?"))["status"] == "opened"


def test_a_tap_on_an_opt_out_button_counts(bot: Bot) -> None:
    assert (
        bot.arrive(of("button", {"payload": "x", "text": "Unsubscribe"}))["reason"]
        == "the contact has opted out"
    )


def test_a_group_is_not_answered(bot: Bot) -> None:
    assert "group" in bot.arrive(text("hi all", group_id="G1"))["reason"]


def test_the_files_of_one_tenant_are_not_another_s(bot: Bot) -> None:
    bot.do(
        "insert into media (phone_number_id, message_id, tenant_id, kind, content) values (%s, 'm', %s, 'image', 'x')",
        *(NUMBER, bot.tenant),
    )
    assert bot.one("select count(*) from media") == 1
    bot.tenant = "00000000-0000-4000-8000-000000000000"
    assert bot.one("select count(*) from media") == 0
