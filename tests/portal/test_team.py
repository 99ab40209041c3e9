"""People and operators who can't lock themselves out, and what the bell tells."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from sql import apply
from tests.portal.conftest import A, B, Portal

OWNER, AGENT, OPERATOR = "owner@alpha.example", "agent@alpha.example", "op@platform.example"
GUESSED = "00000000-0000-4000-8000-00000000dead"
PEOPLE, NOTIFICATIONS = "f.portal_api.people", "f.portal_api.notifications"


def roles(portal: Portal) -> dict[str, str]:
    return {p["email"].partition("@")[0]: p["role"] for p in portal.ask(AGENT, PEOPLE, "list")["people"]}


def test_an_owner_lets_people_in_changes_and_removes_them(portal: Portal) -> None:
    assert portal.ask(OWNER, PEOPLE, "create", email=" New@Alpha.example ", role="agent")["ok"] is True
    assert roles(portal)["new"] == "agent"
    again = portal.ask(OWNER, PEOPLE, "create", email="new@alpha.example", role="editor")
    assert again["refused"] == "person_exists" and roles(portal)["new"] == "agent"
    portal.ask(OWNER, PEOPLE, "update", email="new@alpha.example", role="editor")
    assert roles(portal)["new"] == "editor"
    assert portal.ask("new@alpha.example", PEOPLE, "list")["you"] == "new@alpha.example"
    portal.ask(OWNER, PEOPLE, "delete", email="new@alpha.example")
    assert "new" not in roles(portal)
    for action, fields in (("delete", {}), ("update", {"role": "agent"})):
        answer = portal.ask(OWNER, PEOPLE, action, email="new@alpha.example", **fields)
        assert answer["refused"] == "not_found"
    for email, role in (
        ("nobody", "agent"),
        ("a@b.example", "king"),
        ("", "agent"),
        ("a b@c.example", "agent"),
    ):
        assert (
            portal.ask(OWNER, PEOPLE, "create", email=email, role=role)["refused"] == "email_or_role_invalid"
        )


def test_a_business_keeps_an_owner(portal: Portal) -> None:
    for action, fields in (("delete", {}), ("update", {"role": "viewer"})):
        assert portal.ask(OWNER, PEOPLE, action, email=OWNER, **fields)["refused"] == "last_owner"
    portal.ask(OWNER, PEOPLE, "create", email="second@alpha.example", role="owner")
    assert portal.ask(OWNER, PEOPLE, "delete", email=OWNER)["ok"] is True
    assert portal.ask(OWNER, PEOPLE, "list")["refused"] == "not_a_member"


def test_two_owners_who_remove_each_other_at_once_leave_one(portal: Portal) -> None:
    portal.rows("insert into tenant_members values (%s, 'second@alpha.example', 'owner')", A)
    ready = threading.Barrier(2)

    def remove(by: str, whom: str) -> None:
        with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
            conn.execute("set local role chatbot_app")
            conn.execute("select set_config('app.tenant_id', %s, true)", [A])
            ready.wait(30)
            try:
                conn.execute("select put_member(%s, %s, null)", [by, whom])
            except psycopg.Error as error:
                assert error.sqlstate == "CB403"

    pairs = (OWNER, "second@alpha.example")
    threads = [threading.Thread(target=remove, args=pair) for pair in (pairs, pairs[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert portal.rows(
        "select count(*) as n from tenant_members where tenant_id = %s and role = 'owner'", A
    ) == [{"n": 1}]


def test_the_database_asks_again_who_changes_people(portal: Portal) -> None:
    with psycopg.connect(portal.url, autocommit=True) as conn, pytest.raises(psycopg.Error) as refused:
        conn.execute("set role chatbot_app")
        conn.execute("select set_config('app.tenant_id', %s, false)", [A])
        conn.execute("select put_member(%s, 'x@elsewhere.example', 'owner')", ["editor@alpha.example"])
    assert refused.value.sqlstate == "CB403"


def test_operators_let_each_other_in_and_one_stays(portal: Portal) -> None:
    def operate(who: str, action: str, email: str) -> dict[str, Any]:
        return portal.ask(who, "f.portal_api.operator", action, email=email)

    assert operate(OPERATOR, "delete_operator", OPERATOR)["refused"] == "last_operator"
    assert operate(OPERATOR, "create_operator", "Two@Platform.example")["ok"] is True
    listed = portal.ask("two@platform.example", "f.portal_api.operator", "get")["operators"]
    assert listed == [OPERATOR, "two@platform.example"]
    assert operate("two@platform.example", "delete_operator", OPERATOR)["ok"] is True
    assert operate(OPERATOR, "create_operator", OPERATOR)["refused"] == "operators_only"
    assert operate("two@platform.example", "create_operator", "nobody")["refused"] == "email_invalid"
    assert operate("two@platform.example", "delete_operator", OPERATOR)["refused"] == "not_found"


def test_an_operator_sets_a_plans_limits(portal: Portal) -> None:
    def operate(action: str, **fields: Any) -> dict[str, Any]:
        return portal.ask(OPERATOR, "f.portal_api.operator", action, **fields)

    operate("update_limits", tenant=A, limits={"documents": 5, "monthly_cost_usd": 2.5})
    done = operate("update_limits", tenant=A, limits={"documents": None, "monthly_turns": 10})
    assert done["limits"] == {"monthly_cost_usd": 2.5, "monthly_turns": 10}
    refused: list[Any] = [{"wishes": 3}, {}, None]
    for limits in refused:
        assert operate("update_limits", tenant=A, limits=limits)["refused"] == "limit_unknown"
    invalid: list[Any] = [{"documents": 0}, {"documents": "9"}, {"documents": True}]
    for limits in invalid:
        assert operate("update_limits", tenant=A, limits=limits)["refused"] == "limit_invalid"
    assert operate("update_limits", tenant=GUESSED, limits={"pages": 1})["refused"] == "not_found"
    (alpha,) = [t for t in operate("get")["tenants"] if t["id"] == A]
    assert alpha["limits"] == done["limits"]


def test_an_operator_sets_a_numbers_models_and_its_rate(portal: Portal) -> None:
    def put(**fields: Any) -> dict[str, Any]:
        usual = {"phone_number_id": "1001", "provider": "", "fallbacks": [], "sends_per_s": 80}
        return portal.ask(OPERATOR, "f.portal_api.operator", "update_model", **{**usual, **fields})

    gemini, openai = {"provider": "gemini", "model": "g"}, {"provider": "openai", "model": "o"}
    assert put(**gemini, fallbacks=[openai, {**gemini, "model": "h"}], sends_per_s=0.5)["ok"] is True
    overview = portal.ask(OPERATOR, "f.portal_api.operator", "get")
    (alpha,) = [t["numbers"] for t in overview["tenants"] if t["id"] == A]
    told = {name: alpha[0][name] for name in ("provider", "model", "fallbacks", "sends_per_s")}
    assert told == {**gemini, "fallbacks": [openai, {**gemini, "model": "h"}], "sends_per_s": 0.5}
    refused: list[tuple[dict[str, Any], str]] = [
        ({"provider": "acme", "model": "x"}, "model_invalid"),
        ({"provider": "openai"}, "model_invalid"),
        ({"fallbacks": ["o"]}, "model_invalid"),
        ({"fallbacks": [{"model": "o"}]}, "model_invalid"),
        ({"fallbacks": None}, "too_many_models"),
        ({"fallbacks": [{**openai, "model": str(n)} for n in range(6)]}, "too_many_models"),
        ({"fallbacks": [openai] * 2}, "model_twice"),
        ({**openai, "fallbacks": [openai]}, "model_twice"),
        *[({"sends_per_s": rate}, "send_rate") for rate in (0, 1001, None, True, "80")],
    ]
    for fields, code in refused:
        answer = put(**fields)
        assert answer["refused"] == code, fields
    assert put(phone_number_id="9999")["refused"] == "not_found"
    assert put(fallbacks=[openai])["ok"] is True
    owner = portal.ask(
        OWNER,
        "f.portal_api.bot",
        "update",
        phone_number_id="1001",
        settings={"sends_per_s": 900, "fallbacks": []},
    )
    assert owner["refused"] == "setting_unknown", "a tenant's money is the platform's here"
    (row,) = portal.rows(
        "select provider, fallbacks, sends_per_s from chatbots where phone_number_id = '1001'"
    )
    assert row == {"provider": None, "fallbacks": [openai], "sends_per_s": 80}


def test_the_first_operator_comes_with_the_deployment(portal: Portal) -> None:
    for _ in range(2):
        apply.apply(portal.url, {}, operators=["First@Platform.example"])
    assert portal.ask("first@platform.example", "f.portal_api.me", "get")["operator"] is True


def told(portal: Portal) -> list[tuple[str, bool]]:
    rows = portal.ask(AGENT, NOTIFICATIONS, "list")["notifications"]
    return sorted((row["kind"], row["read_at"] is None) for row in rows)


def test_a_document_that_failed_is_told_until_it_is_read_or_gone(portal: Portal) -> None:
    for name in ("one", "two"):
        portal.rows(
            "insert into documents (tenant_id, title, filename, sha256, size_bytes, content) values (%s, %s, 'a.pdf', %s, 1, 'x')",
            *(A, name, name.encode()),
        )
    portal.rows("update documents set state = 'failed', error = problem('pdf_scan')")
    assert told(portal) == [("document_failed", True)] * 2
    assert portal.ask(AGENT, NOTIFICATIONS, "count")["unread"] == 2
    (first,) = [
        n for n in portal.ask(AGENT, NOTIFICATIONS, "list")["notifications"] if n["detail"]["title"] == "one"
    ]
    assert first["detail"]["error"] == {"code": "pdf_scan", "values": {}}
    portal.rows("update documents set state = 'ready' where title = 'one'")
    portal.rows("delete from documents where title = 'two'")
    assert told(portal) == [("document_failed", False)] * 2


def test_what_was_dealt_with_is_done_and_what_was_only_read_is_not(portal: Portal) -> None:
    for subject in ("solved", "solved later", "open"):
        portal.rows("select notify(%s, 'handoff', 'warning', 'Waits', %s)", A, subject)
    portal.rows("select notify(%s, 'handoff', 'warning', 'Waits', 'solved')", B)
    portal.rows("select settle_subject(%s, 'handoff', 'solved')", A)
    unread = [n["id"] for n in portal.ask(AGENT, NOTIFICATIONS, "list")["notifications"] if not n["read_at"]]
    portal.ask(AGENT, NOTIFICATIONS, "mark_read", ids=unread)
    portal.rows("select settle_subject(%s, 'handoff', 'solved later')", A)
    notes = portal.ask(AGENT, NOTIFICATIONS, "list")["notifications"]
    assert {n["subject"]: n["settled_at"] is not None for n in notes} == {
        "solved": True,
        "solved later": True,
        "open": False,
    }
    (other,) = portal.ask("agent@beta.example", NOTIFICATIONS, "list")["notifications"]
    assert (other["read_at"], other["settled_at"]) == (None, None)


def test_a_limit_is_told_at_80_per_cent_and_at_the_end_once_each(portal: Portal) -> None:
    portal.rows(
        """update tenants set limits = '{"monthly_turns": 10, "monthly_cost_usd": "much"}' where id = %s""", A
    )
    for _ in range(12):
        portal.rows(
            "insert into usage_months as u (tenant_id, month, turns) values (%s, date_trunc('month', now())::date, 1)"
            " on conflict (tenant_id, month) do update set turns = u.turns + 1",
            A,
        )
    rows = portal.ask(AGENT, NOTIFICATIONS, "list")["notifications"]
    assert sorted((r["kind"], r["severity"], r["detail"]["used"], r["count"]) for r in rows) == [
        ("limit_near", "warning", 8, 1),
        ("limit_reached", "critical", 10, 1),
    ]


def test_notifications_are_marked_as_read_and_a_stop_is_shown(portal: Portal) -> None:
    portal.rows("select notify(%s, 'x', 'info', 'X', 'x'), notify(%s, 'y', 'info', 'Y', 'y')", A, B)
    (mine,) = portal.ask(AGENT, NOTIFICATIONS, "list")["notifications"]
    for ids in ([], "all", [True], ["1"], [1.5], list(range(101))):
        answer = portal.ask(AGENT, NOTIFICATIONS, "mark_read", ids=ids)
        assert answer["refused"] == "notifications_not_chosen"
    assert portal.ask(AGENT, NOTIFICATIONS, "mark_read", ids=[mine["id"], 2**70])["read"] == 1
    assert told(portal) == [("x", False)]
    assert portal.ask(AGENT, NOTIFICATIONS, "count") == {
        "ok": True,
        "unread": 0,
        "waiting": 0,
        "stop": None,
        "off": [],
    }
    portal.rows(
        "insert into send_stops (tenant_id, code, reason, until) values (%s, 190, 'send_token_expired', now())",
        A,
    )
    reason = portal.ask(AGENT, NOTIFICATIONS, "count")["stop"]["reason"]
    assert reason == {"code": "send_token_expired", "values": {}}
    assert portal.ask("owner@beta.example", NOTIFICATIONS, "count")["stop"] is None
