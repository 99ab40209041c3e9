"""MCP servers in the portal: headers of any name, secrets sealed, and what the tenant knows better about a tool than its server."""

from __future__ import annotations

from typing import Any

import pytest

from f.common.secrets import unseal_all
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
