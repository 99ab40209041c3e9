"""Versions and drafts of a chatbot's settings in PostgreSQL: no change without a version, and of two editors at once nobody loses anything."""

from __future__ import annotations

import json
import threading
from typing import Any

import psycopg
import pytest

from tests.sql.conversation import Conversation


def versions(talk: Conversation) -> list[dict[str, Any]]:
    return talk.rows(
        "select number, settings, note, person from chatbot_versions where phone_number_id = %s order by number",
        talk.bot,
    )


def live(talk: Conversation) -> dict[str, Any]:
    settings: dict[str, Any] = talk.one(
        "select settings_of(b) from chatbots b where phone_number_id = %s", talk.bot
    )
    return settings


def editor(talk: Conversation, name: str) -> psycopg.Connection[Any]:
    conn = talk.connect()
    conn.execute("select set_config('app.person', %s, false)", [name])
    return conn


def save(talk: Conversation, conn: psycopg.Connection[Any], was: dict[str, Any], **settings: Any) -> Any:
    values = [talk.bot, json.dumps(settings), json.dumps(was)]
    row = conn.execute("select save_draft(%s, %s, %s, '{enabled}') as done", values).fetchone()
    return row["done"] if row else None


def publish(talk: Conversation, conn: psycopg.Connection[Any], seen: dict[str, Any], number: int) -> Any:
    values = [talk.bot, json.dumps(seen), number]
    row = conn.execute("select publish_draft(%s, 'note', %s, %s) as done", values).fetchone()
    return row["done"] if row else None


def test_the_first_version_is_what_a_new_chatbot_has(talk: Conversation) -> None:
    (first,) = versions(talk)
    assert first["settings"] == live(talk)
    assert (first["number"], first["note"], first["person"]) == (1, "", "database: postgres")


def test_whatever_changes_a_setting_makes_one_version_a_transaction(talk: Conversation) -> None:
    with talk.admin.transaction():
        for persona in ("kind", "brief"):
            talk.admin.execute(
                "update chatbots set persona = %s where phone_number_id = %s", [persona, talk.bot]
            )
        talk.admin.execute("update chatbots set max_rounds = 3 where phone_number_id = %s", [talk.bot])
    assert [v["number"] for v in versions(talk)] == [1, 2]
    assert versions(talk)[1]["settings"] == live(talk)
    assert (live(talk)["persona"], live(talk)["max_rounds"]) == ("brief", 3)


def test_what_whatsapp_tells_of_a_number_makes_none(talk: Conversation) -> None:
    talk.rows("update chatbots set waba_id = 'w' where phone_number_id = %s returning 1", talk.bot)
    talk.rows("update chatbots set persona = persona where phone_number_id = %s returning 1", talk.bot)
    assert len(versions(talk)) == 1


def test_a_change_that_is_taken_back_makes_none(talk: Conversation) -> None:
    with talk.admin.transaction(force_rollback=True):
        talk.admin.execute("update chatbots set persona = 'x' where phone_number_id = %s", [talk.bot])
    assert len(versions(talk)) == 1


def test_two_editors_of_one_setting_at_the_same_moment(talk: Conversation) -> None:
    """The second waits for the first, and then learns who it was."""
    one, other = editor(talk, "one@shop.example"), editor(talk, "other@shop.example")
    answers: list[Any] = []
    second = threading.Thread(target=lambda: answers.append(save(talk, other, {"persona": ""}, persona="b")))
    with one.transaction():
        assert save(talk, one, {"persona": ""}, persona="a") == {}
        second.start()
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%%save_draft%%'"
        while not talk.one(waits):
            second.join(0.01)
    second.join(20)
    assert answers == [{"person": "one@shop.example", "fields": ["persona"]}]
    assert talk.rows(
        "select setting, value, person from chatbot_drafts where phone_number_id = %s", talk.bot
    ) == [{"setting": "persona", "value": "a", "person": "one@shop.example"}]


def test_a_publish_and_an_edit_at_the_same_moment(talk: Conversation) -> None:
    """What was published is what was seen; the edit that came second is the next draft."""
    one, other = editor(talk, "one@shop.example"), editor(talk, "other@shop.example")
    save(talk, one, {}, persona="a")
    answers: list[Any] = []
    second = threading.Thread(target=lambda: answers.append(save(talk, other, {"persona": "a"}, persona="b")))
    with one.transaction():
        assert publish(talk, one, {"persona": "a"}, 1) == {"version": 2}
        second.start()
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%%save_draft%%'"
        while not talk.one(waits):
            second.join(0.01)
    second.join(20)
    assert answers == [{}]
    assert live(talk)["persona"] == "a"
    assert talk.one("select draft_of(%s)", talk.bot) == {"persona": "b"}


def test_a_draft_can_not_reach_what_is_the_operators(talk: Conversation) -> None:
    """Whoever writes to the table by another way than the portal: the role has no right to publish it."""
    conn = editor(talk, "editor@shop.example")
    save(talk, conn, {}, model="the dearest")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        publish(talk, conn, {"model": "the dearest"}, 1)
    assert live(talk)["model"] is None and len(versions(talk)) == 1


def test_nobody_writes_a_version_or_reads_anothers(talk: Conversation, migrated: str) -> None:
    other = Conversation(migrated)
    for query in (
        "update chatbot_versions set note = 'x'",
        "delete from chatbot_versions",
        f"insert into chatbot_versions (phone_number_id, number, tenant_id, settings) values ('{talk.bot}', 9, '{talk.tenant}', '{{}}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            talk.app.execute(query.encode())
    seen = talk.app.execute("select distinct tenant_id::text as id from chatbot_versions").fetchall()
    assert [row["id"] for row in seen] == [talk.tenant]
    done = talk.app.execute("select save_draft(%s, '{\"persona\": \"x\"}', '{}', '{}') as done", [other.bot])
    assert done.fetchone() == {"done": None}


def test_a_turn_names_the_version_that_it_was_answered_with(talk: Conversation) -> None:
    talk.rows("update chatbots set persona = 'kind' where phone_number_id = %s returning 1", talk.bot)
    payload = '{"entry":[{"changes":[{"value":{"messages":[{"text":{"body":"hello"}}]}}]}]}'
    opened = talk.one(
        "select open_turn(%s, 'm1', gen_random_uuid(), %s, null, 'N', %s)", talk.bot, talk.phone, payload
    )
    turn = opened["turn_id"]
    assert talk.one("select version from turns where id = %s", turn) == 2
    talk.rows("update chatbots set persona = 'brief' where phone_number_id = %s returning 1", talk.bot)
    summary = json.dumps({"question": "hello", "version": 3})  # the agent has read the newer settings
    talk.app.execute("select close_turn(%s, 1, 'done', 'answered', %s)", [turn, summary])
    assert talk.one("select version from turns where id = %s", turn) == 3
