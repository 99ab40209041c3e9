"""The operator's page in a browser."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from f.common.secrets import unseal
from local.seed import wait_for
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OPERATOR = "operator@platform.example"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_operators_page_is_accessible_and_fits(world: World, visit: Visit, size: dict[str, int]) -> None:
    page = visit(OPERATOR, size)
    go(page, "Platform")
    check(page)
    page.get_by_role("button", name="Casa Lumen").click()
    expect(page.get_by_role("heading", name="Casa Lumen")).to_be_visible()
    check(page)


def test_the_operator_opens_a_business_and_dispatches_again(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    name = f"Gamma {secrets.token_hex(3)}"
    page.get_by_label("Name of the business").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    still = page.get_by_role("note").filter(has_text="Still missing")
    expect(still.get_by_role("listitem")).to_have_count(4)
    page.get_by_label("E-mail").fill("new@gamma.example")
    page.get_by_role("button", name="Add a person").click()
    expect(page.get_by_text("new@gamma.example Owner")).to_be_visible()
    expect(still.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("suspended", exact=True)).to_be_visible()
    page.get_by_role("button", name="Back to the businesses").click()
    expect(page.locator("li.card", has_text=name)).to_contain_text("no token")
    world.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload, state, reason)"
        " values ('999', 'dead letter', 'message', '{}', 'dead', 'given up after 6 runs') returning 1"
    )
    page.reload()
    go(page, "Platform")
    page.get_by_role("button", name="Start again").first.click()
    expect(page.get_by_role("button", name="Start again")).to_have_count(0)


def test_a_key_leaves_the_browser_sealed(world: World, visit: Visit) -> None:
    """What the page seals in JavaScript, the scripts open; and no job holds it."""
    key = f"EAAplanted{secrets.token_hex(12)}"
    page = visit(OPERATOR)
    go(page, "Platform")
    name = f"Epsilon {secrets.token_hex(3)}"
    page.get_by_label("Name of the business").fill(name)
    page.get_by_role("button", name="Create").click()
    form = page.locator("form", has=page.get_by_label(re.compile("WhatsApp")))
    field = form.get_by_role("textbox")
    field.fill(key)
    form.get_by_role("button", name="Save").click()
    expect(field).to_have_value("")
    (row,) = world.rows("select id::text, whatsapp_token from tenants where name = %s", name)
    assert unseal(world.stack.secrets.master_key, row["id"], "whatsapp_token", row["whatsapp_token"]) == key
    jobs = json.dumps(world.jobs())
    assert "sealed_key" in jobs and key not in jobs


def test_a_numbers_models_and_its_rate_are_kept(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    word = secrets.token_hex(3)
    page.get_by_label("Name of the business").fill(f"Delta {word}")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Meta’s phone number ID").fill(str(10**9 + int(word, 16)))  # noqa: RUF001
    page.get_by_label("Name", exact=True).fill("Delta line")
    page.get_by_role("button", name="Add a number").click()
    number = page.get_by_role("form", name="Number Delta line")
    number.get_by_label("Vendor", exact=True).select_option("gemini")
    number.get_by_label("Model", exact=True).fill("first")
    number.get_by_label("Messages per second").fill("0.5")
    for place, model in enumerate(("second", "third"), 1):
        number.get_by_role("button", name="Add a model").click()
        number.get_by_label(f"Model {place}").fill(model)
    check(page)
    number.get_by_role("button", name="Move up").last.click()
    number.get_by_label("Model 2").fill("third")
    number.get_by_role("button", name="Save").click()
    expect(number.get_by_text("Name each model only once")).to_be_visible()
    number.get_by_label("Model 2").fill("second")
    number.get_by_role("button", name="Save").click()
    expect(number.get_by_text("Name each model only once")).to_be_hidden()
    query = "select model, fallbacks, sends_per_s from chatbots where name = 'Delta line' and model = 'first'"
    wait_for(lambda: world.rows(query), 20)
    (row,) = world.rows(query)
    assert [other["model"] for other in row["fallbacks"]] == ["third", "second"]
    assert row["sends_per_s"] == 0.5
