"""What Meta charges: each delivered message counts once as Meta says, and where nobody pays the business is told and stopped."""

from __future__ import annotations

from typing import Any

from local.seed import CLINIC, wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover

QUESTION = "How long must I fast before a blood test?"


def answered(world: World) -> tuple[str, bool]:
    """Somebody new asks, and gets the answer: as what it is charged, and whether it is billed."""
    phone = Phone(world, CLINIC)
    (sent,) = phone.write(QUESTION)
    assert "8 hours" in sent["text"]
    query = "select type, billable, usd from message_charges where message_id = %s and counted"
    (charge,) = wait_for(lambda: world.rows(query, sent["wamid"]), 60)
    assert (charge["usd"] is not None) is charge["billable"], "a billed one has its price"
    return charge["type"], charge["billable"]


def test_replies_beyond_the_free_ones_cost_and_without_a_payment_method_none_arrives(world: World) -> None:
    limits: dict[str, Any] = world.control("limits", {})
    try:
        world.control("limits", {"free_replies": 1_000_000})
        assert answered(world) == ("free_customer_service", False)
        world.control("limits", {"free_replies": 0})
        assert answered(world) == ("regular", True)
        world.control("payment", {"phone_number_id": CLINIC.phone_number_id, "valid": False})
        unpaid = Phone(world, CLINIC)
        unpaid.deliver({"type": "text", "text": QUESTION})
        wait_for(lambda: world.rows("select from send_stops where code = 131042"), 60)
        (part,) = unpaid.parts()
        assert (part["state"], part["error_code"]) == ("failed", 131042)
        world.control("payment", {"phone_number_id": CLINIC.phone_number_id, "valid": True})
        world.rows("update send_stops set until = now() returning code")
        assert answered(world) == ("regular", True)
        recover(world)
    finally:
        world.control("limits", limits)
        world.control("payment", {"phone_number_id": CLINIC.phone_number_id, "valid": True})
        world.rows("delete from send_stops returning code")
