"""The doctor of a number in a browser: an owner's own, and any number for the operator."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from local.seed import SHOP
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.browser.test_platform import OPERATOR
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OWNER = SHOP.staff
HARMLESS = "!"  # what a page leaves as it is in an address


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_owner_and_the_operator_let_the_doctor_look(
    world: World, visit: Visit, size: dict[str, int]
) -> None:
    page = visit(OWNER, size)
    go(page, "Bot")
    page.get_by_role("tab", name="Check-up").click()
    checkup = page.get_by_role("region", name="Check-up of")
    checkup.get_by_role("button", name="Check now").click()
    expect(checkup.get_by_text("Last looked at")).to_be_visible(timeout=60_000)
    expect(checkup.get_by_role("listitem")).to_have_count(21)
    expect(checkup.get_by_role("listitem").filter(has_text="Access token")).to_contain_text("in order")
    check(page)
    expect(checkup.get_by_text("Ready to answer customers")).to_be_visible()
    there_and_back(world, page)
    operator = visit(OPERATOR, size)
    go(operator, "Platform")
    operator.get_by_role("button", name="Casa Lumen").click()
    same = operator.get_by_role("region", name="Check-up of").first
    expect(same.get_by_role("list").first.get_by_role("listitem")).to_have_count(21)
    check(operator)
    world.rows("delete from notifications where kind = 'number_finding'")  # other tests count the bell's


def there_and_back(world: World, page: Page) -> None:
    """Writes the page's words as a customer, and sees the message and the answer go all the way."""
    test = page.get_by_role("region", name="Message there and back")
    test.get_by_role("button", name="Try it with my phone").click()
    words = test.locator("code").inner_text()
    link = test.get_by_role("link", name="Open WhatsApp").get_attribute("href") or ""
    assert link == f"https://wa.me/34960000101?text={quote(words, safe=HARMLESS)}"
    expect(test.get_by_role("listitem").filter(has_text="not yet")).to_have_count(4)
    assert world.ask(SHOP, words)
    expect(test.get_by_role("listitem").filter(has_text=re.compile(r"at \d"))).to_have_count(4)
    check(page)
    page.reload()
    expect(test.get_by_role("listitem").filter(has_text=re.compile(r"at \d"))).to_have_count(4)
