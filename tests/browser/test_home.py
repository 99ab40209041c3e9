"""The page on which each role begins, the steps of the set-up, and what every page says of a bot that is off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from local.seed import CLINIC
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go, publish, save
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize(
    ("email", "page_name"),
    [
        (CLINIC.staff, "Home"),
        ("editor@clinica-ribera.example", "Home"),
        ("agent@clinica-ribera.example", "Conversations"),
        ("viewer@clinica-ribera.example", "Insights"),
        ("operator@platform.example", "Platform"),
    ],
)
def test_each_role_begins_where_its_work_is(world: World, visit: Visit, email: str, page_name: str) -> None:
    expect(visit(email).get_by_role("heading", level=1)).to_have_text(page_name)


def test_the_set_up_leads_to_what_is_missing(world: World, visit: Visit) -> None:
    world.ask(CLINIC, "When are you open?")
    page = visit(CLINIC.staff)
    go(page, "Home")
    steps = page.get_by_role("region", name="Set up your bot").get_by_role("listitem")
    expect(steps.filter(has_text="Your number is live")).to_contain_text("done")
    handoffs = steps.filter(has_text="Somebody is notified of handoffs")
    handoffs.get_by_role("button", name="Do this").click()
    expect(page.get_by_text("Nobody is notified yet")).to_be_visible()
    page.get_by_label("A colleague’s WhatsApp number").fill("+34 600 111 222")  # noqa: RUF001
    save(page)
    publish(page)
    go(page, "Home")
    expect(handoffs.get_by_role("button", name="Do this")).to_have_count(0)
    go(page, "Bot")
    page.get_by_role("tab", name="Handoff").click()
    page.get_by_label("A colleague’s WhatsApp number").fill("")  # noqa: RUF001
    save(page)
    publish(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_home_is_accessible_in_both_schemes(
    world: World, visit: Visit, size: dict[str, int], scheme: str
) -> None:
    page = visit(CLINIC.staff, size)
    go(page, "Home")
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("menuitem", name=scheme.title(), exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    check(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)


def test_a_bot_that_is_off_is_seen_on_every_page(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "Bot")
    switch = page.get_by_label("The bot answers customers")
    try:
        switch.uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        banner = page.get_by_role("note").filter(has_text="The bot is off")
        for name in ("Knowledge", "People", "Home"):
            go(page, name)
            expect(banner).to_contain_text(CLINIC.name)
        check(page)
        banner.get_by_role("button", name="Open the bot’s settings").click()  # noqa: RUF001
    finally:
        go(page, "Bot")
        switch.check()
        page.get_by_role("button", name="Save").click()
    expect(banner).to_have_count(0)
