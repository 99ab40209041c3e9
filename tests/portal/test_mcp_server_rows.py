"""MCP servers in the portal: headers of any name, secrets sealed, and what the tenant knows better about a tool than its server."""

from __future__ import annotations

from typing import Any

import pytest

from f.common.secrets import OAUTH_SECRET, unseal_all
from f.portal_api import mcp_server_rows, tools
from tests.portal.conftest import MASTER_KEY, A, Portal

OWNER = "owner@alpha.example"
URL = "https://orders.example/mcp"
PURPOSE = f"tool:orders {URL}"


def put(portal: Portal, **fields: Any) -> dict[str, Any]:
    return portal.ask(OWNER, "f.portal_api.bot", "upsert_tool", **{"name": "orders", "url": URL, **fields})


def secrets(portal: Portal) -> dict[str, str]:
    (row,) = portal.rows("select sealed_headers from tenant_tools")
    return unseal_all(MASTER_KEY, A, "tool:orders", row["sealed_headers"])


def shown(portal: Portal) -> dict[str, Any]:
    tool: dict[str, Any] = portal.ask(OWNER, "f.portal_api.bot", "get")["tools"][0]
    return tool


def test_headers_of_any_name(portal: Portal) -> None:
    """Plain ones are seen again, secrets are not; each secret stays until another one is typed, or its header goes."""
    headers = {"X-Shop": "casa-lumen", "DD-API-KEY": None, "DD-APPLICATION-KEY": None}
    sealed = {name: portal.typed(A, f"{PURPOSE} {name}", f"secret of {name}") for name in list(headers)[1:]}
    assert put(portal, headers=headers, sealed_headers=sealed)["ok"] is True
    assert shown(portal)["headers"] == headers and "secret of" not in str(shown(portal))
    assert secrets(portal) == {name: f"secret of {name}" for name in sealed}
    newer = {"DD-API-KEY": portal.typed(A, f"{PURPOSE} DD-API-KEY", "newer-secret")}
    put(portal, headers=headers, sealed_headers=newer)
    assert secrets(portal) == {
        "DD-API-KEY": "newer-secret",
        "DD-APPLICATION-KEY": "secret of DD-APPLICATION-KEY",
    }
    put(portal, headers={"X-Shop": "casa-lumen", "DD-API-KEY": None})
    assert secrets(portal) == {"DD-API-KEY": "newer-secret"}


def test_a_secret_for_one_header_is_not_sent_as_another(portal: Portal) -> None:
    sealed = portal.typed(A, f"{PURPOSE} X-API-Key", "secret-0123456789")
    answer = put(portal, headers={"X-Other": None}, sealed_headers={"X-Other": sealed})
    assert answer["refused"] == "key_seal" and portal.rows("select from tenant_tools") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X Key": "a"},
        {"X-Key:": "a"},
        {"X-Key": "a\r\nX-Customer-Phone: 34600"},
        {"X-Key": "é"},
        {"x-customer-phone": "34600111222"},
        {"Host": "elsewhere.example"},
        {"": "a"},
        {"X-Key": 5},
    ],
)
def test_a_header_that_cannot_be_sent_is_refused(portal: Portal, headers: Any) -> None:
    assert put(portal, headers=headers)["refused"] == "header_invalid"
    assert portal.rows("select from tenant_tools") == []


def test_what_the_tenant_knows_better_than_the_server(portal: Portal) -> None:
    settings = {"get_order": {"read_only": True}, "book": {"read_only": False, "timeout_s": 20}}
    assert put(portal, tool_settings=settings)["ok"] is True
    assert shown(portal)["tool_settings"] == settings
    assert put(portal, tool_settings={"book": {"read_only": "yes"}})["refused"] == "switch_invalid"
    assert put(portal, tool_settings={"book": {"timeout_s": 600}})["refused"] == "number_out_of_range"
    assert shown(portal)["tool_settings"] == settings


OAUTH = {"token_url": "https://login.example/token", "issuer": "", "client_id": "casa", "scope": ""}


def test_an_oauth_client(portal: Portal) -> None:
    """Its secret is sealed, stays with its address, and goes with it."""
    assert put(portal, headers={}, oauth=OAUTH)["refused"] == "action_secret"
    sealed = portal.typed(A, f"{PURPOSE} oauth", "client-secret")
    assert put(portal, headers={}, oauth=OAUTH, sealed_oauth=sealed)["ok"] is True
    assert secrets(portal) == {OAUTH_SECRET: "client-secret"} and shown(portal)["oauth"] == OAUTH
    assert "client-secret" not in str(shown(portal))
    assert put(portal, headers={"X-Shop": "1"}, oauth=OAUTH)["ok"] is True
    assert secrets(portal) == {OAUTH_SECRET: "client-secret"}
    moved = {**OAUTH, "token_url": "https://thief.example/token"}
    assert put(portal, headers={}, oauth=moved)["refused"] == "action_secret"
    assert put(portal, headers={})["ok"] is True
    assert portal.rows("select oauth, sealed_headers from tenant_tools") == [
        {"oauth": None, "sealed_headers": None}
    ]


@pytest.mark.parametrize(
    ("oauth", "code"),
    [
        ({"client_id": "casa"}, "oauth_invalid"),
        ({"token_url": "https://login.example/token"}, "oauth_invalid"),
        ({"token_url": "ftp://login.example", "client_id": "casa"}, "oauth_invalid"),
        ({"issuer": "https://login.example", "client_id": 5}, "oauth_invalid"),
        ("casa", "oauth_invalid"),
        ({"issuer": "https://169.254.169.254", "client_id": "casa"}, "host_private"),
    ],
)
def test_an_oauth_client_that_can_not_be_used_is_refused(portal: Portal, oauth: Any, code: str) -> None:
    sealed = portal.typed(A, f"{PURPOSE} oauth", "client-secret")
    assert put(portal, oauth=oauth, sealed_oauth=sealed)["refused"] == code
    assert portal.rows("select from tenant_tools") == []


def test_a_stored_server_is_edited(portal: Portal) -> None:
    """Its secrets stay where none is typed, also at another path of its host; what it offered stays with its address."""
    sealed = portal.typed(A, PURPOSE, "Bearer hunter2")
    assert put(portal, sealed_key=sealed, new=True)["ok"] is True
    portal.rows("update tenant_tools set discovered = '[]'")
    first = shown(portal)
    assert (first["timeout_s"], first["enabled"]) == (10, True)
    edit = {"headers": first["headers"], "timeout_s": 25, "enabled": False, "was": first["revision"]}
    assert put(portal, **edit)["ok"] is True
    second = shown(portal)
    assert (second["timeout_s"], second["enabled"]) == (25, False) and second["revision"] != first["revision"]
    assert portal.rows("select discovered from tenant_tools") == [{"discovered": []}]
    assert put(portal, url=f"{URL}/v2", was=second["revision"])["ok"] is True
    assert secrets(portal) == {"Authorization": "Bearer hunter2"}
    assert portal.rows("select discovered from tenant_tools") == [{"discovered": None}]
    for timeout_s in (0, 61, True, "5"):
        assert put(portal, timeout_s=timeout_s)["refused"] == "number_out_of_range"


def test_another_editors_change_does_not_vanish(portal: Portal) -> None:
    put(portal, tool_settings={"book": {"timeout_s": 20}})
    seen = shown(portal)["revision"]
    assert put(portal, timeout_s=30, was=seen)["ok"] is True
    late = put(portal, allowed_tools=["book"], was=seen)
    assert (late["refused"], late["values"]) == ("settings_changed", {"person": OWNER})
    assert shown(portal)["timeout_s"] == 30 and shown(portal)["allowed_tools"] == []
    assert put(portal, allowed_tools=["book"], was=shown(portal)["revision"])["ok"] is True
    assert put(portal, new=True)["refused"] == "action_exists"
    standing = shown(portal)["revision"]
    portal.ask(OWNER, "f.portal_api.bot", "delete_tool", name="orders")
    assert (
        put(portal, was=standing)["refused"] == "not_found" and portal.rows("select from tenant_tools") == []
    )


def test_an_oauth_clients_secret_stays_when_its_scope_changes(portal: Portal) -> None:
    sealed = portal.typed(A, f"{PURPOSE} oauth", "client-secret")
    put(portal, headers={}, oauth=OAUTH, sealed_oauth=sealed)
    assert put(portal, headers={}, oauth={**OAUTH, "scope": "orders"})["ok"] is True
    assert secrets(portal) == {OAUTH_SECRET: "client-secret"}


def test_a_business_has_so_many_servers_and_actions_at_most(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each turn looks at them all. One that is there can be changed still."""
    monkeypatch.setattr(mcp_server_rows, "MOST_SERVERS", 2)
    monkeypatch.setattr(tools, "MOST_ACTIONS", 2)

    def action(name: str) -> dict[str, Any]:
        definition = {"name": name, "description": "Looks.", "url": "https://orders.example/a"}
        return portal.ask(OWNER, "f.portal_api.tools", "save", definition=definition)

    assert [put(portal, name=name).get("refused") for name in ("a", "b", "c", "a")] == [
        None,
        None,
        "list_too_long",
        None,
    ]
    assert [action(name).get("refused") for name in ("a", "b", "c", "a")] == [
        None,
        None,
        "list_too_long",
        None,
    ]
