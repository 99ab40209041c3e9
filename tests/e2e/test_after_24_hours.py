"""A customer who wrote a day ago: a template reaches them, words wait until they write, and Meta's review is obeyed; over the running product."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from local import seed
from local.portal.calls import ended
from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone
from tests.e2e.staff import Staff

ACCOUNT = f"10229012934{seed.SHOP.phone_number_id[-4:]}"
VALUES = {"header.1": "CL-7", "body.1": "Pau", "body.2": "it is on its way"}


def read_templates(world: World) -> dict[str, Any]:
    """The schedule's run, without waiting for the minute."""
    server = world.stack.windmill()
    arguments = {
        "db": "$res:f/chatbot/database",
        "whatsapp": "$res:f/chatbot/whatsapp",
        "master_key": "$var:f/chatbot/master_key",
    }
    job = server.call("POST", "jobs/run/p/f/chatbot/read_templates", arguments).text.strip('"')
    return dict(wait_for(lambda: ended(server, job), 90)["result"])


def day_old(world: World, staff: Staff) -> tuple[Phone, str]:
    """A customer whose only message is 25 hours old by Meta's clock, and their contact's id. The number's account is known from it."""
    phone = Phone(world)
    body = {"type": "text", "text": "Where is my order?", "timestamp": str(int(time.time()) - 25 * 3600)}
    phone.deliver(body)
    contact = phone.contact()
    wait_for(lambda: staff.thread(contact), 60)
    return phone, contact


def templates(staff: Staff, contact: str) -> dict[str, str | None]:
    listed = staff.ask("templates", "list", contact_id=contact, all=True)["templates"]
    return {f"{t['name']} {t['language']}": t["unusable"] for t in listed}


def test_a_template_is_picked_filled_in_and_delivered(world: World) -> None:
    staff = Staff(world, "agent")
    phone, contact = day_old(world, staff)
    world.rows("update template_readings set due_at = now() returning waba_id")
    read_templates(world)
    assert templates(staff, contact) == {
        **{"order_news en": None, "order_news es": None, "spring_offers en": "PAUSED", "we_are_back en": None}
    }
    asked = {"contact_id": contact, "reply_id": str(uuid.uuid4())}
    assert staff.ask("conversations", "reply", body="Hello?", **asked)["refused"] == "window_closed"
    filled = {"name": "order_news", "language": "en", "values": VALUES}
    for _ in range(2):
        assert staff.ask("templates", "send", **asked, **filled)["ok"] is True
    (sent,) = phone.sent(1)
    assert sent["type"] == "template" and "it is on its way" in json.dumps(sent["content"])
    wait_for(lambda: staff.thread(contact)[-1]["status"] in ("delivered", "read"), 60)
    paused = {**filled, "name": "spring_offers", "values": {}, "reply_id": str(uuid.uuid4())}
    assert staff.ask("templates", "send", **{**asked, **paused})["refused"] == "template_paused"
    review = {"waba_id": ACCOUNT, "name": "order_news", "language": "en"}
    world.control("review", {**review, "event": "PAUSED"})
    try:
        wait_for(lambda: templates(staff, contact)["order_news en"] == "PAUSED", 90)
        again = staff.ask("templates", "send", **{**asked, **filled, "reply_id": str(uuid.uuid4())})
        assert again["refused"] == "template_paused"
    finally:
        world.control("review", {**review, "event": "APPROVED"})
    wait_for(lambda: templates(staff, contact)["order_news en"] is None, 90)


def test_words_go_right_when_the_customer_writes(world: World) -> None:
    staff = Staff(world, "agent")
    phone, contact = day_old(world, staff)
    asked = {"contact_id": contact, "reply_id": str(uuid.uuid4()), "body": "Your lamp is here."}
    assert staff.ask("templates", "wait", **asked)["state"] == "waiting"
    since = time.monotonic()
    phone.deliver({"type": "text", "text": "How long is a gift card valid?"})
    (sent,) = phone.sent(1)
    print(f"{time.monotonic() - since:.1f} s after the customer wrote")
    assert sent["text"] == "Your lamp is here."
    wait_for(lambda: ("in", "How long is a gift card valid?") in phone.log(), 60)
    assert len(phone.sent()) == 1, "a person talks: the bot says nothing"
