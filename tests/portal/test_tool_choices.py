"""Which tools a bot offers, and when a person must agree, are drafted, published and restored as its other settings are; only owners change them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.portal.conftest import A, Portal

OWNER, OTHER, EDITOR = "owner@alpha.example", "owner2@alpha.example", "editor@alpha.example"
BOT, VERSIONS = "f.portal_api.bot", "f.portal_api.versions"
SERVER = {"name": "orders", "url": "https://orders.example/mcp"}
OVER = {"parameter": "amount", "over": 50}
LOOK, REFUND = "orders.get_order", "orders.refund"
ACTION = {"name": "get_stock", "description": "How many there are.", "url": "https://shop.example/stock", "read_only": True}  # fmt: skip


def has(portal: Portal, *tools: str) -> None:
    """The business's server has these tools."""
    known = portal.ask(OWNER, BOT, "get")["tools"]
    was = known[0]["revision"] if known else None
    assert portal.ask(OWNER, BOT, "upsert_tool", **SERVER, allowed_tools=list(tools), was=was)["ok"] is True


def choose(portal: Portal, tools: Any, who: str = OWNER, was: Any = None, **more: Any) -> dict[str, Any]:
    known = {} if was is None else {"was": {"tools": was}}
    return portal.ask(who, BOT, "update", phone_number_id="1001", settings={"tools": tools, **more}, **known)


def restore(portal: Portal, number: int, who: str = OWNER, **more: Any) -> dict[str, Any]:
    return portal.ask(
        who, VERSIONS, "restore", phone_number_id="1001", number=number, draft=portal.draft_of(), **more
    )


def live(portal: Portal) -> Any:
    return portal.bot_of()["tools"]


def test_a_new_tool_waits_in_the_draft_until_it_is_published(portal: Portal) -> None:
    portal.rows(
        "insert into chatbots (phone_number_id, tenant_id, name) values ('1003', %s, 'Second') returning 1", A
    )
    assert live(portal) is None, "all that the business has"
    has(portal, "get_order", "refund")
    first, second = portal.ask(OWNER, BOT, "get")["bots"]
    for bot in (first, second):
        assert bot["tools"] == {}
        assert [d["value"] for d in bot["draft"]] == [{LOOK: "never", REFUND: "never"}]
    assert [tool["tool"] for tool in first["business_tools"]] == [LOOK, REFUND]
    assert choose(portal, {LOOK: "never", REFUND: OVER})["ok"] is True
    assert portal.publish(OWNER, note="Refunds")["ok"] is True
    assert live(portal) == {LOOK: "never", REFUND: OVER}
    assert portal.ask(OWNER, BOT, "get")["bots"][1]["tools"] == {}, "each bot has its own"
    assert portal.rows("select tools from chatbots where phone_number_id = '1002'") == [{"tools": None}]

    assert portal.ask(OWNER, "f.portal_api.tools", "save", definition=ACTION, new=True)["ok"] is True
    assert live(portal) == {LOOK: "never", REFUND: OVER}
    assert portal.draft_of() == {"tools": {LOOK: "never", REFUND: OVER, "HTTP.get_stock": "never"}}
    differ = portal.ask(OWNER, VERSIONS, "compare", phone_number_id="1001", one="live", other="draft")
    assert [d["setting"] for d in differ["differences"]] == ["tools"]


def test_a_tool_that_is_removed_leaves_what_is_live_and_the_draft(portal: Portal) -> None:
    has(portal, "get_order", "refund")
    portal.publish(OWNER)
    assert choose(portal, {LOOK: "always", REFUND: "always"})["ok"] is True
    has(portal, "get_order")
    assert live(portal) == {LOOK: "never"} and portal.draft_of() == {"tools": {LOOK: "always"}}
    assert portal.ask(OWNER, BOT, "delete_tool", name="orders")["ok"] is True
    assert live(portal) == {} and portal.draft_of() == {}


def test_a_bot_that_has_chosen_none_keeps_what_it_has(portal: Portal) -> None:
    """An operator or a bot's file made its tools; then an owner removes one in the portal."""
    portal.rows(
        "insert into tenant_tools (tenant_id, name, url, allowed_tools, approvals)"
        " values (%s, 'orders', 'https://orders.example/mcp', '{get_order,refund}', '{\"refund\": \"always\"}') returning 1",
        A,
    )
    was = portal.bot_of()["version"]
    has(portal, "refund")
    bot = portal.bot_of()
    assert bot["tools"] == {REFUND: "always"} and bot["draft"] == []
    assert bot["version"] == was + 2, "one with the tools that it had, one without the removed one"
    assert restore(portal, was + 1)["refused"] == "version_tools_gone"


def test_a_restore_to_a_version_whose_tool_is_gone_says_so_and_restores_nothing(portal: Portal) -> None:
    has(portal, "get_order", "refund")
    choose(portal, {LOOK: "never", REFUND: OVER}, persona="Kind.")
    portal.publish(OWNER)
    number = portal.bot_of()["version"]
    has(portal, "get_order")
    portal.change(OWNER, persona="Brief.", tools={})
    choose(portal, {LOOK: "always"})
    refused = restore(portal, number)
    assert refused["refused"] == "version_tools_gone"
    assert refused["values"] == {"number": number, "tools": REFUND}
    assert portal.draft_of() == {"tools": {LOOK: "always"}}, "nothing half done"
    done = restore(portal, number, without_gone=True)
    assert done["left_out"] == [{"code": "tools_gone", "values": {"tools": REFUND}}]
    assert portal.draft_of() == {"persona": "Kind.", "tools": {LOOK: "never"}}
    has(portal, "get_order", "refund")
    assert restore(portal, number)["left_out"] == [], "it is there again"
    assert portal.draft_of() == {"persona": "Kind.", "tools": {LOOK: "never", REFUND: OVER}}


def test_a_draft_whose_tool_is_gone_says_so_and_publishes_nothing(portal: Portal) -> None:
    has(portal, "get_order")
    choose(portal, {LOOK: "always"}, persona="Kind.")
    portal.rows("delete from tenant_tools returning 1")  # as an import of the bot's file does
    (persona, tools) = portal.bot_of()["draft"]
    assert persona["problem"] is None
    assert tools["problem"] == {"code": "tools_gone", "values": {"tools": LOOK}}
    refused = portal.publish(OWNER)
    assert (refused["refused"], refused["values"]) == ("draft_unfit", {"problem": tools["problem"]})
    assert portal.bot_of()["persona"] == "" and len(portal.draft_of()) == 2
    assert choose(portal, {LOOK: "never"})["refused"] == "tools_gone"
    assert choose(portal, {})["ok"] is True and portal.publish(OWNER)["ok"] is True


def test_only_an_owner_changes_what_the_bot_may_do(portal: Portal) -> None:
    has(portal, "get_order", "refund")
    choose(portal, {REFUND: "always"})
    portal.publish(OWNER)
    number = portal.bot_of()["version"]
    assert choose(portal, {REFUND: "never"}, who=EDITOR)["refused"] == "tools_owners"
    choose(portal, {REFUND: OVER}, persona="Kind.")
    portal.publish(OWNER)
    done = restore(portal, number, who=EDITOR)
    assert [left["code"] for left in done["left_out"]] == ["tools_owners"]
    assert portal.draft_of() == {"persona": ""}, "what an editor may change is restored"


@pytest.mark.parametrize("share", [{}, {"percent": 10, "margin": 5}], ids=["all", "share"])
def test_a_new_tool_keeps_no_editor_from_publishing(portal: Portal, share: dict[str, Any]) -> None:
    """The choice of tools waits in the draft for an owner; the rest is live, and not the tool."""
    has(portal, "refund")
    drafted = {"tools": {REFUND: "never"}}
    assert portal.publish(EDITOR)["refused"] == "tools_owners", "there is nothing else"
    assert portal.ask(EDITOR, BOT, "update", phone_number_id="1001", settings={"persona": "Kind."})["ok"]
    done = portal.publish(EDITOR, **share)
    assert (done["ok"], done["waits"]) == (True, ["tools"])
    assert portal.draft_of() == drafted and live(portal) == {}
    if share:
        change = {"phone_number_id": "1001", "version": done["version"], "percent": 10}
        assert portal.ask(EDITOR, VERSIONS, "change_share", **change, act="publish")["ok"] is True
    assert portal.bot_of()["persona"] == "Kind." and live(portal) == {} and portal.draft_of() == drafted
    assert portal.publish(OWNER)["waits"] == []
    assert live(portal) == {REFUND: "never"}


def test_who_is_no_owner_drops_no_drafted_tools(portal: Portal) -> None:
    has(portal, "get_order", "refund")
    portal.publish(OWNER)
    number = portal.bot_of()["version"]
    portal.change(OWNER, persona="Kind.")
    drafted = {LOOK: "always", REFUND: OVER}
    choose(portal, drafted, persona="Brief.")
    done = restore(portal, number, who=EDITOR)
    assert [left["code"] for left in done["left_out"]] == ["tools_owners"]
    assert portal.draft_of() == {"persona": "", "tools": drafted}
    gone = {"phone_number_id": "1001", "draft": portal.draft_of()}
    done = portal.ask(EDITOR, VERSIONS, "discard", **gone)
    assert (done["left"], done["waits"]) == (0, ["tools"])
    assert portal.draft_of() == {"tools": drafted}
    assert (
        portal.ask(OWNER, VERSIONS, "discard", phone_number_id="1001", draft=portal.draft_of())["waits"] == []
    )
    assert portal.draft_of() == {}


def test_a_share_with_other_tools_is_raised_and_published_by_owners(portal: Portal) -> None:
    has(portal, "refund")
    version = portal.publish(OWNER, percent=5, margin=10)["version"]
    change = {"phone_number_id": "1001", "version": version, "percent": 5}
    for act in ({"act": "raise", "to": 50}, {"act": "publish"}):
        assert portal.ask(EDITOR, VERSIONS, "change_share", **change, **act)["refused"] == "tools_owners"
    assert live(portal) == {}
    assert portal.ask(OWNER, VERSIONS, "change_share", **change, act="publish")["ok"] is True
    assert live(portal) == {REFUND: "never"}


def test_two_owners_lose_nothing(portal: Portal) -> None:
    portal.rows(
        "insert into tenant_members (tenant_id, email, role) values (%s, %s, 'owner') returning 1", A, OTHER
    )
    has(portal, "get_order", "refund")
    both = {LOOK: "never", REFUND: "never"}
    assert choose(portal, {**both, REFUND: "always"}, was=both)["ok"] is True
    late = choose(portal, {LOOK: "never"}, who=OTHER, was=both)
    assert (late["refused"], late["values"]) == ("settings_changed", {"person": OWNER})
    assert portal.draft_of() == {"tools": {**both, REFUND: "always"}}


def test_a_rule_can_speak_of_a_tools_numbers(portal: Portal) -> None:
    has(portal, "refund")
    properties = {"order_id": {"type": "string"}, "amount": {"type": "number"}}
    listed = [
        {"name": "refund", "description": "", "parameters": {"type": "object", "properties": properties}}
    ]
    portal.rows(
        "update tenant_tools set discovered = %s returning 1", json.dumps(listed)
    )  # as a look at it does
    count = {
        "name": "count",
        "source": "model",
        "schema": {"type": "integer"},
        "description": "",
        "required": True,
    }
    action = {**ACTION, "url": "https://shop.example/stock/{count}", "parameters": [count]}
    assert portal.ask(OWNER, "f.portal_api.tools", "save", definition=action, new=True)["ok"] is True
    numbers = {tool["tool"]: tool["numbers"] for tool in portal.bot_of()["business_tools"]}
    assert numbers == {REFUND: ["amount"], "HTTP.get_stock": ["count"]}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("sometimes", "approval_rule"),
        ({"parameter": "amount", "over": "50"}, "approval_rule"),
        ({"over": 5}, "approval_rule"),
        ({"parameter": "", "over": 5}, "approval_rule"),
        ({"parameter": "amount", "over": True}, "approval_rule"),
    ],
)
def test_a_rule_is_never_always_or_a_bound(portal: Portal, rule: Any, code: str) -> None:
    has(portal, "refund")
    assert choose(portal, {REFUND: rule})["refused"] == code
    assert portal.draft_of() == {"tools": {REFUND: "never"}}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ([], "list_too_long"),
        ("all", "list_too_long"),
        ({"refund": "never"}, "tools_gone"),
        ({"Other.refund": "never"}, "tools_gone"),
        ({f"a.t{n}": "never" for n in range(2001)}, "list_too_long"),
    ],
    ids=["list", "word", "no server", "no such kind", "too many"],
)
def test_what_is_no_choice_of_tools_is_refused(portal: Portal, wrong: Any, code: str) -> None:
    assert choose(portal, wrong)["refused"] == code


def test_as_many_tools_as_a_business_may_have_are_drafted_and_published(portal: Portal) -> None:
    for number in range(6):
        server = {"name": f"s{number}", "url": "https://orders.example/mcp"}
        done = portal.ask(OWNER, BOT, "upsert_tool", **server, allowed_tools=[f"t{n}" for n in range(50)])
        assert done["ok"] is True
    assert len(portal.draft_of()["tools"]) == 300
    assert portal.publish(OWNER, note="All")["ok"] is True
    assert len(live(portal)) == 300
