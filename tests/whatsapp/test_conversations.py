"""A conversation that was solved or snoozed is open again when the customer writes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.whatsapp.conftest import Bot

PHONE = "16505551234"


def wrote(bot: Bot, seconds: int = 5, **message: Any) -> None:
    """The customer writes, so many seconds from now by Meta's clock at most."""
    stamp = str(int(time.time()) + seconds)
    bot.answered({"from": PHONE, "type": "text", "text": {"body": "hi"}, "timestamp": stamp, **message})


def set_status(bot: Bot, status: str) -> None:
    (contact,) = bot.contacts()
    bot.one("select set_status(%s, %s, now() + interval '1 hour')", contact["id"], status)


@pytest.mark.parametrize("status", ["solved", "snoozed"])
def test_a_message_opens_it_again(bot: Bot, status: str) -> None:
    wrote(bot)
    set_status(bot, status)
    wrote(bot)
    (contact,) = bot.contacts()
    assert (contact["status"], contact["snoozed_until"]) == ("open", None)


def test_a_reaction_and_a_run_that_comes_late_do_not(bot: Bot) -> None:
    wrote(bot)
    set_status(bot, "solved")
    bot.arrive({"from": PHONE, "type": "reaction", "reaction": {"emoji": "x"}})
    bot.arrive(
        {"from": PHONE, "type": "text", "text": {"body": "hi"}, "timestamp": str(int(time.time()) - 60)}
    )
    (contact,) = bot.contacts()
    assert contact["status"] == "solved"


def test_a_message_while_a_person_talks_opens_it_too(bot: Bot) -> None:
    wrote(bot)
    (contact,) = bot.contacts()
    bot.one("select pause_contact(%s, now() + interval '1 hour')", contact["id"])
    set_status(bot, "snoozed")
    ended = bot.arrive({"from": PHONE, "type": "text", "text": {"body": "hello?"}})
    assert ended["reason"] == "the contact is with a human"
    assert bot.contacts()[0]["status"] == "open"


def test_two_contacts_that_are_one_person_keep_what_the_staff_wrote(bot: Bot) -> None:
    bot.answered({"from": PHONE, "type": "text", "text": {"body": "hi"}}, contacts=None)
    bot.answered({"from_user_id": "US.1349120", "type": "text", "text": {"body": "hi"}}, contacts=None)
    first, second = bot.contacts()
    bot.one('select edit_contact(%s, \'{"tags": ["b"]}\')', first["id"])
    bot.one('select edit_contact(%s, \'{"tags": ["a"], "staff_name": "Al"}\')', second["id"])
    bot.one("select add_note(%s, 'x@y.example', 'Pays late.')", second["id"])
    both = {"from": PHONE, "from_user_id": "US.1349120"}
    bot.answered({**both, "type": "text", "text": {"body": "hi"}}, contacts=None)
    (contact,) = bot.contacts()
    assert (contact["tags"], contact["staff_name"]) == (["a", "b"], "Al")
    assert bot.rows("select contact_id from contact_notes") == [{"contact_id": contact["id"]}]
