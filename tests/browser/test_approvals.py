"""The card of a call that waits for a person, on Home and in the thread, and the rules of a tool, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.seed import SHOP, wait_for
from tests.browser.conftest import DESKTOP, PHONE, Visit, between, broken, check, go
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, setting
from tests.e2e.refunds import Refunds, refunds, wish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def tool(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refunds]:
    with (
        refunds(world.stack, Path(tmp_path_factory.mktemp("refunds"))) as made,
        setting(world, model="offline-obey"),
    ):
        yield made


def test_approved_on_home_and_seen_in_the_thread(world: World, visit: Visit, tool: Refunds) -> None:
    phone = Phone(world)
    phone.write(wish(80, "CL-5001"))
    page = visit(SHOP.people["agent"])
    go(page, "Home")
    shown = page.get_by_role("article", name="refund_order (club)").filter(has_text="CL-5001")
    for words in ("amount", "80", "order_id", "Pau Vidal", "waits for you", "Asked here only"):
        expect(shown).to_contain_text(words)
    shown.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved. The bot does it now and tells the customer.")).to_be_visible()
    expect(shown).to_have_count(0)
    assert len(phone.sent(2)) == 2 and len(tool.of("CL-5001")) == 1
    page.goto(f"{page.url.split('#')[0]}#conversations/all/{phone.contact()}")
    in_thread = page.get_by_role("log").get_by_role("article", name="refund_order (club)")
    for words in ("approved", "CL-5001", f"Approved by {SHOP.people['agent']}", "It was done."):
        expect(in_thread).to_contain_text(words)
    expect(in_thread.get_by_role("button", name="Approve")).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_whoever_comes_second_reads_who_was_first(
    world: World, visit: Visit, tool: Refunds, size: dict[str, int]
) -> None:
    order_id = f"CL-51{size['width']}"
    phone = Phone(world)
    phone.write(wish(90, order_id))
    pages = [visit(SHOP.people[role], size) for role in ("agent", "owner")]
    for page in pages:
        go(page, "Home")
        shown = page.get_by_role("article", name="refund_order (club)").filter(has_text=order_id)
        expect(shown.get_by_role("button", name="Decline")).to_be_visible()
        check(page)
    between(
        pages[1], {"approvals list": broken, "home get": broken}
    )  # so that it goes on showing what it has
    for page, says in zip(
        pages,
        ("Declined. The bot tells the customer.", f"{SHOP.people['agent']} has declined this already."),
        strict=True,
    ):
        page.get_by_role("article", name="refund_order (club)").filter(has_text=order_id).get_by_role(
            "button", name="Decline"
        ).click()
        expect(page.get_by_text(says)).to_be_visible()
    assert len(phone.sent(2)) == 2 and tool.of(order_id) == []


def test_a_viewer_sees_it_and_decides_nothing(world: World, visit: Visit, tool: Refunds) -> None:
    Phone(world).write(wish(70, "CL-5003"))
    page = visit(SHOP.people["viewer"])
    go(page, "Home")
    shown = page.get_by_role("article", name="refund_order (club)").filter(has_text="CL-5003")
    expect(shown).to_contain_text("waits for you")
    expect(shown.get_by_role("button", name="Approve")).to_have_count(0)


def test_an_owner_says_which_calls_need_a_person(world: World, visit: Visit, tool: Refunds) -> None:
    page = visit(SHOP.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Tools").click()
    rules = (
        page.get_by_role("listitem").filter(has_text="club").get_by_role("group", name="Ask a person first")
    )
    expect(rules.get_by_label("Over", exact=True)).to_have_value("50")
    check(page)
    rules.get_by_label("Over", exact=True).fill("500")
    rules.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    query = "select approvals from tenant_tools where name = 'club'"
    assert world.rows(query)[0]["approvals"] == {"refund_order": {"parameter": "amount", "over": 500}}
    rules.get_by_role("combobox", name="refund_order").click()
    page.get_by_role("option", name="Never").click()
    rules.get_by_role("button", name="Save the rules").click()
    wait_for(lambda: world.rows(query)[0]["approvals"] == {}, 20)
