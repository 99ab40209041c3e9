"""Who is writing: found by user id or phone, never made twice, and still the same person after a change of either."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.whatsapp.conftest import NUMBER, Bot

PHONE, USER = "16505551234", "US.13491208655302741918"
pytestmark = pytest.mark.field_failure(20)


def text(body: str, **who: str) -> dict[str, Any]:
    return {**{key.rstrip("_"): value for key, value in who.items()}, "type": "text", "text": {"body": body}}


def profile(name: str = "Sheena Nelson", **more: str) -> list[dict[str, Any]]:
    username = more.pop("username", None)
    return [{"profile": {"name": name} | ({"username": username} if username else {}), **more}]


def system(kind: str, sender: dict[str, str], **change: str) -> dict[str, Any]:
    return {**sender, "type": "system", "system": {"type": kind, "body": "changed", **change}}


def test_a_person_without_a_phone_is_answered(bot: Bot) -> None:
    turn = bot.arrive(
        text("hi", from_user_id=USER), contacts=profile(user_id=USER, username="@realsheenanelson")
    )
    assert turn["status"] == "opened"
    (contact,) = bot.contacts()
    assert (contact["phone"], contact["user_id"]) == (None, USER)
    assert (contact["name"], contact["username"]) == ("Sheena Nelson", "realsheenanelson")


def test_a_phone_alone_still_works(bot: Bot) -> None:
    assert bot.arrive(text("hi", from_=PHONE), contacts=None)["status"] == "opened"
    (contact,) = bot.contacts()
    assert (contact["phone"], contact["user_id"]) == (PHONE, None)


def test_the_profile_says_who_it_is_when_the_message_does_not(bot: Bot) -> None:
    assert bot.arrive(text("hi"), contacts=profile(user_id=USER, wa_id=PHONE))["status"] == "opened"
    (contact,) = bot.contacts()
    assert (contact["phone"], contact["user_id"]) == (PHONE, USER)


def test_the_other_name_is_learned_when_it_comes(bot: Bot) -> None:
    bot.answered(text("one", from_=PHONE))
    bot.answered(text("two", from_=PHONE, from_user_id=USER))
    bot.answered(text("three", from_user_id=USER), contacts=None)
    (contact,) = bot.contacts()
    assert (contact["phone"], contact["user_id"]) == (PHONE, USER)
    assert [body for _, body in bot.log()] == ["one", "two", "three"]


def test_two_rows_that_meet_become_one_with_both_histories(bot: Bot) -> None:
    bot.answered(text("by phone", from_=PHONE), contacts=None)
    bot.answered(text("by user id", from_user_id=USER), contacts=None)
    assert len(bot.contacts()) == 2
    bot.answered(text("by both", from_=PHONE, from_user_id=USER))
    (contact,) = bot.contacts()
    assert (contact["phone"], contact["user_id"]) == (PHONE, USER)
    assert len(bot.rows("select from conversation_logs where contact_id = %s", contact["id"])) == 3
    assert len(bot.rows("select from turns where contact_id = %s", contact["id"])) == 3


def test_two_rows_that_are_both_being_answered_meet_later(bot: Bot) -> None:
    one = bot.arrive(text("by phone", from_=PHONE), contacts=None)
    two = bot.arrive(text("by user id", from_user_id=USER), contacts=None)
    three = bot.arrive(text("by both", from_=PHONE, from_user_id=USER))
    assert three["status"] == "ended"
    assert "another turn is active" in three["reason"]
    bot.close(one), bot.close(two)
    bot.answered(text("again by both", from_=PHONE, from_user_id=USER))
    assert len(bot.contacts()) == 1


def test_a_changed_number_moves_the_history(bot: Bot) -> None:
    bot.answered(text("before", from_=PHONE, from_user_id=USER))
    notice = bot.arrive(system("user_changed_number", {"from": PHONE}, wa_id="12195555358"), contacts=None)
    assert notice["status"] == "ended"
    bot.answered(text("after", from_="12195555358"), contacts=None)
    (contact,) = bot.contacts()
    assert contact["phone"] == "12195555358"
    assert [body for _, body in bot.log()] == ["before", "[event] changed", "after"]


def test_the_new_number_may_have_written_before_the_notice_comes(bot: Bot) -> None:
    bot.answered(text("before", from_=PHONE), contacts=None)
    bot.answered(text("after", from_="12195555358"), contacts=None)
    bot.arrive(system("user_changed_number", {"from": PHONE}, wa_id="12195555358"), contacts=None)
    (contact,) = bot.contacts()
    assert contact["phone"] == "12195555358"


def test_a_changed_user_id_moves_the_history(bot: Bot) -> None:
    bot.answered(text("before", from_user_id=USER), contacts=None)
    bot.arrive(system("user_changed_user_id", {"from_user_id": USER}, user_id="US.2"), contacts=None)
    bot.answered(text("after", from_user_id="US.2"), contacts=None)
    bot.answered(text("delivered late", from_user_id=USER), contacts=None)
    (contact,) = bot.contacts()
    assert contact["user_id"] == "US.2"
    assert len(bot.log()) == 4


def test_a_notice_twice_changes_nothing_more(bot: Bot) -> None:
    bot.answered(text("before", from_=PHONE), contacts=None)
    for _ in range(2):
        bot.arrive(system("user_changed_number", {"from": PHONE}, wa_id="12195555358"), contacts=None)
    (contact,) = bot.contacts()
    assert contact["phone"] == "12195555358"


def test_a_phone_that_another_person_has_now_brings_no_history(bot: Bot) -> None:
    bot.answered(text("secret", from_=PHONE, from_user_id=USER), contacts=None)
    turn = bot.arrive(text("hello", from_=PHONE, from_user_id="US.777"), contacts=None)
    old, new = bot.contacts()
    assert (old["phone"], old["user_id"]) == (None, USER)
    assert (new["phone"], new["user_id"]) == (PHONE, "US.777")
    assert turn["contact_id"] == str(new["id"])


def test_a_former_phone_is_forgotten_after_a_month(bot: Bot) -> None:
    bot.answered(text("before", from_=PHONE), contacts=None)
    bot.arrive(system("user_changed_number", {"from": PHONE}, wa_id="12195555358"), contacts=None)
    bot.do("update contact_aliases set created_at = now() - interval '31 days'")
    bot.answered(text("somebody else", from_=PHONE), contacts=None)
    assert len(bot.contacts()) == 2


def test_a_message_without_any_identity_is_stored_and_counted(bot: Bot) -> None:
    for _ in range(2):
        turn = bot.arrive(text("who am I?"), contacts=None)
        assert turn["status"] == "ended"
        assert "names no sender" in turn["reason"]
    assert len(bot.rows("select from inbound_messages where reason like '%%no sender%%'")) == 2
    (note,) = bot.rows("select * from notifications where tenant_id = %s", bot.tenant)
    assert (note["kind"], note["count"]) == ("unknown_sender", 2)
    assert bot.contacts() == []


def test_an_echo_quiets_the_bot_for_its_person_and_is_logged(bot: Bot) -> None:
    bot.answered(text("hi", from_=PHONE, from_user_id=USER))
    bot.do(
        "select apply_echo(%s, %s)",
        *(NUMBER, '{"to": "16505551234", "id": "wamid.E", "type": "text", "text": {"body": "Tom here"}}'),
    )
    assert bot.log()[-1] == ("out", "Tom here")
    turn = bot.arrive(text("thanks Tom", from_user_id=USER))
    assert turn["reason"] == "the contact is with a human"


@pytest.mark.field_reply("whatsapp-3")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5511987654321", "551187654321"),  # Brazil's ninth digit
        ("5215512345678", "525512345678"),  # Mexico's 1 of mobiles
        ("5491123456789", "541123456789"),  # Argentina's 9 of mobiles
        ("2290190011234", "22990011234"),  # Benin's 01 since 2024
        ("5491123456789", "54111523456789"),  # Argentina's 15 behind an area code of two digits,
        ("5493512345678", "54351152345678"),  # of three,
        ("5492966123456", "54296615123456"),  # and of four
        ("2250708123457", "22508123457"),  # the Ivory Coast's operator since 2021
        ("4901711234567", "491711234567"),  # a 0 that is only dialled at home
    ],
)
def test_a_number_in_two_forms_is_one_person(bot: Bot, one: str, other: str) -> None:
    """An opt-out and a human's pause hold, whichever form the next message has."""
    bot.answered(text("hi", from_=one), contacts=None)
    echo = {"to": other, "id": "wamid.E", "type": "text", "text": {"body": "Tom here"}}
    bot.do("select apply_echo(%s, %s)", NUMBER, json.dumps(echo))
    turn = bot.arrive(text("thanks Tom", from_=one), contacts=None)
    assert turn["reason"] == "the contact is with a human"
    assert bot.arrive(text("stop", from_=other), contacts=None)["reason"] == "the contact has opted out"
    assert bot.arrive(text("And now?", from_=one), contacts=None)["reason"] == "the contact has opted out"
    (contact,) = bot.contacts()
    assert contact["phone"] == one, "answers go to the form that wrote first"


@pytest.mark.field_reply("whatsapp-3")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("551133334444", "5511933334444"),  # a landline in São Paulo, and a mobile that differs by more
        ("5215512345678", "5215512345679"),
        ("34611222333", "34911222333"),
        ("390612345678", "39612345678"),  # Italy's 0 is a part of the number
        ("2250712345671", "22512345671"),  # another operator's
    ],
)
def test_numbers_that_only_look_alike_are_two_people(bot: Bot, one: str, other: str) -> None:
    bot.answered(text("hi", from_=one), contacts=None)
    bot.answered(text("hi", from_=other), contacts=None)
    assert len(bot.contacts()) == 2


@pytest.mark.parametrize(
    "phone", ["+55 (11) 98765-4321", "0055 11 8765 4321", "5511987654321@s.whatsapp.net"]
)
def test_a_number_is_its_digits(bot: Bot, phone: str) -> None:
    bot.answered(text("hi", from_="5511987654321"), contacts=None)
    assert bot.arrive(text("stop", from_=phone), contacts=None)["reason"] == "the contact has opted out"
    assert len(bot.contacts()) == 1


def test_a_user_id_in_the_place_of_a_phone_is_one(bot: Bot) -> None:
    """What is sent to it as to a phone is accepted and lost."""
    bot.answered(text("hi", from_=USER), contacts=[{"wa_id": USER}])
    (contact,) = bot.contacts()
    assert (contact["user_id"], contact["phone"]) == (USER, None)


def test_the_number_does_not_answer_itself(bot: Bot) -> None:
    bot.answered(text("hi"))
    turn = bot.arrive(text("We are closed today", from_="+1 555 078 3881"), contacts=None)
    assert turn["reason"] == "written by the number itself: nobody is to be answered"


def test_a_changed_number_in_the_words_of_former_versions(bot: Bot) -> None:
    bot.answered(text("hi", from_=PHONE))
    changed = {"type": "customer_changed_number", "new_wa_id": "34600999888"}
    bot.arrive({"type": "system", "from": PHONE, "system": changed})
    assert [contact["phone"] for contact in bot.contacts()] == ["34600999888"]
