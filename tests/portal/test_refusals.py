"""Each script behind the portal: a stranger, another tenant's member, a forged argument, a guessed id, too low a role are refused."""

from __future__ import annotations

import importlib
import json
import re
import uuid
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.portal.wire import request
from tests.portal.conftest import STATIC, A, B, Portal

ROOT = Path(__file__).resolve().parents[2]
GUESSED = str(uuid.uuid4())
TEST = {"code": "ABC234", "since": "2026-11-30T10:00:00+00:00"}
FILE = b64encode(b"# Opening hours\n\nFrom nine to five.").decode()
# script, action, fields, the lowest role that may
ACTIONS: list[tuple[str, str, dict[str, Any], str]] = [
    ("f.ingest.upload_document", "upload", {"file": FILE, "filename": "hours.md"}, "editor"),
    ("f.ingest.upload_document", "forget", {"job": GUESSED}, "editor"),
    ("f.portal_api.list_documents", "list", {}, "viewer"),
    ("f.portal_api.home", "get", {}, "viewer"),
    ("f.portal_api.documents", "delete", {"document_id": GUESSED}, "editor"),
    ("f.portal_api.documents", "read_again", {"document_id": GUESSED}, "editor"),
    ("f.portal_api.documents", "update", {"document_id": GUESSED, "sendable": True}, "editor"),
    ("f.portal_api.documents", "set_speaker_notes", {"speaker_notes": True}, "editor"),
    ("f.portal_api.contradictions", "list", {}, "viewer"),
    ("f.portal_api.contradictions", "dismiss", {"contradiction_id": GUESSED}, "editor"),
    ("f.portal_api.passages", "list", {"document_id": GUESSED}, "viewer"),
    ("f.portal_api.page_picture", "get", {"document_id": GUESSED, "page": 1}, "viewer"),
    ("f.portal_api.passages", "explain", {"question": "When?"}, "viewer"),
    (
        "f.portal_api.passages",
        "edit",
        {"document_id": GUESSED, "ordinal": 0, "was": "a", "text": "b"},
        "editor",
    ),
    ("f.portal_api.passages", "forget", {"edit_id": GUESSED}, "editor"),
    ("f.portal_api.sources", "list", {}, "viewer"),
    ("f.portal_api.sources", "list_pages", {"source_id": GUESSED}, "viewer"),
    ("f.portal_api.sources", "create", {"url": "https://shop.example/", "kind": "page"}, "editor"),
    ("f.portal_api.sources", "update", {"source_id": GUESSED, "max_pages": 5}, "editor"),
    ("f.portal_api.sources", "refresh", {"source_id": GUESSED}, "editor"),
    ("f.portal_api.sources", "delete", {"source_id": GUESSED}, "editor"),
    ("f.portal_api.qa_pairs", "list", {}, "viewer"),
    ("f.portal_api.qa_pairs", "create", {"question": "When?", "answer": "At nine."}, "editor"),
    ("f.portal_api.qa_pairs", "import", {"pairs": [{"question": "When?", "answer": "At nine."}]}, "editor"),
    (
        "f.portal_api.qa_pairs",
        "update",
        {"pair_id": GUESSED, "question": "When?", "answer": "At ten."},
        "editor",
    ),
    ("f.portal_api.qa_pairs", "delete", {"pair_id": GUESSED}, "editor"),
    ("f.portal_api.qa_pairs", "publish", {"revision": "none"}, "editor"),
    ("f.portal_api.qa_pairs", "discard", {}, "editor"),
    ("f.portal_api.qa_pairs", "restore", {"number": 1}, "editor"),
    ("f.portal_api.qa_pairs", "read_again", {}, "editor"),
    ("f.portal_api.qa_pairs", "versions", {}, "editor"),
    ("f.portal_api.qa_pairs", "compare", {"one": "live", "other": "draft"}, "editor"),
    ("f.portal_api.cases", "list", {}, "viewer"),
    ("f.portal_api.cases", "propose", {"answer_id": GUESSED, "good": True}, "agent"),
    (
        "f.portal_api.cases",
        "create",
        {"answer_id": GUESSED, "question": "When?", "expected": {"outcome": "answered"}},
        "agent",
    ),
    (
        "f.portal_api.cases",
        "update",
        {"case_id": GUESSED, "question": "When?", "expected": {"outcome": "answered"}},
        "editor",
    ),
    ("f.portal_api.cases", "keep_correction", {"turn_id": GUESSED, "answer": "At nine."}, "editor"),
    ("f.portal_api.cases", "delete", {"case_id": GUESSED}, "editor"),
    ("f.portal_api.cases", "run", {}, "editor"),
    ("f.portal_api.cases", "get_run", {"run": GUESSED}, "viewer"),
    ("f.portal_api.people", "list", {}, "viewer"),
    ("f.portal_api.people", "create", {"email": "x@elsewhere.example", "role": "owner"}, "owner"),
    ("f.portal_api.people", "invite", {"email": "x@elsewhere.example", "role": "agent"}, "owner"),
    ("f.portal_api.people", "withdraw", {"email": "x@elsewhere.example"}, "owner"),
    ("f.portal_api.sessions", "list", {}, "viewer"),
    ("f.portal_api.sessions", "end", {"session_id": GUESSED}, "viewer"),
    ("f.portal_api.sessions", "end_others", {}, "viewer"),
    ("f.portal_api.sessions", "delete_passkey", {"passkey_id": GUESSED}, "viewer"),
    ("f.portal_api.developers", "list", {}, "owner"),
    (
        "f.portal_api.developers",
        "create_key",
        {"name": "CRM", "scopes": ["contacts:read"], "days": 9, "page_key": "a"},
        "owner",
    ),
    ("f.portal_api.developers", "revoke_key", {"key_id": GUESSED}, "owner"),
    (
        "f.portal_api.developers",
        "create_endpoint",
        {"url": "https://hooks.example/", "kinds": ["lead"]},
        "owner",
    ),
    ("f.portal_api.developers", "set_endpoint", {"endpoint_id": GUESSED, "state": "paused"}, "owner"),
    ("f.portal_api.developers", "delete_endpoint", {"endpoint_id": GUESSED}, "owner"),
    ("f.portal_api.developers", "show_secret", {"page_key": "a"}, "owner"),
    ("f.portal_api.branding", "get", {}, "owner"),
    ("f.portal_api.branding", "look", {"accent": "#ffd400"}, "owner"),
    ("f.portal_api.branding", "update", {"changes": {"name": "Acme"}}, "owner"),
    ("f.portal_api.branding", "add_domain", {"domain": "portal.alpha.example"}, "owner"),
    ("f.portal_api.branding", "check_domain", {"domain": GUESSED}, "owner"),
    ("f.portal_api.branding", "delete_domain", {"domain": GUESSED}, "owner"),
    ("f.portal_api.people", "update", {"email": "viewer@alpha.example", "role": "owner"}, "owner"),
    ("f.portal_api.people", "delete", {"email": "viewer@alpha.example"}, "owner"),
    ("f.portal_api.people", "list_changes", {}, "owner"),
    ("f.portal_api.notifications", "count", {}, "viewer"),
    ("f.portal_api.notifications", "list", {}, "viewer"),
    ("f.portal_api.notifications", "mark_read", {"ids": [1]}, "agent"),
    ("f.portal_api.bot", "get", {}, "viewer"),
    ("f.portal_api.bot", "update", {"phone_number_id": "1001", "settings": {"persona": "kind"}}, "editor"),
    ("f.portal_api.bot", "upsert_tool", {"name": "orders", "url": "https://orders.example/mcp"}, "owner"),
    ("f.portal_api.bot", "delete_tool", {"name": "orders"}, "owner"),
    ("f.portal_api.bot", "ask", {"question": "When?"}, "agent"),
    ("f.portal_api.bot", "get_answer", {"run": GUESSED}, "agent"),
    ("f.portal_api.doctor", "get", {"phone_number_id": GUESSED}, "owner"),
    ("f.portal_api.doctor", "examine", {"phone_number_id": GUESSED}, "owner"),
    ("f.portal_api.doctor", "begin_test", {"phone_number_id": GUESSED}, "owner"),
    ("f.portal_api.doctor", "follow_test", {"phone_number_id": GUESSED, **TEST}, "owner"),
    ("f.portal_api.connect", "get", {}, "owner"),
    ("f.portal_api.connect", "list_numbers", {}, "owner"),
    ("f.portal_api.connect", "connect", {"phone_number_id": "1001"}, "owner"),
    ("f.portal_api.connect", "begin_dialog", {}, "owner"),
    ("f.portal_api.connect", "finish_dialog", {}, "owner"),
    ("f.portal_api.replays", "get", {"phone_number_id": "1001"}, "editor"),
    ("f.portal_api.replays", "estimate", {"phone_number_id": "1001"}, "editor"),
    ("f.portal_api.replays", "start", {"phone_number_id": "1001", "most_usd": 1}, "editor"),
    ("f.portal_api.replays", "stop", {"replay": GUESSED}, "editor"),
    ("f.portal_api.replays", "list", {"replay": GUESSED}, "editor"),
    ("f.portal_api.versions", "list", {"phone_number_id": "1001"}, "editor"),
    ("f.portal_api.versions", "get_share", {"phone_number_id": "1001"}, "editor"),
    (
        "f.portal_api.versions",
        "change_share",
        {"phone_number_id": "1001", "version": 1, "percent": 5, "act": "take_back"},
        "editor",
    ),
    (
        "f.portal_api.versions",
        "compare",
        {"phone_number_id": "1001", "one": "1", "other": "live"},
        "editor",
    ),
    ("f.portal_api.versions", "publish", {"phone_number_id": "1001", "draft": {}, "live": 1}, "editor"),
    ("f.portal_api.versions", "discard", {"phone_number_id": "1001", "draft": {}}, "editor"),
    ("f.portal_api.versions", "restore", {"phone_number_id": "1001", "number": 1, "draft": {}}, "editor"),
    ("f.portal_api.scripts", "list", {}, "viewer"),
    ("f.portal_api.scripts", "list_all", {}, "owner"),
    ("f.portal_api.scripts", "read", {"path": "f/tenant_tools/shared/a"}, "owner"),
    ("f.portal_api.scripts", "save", {"path": "f/tenant_tools/shared/a"}, "owner"),
    ("f.portal_api.scripts", "delete", {"name": "a"}, "owner"),
    ("f.portal_api.tools", "list", {}, "viewer"),
    ("f.portal_api.tools", "read_curl", {}, "owner"),
    ("f.portal_api.tools", "read_openapi", {"document": "x"}, "owner"),
    ("f.portal_api.tools", "save", {"definition": {}}, "owner"),
    ("f.portal_api.tools", "try", {"definition": {}}, "owner"),
    ("f.portal_api.tools", "delete", {"name": "a"}, "owner"),
    ("f.portal_api.tools", "list_server_tools", {"name": "a"}, "owner"),
    ("f.portal_api.tools", "connect", {"name": "a"}, "owner"),
    ("f.portal_api.tools", "finish_connection", {"name": "a"}, "owner"),
    ("f.portal_api.conversations", "list", {}, "viewer"),
    ("f.portal_api.conversations", "get", {"contact_id": GUESSED}, "viewer"),
    ("f.portal_api.conversations", "past", {"contact_id": GUESSED}, "viewer"),
    ("f.portal_api.conversations", "pause", {"contact_id": GUESSED, "hours": 1}, "agent"),
    ("f.portal_api.conversations", "resume", {"contact_id": GUESSED}, "agent"),
    (
        "f.portal_api.conversations",
        "reply",
        {"contact_id": GUESSED, "reply_id": GUESSED, "body": "Hi"},
        "agent",
    ),
    ("f.portal_api.conversations", "export", {}, "agent"),
    ("f.portal_api.approvals", "list", {}, "viewer"),
    (
        "f.portal_api.approvals",
        "decide",
        {"approval_id": GUESSED, "digest": "0" * 64, "approve": True},
        "agent",
    ),
    ("f.portal_api.attachments", "get_key", {}, "viewer"),
    ("f.portal_api.attachments", "get", {"file_id": GUESSED, "page_key": "a"}, "viewer"),
    ("f.portal_api.attachments", "send", {"contact_id": GUESSED, "reply_id": GUESSED}, "agent"),
    ("f.portal_api.inbox", "count", {}, "viewer"),
    ("f.portal_api.inbox", "watch", {"since": {}}, "viewer"),
    ("f.portal_api.inbox", "get_team", {}, "viewer"),
    ("f.portal_api.inbox", "mark_read", {"contact_id": GUESSED}, "viewer"),
    ("f.portal_api.inbox", "set_status", {"contact_id": GUESSED, "status": "solved"}, "agent"),
    ("f.portal_api.inbox", "assign", {"contact_id": GUESSED, "email": ""}, "agent"),
    ("f.portal_api.inbox", "mark_answer", {"answer_id": GUESSED, "verdict": "wrong"}, "agent"),
    ("f.portal_api.inbox", "add_note", {"contact_id": GUESSED, "body": "Calls at noon."}, "agent"),
    ("f.portal_api.inbox", "delete_note", {"note_id": 1}, "agent"),
    ("f.portal_api.inbox", "update_contact", {"contact_id": GUESSED, "blocked": True}, "agent"),
    ("f.portal_api.inbox", "set_available", {"available": False}, "agent"),
    ("f.portal_api.inbox", "set_assignment", {"assignment": "in_turn"}, "editor"),
    ("f.portal_api.saved_replies", "list", {}, "viewer"),
    ("f.portal_api.saved_replies", "save", {"shortcut": "hi", "body": "Hello {{name}}"}, "agent"),
    ("f.portal_api.saved_replies", "delete", {"saved_reply_id": GUESSED}, "editor"),
    ("f.portal_api.templates", "list", {"contact_id": GUESSED}, "viewer"),
    ("f.portal_api.templates", "preview", {"contact_id": GUESSED, "name": "a", "language": "en"}, "viewer"),
    ("f.portal_api.templates", "send", {"contact_id": GUESSED, "reply_id": GUESSED, "name": "a"}, "agent"),
    ("f.portal_api.templates", "wait", {"contact_id": GUESSED, "reply_id": GUESSED, "body": "Hi"}, "agent"),
    ("f.portal_api.templates", "withdraw", {"reply_id": GUESSED}, "agent"),
    ("f.portal_api.templates", "list_all", {}, "viewer"),
    ("f.portal_api.templates", "create", {"waba_id": "1", "name": "hi", "body": "Hi"}, "editor"),
    ("f.portal_api.templates", "update", {"waba_id": "1", "name": "hi", "body": "Hi"}, "editor"),
    ("f.portal_api.templates", "delete", {"waba_id": "1", "name": "hi", "language": "en"}, "editor"),
    ("f.portal_api.privacy", "export", {"contact_id": GUESSED}, "owner"),
    ("f.portal_api.privacy", "forget", {"contact_id": GUESSED}, "owner"),
    ("f.portal_api.insights", "get", {}, "viewer"),
    ("f.portal_api.insights", "list_unanswered", {}, "viewer"),
    ("f.portal_api.insights", "list_topics", {}, "viewer"),
    ("f.portal_api.insights", "list_wrong", {}, "viewer"),
    ("f.portal_api.insights", "dismiss", {"turn_ids": [GUESSED]}, "editor"),
    ("f.portal_api.insights", "ask_again", {"turn_ids": [GUESSED]}, "editor"),
    ("f.portal_api.insights", "get_answer", {"run": GUESSED}, "editor"),
    ("f.portal_api.statement", "get", {}, "viewer"),
    ("f.portal_api.statement", "list_rows", {"figure": "came"}, "viewer"),
    ("f.portal_api.statement", "get_pdf", {}, "viewer"),
]
# What another tenant's people must not change.
KEPT = {
    name: f"select * from {name} where tenant_id = %s order by 1, 2, 3"
    for name in (
        "brandings",
        "branding_domains",
        "chatbots",
        "chatbot_versions",
        "chatbot_drafts",
        "version_shares",
        "tenant_members",
        "documents",
        "knowledge_sources",
        "qa_pairs",
        "contacts",
        "turns",
    )
}
LADDER = ("viewer", "agent", "editor", "owner")
OPERATORS = {
    "get",
    "create_tenant",
    "update_tenant",
    "upsert_number",
    "set_key",
    "set_tool_folder",
    "update_limits",
    "update_model",
    "create_member",
    "delete_member",
    "create_operator",
    "delete_operator",
    "dispatch_again",
    "list_changes",
    "find",
    "send_test",
    "get_findings",
    "examine",
    "begin_test",
    "follow_test",
    "list_numbers",
    "connect_number",
}
PLATFORM_BRANDING = {"get", "look", "update", "verify_domain", "delete_domain"}


def declared(monkeypatch: pytest.MonkeyPatch, script: str) -> dict[str, Any]:
    """The actions of a script; a tenant's scripts have the roles of each action, too."""
    module, seen = importlib.import_module(script), {}
    name = "handle_operator_request" if hasattr(module, "handle_operator_request") else "handle_request"
    monkeypatch.setattr(module, name, lambda request, db, actions: seen.update(actions) or {})
    static: dict[str, Any] = {name: {} for name in STATIC[script]}
    module.main("", db={}, **static)
    return seen


def test_every_action_of_every_script_has_its_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new script or action behind the portal fails here until the tables above say who may."""
    scripts = {
        f"f.portal_api.{path.stem}"
        for path in (ROOT / "windmill/f/portal_api").glob("*.py")
        if re.search(r"^def main\(", path.read_text(), re.MULTILINE)
    } - {
        "f.portal_api.send_code",
        "f.portal_api.public_api",
    }  # no page calls them: tests/portal_door, test_codes.py and test_api.py
    assert scripts <= STATIC.keys()
    for script in STATIC.keys() - {"f.portal_api.me"}:  # says who one is, and has no actions
        actions = declared(monkeypatch, script)
        if script == "f.portal_api.operator":
            assert actions.keys() == OPERATORS
            continue
        if script == "f.portal_api.platform_branding":
            assert actions.keys() == PLATFORM_BRANDING
            continue
        tested = {action: lowest for name, action, _, lowest in ACTIONS if name == script}
        assert actions.keys() == tested.keys(), script
        for action, (roles, _) in actions.items():
            assert roles == set(LADDER[LADDER.index(tested[action]) :]), (script, action)


def test_the_page_knows_the_actions_of_every_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """tsc checks each call of the page against the type Actions, and this checks the type."""
    app = ROOT / "windmill/f/portal/documents__raw_app"
    listed = (app / "api.ts").read_text().partition("export type Actions = {")[2].partition("\n}\n")[0]
    typed = {
        name: set(re.findall(r"'(\w+)'", actions))
        for name, actions in re.findall(r"^  (\w+):((?:[ |\n]+'\w+')+)", listed, re.MULTILINE)
    }
    assert typed.pop("me") == {"get"}
    for name, actions in typed.items():
        script = yaml.safe_load((app / f"backend/{name}.yaml").read_text())["path"].replace("/", ".")
        assert actions == declared(monkeypatch, script).keys(), script
    assert len(typed) == len(STATIC) - 1


@pytest.mark.parametrize(("script", "action", "fields", "lowest"), ACTIONS)
def test_strangers_and_low_roles_are_refused(
    portal: Portal, script: str, action: str, fields: dict[str, Any], lowest: str
) -> None:
    assert portal.ask("", script, action, **fields)["refused"] == "no_identity"
    assert portal.ask("x@elsewhere.example", script, action, **fields)["refused"] == "not_a_member"
    other = portal.ask("owner@beta.example", script, action, **{**fields, "tenant_id": A})
    assert other["refused"] == "not_a_member"
    for role in LADDER[: LADDER.index(lowest)]:
        assert portal.ask(f"{role}@alpha.example", script, action, **fields)["refused"] == "role"
    assert portal.flows == []


@pytest.mark.parametrize(("script", "action", "fields"), [a[:3] for a in ACTIONS if GUESSED in str(a[2])])
def test_a_guessed_id_is_answered_like_one_that_does_not_exist(
    portal: Portal, script: str, action: str, fields: dict[str, Any]
) -> None:
    assert portal.ask("owner@alpha.example", script, action, **fields)["refused"] == "not_found"


@pytest.mark.field_failure(23)
@pytest.mark.parametrize("script", STATIC)
@pytest.mark.parametrize(
    "forged",
    [
        "the master key in plain",
        {"password": "hunter2"},
        '{"private_key": "hunter2"}',
        '{"portal": true, "action": "list"',
        '{"portal": true, "action": "list"}',
        '{"portal": 1.0, "action": "list"}',
        '{"portal": 2, "action": "list"}',
        '["hunter2"]',
        None,
        7,
    ],
)
def test_what_is_not_a_request_of_the_page_is_refused_and_not_repeated(
    portal: Portal, script: str, forged: Any
) -> None:
    """A worker puts secrets where an argument names one: then no script takes it for a request, and none says it back."""
    answer = portal.call("owner@alpha.example", script, forged)
    assert answer["refused"] == "bad_request"
    assert "hunter2" not in json.dumps(answer)
    assert "master key" not in json.dumps(answer)


@pytest.mark.parametrize("script", sorted(STATIC.keys() - {"f.portal_api.me"}))
@pytest.mark.parametrize("action", [["list"], {"list": 1}, None, 7, "", "no_such_action"])
def test_an_unknown_action_is_refused(portal: Portal, script: str, action: Any) -> None:
    request = json.dumps({"portal": 1, "action": action})
    assert portal.call("owner@alpha.example", script, request)["refused"] == "bad_request"


def test_the_browser_can_give_a_script_nothing_but_its_request() -> None:
    """Whatever else a script takes is fixed by the app, which the browser can't override."""
    backend = ROOT / "windmill/f/portal/documents__raw_app/backend"
    found = {
        yaml.safe_load(p.read_text())["path"]: yaml.safe_load(p.read_text()) for p in backend.glob("*.yaml")
    }
    assert sorted(path.replace("/", ".") for path in found) == sorted(STATIC)
    for path, runnable in found.items():
        form = yaml.safe_load((ROOT / f"windmill/{path}.script.yaml").read_text())["schema"]
        assert set(form["properties"]) == {"request", *runnable["fields"]}
        assert all("value" in field for field in runnable["fields"].values())
        assert not path.startswith("f/portal/"), "tenants can read that folder"


def test_folders_with_scripts_and_secrets_are_closed_to_tenants() -> None:
    for folder in (
        "agent",
        "cases",
        "chatbot",
        "common",
        "documents",
        "ingest",
        "models",
        "portal_api",
        "whatsapp",
    ):
        permissions = yaml.safe_load((ROOT / f"windmill/f/{folder}/folder.meta.yaml").read_text())[
            "extra_perms"
        ]
        assert "g/all" not in permissions


@pytest.mark.parametrize(
    ("script", "action"),
    [
        *(("f.portal_api.operator", action) for action in sorted(OPERATORS)),
        *(("f.portal_api.platform_branding", action) for action in sorted(PLATFORM_BRANDING)),
    ],
)
def test_only_operators_operate(portal: Portal, script: str, action: str) -> None:
    fields = {
        **{"tenant": A, "name": "Mine", "phone_number_id": "1001", "message_id": "m"},
        **{"words": "Ana", "to": "+34 600 111 222"},
        **{"email": "owner@beta.example", "role": "owner", "kind": "whatsapp_token", "sealed_key": "EAA"},
        **{
            "limits": {"documents": 9},
            "provider": "openai",
            "model": "gpt",
            "fallbacks": [],
            "sends_per_s": 9,
        },
        **{"changes": {"name": "Mine"}, "domain": "portal.mine.example"},
    }
    before = portal.rows("select * from tenants order by id")
    assert portal.ask("", script, action, **fields)["refused"] == "no_identity"
    for who in ("x@elsewhere.example", "owner@alpha.example"):
        assert portal.ask(who, script, action, **fields)["refused"] == "operators_only"
    assert portal.rows("select from brandings") == []
    assert portal.rows("select * from tenants order by id") == before


@pytest.mark.field_failure(12)
def test_another_tenants_things_do_not_exist(portal: Portal, conversation: dict[str, str]) -> None:
    owner, beta = "owner@alpha.example", "owner@beta.example"
    mine = portal.ask(owner, "f.ingest.upload_document", "upload", file=FILE, filename="hours.md")
    run = portal.ask(owner, "f.portal_api.bot", "ask", question="When?")["run"]
    source = portal.ask(owner, "f.portal_api.sources", "create", url="https://alpha.example/", kind="page")
    pair = portal.ask(owner, "f.portal_api.qa_pairs", "create", question="When?", answer="At nine.")
    drafted = {"phone_number_id": "1001", "settings": {"persona": "mine"}}
    assert portal.ask(owner, "f.portal_api.bot", "update", **drafted)["ok"] is True
    own = {
        **{"document_id": mine["document_id"], "run": run, "contact_id": conversation["contact"]},
        **{"source_id": source["source_id"], "pair_id": pair["pair_id"], "turn_ids": [conversation["turn"]]},
    }
    asked = [
        (script, action, {**fields, **{name: own[name] for name in fields if name in own}})
        for script, action, fields, _ in ACTIONS
        if GUESSED in str(fields)
    ]
    asked += [
        (
            "f.ingest.upload_document",
            "upload",
            {"file": b64encode(b"x").decode(), "replaces": mine["document_id"]},
        ),
        ("f.portal_api.bot", "update", {"phone_number_id": "1001", "settings": {"persona": "rude"}}),
        ("f.portal_api.bot", "ask", {"question": "When?", "phone_number_id": "1001"}),
        ("f.portal_api.versions", "compare", {"phone_number_id": "1001", "one": "1"}),
        ("f.portal_api.versions", "publish", {"phone_number_id": "1001", "draft": {"persona": "mine"}}),
        ("f.portal_api.versions", "discard", {"phone_number_id": "1001", "draft": {"persona": "mine"}}),
        ("f.portal_api.versions", "restore", {"phone_number_id": "1001", "number": 1, "draft": {}}),
        ("f.portal_api.people", "delete", {"email": "viewer@alpha.example"}),
    ]
    before = {name: portal.rows(query, A) for name, query in KEPT.items()}
    for script, action, fields in asked:
        assert portal.ask(beta, script, action, **fields)["refused"] == "not_found", (script, action)
    assert portal.ask(beta, "f.portal_api.versions", "list", phone_number_id="1001")["versions"] == []
    assert portal.ask(beta, "f.portal_api.list_documents", "list")["documents"] == []
    assert portal.ask(beta, "f.portal_api.conversations", "list")["contacts"] == []
    assert portal.ask(beta, "f.portal_api.conversations", "export")["rows"] == 0
    assert portal.ask(beta, "f.portal_api.sources", "list")["sources"] == []
    assert portal.ask(beta, "f.portal_api.qa_pairs", "list")["pairs"] == []
    (note,) = portal.rows(
        "insert into notifications (tenant_id, kind, severity, title, subject) values (%s, 'x', 'info', 'x', 'x') returning id",
        A,
    )
    assert portal.ask(beta, "f.portal_api.notifications", "list")["notifications"] == []
    assert portal.ask(beta, "f.portal_api.notifications", "mark_read", ids=[note["id"]])["read"] == 0
    assert {name: portal.rows(query, A) for name, query in KEPT.items()} == before
    assert len(portal.ask(owner, "f.portal_api.list_documents", "list")["documents"]) == 1


def test_who_belongs_to_two_businesses_chooses(portal: Portal) -> None:
    portal.rows("insert into tenant_members values (%s, 'owner@alpha.example', 'viewer')", B)
    me = portal.ask("owner@alpha.example", "f.portal_api.me", "get")
    assert [(b["name"], b["role"]) for b in me["businesses"]] == [("Alpha", "owner"), ("Beta", "viewer")]
    assert portal.ask("owner@alpha.example", "f.portal_api.bot", "get")["refused"] == "choose_business"
    bots = portal.ask("owner@alpha.example", "f.portal_api.bot", "get", tenant_id=B)["bots"]
    assert [b["phone_number_id"] for b in bots] == ["1002"]
    assert portal.ask("x@elsewhere.example", "f.portal_api.me", "get")["refused"] == "no_business"
    assert portal.ask("", "f.portal_api.me", "get")["refused"] == "no_identity"


def test_a_suspended_business_is_closed_to_its_staff(portal: Portal) -> None:
    done = portal.ask(
        "op@platform.example", "f.portal_api.operator", "update_tenant", tenant=A, status="suspended"
    )
    assert done["ok"] is True
    assert portal.ask("owner@alpha.example", "f.portal_api.bot", "get")["refused"] == "not_a_member"


def test_dollar_signs_travel_unharmed() -> None:
    assert "$" not in request("search", question="$var:f/chatbot/master_key")


def test_half_an_emoji_from_a_page_is_stored_mended(portal: Portal) -> None:
    editor, answers = "editor@alpha.example", "f.portal_api.qa_pairs"
    assert portal.ask(editor, answers, "create", question="Open \ud83d?", answer="Yes \x00👋.")["ok"] is True
    (pair,) = portal.ask(editor, answers, "list")["pairs"]
    assert (pair["question"], pair["answer"]) == ("Open \ufffd?", "Yes 👋.")
