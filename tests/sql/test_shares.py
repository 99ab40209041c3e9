"""Versions for a share of the customers, in PostgreSQL: who gets one, and how people change it."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.conversation import Conversation, new_run

OWNER, OTHER = "owner@shop.example", "other@shop.example"


def person(talk: Conversation, name: str) -> psycopg.Connection[Any]:
    conn = talk.connect()
    conn.execute("select set_config('app.person', %s, false)", [name])
    return conn


def draft(talk: Conversation, **settings: Any) -> dict[str, Any]:
    with person(talk, OWNER) as conn:
        conn.execute("select save_draft(%s, %s, '{}', '{enabled}')", [talk.bot, json.dumps(settings)])
    return settings


def publish(talk: Conversation, percent: int | None = None, margin: int = 10, **settings: Any) -> Any:
    """Publishes these settings, for a share of the customers or for all."""
    seen = draft(talk, **settings)
    live = talk.one("select live_version(%s)", talk.bot)
    with person(talk, OWNER) as conn:
        values = [talk.bot, json.dumps(seen), live, percent, margin]
        row = conn.execute("select publish_draft(%s, 'note', %s, %s, null, null, %s, %s) as done", values)
        return (row.fetchone() or {})["done"]


def change(talk: Conversation, act: str, seen: int, to: int | None = None, who: str = OWNER) -> Any:
    """Acts on the newest share, which the person has seen for `seen` percent."""
    version = talk.one("select max(version) from version_shares where phone_number_id = %s", talk.bot)
    with person(talk, who) as conn:
        values = [talk.bot, version, seen, act, to]
        return (conn.execute("select change_share(%s, %s, %s, %s, %s) as done", values).fetchone() or {})[
            "done"
        ]


def share(talk: Conversation) -> dict[str, Any]:
    query = "select * from version_shares where phone_number_id = %s order by version desc limit 1"
    return talk.rows(query, talk.bot)[0]


def live(talk: Conversation) -> dict[str, Any]:
    settings: dict[str, Any] = talk.one(
        "select settings_of(b) from chatbots b where phone_number_id = %s", talk.bot
    )
    return settings


def customers(talk: Conversation, version: int, inside: bool, count: int, percent: int = 5) -> list[str]:
    """Telephone numbers of customers who are in the share of a version, or not in one that is as large as it gets."""
    found: list[str] = []
    first = int(talk.phone) * 1000
    while len(found) < count:
        first += 1
        contact = talk.one("select find_contact(%s, %s, null, 'N')::text", talk.tenant, str(first))
        bound = percent if inside else 50
        if talk.one("select in_share(%s, %s, %s)", contact, version, bound) is inside:
            found.append(str(first))
    return found


def opened(talk: Conversation, phone: str) -> dict[str, Any]:
    talk.phone = phone
    return talk.open(talk.write(), new_run())


def test_a_share_is_a_version_and_nothing_else_changes(talk: Conversation) -> None:
    before = live(talk)
    assert publish(talk, 25, persona="brief") == {"version": 2}
    assert live(talk) == before and talk.one("select live_version(%s)", talk.bot) == 1
    (version,) = talk.rows(
        "select note, person, shared, settings from chatbot_versions where phone_number_id = %s and number = 2",
        talk.bot,
    )
    assert version == {
        "note": "note",
        "person": OWNER,
        "shared": True,
        "settings": {**before, "persona": "brief"},
    }
    assert talk.one("select draft_of(%s)", talk.bot) == {}
    found = share(talk)
    assert (found["percent"], found["margin"], found["state"]) == (25, 10, "running")
    assert [(step["act"], step["percent"], step["person"]) for step in found["steps"]] == [
        ("begin", 25, OWNER)
    ]
    assert publish(talk, 5, persona="kind") == {"share": 2}, "one at a time"
    assert talk.one("select draft_of(%s)", talk.bot) == {"persona": "kind"}


def test_a_share_has_its_part_of_the_customers_who_stay_in_it(talk: Conversation) -> None:
    ids = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(2000)]
    row = talk.rows(
        "select array_agg(c) filter (where in_share(c, 2, 5)) as five, array_agg(c) filter (where in_share(c, 2, 25)) as more,"
        " array_agg(c) filter (where in_share(c, 3, 5)) as next, count(*) filter (where in_share(c, 2, 50))::int as half"
        " from unnest(%s::uuid[]) c",
        ids,
    )[0]
    five, more, after = set(row["five"]), set(row["more"]), set(row["next"])
    assert five < more and 60 < len(five) < 140 and 430 < len(more) < 570 and 930 < row["half"] < 1070
    assert len(five & after) < 30, "the next version has other customers"


def test_a_turn_gets_its_customers_version_and_keeps_it(talk: Conversation) -> None:
    publish(talk, 5, persona="brief")
    inside, outside = customers(talk, 2, True, 1)[0], customers(talk, 2, False, 1)[0]
    first = opened(talk, inside)
    assert first["version"] == "2"
    row = talk.app.execute(
        "select (version_of(b, '2')).persona from chatbots b where b.phone_number_id = %s", [talk.bot]
    ).fetchone()
    assert row == {"persona": "brief"}
    talk.rows("update turns set state = 'done' where id = %s returning 1", first["turn_id"])
    assert opened(talk, inside)["version"] == "2", "over turns"
    other = opened(talk, outside)
    assert "version" not in other
    query = "select version from turns where id = %s"
    assert [talk.one(query, turn["turn_id"]) for turn in (first, other)] == [2, 1]


def test_what_its_turns_do_goes_by_the_share(talk: Conversation) -> None:
    """Also what PostgreSQL decides for them: the words after a failure, how long a person has them, and closed hours."""
    told: dict[str, Any] = {"notify_email": "share@example.com", "handoff_next": ["+34600000001"]}
    publish(talk, 5, failure_message={"en": "Sorry!"}, handoff_hours=2, max_seconds=600, **told)
    inside, outside = customers(talk, 2, True, 1)[0], customers(talk, 2, False, 1)[0]
    found = []
    for phone in (inside, outside):
        talk.phone = phone
        run = new_run()
        turn = talk.open(talk.write(), run)["turn_id"]
        epoch = talk.begin(turn, run, 2)
        talk.call("hand_off_contact", turn, epoch, "model", "wants one")
        context = talk.call("find_turn", run)
        lease = talk.one("select lease_until > now() + interval '10 minutes' from turns where id = %s", turn)
        hours = talk.one(
            "select round(extract(epoch from paused_until - now()) / 3600)::int from handoffs where turn_id = %s",
            turn,
        )
        found.append((context.get("version"), context["chatbot"]["failure_message"].get("en"), lease, hours))
        talk.rows("update handoffs set tell_at = now() where turn_id = %s returning 1", turn)
        notices = "select email from claim_handoff_notices(100) where turn_id = %s"
        assert talk.one(notices, turn) == ("share@example.com" if phone == inside else None)
    assert found[0] == ("2", "Sorry!", True, 2)
    assert found[1][0] is None and found[1][2] is False and found[1][3] != 2
    publish(talk, persona="x")
    publish(talk, 5, opening_hours={"mon": []}, outside_hours="close", closed_message={"en": "Closed."})
    version = share(talk)["version"]
    inside, outside = customers(talk, version, True, 1)[0], customers(talk, version, False, 1)[0]
    assert opened(talk, inside).get("say") and not opened(talk, outside).get("say")


def test_a_run_that_takes_over_after_the_end_gets_what_is_live(talk: Conversation) -> None:
    publish(talk, 5, persona="brief")
    phone = customers(talk, 2, True, 1)[0]
    turn = opened(talk, phone)["turn_id"]
    change(talk, "take_back", 5)
    talk.pass_time("1 hour")
    again = talk.open(talk.write(), new_run())
    assert again["turn_id"] == turn and "version" not in again
    assert talk.one("select version from turns where id = %s", turn) == 1


def test_raise_it_publish_it_or_take_it_back(talk: Conversation) -> None:
    publish(talk, 5, persona="brief")
    assert change(talk, "raise", 5, 25) == {"version": 1}
    assert change(talk, "raise", 5, 50, who=OTHER) == {"state": "running", "person": OWNER}, "as it was seen"
    assert share(talk)["percent"] == 25
    assert change(talk, "publish", 25, who=OTHER) == {"version": 2}
    assert live(talk)["persona"] == "brief" and talk.one("select live_version(%s)", talk.bot) == 2
    steps = [(step["act"], step["percent"], step["person"]) for step in share(talk)["steps"]]
    assert steps == [("begin", 5, OWNER), ("raise", 25, OWNER), ("published", 25, OTHER)]
    assert change(talk, "take_back", 25) == {"state": "published", "person": OTHER}
    publish(talk, 10, persona="kind")
    assert change(talk, "take_back", 10) == {"version": 2}
    assert live(talk)["persona"] == "brief" and share(talk)["state"] == "taken_back"
    assert publish(talk, persona="warm") == {"version": 4}, "the number of what was taken back stays its own"
    actions = [
        row["action"]
        for row in talk.rows(
            "select action from audit_log where tenant_id = %s and action like 'chatbots.share%%' order by id",
            talk.tenant,
        )
    ]
    assert actions == ["chatbots.share_raise", "chatbots.share_publish", "chatbots.share_take_back"]


def test_what_is_published_for_all_ends_the_share(talk: Conversation) -> None:
    publish(talk, 50, persona="brief")
    phone = customers(talk, 2, True, 1)[0]
    assert publish(talk, max_rounds=3) == {"version": 3}
    assert share(talk)["state"] == "replaced" and "version" not in opened(talk, phone)
    assert (live(talk)["persona"], live(talk)["max_rounds"]) == ("", 3), "without its changes"


def test_what_acts_at_once_holds_for_both_sides(talk: Conversation) -> None:
    publish(talk, 5, persona="brief")
    inside = customers(talk, 2, True, 1)[0]
    talk.rows("update chatbots set model = 'm2' where phone_number_id = %s returning 1", talk.bot)
    assert talk.one("select live_version(%s)", talk.bot) == 3
    row = talk.one(
        "select array[v.persona, v.model] from chatbots b, version_of(b, '2') v where b.phone_number_id = %s",
        talk.bot,
    )
    assert row == ["brief", "m2"]
    talk.rows("update chatbots set enabled = false where phone_number_id = %s returning 1", talk.bot)
    assert opened(talk, inside)["reason"] == "the chatbot is switched off"
    assert change(talk, "publish", 5) == {"version": 5}, "its changes and the model: a version of its own"
    assert (live(talk)["persona"], live(talk)["model"], live(talk)["enabled"]) == ("brief", "m2", False)


def test_what_somebody_has_changed_since_is_not_published_over(talk: Conversation) -> None:
    publish(talk, 5, persona="brief")
    talk.rows("update chatbots set persona = 'by hand' where phone_number_id = %s returning 1", talk.bot)
    assert change(talk, "publish", 5)["fields"] == ["persona"]
    assert live(talk)["persona"] == "by hand" and share(talk)["state"] == "running"


def test_what_the_role_or_the_table_refuses_is_no_share(talk: Conversation) -> None:
    draft(talk, model="the dearest")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        publish(talk, 5, model="the dearest")
    talk.rows("delete from chatbot_drafts where phone_number_id = %s returning 1", talk.bot)
    with pytest.raises(psycopg.errors.CheckViolation):
        publish(talk, 5, outside_hours="never")
    assert talk.rows("select from version_shares where phone_number_id = %s", talk.bot) == []
    for query in ("update version_shares set percent = 50", "delete from version_shares"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            talk.app.execute(query.encode())


def test_another_business_sees_and_changes_nothing_of_it(talk: Conversation, migrated: str) -> None:
    publish(talk, 5, persona="brief")
    other = Conversation(migrated)
    assert other.app.execute("select from version_shares").fetchall() == []
    with other.connect() as conn:
        row = conn.execute("select change_share(%s, 2, 5, 'publish') as done", [talk.bot]).fetchone()
        assert row == {"done": None}
        row = conn.execute("select share_rates(%s, 2) as rates", [talk.bot]).fetchone()
        assert row == {"rates": None}
        turn = b"select (bot_of_turn(jsonb_populate_record(null::turns, %s))).name"
        assert conn.execute(turn, [Jsonb({"phone_number_id": talk.bot, "version": 2})]).fetchone() == {
            "name": None
        }
        conn.execute("select replace_share(%s)", [talk.bot])
    assert share(talk)["state"] == "running"


def test_a_tool_that_is_gone_leaves_a_running_share_which_can_still_be_published(talk: Conversation) -> None:
    talk.one(
        "insert into tenant_tools (tenant_id, name, url, allowed_tools)"
        " values (%s, 'orders', 'https://orders.example/mcp', '{look,refund}') returning name",
        talk.tenant,
    )
    publish(talk, tools={"orders.refund": "never"})
    publish(talk, percent=5, tools={"orders.look": "never", "orders.refund": "always"})
    with person(talk, OWNER) as conn, conn.transaction():
        row = conn.execute("select all_tools() as before").fetchone()
        talk_tools = json.dumps((row or {})["before"])
        conn.execute("update tenant_tools set allowed_tools = '{look,cancel}'")
        conn.execute("select settle_tools(%s, %s)", [talk_tools, []])
    assert share(talk)["draft"] == {"tools": {"orders.look": "never"}}
    assert live(talk)["tools"] == {}
    assert change(talk, "publish", 5) == {"version": talk.one("select live_version(%s)", talk.bot)}
    assert live(talk)["tools"] == {"orders.look": "never"}
