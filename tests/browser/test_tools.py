"""A bot's tools in a browser: from a pasted curl line to the first answered question, and an MCP server whose tools are ticked."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.seed import SHOP
from tests.browser.conftest import PHONE, Visit, check, go, picture
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.usefixtures("all_tools")]
OWNER = next(email for role, email in SHOP.people.items() if role == "owner")


def open_tools(visit: Visit, **more: object) -> Page:
    page = visit(OWNER, **more)
    go(page, "Bot")
    page.get_by_role("tab", name="Tools").click()
    expect(page.get_by_role("heading", name="Actions over HTTP")).to_be_visible()
    return page


@pytest.fixture
def without_stock(world: World) -> Iterator[None]:
    """The demo's own action is off, so that the new one answers."""
    world.rows("update http_actions set enabled = false where name = 'get_stock' returning name")
    yield
    world.rows("delete from http_actions where name = 'look_up_stock' returning name")
    world.rows("update http_actions set enabled = true where name = 'get_stock' returning name")


def test_from_a_curl_line_to_the_first_answered_question(
    world: World, visit: Visit, without_stock: None
) -> None:
    """As somebody does it who types what they read off their shop's documentation: in less than three minutes."""
    begun = time.monotonic()
    page = open_tools(visit)
    page.get_by_role("button", name="From a curl command").click()
    key, url = f"Bearer {world.stack.secrets.orders}", f"{world.stack.url('orders')}/stock?product=rug"
    page.get_by_label("curl command").fill(f"curl '{url}' \\\n  -H 'Authorization: {key}'")
    picture(page, "curl-1-pasted")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_label("What it does").press_sequentially("How many of a product are in stock.", delay=60)
    page.get_by_label("Name", exact=True).first.fill("look_up_stock")
    expect(page.get_by_label("Secret: Authorization")).to_have_attribute(
        "placeholder", "stored; type to replace it"
    )
    trial = page.get_by_role("region", name="Try it")
    expect(trial.get_by_label("product")).to_have_value("rug")
    trial.get_by_role("button", name="Call it").click()
    expect(trial.get_by_role("region", name="What the bot sees")).to_contain_text("Wool rug")
    expect(trial.get_by_role("region", name="Sent")).to_contain_text("authorization: [key]")
    assert key not in page.content()
    picture(page, "curl-2-tried")
    check(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The tool is in the draft")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="look_up_stock")).to_contain_text("only reads")
    page.get_by_label("Message to the bot").press_sequentially("How many wool rugs are in stock?", delay=60)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".preview .bubble.out")).to_contain_text(
        "Wool rug 160 x 230 cm, grey: 2 in stock.", timeout=60_000
    )
    picture(page, "curl-3-answered")
    assert time.monotonic() - begun < 180


DOCUMENT = {
    "openapi": "3.0.0",
    "servers": [{"url": "https://shop.example/v1"}],
    "paths": {
        "/orders/{id}": {"get": {"operationId": "findOrder", "summary": "Finds an order"}},
        "/bookings": {
            "post": {
                "operationId": "bookTable",
                "summary": "Books a table",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "day": {"type": "string"},
                                    "customer_phone": {"type": "string"},
                                },
                            }
                        }
                    }
                },
            }
        },
    },
}


def test_an_operation_of_a_document_is_ticked_and_says_who_asks(world: World, visit: Visit) -> None:
    page = open_tools(visit)
    page.get_by_role("button", name="From an OpenAPI document").click()
    page.get_by_label("OpenAPI document").fill(json.dumps(DOCUMENT))
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_label("POST /bookings").check()
    page.get_by_role("button", name="Take these").click()
    expect(page.get_by_label("What of the customer: customer_phone")).to_have_value("phone")
    expect(page.get_by_label("It only reads")).not_to_be_checked()
    knows_keys = page.get_by_label("Its server recognises a repeated Idempotency-Key")
    expect(knows_keys).not_to_be_checked()
    knows_keys.click()
    expect(knows_keys).to_be_checked()
    expect(page.get_by_text("It is a real call")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="book_table")).to_contain_text("changes something")
    assert world.rows("select idempotent from http_actions where name = 'book_table'") == [
        {"idempotent": True}
    ]
    page.get_by_role("button", name="Remove: Remove the tool “book_table”?").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("listitem").filter(has_text="book_table")).to_have_count(0)


def test_a_document_at_its_address(world: World, visit: Visit) -> None:
    """The demo's shop describes itself: its key is asked for, and who asks comes from the conversation."""
    page = open_tools(visit)
    page.get_by_role("button", name="From an OpenAPI document").click()
    page.get_by_label("Address of the document").fill(f"{world.stack.url('orders')}/nothing.json")
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_text("its server answered with HTTP 401")).to_be_visible()
    page.get_by_label("Address of the document").fill(f"{world.stack.url('orders')}/openapi.json")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_label("GET /orders/{order_id}").check()
    page.get_by_role("button", name="Take these").click()
    expect(page.get_by_label("What of the customer: X_Customer_Phone")).to_have_value("phone")
    page.get_by_label("Secret: token").fill(world.stack.secrets.orders)
    trial = page.get_by_role("region", name="Try it")
    trial.get_by_label("order_id").fill("CL-1042")
    trial.get_by_label("X_Customer_Phone").fill("34699000000")
    trial.get_by_role("button", name="Call it").click()
    expect(trial.get_by_text("was not found for this customer").first).to_be_visible()
    check(page)


def test_what_is_wrong_is_said_where_it_was_entered(world: World, visit: Visit) -> None:
    page = open_tools(visit)
    page.get_by_role("button", name="From a curl command").click()
    page.get_by_label("curl command").fill("wget https://shop.example")
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_text("This is not a curl command")).to_be_visible()
    page.get_by_label("curl command").fill("curl http://192.168.0.7/orders/1042")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_label("What it does").fill("Finds an order")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("192.168.0.7")).to_be_visible()


def test_a_servers_tools_are_chosen(world: World, visit: Visit) -> None:
    before = world.rows("select allowed_tools from tenant_tools where name = 'orders'")[0]["allowed_tools"]
    page = open_tools(visit)
    try:
        page.get_by_role("button", name=re.compile("Choose its tools *: orders")).click()
        page.get_by_role("checkbox", name="list_orders").uncheck()
        page.get_by_label("What it does: get_order").select_option("reads")
        check(page)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        (row,) = world.rows(
            "select allowed_tools, tool_settings, sealed_headers from tenant_tools where name = 'orders'"
        )
        assert (row["allowed_tools"], row["tool_settings"]) == (
            ["get_order"],
            {"get_order": {"read_only": True}},
        )
        assert row["sealed_headers"], "the key stays"
        reply = world.ask(SHOP, "Where is my order CL-1042?")
        assert "SEUR" in reply
    finally:
        world.rows(
            "update tenant_tools set allowed_tools = %s, tool_settings = '{}' where name = 'orders' returning name",
            before,
        )


def test_a_stored_server_is_edited_and_a_colleagues_change_does_not_vanish(
    world: World, visit: Visit
) -> None:
    """What only one of the two has changed is joined; what both have changed waits for a choice."""
    query = "select timeout_s, headers, sealed_headers is not null as sealed from tenant_tools where name = 'orders'"
    (before,) = world.rows(query)
    page = open_tools(visit)
    try:
        page.get_by_role("button", name=re.compile("^Edit *: orders$")).click()
        server = (
            page.get_by_role("listitem").filter(has_text="orders").filter(has=page.get_by_label("Header 1"))
        )
        expect(server.get_by_label("Value of header 1")).to_have_attribute(
            "placeholder", "stored; type to replace it"
        )
        check(page)
        server.get_by_label("Timeout (seconds)").fill("20")
        change = "update tenant_tools set timeout_s = 30, headers = headers || '{\"X-Shop\": \"lumen\"}' where name = 'orders' returning name"
        world.rows(change)
        server.get_by_role("button", name="Save", exact=True).click()
        expect(server.get_by_text("Somebody has changed this meanwhile")).to_be_visible()
        expect(server.get_by_text("Now: 30")).to_be_visible()
        expect(server.get_by_label("Header 1", exact=True)).to_have_value("X-Shop")
        expect(server.get_by_role("button", name="Save", exact=True)).to_be_disabled()
        check(page)
        server.get_by_role("button", name=re.compile("Keep mine")).click()
        server.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        assert world.rows(query) == [
            {"timeout_s": 20.0, "headers": {**before["headers"], "X-Shop": "lumen"}, "sealed": True}
        ]
        assert "SEUR" in world.ask(SHOP, "Where is my order CL-1042?"), "with the key that nobody typed anew"
    finally:
        world.rows(
            "update tenant_tools set timeout_s = %s, headers = %s where name = 'orders' returning name",
            *(before["timeout_s"], json.dumps(before["headers"])),
        )


def test_on_a_phone_and_in_spanish(world: World, visit: Visit) -> None:
    page = visit(OWNER, PHONE, "es-ES")
    go(page, "Bot")
    page.get_by_role("tab", name="Herramientas").click()
    page.get_by_role("button", name=re.compile("Editar *: get_stock")).click()
    expect(page.get_by_role("region", name="Probarla")).to_be_visible()
    check(page)


def test_a_server_says_at_once_what_is_wrong_with_it(world: World, visit: Visit) -> None:
    """An address that is no MCP server: the sentence tells what to enter. Its headers are kept, the secret one unseen."""
    page = open_tools(visit)
    page.get_by_label("Name", exact=True).fill("club")
    page.get_by_label("Address (https://…)", exact=True).fill(f"{world.stack.url('orders')}/stock")
    page.get_by_label("Value of header 1").fill(f"Bearer {world.stack.secrets.orders}")
    page.get_by_role("button", name="Another header").click()
    page.get_by_label("Header 2", exact=True).fill("X-Shop")
    page.get_by_role("checkbox", name="secret").last.uncheck()
    page.get_by_label("Value of header 2").fill("casa-lumen")
    page.get_by_role("button", name="OAuth client").click()
    expect(page.get_by_label("Client ID")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Add a server").click()
    club = page.get_by_role("listitem").filter(has_text="club")
    expect(club.get_by_role("note")).to_contain_text("enter the address of streamable HTTP")
    (row,) = world.rows(
        "select headers, sealed_headers is not null as sealed from tenant_tools where name = 'club'"
    )
    assert row == {"headers": {"Authorization": None, "X-Shop": "casa-lumen"}, "sealed": True}
    club.get_by_role("button", name="Remove: Remove the tool “club”?").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(club).to_have_count(0)
