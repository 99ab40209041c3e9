"""Scripts of Windmill in the portal: which can be ticked, who fills their parameters, and that no other folder's can be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.agent.scripts import Windmill
from tests.portal.conftest import A, B, Portal

OPERATOR = "op@platform.example"
OWNER, VIEWER, STRANGER = "owner@alpha.example", "viewer@alpha.example", "owner@beta.example"
SCRIPTS = "f.portal_api.scripts"
PATH = "f/tenant_tools/shared/book_table"
SIGNATURE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "description": "The day"},
        "guests": {"type": "integer"},
        "customer_phone": {"type": "string"},
        "house": {"type": "string"},
        "contact_id": {"type": "string"},
        "db": {"type": "object", "format": "resource-postgresql", "default": "$res:f/chatbot/database"},
    },
    "required": ["day", "customer_phone", "contact_id", "db"],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Iterator[Windmill]:
    made = Windmill(tmp_path_factory.mktemp("windmill"), new_database())
    for folder in ("shared", "alpha", "beta"):
        made.lists({"name": "book_table", "parameters": SIGNATURE, "description": "Books a table"}, folder)
    made.flow("ask_kitchen", PATH, {"properties": {"day": {"type": "string"}}})
    yield made
    made.kill()


@pytest.fixture
def windmill(server: Windmill, monkeypatch: pytest.MonkeyPatch) -> Windmill:
    server.as_job(monkeypatch)
    return server


def save(portal: Portal, who: str = OWNER, **more: Any) -> dict[str, Any]:
    return portal.ask(who, SCRIPTS, "save", **{"name": "book_table", "path": PATH, **more})


def give(portal: Portal, folder: str, tenant: str = A) -> dict[str, Any]:
    """The operator gives a business a folder of its own."""
    return portal.ask(OPERATOR, "f.portal_api.operator", "set_tool_folder", tenant=tenant, folder=folder)


def paths(portal: Portal, who: str = OWNER) -> list[str]:
    return [each["path"] for each in portal.ask(who, SCRIPTS, "list_all")["scripts"]]


def test_what_can_be_ticked_is_shared_or_the_tenants_own(portal: Portal, windmill: Windmill) -> None:
    assert paths(portal) == ["f/tenant_tools/shared/ask_kitchen", PATH]
    assert give(portal, "f/tenant_tools/alpha")["tool_folder"] == "alpha"
    own = "f/tenant_tools/alpha/book_table"
    assert paths(portal) == [own, "f/tenant_tools/shared/ask_kitchen", PATH]
    assert own not in paths(portal, STRANGER)
    assert save(portal, path=own)["ok"] is True
    assert save(portal, STRANGER, path=own)["refused"] == "script_folder"
    taken = give(portal, "alpha", B)
    assert (taken["refused"], taken["values"]) == ("tool_folder_taken", {"folder": "alpha", "name": "Alpha"})
    tenants = portal.ask(OPERATOR, "f.portal_api.operator", "get")["tenants"]
    assert {t["id"]: t["tool_folder"] for t in tenants if t["id"] in (A, B)} == {A: "alpha", B: None}
    assert give(portal, "")["tool_folder"] is None and own not in paths(portal)


@pytest.mark.parametrize(
    "folder",
    ["f/chatbot", "f/tenant_tools/shared", "f/tenant_tools/../chatbot", "Alpha", "a b", "alpha/beta"],
)
def test_a_folder_outside_of_the_tools_is_nobodys(portal: Portal, folder: str) -> None:
    assert give(portal, folder)["refused"] == "tool_folder_invalid"
    assert portal.rows("select tool_folder from tenants where id = %s", A) == [{"tool_folder": None}]


@pytest.mark.parametrize(
    "path",
    [
        "f/tenant_tools/beta/book_table",
        "f/chatbot/erase_contact",
        "f/tenant_tools/shared/../../chatbot/persist",
        "",
        "u/admin/x",
    ],
)
def test_a_script_of_another_folder_is_refused(portal: Portal, windmill: Windmill, path: str) -> None:
    for action in ("read", "save"):
        answer = portal.ask(OWNER, SCRIPTS, action, name="book_table", path=path)
        assert answer["refused"] == "script_folder", action
    assert portal.rows("select from script_tools") == []


def test_who_fills_what_is_proposed(portal: Portal, windmill: Windmill) -> None:
    read = portal.ask(OWNER, SCRIPTS, "read", path=PATH)
    assert (read["name"], read["summary"]) == ("book_table", "Books a table")
    filled = {each["name"]: (each["source"], each["value"]) for each in read["parameters"]}
    assert filled == {
        "day": ("model", None),
        "guests": ("model", None),
        "house": ("model", None),
        "customer_phone": ("contact", "phone"),
        "contact_id": ("platform", None),
        "db": ("platform", None),
    }


def test_from_a_tick_to_a_tool(portal: Portal, windmill: Windmill) -> None:
    marks = [
        {"name": "customer_phone", "source": "contact", "value": "phone_e164", "required": True},
        {"name": "house", "source": "fixed", "value": "Valencia"},
    ]
    saved = save(portal, parameters=marks, timeout_s=5)
    assert saved == {"ok": True, "updated": "book_table"}
    (shown,) = portal.ask(VIEWER, SCRIPTS, "list")["scripts"]
    assert (shown["summary"], shown["read_only"], shown["timeout_s"]) == ("Books a table", False, 5)
    assert {p["name"]: p["source"] for p in shown["parameters"] if p["source"] != "model"} == {
        "customer_phone": "contact",
        "house": "fixed",
        "contact_id": "platform",
        "db": "platform",
    }
    assert save(portal, new=True)["refused"] == "script_exists"
    assert portal.ask(STRANGER, SCRIPTS, "list")["scripts"] == []
    (bot,) = portal.ask(VIEWER, "f.portal_api.bot", "get")["bots"]
    assert bot["business_tools"] == [
        {"tool": "Windmill.book_table", "rule": "never", "numbers": ["guests"], "is_on": True}
    ], "a bot can offer it, with a rule about its number"
    assert save(portal, parameters=marks, read_only=True)["ok"] is True
    assert portal.ask(OWNER, SCRIPTS, "delete", name="book_table")["ok"] is True
    did = {row["action"] for row in portal.rows("select action from audit_log where person = %s", OWNER)}
    assert {"script_tools.insert", "script_tools.update", "script_tools.delete"} <= did


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "Book"}, "action_name"),
        ({"timeout_s": 61}, "number_out_of_range"),
        ({"timeout_s": True}, "number_out_of_range"),
        ({"parameters": [{"name": "nobody", "source": "fixed", "value": 1}]}, "action_parameter"),
        ({"parameters": [{"name": "contact_id", "source": "fixed", "value": "x"}]}, "action_parameter"),
        ({"parameters": [{"name": "db", "source": "fixed", "value": {"host": "x"}}]}, "action_parameter"),
        ({"parameters": [{"name": "day", "source": "contact", "value": "secrets"}]}, "action_parameter"),
        ({"parameters": ["day"]}, "action_parameter"),
        ({"path": "f/tenant_tools/shared/nothing"}, "script_gone"),
        ({"path": "f/tenant_tools/shared/ask_kitchen"}, "script_gone"),
    ],
)
def test_what_is_refused(portal: Portal, windmill: Windmill, more: dict[str, Any], code: str) -> None:
    assert save(portal, **more)["refused"] == code
    assert portal.rows("select from script_tools") == []


def test_a_flow_is_ticked_as_a_flow(portal: Portal, windmill: Windmill) -> None:
    assert save(portal, path="f/tenant_tools/shared/ask_kitchen", is_flow=True)["ok"] is True


def test_a_windmill_that_does_not_answer_is_said(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"WM_TOKEN": "x", "WM_WORKSPACE": "demo", "BASE_INTERNAL_URL": "http://127.0.0.1:9"}
    for name, value in here.items():
        monkeypatch.setenv(name, value)
    assert portal.ask(OWNER, SCRIPTS, "list_all")["refused"] == "windmill_silent"
    assert save(portal)["refused"] == "windmill_silent"


def test_only_owners_tick(portal: Portal, windmill: Windmill) -> None:
    for who in (VIEWER, "editor@alpha.example", "agent@alpha.example"):
        assert save(portal, who)["refused"] == "role"
    assert "secret" not in json.dumps(portal.ask(VIEWER, SCRIPTS, "list"))
