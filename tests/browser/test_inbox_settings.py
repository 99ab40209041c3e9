"""How a team shares its conversations and who is told of a handoff, set in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.seed import SHOP
from tests.browser.conftest import Visit, check, go, publish, save
from tests.browser.test_inbox_team import AGENT, look, somebody
from tests.e2e.conftest import World
from tests.e2e.staff import Staff

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(autouse=True)
def as_before(world: World) -> Iterator[None]:
    yield
    Staff(world, "owner").ask("inbox", "set_assignment", assignment="manual")
    Staff(world, "agent").ask("inbox", "set_available", available=True)


def settings(page: Page) -> None:
    go(page, "Conversations")
    page.get_by_role("button", name="Settings of the inbox").click()


def test_handed_off_conversations_go_to_who_is_available(world: World, visit: Visit) -> None:
    owner = visit(SHOP.people["owner"])
    settings(owner)
    owner.get_by_label("Conversations that the bot hands off").select_option("Are assigned in turn")
    expect(owner.get_by_text("Saved", exact=True)).to_be_visible()
    check(owner)
    agent = visit(AGENT)
    settings(agent)
    window = agent.get_by_role("dialog", name="Settings of the inbox")
    expect(window).to_contain_text("Are assigned in turn")
    agent.get_by_label("I am available").click()
    expect(agent.get_by_text("Saved", exact=True)).to_be_visible()
    agent.keyboard.press("Escape")
    phone, contact, _ = somebody(world)
    phone.write("I want to talk to a human, please")
    look(agent, contact)
    thread = agent.get_by_role("region", name="Pau Vidal")
    expect(thread.get_by_role("button", name="Assign")).to_have_count(0)
    thread.get_by_title("Assigned to").click()
    expect(agent.get_by_role("menuitem", name="away")).to_have_count(0)
    expect(agent.get_by_role("menuitem", name="Assign to me")).to_be_visible()
    owner.reload()
    look(owner, contact)
    owner.get_by_role("region", name="Pau Vidal").get_by_title("Assigned to").click()
    expect(owner.get_by_role("menuitem", name=AGENT)).to_contain_text("away")


def test_an_owner_says_who_is_told_of_a_handoff_next(world: World, visit: Visit) -> None:
    page = visit(SHOP.people["owner"])
    go(page, "Bot")
    page.get_by_role("tab", name="Handoff").click()
    page.get_by_label("E-mail address that is told, too").fill("desk@casa-lumen.example")
    page.get_by_label("Tell people again after (minutes)").fill("15")
    nxt = page.get_by_role("combobox", name="Then tell, one after the other")
    nxt.fill("boss@casa-lumen.example")
    nxt.press("Enter")
    check(page)
    save(page)
    publish(page)
    try:
        page.reload()
        expect(page.get_by_label("E-mail address that is told, too")).to_have_value("desk@casa-lumen.example")
        expect(page.get_by_text("boss@casa-lumen.example")).to_be_visible()
    finally:
        world.rows(
            "update chatbots set notify_email = default, handoff_again_min = default, handoff_next = default"
            " where phone_number_id = %s returning 1",
            SHOP.phone_number_id,
        )
