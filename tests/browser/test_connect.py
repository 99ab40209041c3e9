"""An owner connects the business's number anew in a browser: through Meta's dialog, and with a token; the operator sees which are taken."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from local.seed import SHOP
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.browser.test_platform import OPERATOR
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OWNER = SHOP.staff


def checkup(visit: Visit, size: dict[str, int]) -> Page:
    page = visit(OWNER, size)
    go(page, "Bot")
    page.get_by_role("tab", name="Check-up").click()
    return page


def connected(world: World, page: Page) -> None:
    """The number is chosen, and the doctor has looked."""
    expect(page.get_by_text("connected here; this replaces the token")).to_be_visible(timeout=30_000)
    check(page)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="is connected.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Ready to answer customers")).to_be_visible()
    check(page)
    world.rows("delete from notifications where kind = 'number_finding'")  # other tests count the bell's


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_owner_goes_through_meta_s_dialog(world: World, visit: Visit, size: dict[str, int]) -> None:
    page = checkup(visit, size)
    page.get_by_role("button", name="Connect with Meta").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open Meta").click()
    there = opened.value
    there.get_by_role("link", name=SHOP.display_phone_number).click()
    expect(there.get_by_text(f"{OWNER} is connecting “WhatsApp” to the bot of {SHOP.name}.")).to_be_visible()
    there.get_by_role("button", name="Connect").click()
    expect(there.get_by_text("Go back to the portal")).to_be_visible()
    connected(world, page)


def test_an_owner_pastes_a_token(world: World, visit: Visit) -> None:
    page = checkup(visit, DESKTOP)
    page.get_by_label("WhatsApp access token").fill("EAA not a token of anybody's")
    page.get_by_role("button", name="Show its numbers").click()
    expect(page.get_by_role("status")).to_contain_text("Meta refuses this access token")
    check(page)
    page.get_by_label("WhatsApp access token").fill(world.stack.whatsapp_token(SHOP.phone_number_id))
    page.get_by_role("button", name="Show its numbers").click()
    connected(world, page)


def test_the_operator_sees_which_numbers_are_taken(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    page.get_by_role("button", name="Clínica").first.click()
    part = page.get_by_role("region", name="Connect a number")
    part.get_by_label("WhatsApp access token").fill(world.stack.whatsapp_token(SHOP.phone_number_id))
    part.get_by_role("button", name="Show its numbers").click()
    expect(part.get_by_text("another business has it")).to_be_visible()
    expect(part.get_by_role("button", name="Connect", exact=True)).to_be_disabled()
    check(page)
