"""The card of a call that waits for a person, on Home and in the thread, and the rules of a tool, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.seed import SHOP
from tests.browser.conftest import DESKTOP, PHONE, Visit, between, broken, check, go, picture, publish, save
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


def test_home_says_so_where_what_waits_can_not_be_read(world: World, visit: Visit, tool: Refunds) -> None:
    Phone(world).write(wish(65, "CL-5004"))
    page = visit(SHOP.people["agent"])
    page.get_by_role("heading", level=1, name="Conversations").wait_for()
    between(page, {"approvals list": broken})
    go(page, "Home")
    needs = page.get_by_role("region", name="What needs a person")
    expect(needs.get_by_role("alert")).to_be_visible()
    expect(needs.get_by_text("waits for you")).to_have_count(0)
    check(page)
    between(page, {})
    needs.get_by_role("button", name="Try again").click()
    expect(needs.get_by_role("article").filter(has_text="CL-5004")).to_contain_text("waits for you")
    expect(needs.get_by_role("alert")).to_have_count(0)


def test_an_owner_says_which_calls_need_a_person_and_publishes_it(
    world: World, visit: Visit, tool: Refunds, all_tools: None
) -> None:
    """A rule is drafted, published, compared and restored; of a version whose tool is gone the rest is, when somebody wants that."""
    query = "select tools -> 'club.refund_order' as rule from chatbots where phone_number_id = %s"
    page = visit(SHOP.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Tools").click()
    refund = page.get_by_role("group", name="club.refund_order")
    expect(refund.get_by_label("Over", exact=True)).to_have_value("50")
    check(page)
    picture(page, "tool-choice")
    over = refund.get_by_label("Over", exact=True)
    over.fill("")
    expect(over).to_have_attribute("aria-invalid", "true")
    expect(refund).to_contain_text("Over which number does a person agree to refund_order?")
    over.fill("500")
    refund.get_by_label("Parameter").fill("")
    expect(refund).to_contain_text("Which number of refund_order?")
    refund.get_by_label("Parameter").fill("amount")
    for _ in ("off", "on"):
        refund.get_by_role("switch", name="refund_order").click()
    expect(over).to_have_value("500")
    expect(refund.get_by_label("Ask a person first: refund_order")).to_have_value("If a number is over")
    unsure = page.get_by_role("group", name="orders.get_order")
    unsure.get_by_label("Ask a person first: get_order").click()
    expect(page.get_by_role("option", name="Always")).to_be_visible()
    expect(page.get_by_role("option", name="If a number is over")).to_have_count(0)
    page.keyboard.press("Escape")
    save(page)
    assert world.rows(query, SHOP.phone_number_id) == [{"rule": None}], "nothing is live yet"
    page.get_by_role("note").get_by_text("What changes").click()
    drafted = page.get_by_role("note").filter(has_text="One change is not live yet")
    expect(drafted).to_contain_text("club.refund_order: offered, a person must agree if amount is over 500")
    check(page)
    picture(page, "tool-choice-draft")
    publish(page, "Larger refunds")
    assert world.rows(query, SHOP.phone_number_id) == [{"rule": {"parameter": "amount", "over": 500}}]
    refund.get_by_role("switch", name="refund_order").click()
    expect(refund.get_by_label("Over", exact=True)).to_have_count(0)
    save(page)
    publish(page, "No refunds")
    assert world.rows(query, SHOP.phone_number_id) == [{"rule": None}]

    page.get_by_role("tab", name="Versions").click()
    versions = page.get_by_role("list", name="Versions").locator("li.card")
    versions.first.get_by_role("button", name="Compare").click()
    expect(versions.first).to_contain_text(
        "club.refund_order: offered, a person must agree if amount is over 500 → club.refund_order: not offered"
    )
    page.get_by_role("tab", name="Tools").click()
    club = page.get_by_role("listitem").filter(has_text="club")
    club.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(club).to_have_count(0)
    page.get_by_role("tab", name="Versions").click()
    versions.filter(has_text="Larger refunds").get_by_role("button", name="Restore").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Restore").click()
    expect(dialog).to_contain_text("offers tools that your business no longer has: club.refund_order")
    check(page)
    picture(page, "tool-gone")
    dialog.get_by_role("button", name="Restore the rest").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("alert").filter(has_text="This was not restored")).to_contain_text(
        "club.refund_order"
    )


def test_who_is_no_owner_sees_the_tools_and_changes_none(visit: Visit, tool: Refunds) -> None:
    page = visit(SHOP.people["editor"], PHONE, "es-ES")
    go(page, "Bot")
    page.get_by_role("tab", name="Herramientas").click()
    expect(page.get_by_text("Solo un propietario cambia esto.")).to_be_visible()
    expect(page.get_by_role("group", name="orders.get_order").get_by_role("switch")).to_be_disabled()
    check(page)
