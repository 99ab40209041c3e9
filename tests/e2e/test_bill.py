"""What Meta charges: the business sees how many of its free replies are left, and that nobody pays before all answers stop."""

from __future__ import annotations

from collections import Counter
from typing import Any

from local.seed import CLINIC, wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover

QUESTION = "How long must I fast before a blood test?"


def bill(world: World) -> Counter[str]:
    """Delivered messages of the clinic by how Meta charges for them."""
    lines: Counter[str] = Counter()
    for line in world.http.get(f"{world.stack.url('meta')}/control/bill").json():
        if line["phone_number_id"] == CLINIC.phone_number_id:
            lines[line["type"]] += line["messages"]
    return lines


def reckoned(world: World) -> dict[str, int]:
    rows = world.rows(
        "select type, sum(messages)::int as n from charge_months where phone_number_id = %s group by 1",
        CLINIC.phone_number_id,
    )
    return {row["type"]: row["n"] for row in rows}


def test_replies_beyond_the_free_ones_cost_and_without_a_payment_method_none_arrives(world: World) -> None:
    limits: dict[str, Any] = world.control("limits", {})
    wait_for(lambda: bill(world) == reckoned(world), 60)
    before = bill(world)
    world.control("limits", {"free_replies": before["free_customer_service"] + 1})
    try:
        for text in (QUESTION, QUESTION, QUESTION):
            assert "8 hours" in Phone(world, CLINIC).write(text)[0]["text"]
        wait_for(
            lambda: bill(world)["regular"] == before["regular"] + 2 and bill(world) == reckoned(world), 60
        )
        world.control("payment", {"phone_number_id": CLINIC.phone_number_id, "valid": False})
        unpaid = Phone(world, CLINIC)
        unpaid.deliver({"type": "text", "text": QUESTION})
        wait_for(lambda: world.rows("select from send_stops where code = 131042"), 60)
        (part,) = unpaid.parts()
        assert (part["state"], part["error_code"]) == ("failed", 131042)
        world.control("payment", {"phone_number_id": CLINIC.phone_number_id, "valid": True})
        world.rows("update send_stops set until = now() returning code")
        assert "8 hours" in Phone(world, CLINIC).write(QUESTION)[0]["text"]
        recover(world)
        wait_for(lambda: bill(world) == reckoned(world), 60)
    finally:
        world.control("limits", limits)
        world.control("payment", {"phone_number_id": CLINIC.phone_number_id, "valid": True})
        world.rows("delete from send_stops returning code")
