"""A call to which a person must agree, over the running product: asked, decided in the portal or by a tap on WhatsApp, made once, told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from f.whatsapp.canned_replies import CANNED_REPLIES
from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover, setting
from tests.e2e.refunds import CHECKING, DONE, Refunds, refunds, wait_for_one, wish
from tests.e2e.staff import Staff

AGREED = CANNED_REPLIES["approval_agreed"]["en"]


@pytest.fixture(scope="module")
def tool(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refunds]:
    with (
        refunds(world.stack, Path(tmp_path_factory.mktemp("refunds"))) as made,
        setting(world, model="offline-obey", languages=["en", "es"]),
    ):
        yield made


class Asked:
    """A customer whose wish waits for a person."""

    def __init__(self, world: World, tool: Refunds, order_id: str) -> None:
        self.world, self.tool, self.order_id = world, tool, order_id
        self.phone = Phone(world)
        (said,) = self.phone.write(wish(80, order_id))
        assert said["text"] == CHECKING
        self.contact = self.phone.contact()

    @property
    def row(self) -> dict[str, Any]:
        query = "select *, encode(digest, 'hex') as hex from tool_approvals where contact_id = %s"
        row: dict[str, Any] = wait_for_one(lambda: self.world.rows(query, self.contact))
        return row

    def decide(self, staff: Staff, approve: bool, **other: Any) -> dict[str, Any]:
        row = self.row
        fields = {"approval_id": str(row["id"]), "digest": row["hex"], "approve": approve}
        return staff.ask("approvals", "decide", **{**fields, **other})

    def told(self) -> str:
        """What the customer reads next."""
        return str(self.phone.sent(2)[1]["text"])

    def result(self) -> Any:
        """What became of the call, once it is known."""
        return wait_for(lambda: self.row["result"], 60)

    def card(self, staff: Staff) -> dict[str, Any]:
        (card,) = staff.ask("conversations", "get", contact_id=self.contact)["approvals"]
        return dict(card)


def test_asked_approved_in_the_portal_made_once_and_told(world: World, tool: Refunds) -> None:
    owner, agent, viewer = (Staff(world, role) for role in ("owner", "agent", "viewer"))
    asked = Asked(world, tool, "CL-2001")
    assert tool.of("CL-2001") == []
    card = asked.card(viewer)
    assert card["arguments"] == [["amount", "80"], ["order_id", "CL-2001"]] and card["state"] == "waiting"
    waiting = viewer.ask("approvals", "list")["approvals"]
    assert asked.contact in [a["contact_id"] for a in waiting]
    notes = viewer.ask("notifications", "list")["notifications"]
    assert [n["kind"] for n in notes if n["subject"] == card["id"]] == ["approval"]

    assert asked.decide(viewer, True)["refused"] == "role"
    assert asked.decide(agent, True, digest="0" * 64)["refused"] == "approval_changed"
    assert asked.decide(agent, True)["ok"]
    assert asked.told() == f"{AGREED}\n\n{DONE}"
    assert asked.result() == "done" and tool.of("CL-2001") == [{"amount": 80, "order_id": "CL-2001"}]

    again = asked.decide(owner, True)
    assert (again["refused"], again["values"]) == (
        "approval_approved",
        {"person": agent.ask("me", "get")["email"]},
    )
    assert asked.decide(agent, True)["ok"], "the page's second click"
    card = asked.card(viewer)
    assert (card["state"], card["result"], card["decided_by"]) == (
        "approved",
        "done",
        again["values"]["person"],
    )
    wait_for(lambda: "approved by" in json.dumps(asked.phone.trace()), 60)
    recover(world)
    assert len(asked.phone.sent()) == 2 and len(tool.of("CL-2001")) == 1
    history = [text for direction, text in asked.phone.log() if direction == "in"]
    assert history == [wish(80, "CL-2001")], "nobody wrote the decision"
    actions = [c["action"] for c in owner.ask("people", "list_changes", before=0)["changes"]]
    assert {"tool_approvals.approved", "tool_approvals.run"} <= set(actions)


def test_declined(world: World, tool: Refunds) -> None:
    asked = Asked(world, tool, "CL-2002")
    assert asked.decide(Staff(world, "agent"), False)["ok"]
    assert asked.told() == CANNED_REPLIES["approval_declined"]["en"]
    assert asked.decide(Staff(world, "owner"), True)["refused"] == "approval_declined"
    wait_for(lambda: "refund_order: declined" in json.dumps(asked.phone.trace()), 60)
    assert tool.of("CL-2002") == []


def test_nobody_decides_in_time(world: World, tool: Refunds) -> None:
    with setting(world, approval_hours=0.05):
        asked = Asked(world, tool, "CL-2003")
    world.rows(
        "update tool_approvals set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour'"
        " where id = %s returning 1",
        asked.row["id"],
    )
    recover(world)
    assert asked.told() == CANNED_REPLIES["approval_expired"]["en"]
    assert asked.decide(Staff(world, "agent"), True)["refused"] == "approval_expired"
    assert tool.of("CL-2003") == [] and asked.card(Staff(world, "viewer"))["state"] == "expired"


def tapped(message: dict[str, Any], number: int) -> dict[str, Any]:
    chosen = message["content"]["action"]["buttons"][number]["reply"]
    return {
        "type": "interactive",
        "context": message["wamid"],
        "interactive": {"type": "button_reply", "button_reply": chosen},
    }


def test_the_staff_s_phone_decides_by_a_tap_and_nobody_else_s(world: World, tool: Refunds) -> None:
    colleague = Phone(world)
    with setting(world, notify_phone=colleague.number):
        colleague.write("SAY Hello, colleague.")
        asked = Asked(world, tool, "CL-2004")
        shown = colleague.sent(2)[1]
        assert shown["type"] == "interactive" and asked.card(Staff(world, "viewer"))["notified"] == "sent"
        body = shown["content"]["body"]["text"]
        assert all(
            words in body for words in ("refund_order", '"amount": 80', '"order_id": "CL-2004"', "Pau Vidal")
        )

        # The customer, and a stranger, send what the button would send.
        for forger in (asked.phone, Phone(world)):
            forger.after(tapped(shown, 0))
        assert asked.row["state"] == "waiting" and tool.of("CL-2004") == []

        (answer,) = colleague.after(tapped(shown, 0))
        assert answer["text"] == "You have approved refund_order. The bot does it now."
        assert asked.phone.sent(3)[2]["text"] == f"{AGREED}\n\n{DONE}"
        assert asked.result() == "done" and tool.of("CL-2004") == [{"amount": 80, "order_id": "CL-2004"}]
        (second,) = colleague.after(tapped(shown, 1))
        assert second["text"] == f"refund_order: already approved by +{colleague.number}."
        assert asked.row["decided_by"] == f"+{colleague.number}" and len(tool.of("CL-2004")) == 1


def test_outside_their_24_hours_the_portal_alone_asks(world: World, tool: Refunds) -> None:
    colleague = Phone(world)
    with setting(world, notify_phone=colleague.number):
        asked = Asked(world, tool, "CL-2005")
    assert asked.card(Staff(world, "viewer"))["notified"] == "window_closed" and colleague.sent() == []
    assert asked.decide(Staff(world, "agent"), False)["ok"]
    asked.told()


def test_a_person_has_the_conversation(world: World, tool: Refunds) -> None:
    """The yes acts; what is said is left to the person."""
    staff = Staff(world, "agent")
    asked = Asked(world, tool, "CL-2006")
    assert staff.ask("conversations", "pause", contact_id=asked.contact, hours=1)["ok"]
    assert asked.decide(staff, True)["ok"]
    assert asked.result() == "done" and len(tool.of("CL-2006")) == 1
    wait_for(
        lambda: world.rows("select 1 from turns where contact_id = %s and outcome = 'acted'", asked.contact),
        60,
    )
    assert len(asked.phone.sent()) == 1


def test_the_bot_is_off(world: World, tool: Refunds) -> None:
    staff = Staff(world, "agent")
    asked = Asked(world, tool, "CL-2007")
    with setting(world, enabled=False):
        assert asked.decide(staff, True)["refused"] == "approval_off"
    assert asked.decide(staff, True)["ok"] and asked.result() == "done"
    assert asked.told() == f"{AGREED}\n\n{DONE}"


def test_what_the_customer_wrote_meanwhile_comes_in_order(world: World, tool: Refunds) -> None:
    asked = Asked(world, tool, "CL-2008")
    (said,) = asked.phone.write("SAY Please wait a moment.")
    assert said["text"] == "Please wait a moment."
    assert asked.decide(Staff(world, "agent"), True)["ok"]
    assert asked.phone.sent(3)[2]["text"] == f"{AGREED}\n\n{DONE}"
    assert asked.result() == "done" and len(tool.of("CL-2008")) == 1


def test_a_trial_asks_nobody(world: World, tool: Refunds) -> None:
    staff = Staff(world, "agent")
    before = world.rows("select count(*) as n from tool_approvals")
    run = staff.ask("bot", "ask", question=wish(80, "CL-2009"))["run"]
    answer = wait_for(lambda: (a := staff.ask("bot", "get_answer", run=run))["finished"] and a, 60)
    assert [(c["tool"], c.get("asks")) for c in answer["tools"]] == [("refund_order", True)], (
        "the page says that it would ask"
    )
    assert tool.of("CL-2009") == [] and world.rows("select count(*) as n from tool_approvals") == before


def asked_first(owner: Staff, number: str, version: str) -> list[bool]:
    """Of each call of a trial with a version: whether a person would be asked first."""
    run = owner.ask("bot", "ask", question=wish(1, "CL-2010"), phone_number_id=number, version=version)["run"]
    answer = wait_for(lambda: (a := owner.ask("bot", "get_answer", run=run))["finished"] and a, 60)
    assert answer["tools"], "the trial reached for the tool"
    return [bool(call.get("asks")) for call in answer["tools"]]


def test_a_rule_is_tried_as_a_draft_before_customers_meet_it(world: World, tool: Refunds) -> None:
    owner = Staff(world, "owner")
    bot = owner.ask("bot", "get")["bots"][0]
    number = bot["phone_number_id"]
    (club,) = [one for one in bot["business_tools"] if one["tool"] == "club.refund_order"]
    assert club["rule"] == {"parameter": "amount", "over": 50}
    tools = {one["tool"]: one["rule"] for one in bot["business_tools"]}
    drafted = {"tools": {**tools, "club.refund_order": "always"}}
    assert owner.ask("bot", "update", phone_number_id=number, settings=drafted)["ok"]
    try:
        assert not any(asked_first(owner, number, "live")) and all(asked_first(owner, number, "draft"))
        assert owner.publish(number)["version"]
        (said,) = Phone(world).write(wish(1, "CL-2010"))
        assert said["text"] == CHECKING and tool.of("CL-2010") == []
    finally:
        world.rows("delete from chatbot_drafts returning 1")
        world.rows("update chatbots set tools = null where phone_number_id = %s returning 1", number)
