"""The shop's returns desk in the chat: a customer brings an order back; the desk's scripts run as jobs of their own."""

from __future__ import annotations

from typing import Any

import pytest

from local.seed import SHOP
from tests.e2e.conftest import World

pytestmark = pytest.mark.timeout(300)
ITEMS = "Linen tablecloth"
DELIVERED = (
    "insert into delivered_orders (tenant_id, order_id, phone, items, delivered_on)"
    " select tenant_id, 'CL-2017', '34600111222', array[%s], current_date - 16 from chatbots where phone_number_id = %s"
    " on conflict do nothing returning order_id"
)


@pytest.fixture(autouse=True, scope="module")
def delivered(world: World) -> None:
    """The shop's own system has written down that Lucía Ferrer's order has come."""
    world.rows(DELIVERED, ITEMS, SHOP.phone_number_id)


def returns(world: World) -> list[dict[str, Any]]:
    return world.rows(
        "select 'R-' || r.number as name, r.order_id, r.items, r.state, c.name as customer"
        " from returns r join contacts c on c.id = r.contact_id order by r.number"
    )


def test_a_customer_returns_an_order(world: World) -> None:
    assert "Which order" in world.ask(SHOP, "I want to return my order, please")
    until = world.rows("select (current_date + 14)::text as day")[0]["day"]
    shown = world.ask(SHOP, "It is CL-2017")
    assert f"{ITEMS} of order CL-2017 can go back until {until}" in shown
    assert "Shall I note the return of order CL-2017?" in shown and returns(world) == []
    noted = world.ask(SHOP, "Yes, please")
    (made,) = returns(world)
    assert made == {
        "name": made["name"],
        "order_id": "CL-2017",
        "items": [ITEMS],
        "state": "open",
        "customer": "Lucía Ferrer",
    }
    assert f"return {made['name']} is noted" in noted and ITEMS in noted
    assert "is noted already" in world.ask(SHOP, "I'd like to return order CL-2017")
    assert f"Devolución {made['name']}" in world.ask(SHOP, "¿Cómo va mi devolución?")
    world.ask(SHOP, "Yes, please")
    assert returns(world) == [made], "noted once"
    calls = world.rows("select trace from turns where question = 'Yes, please' order by opened_at limit 1")[
        0
    ]["trace"]
    (call,) = [one for one in calls if one["tool"] == "open_return"]
    job = world.stack.windmill().call("GET", f"jobs_u/get/{call['job']}").json()
    assert (job["script_path"], job["tag"]) == ("f/tenant_tools/shared/open_return", "tools")


def test_nobody_returns_somebody_elses_order(world: World) -> None:
    before = returns(world)
    refused = world.ask(SHOP, "I want to return order CL-2017", customer="Jonas Weber")
    assert "this customer has no such order" in refused
    world.ask(SHOP, "Yes, please", customer="Jonas Weber")
    assert returns(world) == before


def test_a_rule_of_the_document_is_still_looked_up(world: World) -> None:
    assert "30 days" in world.ask(SHOP, "How long do I have to return an item?")
