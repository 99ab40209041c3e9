"""HTTP actions in the portal: from a pasted command to a saved action, with no key in any request, answer or row."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from f.common.secrets import unseal_all
from tests.agent.odd import Odd
from tests.agent.vendors import Raw, Vendor, openai_shape
from tests.portal.conftest import MASTER_KEY, A, Portal
from tests.site import Site

OWNER, VIEWER, STRANGER = "owner@alpha.example", "viewer@alpha.example", "owner@beta.example"
TOOLS = "f.portal_api.tools"
KEY = "planted-key-0123456789"


@pytest.fixture
def shop(portal: Portal) -> Iterator[Vendor]:
    """A system that answers POSTs, at an address that the operator allows."""
    vendor = Vendor(openai_shape)
    vendor.says(Raw(body={"booking": {"id": 7}}))
    portal.values["settings"] = {"allowed_private_hosts": [vendor.url.removeprefix("http://")]}
    yield vendor
    vendor.close()


def read_curl(portal: Portal, command: str, who: str = OWNER) -> dict[str, Any]:
    return portal.ask(who, TOOLS, "read_curl", sealed_key=portal.typed(A, "action curl", command))


def booking(portal: Portal, url: str) -> tuple[dict[str, Any], str]:
    """A draft from a command with a key in it, described by a person; and its keys, sealed."""
    read = read_curl(
        portal,
        f"""curl {url}/bookings -H 'Authorization: Bearer {KEY}' --json '{{"day": "2026-12-01", "phone": "34600111222"}}'""",
    )
    return {**read["drafts"][0]["action"], "description": "Books a table"}, read["held"]


def stored(portal: Portal) -> dict[str, str]:
    (row,) = portal.rows("select name, sealed_values from http_actions")
    return unseal_all(MASTER_KEY, A, f"action:{row['name']}", row["sealed_values"])


def test_from_a_command_to_an_action(portal: Portal, shop: Vendor) -> None:
    action, held = booking(portal, shop.url)
    assert KEY not in json.dumps(action) + held
    saved = portal.ask(OWNER, TOOLS, "save", definition=action, held=held)
    assert saved == {"ok": True, "updated": "create_bookings"}
    assert stored(portal) == {"Authorization": f"Bearer {KEY}"}
    (shown,) = portal.ask(VIEWER, TOOLS, "list")["actions"]
    assert shown["body"] == {"day": "{day}", "phone": "{phone}"} and KEY not in json.dumps(shown)
    assert portal.ask(STRANGER, TOOLS, "list")["actions"] == []
    assert portal.ask(OWNER, TOOLS, "delete", name="create_bookings")["ok"] is True
    assert portal.rows("select from http_actions") == []
    assert portal.ask(OWNER, TOOLS, "delete", name="create_bookings")["refused"] == "not_found"


def test_a_server_that_knows_repeated_requests(portal: Portal, shop: Vendor) -> None:
    action, held = booking(portal, shop.url)
    assert (
        portal.ask(OWNER, TOOLS, "save", definition={**action, "idempotent": True}, held=held)["ok"] is True
    )
    (shown,) = portal.ask(VIEWER, TOOLS, "list")["actions"]
    assert shown["idempotent"] is True
    for _ in range(2):
        tried = portal.ask(
            OWNER, TOOLS, "try", definition=shown, samples={"day": "2026-12-24", "phone": "34"}
        )["tried"]
        assert tried["request"]["headers"]["idempotency-key"] == shop.headers[-1]["idempotency-key"]
    assert len({headers["idempotency-key"] for headers in shop.headers}) == 2, (
        "each trial is a request of its own"
    )
    portal.ask(OWNER, TOOLS, "save", definition={**shown, "idempotent": False}, was=shown["revision"])
    assert portal.ask(VIEWER, TOOLS, "list")["actions"][0]["idempotent"] is False


def test_a_trial_shows_what_was_sent_and_what_came_back(portal: Portal, shop: Vendor) -> None:
    shop.says(Raw(body={"booking": {"id": 7, "by": f"Bearer {KEY}"}}))
    action, held = booking(portal, shop.url)
    answer = portal.ask(
        OWNER, TOOLS, "try", definition={**action, "answer_path": "$.booking.id"}, held=held,
        samples={"day": "2026-12-24", "phone": "34600999888"},
    )  # fmt: skip
    tried = answer["tried"]
    assert shop.asked == [{"day": "2026-12-24", "phone": "34600999888"}]
    assert shop.headers[0]["authorization"] == f"Bearer {KEY}"
    assert (tried["request"]["method"], tried["request"]["url"]) == ("POST", f"{shop.url}/bookings")
    assert (
        tried["request"]["headers"]["authorization"] == "[key]"
        and json.loads(tried["request"]["body"]) == shop.asked[0]
    )
    assert (tried["status"], tried["seen"], tried["problem"]) == (200, "7", "")
    words = {**action, "answer_path": "$.booking", "answer_template": "Booked as number {{id}}."}
    tried_again = portal.ask(
        OWNER, TOOLS, "try", definition=words, held=held, samples={"day": "x", "phone": "34600"}
    )
    assert tried_again["tried"]["seen"] == "Booked as number 7."
    assert '"id": 7' in tried["raw"] and KEY not in json.dumps(answer)
    assert portal.rows("select from http_actions") == [], "a trial saves nothing"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Raw(422, {"message": "No table"}), "HTTP 422"),
        (Raw(500, {"message": "down"}), "HTTP 500"),
        (Raw(307, b"", {"location": "https://elsewhere.example/"}), "redirect"),
        (Raw(cut=True, body={"a": "b" * 100}), "could not be reached"),
    ],
)
def test_a_trial_that_fails_says_why(portal: Portal, shop: Vendor, answer: Raw, says: str) -> None:
    shop.says(answer)
    action, held = booking(portal, shop.url)
    tried = portal.ask(
        OWNER, TOOLS, "try", definition=action, held=held, samples={"day": "x", "phone": "34600"}
    )["tried"]
    assert says in tried["problem"] and tried["request"]["method"] == "POST"


def test_a_trial_needs_its_samples(portal: Portal, shop: Vendor) -> None:
    action, held = booking(portal, shop.url)
    tried = portal.ask(OWNER, TOOLS, "try", definition=action, held=held, samples={"day": "x"})["tried"]
    assert "'phone' is a required property" in tried["problem"] and shop.asked == []


def test_a_secret_stays_with_its_server(portal: Portal, shop: Vendor) -> None:
    """Neither a draft's nor a stored key goes to another address."""
    action, held = booking(portal, shop.url)
    moved = {**action, "url": "https://thief.example/bookings"}
    for who in ("save", "try"):
        assert portal.ask(OWNER, TOOLS, who, definition=moved, held=held)["refused"] == "action_secret"
    portal.ask(OWNER, TOOLS, "save", definition=action, held=held)
    assert portal.ask(OWNER, TOOLS, "save", definition=moved)["refused"] == "action_secret"
    assert portal.ask(OWNER, TOOLS, "save", definition={**action, "description": "Books"})["ok"] is True
    assert stored(portal) == {"Authorization": f"Bearer {KEY}"}


def test_a_secret_is_typed_anew(portal: Portal, shop: Vendor) -> None:
    action, held = booking(portal, shop.url)
    portal.ask(OWNER, TOOLS, "save", definition=action, held=held)
    purpose = f"action:create_bookings {shop.url} Authorization"
    sealed = {"Authorization": portal.typed(A, purpose, "Bearer newer-key")}
    assert portal.ask(OWNER, TOOLS, "save", definition=action, sealed=sealed)["ok"] is True
    assert stored(portal) == {"Authorization": "Bearer newer-key"}
    other = {"Authorization": portal.typed(A, f"action:other {shop.url} Authorization", KEY)}
    assert portal.ask(OWNER, TOOLS, "save", definition=action, sealed=other)["refused"] == "key_seal"


@pytest.mark.parametrize("held", ["no base64!", b64encode(b"x" * 60).decode()])
def test_a_draft_of_nobody_brings_no_key(portal: Portal, shop: Vendor, held: str) -> None:
    action, _ = booking(portal, shop.url)
    assert portal.ask(OWNER, TOOLS, "save", definition=action, held=held)["refused"] in (
        "key_seal",
        "action_secret",
    )
    assert portal.rows("select from http_actions") == []


def test_a_plain_command_is_refused(portal: Portal) -> None:
    """It may hold keys, and a job's arguments stand for weeks."""
    assert portal.ask(OWNER, TOOLS, "read_curl", key="curl https://a.example")["refused"] == "key_in_plain"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://169.254.169.254/latest", "https://db.internal/x"]
)
def test_a_private_address_is_refused(portal: Portal, url: str) -> None:
    action = {"name": "a", "description": "x", "url": url}
    for act in ("save", "try"):
        assert portal.ask(OWNER, TOOLS, act, definition=action)["refused"] == "host_private"


def test_a_new_action_takes_no_others_place(portal: Portal, shop: Vendor) -> None:
    definition, held = booking(portal, shop.url)
    assert portal.ask(OWNER, TOOLS, "save", definition=definition, held=held, new=True)["ok"] is True
    again = {**definition, "description": "Something else"}
    assert (
        portal.ask(OWNER, TOOLS, "save", definition=again, held=held, new=True)["refused"] == "action_exists"
    )
    assert portal.rows("select description from http_actions") == [{"description": "Books a table"}]


def test_another_editors_change_does_not_vanish(portal: Portal, shop: Vendor) -> None:
    definition, held = booking(portal, shop.url)
    portal.ask(OWNER, TOOLS, "save", definition=definition, held=held, new=True)
    (seen,) = portal.ask(OWNER, TOOLS, "list")["actions"]
    first = {**definition, "timeout_s": 30}
    assert portal.ask(OWNER, TOOLS, "save", definition=first, was=seen["revision"])["ok"] is True
    second = {**definition, "description": "Books"}
    late = portal.ask(OWNER, TOOLS, "save", definition=second, was=seen["revision"])
    assert (late["refused"], late["values"]) == ("settings_changed", {"person": OWNER})
    (now,) = portal.ask(OWNER, TOOLS, "list")["actions"]
    assert (now["timeout_s"], now["description"]) == (30, "Books a table")
    merged = {**second, "timeout_s": 30}
    assert portal.ask(OWNER, TOOLS, "save", definition=merged, was=now["revision"])["ok"] is True
    portal.ask(OWNER, TOOLS, "delete", name="create_bookings")
    assert portal.ask(OWNER, TOOLS, "save", definition=merged, was="x", held=held)["refused"] == "not_found"


def test_what_is_wrong_is_said_and_changes_nothing(portal: Portal) -> None:
    action = {"name": "a", "description": "x", "url": "https://a.example/{b}"}
    assert portal.ask(OWNER, TOOLS, "save", definition=action)["refused"] == "action_place"
    assert portal.ask(OWNER, TOOLS, "save", definition="x")["refused"] == "action_too_large"
    assert portal.ask(OWNER, TOOLS, "save")["refused"] == "action_too_large"
    assert portal.ask(OWNER, TOOLS, "read_curl")["refused"] == "curl_missing"
    assert read_curl(portal, "curl file:///etc/passwd")["refused"] == "import_address"
    assert portal.rows("select from http_actions") == []


DOCUMENT = json.dumps(
    {
        "openapi": "3.1.0",
        "servers": [{"url": "/v1"}],
        "paths": {"/orders/{id}": {"get": {"operationId": "getOrder", "summary": "Looks an order up", "parameters": [{"name": "id", "in": "path"}]}}},
    }
)  # fmt: skip


def test_from_a_document_to_an_action(portal: Portal) -> None:
    (operation,) = portal.ask(OWNER, TOOLS, "read_openapi", document=DOCUMENT)["operations"]
    assert operation == {"method": "GET", "path": "/orders/{id}", "summary": "Looks an order up"}
    wanted = {"document": DOCUMENT, "operations": [operation]}
    assert portal.ask(OWNER, TOOLS, "read_openapi", **wanted)["refused"] == "openapi_server"
    (draft,) = portal.ask(OWNER, TOOLS, "read_openapi", **wanted, base="https://a.example/v1/")["drafts"]
    assert draft["action"]["url"] == "https://a.example/v1/orders/{id}"
    assert portal.ask(OWNER, TOOLS, "save", definition=draft["action"])["ok"] is True


def test_a_document_at_an_address(portal: Portal) -> None:
    """With references in circles; fetched for the list and again for the drafts, by the server."""
    site = Site()
    portal.values["settings"] = {"allowed_private_hosts": [site.host]}
    node = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}},
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}
    circle = {"post": {"operationId": "addNode", "summary": "Adds", "requestBody": body}}
    document = {
        **json.loads(DOCUMENT),
        "paths": {"/nodes": circle},
        "components": {"schemas": {"Node": node}},
    }
    site.pages["/api/openapi.json"] = (200, {}, document)
    try:
        url = f"{site.url}/api/openapi.json"
        (operation,) = portal.ask(OWNER, TOOLS, "read_openapi", url=url)["operations"]
        (draft,) = portal.ask(OWNER, TOOLS, "read_openapi", url=url, operations=[operation])["drafts"]
        assert draft["action"]["url"] == f"{site.url}/v1/nodes" and "$ref" not in json.dumps(draft)
        assert portal.ask(OWNER, TOOLS, "save", definition=draft["action"], new=True)["ok"] is True
        assert portal.ask(OWNER, TOOLS, "read_openapi", url=f"{site.url}/none")["refused"] == "openapi_status"
    finally:
        site.close()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:9/openapi.json", "host_private"),
        ("http://169.254.169.254/latest", "host_private"),
        ("file:///etc/passwd", "import_address"),
        ("https://user:key@shop.example/openapi.json", "import_address"),
        (f"https://shop.example/{'x' * 2000}", "text_too_long"),
    ],
)
def test_an_address_that_no_document_may_have(portal: Portal, url: str, code: str) -> None:
    assert portal.ask(OWNER, TOOLS, "read_openapi", url=url)["refused"] == code


def test_who_changes_an_action_is_written_down(portal: Portal, shop: Vendor) -> None:
    action, held = booking(portal, shop.url)
    portal.ask(OWNER, TOOLS, "save", definition=action, held=held)
    portal.ask(OWNER, TOOLS, "save", definition={**action, "enabled": False})
    portal.ask(OWNER, TOOLS, "delete", name="create_bookings")
    changes = portal.ask(OWNER, "f.portal_api.people", "list_changes")["changes"]
    changes = [c for c in changes if c["action"].startswith("http_actions.")]
    assert [(c["person"], c["action"]) for c in changes] == [
        (OWNER, f"http_actions.{did}") for did in ("delete", "update", "insert")
    ]
    assert (
        changes[1]["after"]["enabled"] is False
        and KEY not in json.dumps(changes)
        and shop.url not in json.dumps(changes)
    )


@pytest.fixture
def odd(portal: Portal, tmp_path: Any) -> Iterator[Odd]:
    server = Odd(tmp_path)
    portal.values["settings"] = {"allowed_private_hosts": [f"127.0.0.1:{server.port}"]}
    yield server
    server.kill()


def test_an_mcp_servers_tools_are_listed_at_once(portal: Portal, odd: Odd) -> None:
    """So that the tenant ticks them instead of typing their names."""
    url = f"http://127.0.0.1:{odd.port}/mcp"
    portal.ask(OWNER, "f.portal_api.bot", "upsert_tool", name="club", url=url)
    assert portal.ask(OWNER, TOOLS, "list_server_tools", name="club")["tools"] == ["get_points"]
    assert portal.ask(OWNER, "f.portal_api.bot", "get")["tools"][0]["offers"] == ["get_points"]
    odd.kill()
    listed = portal.ask(OWNER, TOOLS, "list_server_tools", name="club")
    assert listed["tools"] == [] and listed["warnings"][0]["code"] == "tools_not_listed"
    (tool,) = portal.ask(OWNER, "f.portal_api.bot", "get")["tools"]
    assert tool["offers"] == ["get_points"] and tool["warnings"] == listed["warnings"]
    assert portal.ask(OWNER, TOOLS, "list_server_tools", name="none")["refused"] == "not_found"
    odd.start()
