"""The operator's page in a browser."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OPERATOR = "operator@platform.example"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_operators_page_is_accessible_and_fits(world: World, visit: Visit, size: dict[str, int]) -> None:
    page = visit(OPERATOR, size)
    go(page, "Platform")
    page.get_by_text("Numbers, keys, plan, staff").first.click()
    check(page)


def test_the_operator_opens_a_business_and_hands_over_again(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    name = f"Gamma {secrets.token_hex(3)}"
    page.get_by_label("Name of the business").fill(name)
    page.get_by_role("button", name="Create").click()
    card = page.locator("li.card", has_text=name)
    card.get_by_text("Numbers, keys, plan, staff").click()
    card.get_by_label("E-mail").fill("new@gamma.example")
    card.get_by_role("button", name="Add a person").click()
    expect(card.get_by_text("new@gamma.example Editor")).to_be_visible()
    card.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(card.get_by_text("suspended", exact=True)).to_be_visible()
    world.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload, state, reason)"
        " values ('999', 'dead letter', 'message', '{}', 'dead', 'given up after 6 runs') returning 1"
    )
    page.reload()
    go(page, "Platform")
    page.get_by_role("button", name="Hand over again").first.click()
    expect(page.get_by_role("button", name="Hand over again")).to_have_count(0)
