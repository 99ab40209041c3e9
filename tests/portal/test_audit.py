"""The audit log: who changed what, for owners and operators; never a key, and nobody the product connects as can rewrite it."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from typing import Any

import psycopg
import pytest

from f.common.database import as_tenant, connect
from tests.portal.conftest import A, B, Portal

OWNER, EDITOR, AGENT, OPERATOR = (
    "owner@alpha.example",
    "editor@alpha.example",
    "agent@alpha.example",
    "op@platform.example",
)


def changes(portal: Portal, who: str = OWNER, script: str = "f.portal_api.people") -> list[dict[str, Any]]:
    answer = portal.ask(who, script, "list_changes")
    assert answer["ok"] is True
    return [row for row in answer["changes"] if not row["person"].startswith("database:")]


def test_every_kind_of_change_names_its_person(portal: Portal, conversation: dict[str, str]) -> None:
    contact = conversation["contact"]
    tool = {"name": "orders", "url": "https://orders.example/mcp", "allowed_tools": ["get_order"]}
    tool_key = portal.typed(A, f"tool:orders {tool['url']}", "Bearer hunter2")
    token = portal.typed(A, "whatsapp_token", "EAAhunter2")
    file = {"file": b64encode(b"one").decode(), "filename": "a.md"}
    acts: list[tuple[str, str, str, dict[str, Any], str]] = [
        (EDITOR, "bot", "update", {"phone_number_id": "1001", "settings": {"enabled": False}}, "chatbots.update"),
        (OWNER, "bot", "upsert_tool", {**tool, "sealed_key": tool_key}, "tenant_tools.insert"),
        (OWNER, "bot", "delete_tool", {"name": "orders"}, "tenant_tools.delete"),
        (OWNER, "people", "create", {"email": "new@alpha.example", "role": "agent"}, "tenant_members.insert"),
        (OWNER, "people", "update", {"email": "new@alpha.example", "role": "viewer"}, "tenant_members.update"),
        (OWNER, "people", "delete", {"email": "new@alpha.example"}, "tenant_members.delete"),
        (EDITOR, "qa_pairs", "create", {"question": "Open?", "answer": "Yes."}, "qa_pairs.insert"),
        (EDITOR, "sources", "create", {"url": "https://alpha.example/", "kind": "page"}, "knowledge_sources.insert"),
        (AGENT, "conversations", "pause", {"contact_id": contact, "hours": 1}, "contacts.pause"),
        (AGENT, "conversations", "resume", {"contact_id": contact}, "contacts.resume"),
        (AGENT, "conversations", "export", {}, "conversations.export"),
        (OPERATOR, "operator", "update_limits", {"tenant": A, "limits": {"documents": 3}}, "tenants.update"),
        (OPERATOR, "operator", "update_tenant", {"tenant": A, "status": "suspended"}, "tenants.update"),
        (OPERATOR, "operator", "update_tenant", {"tenant": A, "status": "active"}, "tenants.update"),
        (OPERATOR, "operator", "set_key", {"tenant": A, "kind": "whatsapp_token", "sealed_key": token}, "tenants.update"),
    ]  # fmt: skip
    for who, script, action, fields, written in acts:
        answer = portal.ask(who, f"f.portal_api.{script}", action, **fields)
        assert answer["ok"] is True, (script, action, answer)
        seen = changes(portal, OPERATOR, "f.portal_api.operator")  # a suspended business sees nothing
        newest = [row for row in seen[:3] if row["action"] != "chatbots.update" or "tool" not in action]
        # With a tool the chatbots' choice of tools changes, too.
        assert (newest[0]["person"], newest[0]["action"]) == (who, written)
    document = portal.ask(EDITOR, "f.ingest.upload_document", "upload", **file)["document_id"]
    portal.ask(EDITOR, "f.portal_api.documents", "update", document_id=document, sendable=True)
    portal.ask(EDITOR, "f.portal_api.documents", "delete", document_id=document)
    seen = changes(portal)
    assert [row["action"] for row in seen[:3]] == ["documents.delete", "documents.update", "documents.insert"]
    assert seen[1]["before"] == {"sendable": False} and seen[1]["after"] == {"sendable": True}
    assert "hunter2" not in json.dumps(seen)


def test_what_was_before_and_after(portal: Portal) -> None:
    for persona in ("kind", "brief"):
        portal.change(EDITOR, persona=persona, notify_webhook_url=f"https://hooks.example/{persona}")
    (second, first) = [row for row in changes(portal) if row["action"] == "chatbots.update"]
    assert (first["before"], first["after"]) == (
        {"persona": ""},
        {"persona": "kind", "notify_webhook_url": "changed"},
    )
    assert (second["before"]["persona"], second["after"]["persona"]) == ("kind", "brief")
    sealed = portal.typed(A, "llm_api_key", "sk-hunter2")
    portal.ask(OPERATOR, "f.portal_api.operator", "set_key", tenant=A, kind="llm_api_key", sealed_key=sealed)
    (key,) = [row for row in changes(portal) if row["person"] == OPERATOR]
    assert (key["before"], key["after"]) == (None, {"llm_api_key": "changed"})


def test_an_owner_sees_their_business_and_an_operator_all(portal: Portal) -> None:
    portal.ask("owner@beta.example", "f.portal_api.people", "create", email="x@beta.example", role="viewer")
    portal.ask(OPERATOR, "f.portal_api.operator", "create_operator", email="second@platform.example")
    assert changes(portal) == []
    seen = changes(portal, OPERATOR, "f.portal_api.operator")
    assert [(row["action"], row["tenant"]) for row in seen] == [
        ("operators.insert", None),
        ("tenant_members.insert", "Beta"),
    ]
    for who in (EDITOR, AGENT, "viewer@alpha.example"):
        assert portal.ask(who, "f.portal_api.people", "list_changes")["refused"] == "role"
    assert portal.ask(OWNER, "f.portal_api.operator", "list_changes")["refused"] == "operators_only"


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_log set person = 'somebody@else.example'",
        "delete from audit_log",
        "truncate audit_log",
        "insert into audit_log (tenant_id, person, action) values (current_tenant(), 'x', 'y')",
    ],
)
def test_the_products_role_can_rewrite_nothing(portal: Portal, statement: str) -> None:
    portal.ask(OWNER, "f.portal_api.people", "create", email="x@alpha.example", role="viewer")
    with connect(portal.db) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege), as_tenant(conn, A):
        conn.execute(statement.encode())
    assert len(changes(portal)) == 1


def test_a_removed_business_leaves_one_row(portal: Portal) -> None:
    portal.ask("owner@beta.example", "f.portal_api.qa_pairs", "create", question="Q?", answer="Secret words.")
    portal.rows("delete from tenants where id = %s", B)
    rows = portal.rows("select tenant_id, action, subject from audit_log where action = 'tenants.delete'")
    assert {"tenant_id": None, "action": "tenants.delete", "subject": "Beta"} in rows
    assert portal.rows("select 1 as one from audit_log where tenant_id = %s", uuid.UUID(B)) == []
