"""What Meta delivers: stored before the 200, answered once, whatever is down meanwhile; what is not Meta's is not stored."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

import pytest

from local.seed import CLINIC, CUSTOMERS, SHOP, DemoTenant, wait_for
from tests.e2e.conftest import World


def message(text: str, wamid: str | None = None, customer: int = 0) -> dict[str, Any]:
    """A text message as Meta words it."""
    return {
        "from": CUSTOMERS[customer]["phone"],
        "id": wamid or f"wamid.{secrets.token_hex(12)}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }


def change(tenant: DemoTenant, *messages: dict[str, Any]) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": tenant.display_phone_number,
            "phone_number_id": tenant.phone_number_id,
        },
        "contacts": [{"wa_id": m["from"], "profile": {"name": "Test"}} for m in messages],
        "messages": list(messages),
    }
    return {"field": "messages", "value": value}


def envelope(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": list(changes)}]}


def deliver(world: World, body: dict[str, Any] | str, signature: str = "valid") -> int:
    """Posts to the webhook the way Meta would; returns the status."""
    status = world.control("deliver_raw", {"body": body, "signature": signature})["status"]
    assert isinstance(status, int)
    return status


def stored(world: World, wamid: str) -> list[dict[str, Any]]:
    return world.rows("select * from inbound_messages where message_id = %s", wamid)


def answers_to(world: World, wamid: str) -> list[dict[str, Any]]:
    return world.rows(
        "select o.* from outbound_messages o join inbound_messages i using (turn_id) where i.message_id = %s and o.state <> 'cancelled'",
        wamid,
    )


def answered(world: World, wamid: str, seconds: float = 60) -> list[dict[str, Any]]:
    """Waits until the message is answered; returns the parts of its answer, each of which Meta took."""
    wait_for(lambda: [row for row in stored(world, wamid) if row["state"] == "answered"], seconds)
    parts = answers_to(world, wamid)
    assert {part["state"] for part in parts} <= {"sent", "delivered", "read"}, parts
    return parts


@pytest.mark.field_failure(9)
@pytest.mark.parametrize("signature", ["bad", "none"])
def test_what_is_not_signed_is_refused_and_not_stored(world: World, signature: str) -> None:
    sent = message("hello")
    assert deliver(world, envelope(change(SHOP, sent)), signature) == 401
    assert stored(world, sent["id"]) == []


def test_a_body_over_the_cap_is_refused_and_not_stored(world: World) -> None:
    sent = message("x" * 4_000_000)
    assert deliver(world, envelope(change(SHOP, sent))) == 413
    assert stored(world, sent["id"]) == []


@pytest.mark.parametrize("garbage", ["", "not json", "[]", "{}", '{"object":"page","entry":[]}'])
def test_garbage_with_a_valid_signature_is_refused(world: World, garbage: str) -> None:
    assert deliver(world, garbage) == 400


@pytest.mark.field_failure(19)
def test_a_batch_of_two_tenants_gets_an_answer_each(world: World) -> None:
    first = message("How long is a gift card valid?", customer=0)
    second = message("How much does express delivery cost?", customer=1)
    third = message("How long must I fast before a blood test?", customer=0)
    assert deliver(world, envelope(change(SHOP, first, second), change(CLINIC, third))) == 200
    for wamid, fact in ((first["id"], "24 months"), (second["id"], "EUR 11.90"), (third["id"], "8 hours")):
        (part,) = answered(world, wamid)
        assert fact in part["content"]["text"]["body"]


@pytest.mark.field_failure(1)
def test_the_same_delivery_twice_gets_one_answer(world: World) -> None:
    sent = message("Do you take American Express?")
    body = json.dumps(envelope(change(SHOP, sent)))
    before = len(world.sent(SHOP))
    assert deliver(world, body) == 200
    assert deliver(world, body) == 200
    answered(world, sent["id"])
    assert deliver(world, body) == 200
    after = message("Thank you")
    assert deliver(world, envelope(change(SHOP, after))) == 200
    answered(world, after["id"])
    # one for the question, one for the thanks
    assert len(world.sent(SHOP)) == before + 2


def test_an_unknown_number_is_stored_and_ends_with_the_reason_in_its_run(world: World) -> None:
    stranger = DemoTenant("", "", "", "999000999000", "+1", "", "", "", {}, ())
    sent = message("hello")
    assert deliver(world, envelope(change(stranger, sent))) == 200
    (row,) = wait_for(lambda: [r for r in stored(world, sent["id"]) if r["state"] == "ended"], 90)
    run = world.stack.windmill().call("GET", f"jobs_u/get/{row['run_id']}").json()
    assert run["result"]["reason"] == "no chatbot has this phone_number_id"


@pytest.mark.field_failure(22)
def test_messages_that_came_while_windmill_was_down_are_answered(world: World) -> None:
    waiting = [message(f"How long is a gift card valid? ({n})", customer=n) for n in range(2)]
    world.stack.processes.stop("runner")
    try:
        for sent in waiting:
            assert deliver(world, envelope(change(SHOP, sent))) == 200
            assert stored(world, sent["id"])[0]["state"] == "received"
    finally:
        world.stack.start_runner({})
        world.stack.processes.wait_until_answers("runner", world.stack.url("runner") + "/api/version")
    for sent in waiting:
        assert len(answered(world, sent["id"])) == 1


@pytest.mark.field_failure(23)
def test_no_secret_is_in_any_job(world: World) -> None:
    """Runs last in this file, over everything that the tests before it caused."""
    world.ask(SHOP, "Where is my order CL-1042?")
    everything = json.dumps(world.jobs())
    assert "CL-1042" in everything, "the jobs that were looked at are the ones that ran"
    assert world.secrets_in(everything) == []


@pytest.mark.parametrize(
    "reference",
    [
        "$var:f/chatbot/master_key",
        "$res:f/chatbot/database",
        "$var:f/nobody/knows",
        "$jsonvar:f/chatbot/master_key",
    ],
)
def test_a_customer_who_writes_a_reference_is_answered_like_anybody(world: World, reference: str) -> None:
    """Windmill would replace such words, in a step's arguments, by the secret of that name."""
    sent = message(reference)
    assert deliver(world, envelope(change(SHOP, sent))) == 200
    (part,) = answered(world, sent["id"])
    assert world.stack.secrets.master_key not in json.dumps(part["content"])
    (row,) = world.rows(
        "select body from conversation_logs where message_id = %s and direction = 'in'", sent["id"]
    )
    assert row["body"] == reference
