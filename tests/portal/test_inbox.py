"""The inbox of a team: statuses, assignment, notes, tags, contacts' fields, what is unread, counts, and saved replies."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from f.agent import history
from f.common.database import Database
from f.portal_api.saved_replies import filled
from tests.portal.conftest import A, B, Portal, talked

OWNER, EDITOR, AGENT, VIEWER = (f"{role}@alpha.example" for role in ("owner", "editor", "agent", "viewer"))
INBOX, CONVERSATIONS, SAVED = "f.portal_api.inbox", "f.portal_api.conversations", "f.portal_api.saved_replies"


def listed(portal: Portal, who: str = AGENT, **fields: Any) -> list[str]:
    found = portal.ask(who, CONVERSATIONS, "list", **fields)["contacts"]
    return [row["name"] + " " + row["phone"][-1] for row in found]


def counts(portal: Portal, who: str = AGENT) -> dict[str, int]:
    return portal.ask(who, INBOX, "count")["counts"]


def hand_off(portal: Portal, contact: str, source: str = "model") -> None:
    """As a turn does that hands its conversation to a human."""
    with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        row = conn.execute(
            "insert into turns (tenant_id, contact_id, phone_number_id, run_id, lease_until) values"
            " (%s, %s, '1001', gen_random_uuid(), now() + interval '1 minute') returning id",
            [A, contact],
        ).fetchone()
        assert row
        conn.execute("select hand_off_contact(%s, 1, %s, 'wants a person')", [row[0], source])
        conn.execute("select close_turn(%s, 1, 'done', 'handed_off', '{}')", [row[0]])


@pytest.fixture
def people(portal: Portal) -> list[str]:
    """Four customers of Alpha, each with one turn."""
    return [talked(portal, A, "1001", f"3460000001{n}", f"Question {n}?")["contact"] for n in range(4)]


def test_the_watch_sees_a_message_of_this_business_and_of_no_other(portal: Portal, people: list[str]) -> None:
    def watch(since: Any) -> tuple[Any, bool]:
        now = portal.ask(AGENT, INBOX, "watch", since=since)
        return now["since"], now["changed"]

    since, changed = watch(None)
    assert changed, "the page may have read its lists before these came"
    assert watch(since) == (since, False)
    talked(portal, B, "1002", "34600000099", "Something of another business?")
    later, changed = watch(since)
    assert later != since and not changed
    talked(portal, A, "1001", "34600000010", "Another question?")
    assert watch(later)[1] and watch(since)[1]
    assert portal.ask(AGENT, INBOX, "watch", since="x")["refused"] == "bad_request"
    assert portal.ask(AGENT, INBOX, "watch", since={"acts": "x"})["refused"] == "not_a_whole_number"


def test_the_watch_sees_what_a_colleague_does(portal: Portal, people: list[str]) -> None:
    since: Any = None

    def changed(who: str = AGENT) -> bool:
        nonlocal since
        now = portal.ask(who, INBOX, "watch", since=since)
        since = now["since"]
        return bool(now["changed"])

    assert changed() and not changed()
    portal.ask(OWNER, INBOX, "set_status", contact_id=people[0], status="solved")
    assert changed() and not changed()
    portal.ask(OWNER, INBOX, "add_note", contact_id=people[0], body="Call back on Monday.")
    assert changed() and not changed()
    portal.ask(
        "owner@beta.example",
        INBOX,
        "set_status",
        contact_id=talked(portal, B, "1002", "34600000098", "Hi")["contact"],
        status="solved",
    )
    assert not changed(), "of another business"


def test_each_count_is_the_length_of_its_list(portal: Portal, people: list[str]) -> None:
    hand_off(portal, people[0])
    hand_off(portal, people[1])
    portal.ask(AGENT, INBOX, "assign", contact_id=people[1], email=AGENT)
    portal.ask(AGENT, INBOX, "update_contact", contact_id=people[2], blocked=True)
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    portal.ask(AGENT, INBOX, "set_status", contact_id=people[3], status="snoozed", until=until)
    for who in (AGENT, OWNER):
        found = counts(portal, who)
        for view in ("all", "mine", "unassigned", "waiting", "snoozed", "solved", "blocked"):
            assert found[view] == len(listed(portal, who, view=view)), (who, view)
    assert counts(portal) == {
        **{"all": 2, "mine": 1, "unassigned": 1, "waiting": 2, "snoozed": 1, "solved": 0, "blocked": 1},
        "unread": 2,
    }
    assert counts(portal, OWNER)["mine"] == 0
    assert listed(portal, assignee=AGENT) == ["Ana 1"]
    assert portal.ask(AGENT, CONVERSATIONS, "list", view="secret")["refused"] == "bad_request"
    assert counts(portal, "owner@beta.example")["all"] == 0


def test_the_list_is_in_the_order_of_the_time_that_it_shows(portal: Portal, people: list[str]) -> None:
    """When the customer last wrote: what the staff write moves nothing."""
    portal.ask(AGENT, INBOX, "add_note", contact_id=people[0], body="Call back.")
    portal.ask(OWNER, CONVERSATIONS, "pause", contact_id=people[1], until="resumed")
    found = portal.ask(AGENT, CONVERSATIONS, "list")["contacts"]
    assert [row["id"] for row in found] == people[::-1]
    assert [row["at"] for row in found] == sorted((row["at"] for row in found), reverse=True)
    talked(portal, A, "1001", "34600000010", "Another question?")
    assert listed(portal)[0] == "Ana 0"


def test_the_list_can_be_of_who_wrote_lately(portal: Portal, people: list[str]) -> None:
    for days, contact in ((0, people[0]), (3, people[1]), (20, people[2]), (400, people[3])):
        portal.rows(
            "update contacts set last_message_at = now() - make_interval(days => %s) where id = %s returning 1",
            *(days, contact),
        )
    assert [len(listed(portal, days=days)) for days in (0, 1, 7, 30)] == [4, 1, 2, 3]
    assert portal.ask(AGENT, CONVERSATIONS, "list", days="x")["refused"] == "not_a_whole_number"


def test_whoever_takes_over_says_how_long_the_bot_is_silent(portal: Portal, people: list[str]) -> None:
    week = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    hours = (
        "update chatbots set opening_hours = %s, time_zone = 'UTC' where phone_number_id = '1001' returning 1"
    )

    def until(**how: Any) -> Any:
        assert portal.ask(AGENT, CONVERSATIONS, "pause", contact_id=people[0], **how)["ok"]
        contact = portal.ask(AGENT, CONVERSATIONS, "get", contact_id=people[0])["contact"]
        return contact["paused_until"], contact["opens_at"]

    assert until(until="resumed") == ("infinity", None)
    assert until(until="opening") == ("infinity", None), "it is open all the time"
    portal.rows(hours, Jsonb(week))
    paused, opens = until(until="opening")
    now = datetime.now(UTC)
    at_nine = now.replace(hour=9, minute=0, second=0, microsecond=0)
    next_one = at_nine if at_nine > now else at_nine + timedelta(days=1)
    assert paused == opens and datetime.fromisoformat(opens) == next_one
    paused, _ = until(hours=1)
    assert timedelta(minutes=58) < datetime.fromisoformat(paused) - datetime.now(UTC) <= timedelta(hours=1)
    refused = portal.ask(AGENT, CONVERSATIONS, "pause", contact_id=people[0], until="forever")
    assert refused["refused"] == "bad_request"


def test_a_snoozed_conversation_waits_until_its_time(portal: Portal, people: list[str]) -> None:
    hand_off(portal, people[0])
    until = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    asked = {"contact_id": people[0], "status": "snoozed"}
    assert portal.ask(AGENT, INBOX, "set_status", **asked, until=until)["ok"]
    assert (counts(portal)["waiting"], counts(portal)["snoozed"]) == (0, 1)
    assert portal.ask(AGENT, "f.portal_api.notifications", "count")["waiting"] == 0
    portal.rows("update contacts set snoozed_until = now() where id = %s", people[0])  # five minutes pass
    assert (counts(portal)["waiting"], counts(portal)["snoozed"]) == (1, 0)
    (row,) = portal.ask(AGENT, CONVERSATIONS, "list", view="waiting")["contacts"]
    assert row["status"] == "open"
    for wrong in ("", "tomorrow", "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2030-01-01T00:00:00"):
        assert portal.ask(AGENT, INBOX, "set_status", **asked, until=wrong)["refused"] == "snooze_time", wrong


def test_what_is_solved_goes_back_to_the_bot(portal: Portal, people: list[str]) -> None:
    hand_off(portal, people[0])
    portal.ask(AGENT, INBOX, "set_status", contact_id=people[0], status="solved")
    contact = portal.ask(AGENT, CONVERSATIONS, "get", contact_id=people[0])["contact"]
    assert (contact["status"], contact["paused_until"], contact["waiting"]) == ("solved", None, False)
    assert (counts(portal)["solved"], counts(portal)["waiting"], counts(portal)["all"]) == (1, 0, 3)


def test_of_two_who_take_a_conversation_at_once_one_gets_it(portal: Portal, people: list[str]) -> None:
    ready, got = threading.Barrier(2), list[Any]()

    def take(who: str) -> None:
        with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
            conn.execute("set local role chatbot_app")
            conn.execute("select set_config('app.tenant_id', %s, true)", [A])
            ready.wait(30)
            row = conn.execute("select assign_contact(%s, %s, true)", [people[0], who]).fetchone()
            got.append(row[0] if row else None)

    threads = [threading.Thread(target=take, args=[who]) for who in (AGENT, EDITOR)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answer["assigned"] for answer in got) == [False, True]
    (holder,) = {answer["assignee"] for answer in got}
    other = EDITOR if holder == AGENT else AGENT
    again = portal.ask(other, INBOX, "assign", contact_id=people[0], email=other, if_free=True)
    assert (again["refused"], again["values"]) == ("already_assigned", {"person": holder})
    assert portal.ask(other, INBOX, "assign", contact_id=people[0], email=other)["assignee"] == other
    assert portal.ask(other, INBOX, "assign", contact_id=people[0], email="")["assignee"] is None
    for nobody in (VIEWER, "owner@beta.example", "x@elsewhere.example"):
        asked = portal.ask(AGENT, INBOX, "assign", contact_id=people[0], email=nobody)
        assert asked["refused"] == "assignee_unknown"


def test_who_leaves_takes_care_of_nothing(portal: Portal, people: list[str]) -> None:
    for contact, who in zip(people, (AGENT, EDITOR), strict=False):
        portal.ask(OWNER, INBOX, "assign", contact_id=contact, email=who)
    portal.ask(OWNER, "f.portal_api.people", "delete", email=AGENT)
    portal.ask(OWNER, "f.portal_api.people", "update", email=EDITOR, role="viewer")
    assert portal.rows("select assignee from contacts where assignee is not null") == []


def test_conversations_are_assigned_in_turn(portal: Portal, people: list[str]) -> None:
    portal.ask(OWNER, "f.portal_api.people", "create", email="second@alpha.example", role="agent")
    hand_off(portal, people[0])
    assert portal.rows("select assignee from contacts where assignee is not null") == [], (
        "by hand, unless it is set"
    )
    portal.ask(EDITOR, INBOX, "set_assignment", assignment="in_turn")
    for contact in people[1:]:
        hand_off(portal, contact)
    query = "select assignee from contacts where id = any(%s) order by phone"
    assigned = [row["assignee"] for row in portal.rows(query, people[1:])]
    assert assigned == [AGENT, "second@alpha.example", AGENT]
    portal.ask(AGENT, INBOX, "set_available", available=False)
    hand_off(portal, people[0])
    team = portal.ask(AGENT, INBOX, "get_team")
    assert portal.rows(query, people[:1]) == [{"assignee": "second@alpha.example"}]
    assert (team["assignment"], team["you"]) == ("in_turn", AGENT)
    assert {p["email"]: p["available"] for p in team["people"]}[AGENT] is False
    assert VIEWER not in {p["email"] for p in team["people"]}
    assert portal.ask(EDITOR, INBOX, "set_assignment", assignment="x")["refused"] == "bad_request"


def test_notes_are_for_the_staff_alone(portal: Portal, people: list[str]) -> None:
    made = portal.ask(AGENT, INBOX, "add_note", contact_id=people[0], body=" Calls at noon. ")["note_id"]
    portal.ask(EDITOR, INBOX, "add_note", contact_id=people[0], body="Pays by card.")
    thread = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[0])
    notes = [(note["author"], note["body"]) for note in thread["notes"]]
    assert notes == [(EDITOR, "Pays by card."), (AGENT, "Calls at noon.")]
    assert "noon" not in str(thread["messages"])
    with Database.open(portal.db) as database:
        (shown,) = database.of_tenant(A).batch(history.past(people[0]))
        data = database.of_tenant(A).value("select person_data(%s)", people[0])
    assert "noon" not in str(shown)
    assert "Calls at noon." in str(data["notes"]), "whoever asks what is stored of them gets it"
    assert "noon" not in portal.ask(AGENT, CONVERSATIONS, "export")["csv"]
    other = thread["notes"][0]["id"]
    assert portal.ask(AGENT, INBOX, "delete_note", note_id=other)["refused"] == "not_found", "not one's own"
    assert portal.ask(EDITOR, INBOX, "delete_note", note_id=made)["ok"] is True
    assert portal.ask("owner@beta.example", INBOX, "delete_note", note_id=other)["refused"] == "not_found"
    assert portal.ask(AGENT, INBOX, "add_note", contact_id=people[0], body=" ")["refused"] == "text_empty"


def test_a_customers_card_is_the_staffs(portal: Portal, people: list[str]) -> None:
    def save(**changes: Any) -> dict[str, Any]:
        return portal.ask(AGENT, INBOX, "update_contact", contact_id=people[0], **changes)

    save(
        name="Doña Ana",
        language="es",
        tags=["VIP", " late ", "VIP"],
        lead={"email": "a@b.example", "size": "M"},
    )
    save(lead={"size": None, "city": "Elche"})
    contact = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[0])["contact"]
    assert (contact["name"], contact["profile_name"], contact["language"]) == ("Doña Ana", "Ana", "es")
    assert contact["lead"] == {"email": "a@b.example", "city": "Elche"} and contact["tags"] == ["VIP", "late"]
    assert listed(portal, search="dona") == ["Doña Ana 0"] and listed(portal, tag="VIP") == ["Doña Ana 0"]
    assert listed(portal, tag="none") == []
    portal.rows(
        "select find_contact(%s, %s, null, 'Ana Belén')", A, "34600000010"
    )  # Meta's name with a message
    contact = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[0])["contact"]
    assert (contact["name"], contact["profile_name"]) == ("Doña Ana", "Ana Belén")
    assert portal.ask(AGENT, INBOX, "get_team")["tags"] == [
        {"tag": "VIP", "contacts": 1},
        {"tag": "late", "contacts": 1},
    ]
    save(name="", opted_out=True, blocked=True)
    contact = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[0])["contact"]
    assert (contact["name"], contact["blocked"], bool(contact["opted_out_at"])) == ("Ana Belén", True, True)
    save(opted_out=False, blocked=False)
    contact = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[0])["contact"]
    assert (contact["blocked"], bool(contact["opted_out_at"])) == (False, True), (
        "the customer alone opts in again"
    )
    refused: list[tuple[dict[str, Any], str]] = [
        ({}, "nothing_to_save"),
        ({"language": "Spanish!"}, "languages_invalid"),
        ({"tags": "VIP"}, "list_too_long"),
        ({"tags": ["x"] * 21}, "list_too_long"),
        ({"tags": ["x" * 41]}, "text_too_long"),
        ({"lead": ["x"]}, "list_too_long"),
        ({"lead": {"x": "y" * 201}}, "text_too_long"),
    ]
    for changes, code in refused:
        assert save(**changes)["refused"] == code, changes


def test_known_orders_stand_on_the_card(portal: Portal, people: list[str]) -> None:
    trace = '[{"tool": "orders.get_order", "outcome": "CL-7 on its way", "error": false}, {"tool": "search", "outcome": "x"}]'
    portal.rows("update turns set trace = %s::jsonb where contact_id = %s", trace, people[0])
    portal.rows(
        "update conversation_logs set body = '[order] 2 x lamp' where contact_id = %s and direction = 'in'",
        people[1],
    )
    assert [o["words"] for o in portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[0])["orders"]] == [
        "CL-7 on its way"
    ]
    (order,) = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[1])["orders"]
    assert (order["source"], order["words"]) == ("catalogue", "2 x lamp")


def test_each_member_has_read_what_they_have_read(portal: Portal, people: list[str]) -> None:
    hand_off(portal, people[0])

    def unread(who: str) -> int:
        rows = portal.ask(who, CONVERSATIONS, "list")["contacts"]
        return next(int(row["unread"]) for row in rows if row["id"] == people[0])

    assert (unread(AGENT), unread(VIEWER), counts(portal)["unread"]) == (1, 1, 1)
    newest = portal.ask(AGENT, CONVERSATIONS, "get", contact_id=people[0])["messages"][-1]["id"]
    portal.ask(AGENT, INBOX, "mark_read", contact_id=people[0], message_id=newest)
    assert (unread(AGENT), unread(VIEWER), counts(portal)["unread"]) == (0, 1, 0)
    portal.rows(
        "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, body)"
        " select %s, %s, '1001', 'in', 'again' from generate_series(1, 2)",
        *(A, people[0]),
    )
    assert (unread(AGENT), counts(portal)["unread"]) == (2, 1)
    portal.ask(AGENT, INBOX, "mark_read", contact_id=people[0])
    portal.ask(AGENT, INBOX, "mark_read", contact_id=people[0], message_id=1)
    assert unread(AGENT) == 0, "an older message takes nothing back"
    portal.ask(AGENT, INBOX, "mark_read", contact_id=people[0], unread=True)
    assert unread(AGENT) == 1


def test_saved_replies_are_filled_in_for_a_customer(portal: Portal, people: list[str]) -> None:
    portal.ask(AGENT, INBOX, "update_contact", contact_id=people[0], lead={"order": "CL-7"})
    body = "Hello {{name}}, {{ order }} comes on {{day}}. {{day}}! {{agent}}"
    made = portal.ask(AGENT, SAVED, "save", shortcut="coming", body=body)["saved_reply_id"]
    (reply,) = portal.ask(AGENT, SAVED, "list", contact_id=people[0])["replies"]
    assert reply["filled"] == "Hello Ana, CL-7 comes on {{day}}. {{day}}! agent"
    assert (reply["missing"], reply["body"]) == (["day"], body)
    assert portal.ask(AGENT, SAVED, "save", shortcut="Coming", body="x")["refused"] == "shortcut_taken"
    portal.ask(EDITOR, SAVED, "save", shortcut="coming", body="Soon.", saved_reply_id=made)
    (reply,) = portal.ask(VIEWER, SAVED, "list")["replies"]
    assert (reply["body"], reply["author"], "filled" in reply) == ("Soon.", EDITOR, False)
    assert portal.ask(AGENT, SAVED, "save", shortcut=" ", body="x")["refused"] == "saved_reply_incomplete"
    assert portal.ask("owner@beta.example", SAVED, "list")["replies"] == []
    stranger = portal.ask("owner@beta.example", SAVED, "save", shortcut="a", body="b", saved_reply_id=made)
    assert stranger["refused"] == "not_found"
    portal.ask(EDITOR, SAVED, "delete", saved_reply_id=made)
    assert portal.ask(AGENT, SAVED, "list")["replies"] == []


def test_a_field_is_a_name_and_no_pattern() -> None:
    assert filled("{{a.b}} {{}} {{{x}}}", {"a.b": r"\1 {{x}}", "x": "y"}) == (r"\1 {{x}} {{}} {y}", [])


def test_what_a_person_did_is_written_down(portal: Portal, people: list[str]) -> None:
    portal.ask(AGENT, INBOX, "assign", contact_id=people[0], email=AGENT)
    portal.ask(AGENT, INBOX, "set_status", contact_id=people[0], status="solved")
    portal.ask(AGENT, INBOX, "update_contact", contact_id=people[0], blocked=True)
    portal.ask(EDITOR, INBOX, "set_assignment", assignment="in_turn")
    rows = portal.rows("select person, action from audit_log where strpos(person, '@') > 0 order by id")
    assert [(row["person"], row["action"]) for row in rows] == [
        (AGENT, "contacts.assign"),
        (AGENT, "contacts.status"),
        (AGENT, "contacts.update"),
        (EDITOR, "tenants.update"),
    ]


def test_earlier_conversations_stand_in_the_card(portal: Portal, people: list[str]) -> None:
    for days in (9, 5, 0):
        talked(portal, A, "1001", "34600000077", f"A question {days} days ago?")
        if days:  # the clock goes on
            portal.rows(
                "update conversation_logs set created_at = created_at - interval '4 days' - interval '1 hour' where contact_id ="
                " (select id from contacts where phone = '34600000077') returning 1"
            )
    (contact,) = portal.rows("select id::text from contacts where phone = '34600000077'")
    talks = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=contact["id"])["earlier"]
    assert [talk["words"] for talk in talks] == ["A question 5 days ago?", "A question 9 days ago?"]
    page = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=contact["id"], before=talks[0]["last"] + 1)[
        "messages"
    ]
    assert next(m["body"] for m in page if m["id"] >= talks[0]["first"]) == "A question 5 days ago?"
    assert talks[0]["messages"] == 2
    assert portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=people[0])["earlier"] == []
