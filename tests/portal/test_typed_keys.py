"""A key that a person types is sealed before it travels, and opens only where it was typed for."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from f.common.secrets import unseal_all
from f.portal_api.typed_keys import sealing_key
from tests.portal.conftest import MASTER_KEY, A, B, Portal
from tests.typed_keys import sealed_key

OPERATOR, OWNER = "op@platform.example", "owner@alpha.example"
URL = "https://orders.example/mcp"
PURPOSE = f"tool:orders {URL}"
KEY = "Bearer planted-key-0123456789"


def put_tool(portal: Portal, who: str = OWNER, **fields: Any) -> dict[str, Any]:
    return portal.ask(who, "f.portal_api.bot", "upsert_tool", **{"name": "orders", "url": URL, **fields})


def test_what_the_page_seals_is_stored(portal: Portal) -> None:
    to = portal.ask(OWNER, "f.portal_api.bot", "get")["sealing_key"]
    assert (
        to == portal.ask(OPERATOR, "f.portal_api.operator", "get")["sealing_key"] == sealing_key(MASTER_KEY)
    )
    sealed = sealed_key(to, A, PURPOSE, KEY)
    assert "planted" not in b64decode(sealed).decode("latin1")
    assert put_tool(portal, sealed_key=sealed)["ok"] is True
    (row,) = portal.rows("select sealed_headers from tenant_tools")
    assert unseal_all(MASTER_KEY, A, "tool:orders", row["sealed_headers"]) == {"Authorization": KEY}


def test_a_plain_key_is_refused(portal: Portal) -> None:
    assert put_tool(portal, key=KEY)["refused"] == "key_in_plain"
    fields = {"tenant": A, "kind": "llm_api_key", "key": KEY}
    answer = portal.ask(OPERATOR, "f.portal_api.operator", "set_key", **fields)
    assert answer["refused"] == "key_in_plain" and KEY not in str(answer)
    assert portal.rows("select from tenant_tools") == []
    assert portal.rows("select from tenants where llm_api_key is not null") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "https://thief.example/mcp"},
        {"name": "other"},
        {"who": "owner@beta.example"},
    ],
    ids=["another server", "another tool", "another tenant"],
)
def test_a_sealed_key_of_a_job_serves_nobody_else(portal: Portal, fields: dict[str, Any]) -> None:
    """Whoever knows a job's id can read its arguments."""
    sealed = portal.typed(A, PURPOSE, KEY)
    assert put_tool(portal, **fields, sealed_key=sealed)["refused"] == "key_seal"
    assert portal.rows("select from tenant_tools") == []


def test_one_kind_of_key_is_not_stored_as_another(portal: Portal) -> None:
    sealed = portal.typed(A, "llm_api_key", KEY)
    for kind, tenant in (("whatsapp_token", A), ("llm_api_key", B)):
        fields = {"tenant": tenant, "kind": kind, "sealed_key": sealed}
        assert portal.ask(OPERATOR, "f.portal_api.operator", "set_key", **fields)["refused"] == "key_seal"


@pytest.mark.parametrize(
    "sealed", ["no base64!", b64encode(b"short").decode(), b64encode(b"x" * 90).decode(), KEY]
)
def test_what_does_not_open_is_refused(portal: Portal, sealed: str) -> None:
    assert put_tool(portal, sealed_key=sealed)["refused"] == "key_seal"


def test_a_key_for_another_master_key_is_refused(portal: Portal) -> None:
    """The page was loaded before the master key changed."""
    former = sealing_key(b64encode(b"f" * 32).decode())
    assert put_tool(portal, sealed_key=sealed_key(former, A, PURPOSE, KEY))["refused"] == "key_seal"
