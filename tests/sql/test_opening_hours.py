"""Opening hours: when a business is open by its own clock, and what becomes of a message that comes when it is not."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from tests.sql.conversation import Conversation, new_run

WEEK = {
    **{"mon": [["09:00", "14:00"], ["17:00", "20:00"]], "fri": [["20:00", "02:00"]]},
    **{"sat": [["00:00", "24:00"]], "sun": []},
}


@pytest.mark.parametrize(
    ("at", "zone", "is_open"),
    [
        ("2026-11-23 08:59", "UTC", False),  # a Monday
        ("2026-11-23 09:00", "UTC", True),
        ("2026-11-23 14:00", "UTC", False),
        ("2026-11-23 19:59", "UTC", True),
        ("2026-11-23 08:30", "Europe/Madrid", True),  # 09:30 there
        ("2026-07-20 07:30", "Europe/Madrid", True),  # 09:30 there, too: summer
        ("2026-07-20 08:30", "America/Mexico_City", False),
        ("2026-11-24 12:00", "UTC", False),  # a Tuesday: no hours
        ("2026-11-27 23:30", "UTC", True),  # Friday night
        ("2026-11-28 01:59", "UTC", True),
        ("2026-11-28 23:59", "UTC", True),  # Saturday, all day
        ("2026-11-29 00:30", "UTC", False),
        ("2026-12-28 10:00", "UTC", False),  # a holiday
        ("2026-12-25 21:00", "UTC", False),  # a holiday: that night is closed, too,
        ("2026-12-26 01:00", "UTC", True),  # but Saturday is open all day
    ],
)
def test_a_business_is_open_by_its_own_clock(talk: Conversation, at: str, zone: str, is_open: bool) -> None:
    query = "select is_open(%s::jsonb, %s, '{2026-12-28,2026-12-25}', %s::timestamptz)"
    assert talk.one(query, json.dumps(WEEK), zone, f"{at}+00") is is_open


@pytest.mark.parametrize(
    ("at", "zone", "opens"),
    [
        (
            "2026-11-23 08:59",
            "UTC",
            "2026-11-23 09:00:00+00",
        ),  # a Monday, which has two spans: the first one,
        ("2026-11-23 09:00", "UTC", "2026-11-23 17:00:00+00"),  # the second one,
        ("2026-11-23 17:30", "UTC", "2026-11-27 20:00:00+00"),  # and none on Tuesday
        ("2026-11-22 23:30", "Europe/Madrid", "2026-11-23 08:00:00+00"),  # Monday there already
        ("2026-12-24 12:00", "UTC", "2026-12-26 00:00:00+00"),  # the 25th is a holiday
    ],
)
def test_it_opens_next_by_its_own_clock(talk: Conversation, at: str, zone: str, opens: str) -> None:
    query = "select next_opening(%s::jsonb, %s, '{2026-12-28,2026-12-25}', %s::timestamptz) = %s::timestamptz"
    assert talk.one(query, json.dumps(WEEK), zone, f"{at}+00", opens) is True
    assert talk.one("select next_opening('{}', 'UTC', '{}')") is None
    assert talk.one("""select next_opening('{"mon": []}', 'UTC', '{}')""") is None


def test_without_hours_a_business_is_always_open(talk: Conversation) -> None:
    assert talk.one("select is_open('{}', 'UTC', '{}')") is True
    assert talk.one("""select is_open('{"mon": []}', 'UTC', '{}')""") is False


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("opening_hours", '{"monday": []}'), ("opening_hours", '{"mon": [["9:00", "18:00"]]}')),
        *(("opening_hours", '{"mon": [["09:00"]]}'), ("opening_hours", '["mon"]')),
        *(("opening_hours", '{"mon": {}}'), ("time_zone", "Nowhere/Land"), ("outside_hours", "sleep")),
    ],
)
def test_what_are_no_hours_is_not_stored(talk: Conversation, column: str, value: str) -> None:
    with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.InvalidParameterValue)):
        talk.one(f"update chatbots set {column} = %s where phone_number_id = %s", value, talk.bot)


def closed(talk: Conversation, outside: str = "close") -> None:
    """The business is shut for good from now on."""
    words: dict[str, Any] = {"en": "Closed."}
    talk.one(
        "update chatbots set opening_hours = '{\"mon\": []}', outside_hours = %s, closed_message = %s where phone_number_id = %s returning 1",
        *(outside, json.dumps(words), talk.bot),
    )


def test_a_closed_business_says_so_once_and_notes_the_message_for_a_human(talk: Conversation) -> None:
    talk.answer(talk.write("Hello"))
    closed(talk)
    first = talk.write("Do you have lamps?")
    opened = talk.open(first, new_run())
    assert (opened["status"], opened["say"]) == ("opened", "closed_message")
    talk.one(
        "update turns set state = 'done', closed_at = now() where id = %s returning 1", opened["turn_id"]
    )
    second = talk.write("Hello?")
    assert "noted for a human" in talk.open(second, new_run())["reason"]
    notes = talk.rows(
        "select source, paused_until <= now() as over from handoffs where tenant_id = %s", talk.tenant
    )
    assert notes == [{"source": "hours", "over": True}], "the bot goes on when the doors open"
    told = talk.rows("select kind, count from notifications where tenant_id = %s", talk.tenant)
    assert told == [{"kind": "outside_hours", "count": 2}]
    logged = talk.rows(
        "select body from conversation_logs where tenant_id = %s and message_id = %s", talk.tenant, second
    )
    assert [row["body"] for row in logged] == ["Hello?"]


def test_a_bot_that_answers_outside_hours_is_asked_as_ever(talk: Conversation) -> None:
    closed(talk, "answer")
    assert "say" not in talk.open(talk.write("Hello"), new_run())
