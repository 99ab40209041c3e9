"""A template is written in the portal, reviewed by Meta, and sent: in a browser, over the running product."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from local.seed import SHOP
from tests.browser.conftest import PHONE, Visit, between, check, go, lost
from tests.browser.test_inbox_settings import settings
from tests.browser.test_inbox_team import AGENT, look
from tests.e2e.conftest import World
from tests.e2e.staff import Staff
from tests.e2e.test_after_24_hours import ACCOUNT, day_old, read_templates

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def shelf(page: Page) -> None:
    settings(page)
    page.get_by_role("button", name="Templates").click()


def test_a_template_is_written_reviewed_and_sent(world: World, visit: Visit) -> None:
    phone, contact = day_old(world, Staff(world, "agent"))
    read_templates(world)
    name = f"back_in_stock_{secrets.token_hex(3)}"
    page = visit(SHOP.people["editor"])
    shelf(page)
    window = page.get_by_role("dialog", name="Templates")
    expect(window.get_by_role("listitem").filter(has_text="spring_offers")).to_contain_text("paused")
    check(page)
    window.get_by_role("button", name="New template").click()
    window.get_by_label("Name of the template").fill(name)
    window.get_by_label("Language of the template").select_option(label="Spanish")
    text = window.get_by_label("Text", exact=True)
    text.fill("{{1}}: ya tenemos la lámpara.")
    window.get_by_label("Small print (optional)").fill("Casa Lumen")
    window.get_by_role("button", name="Add a button to reply with").click()
    window.get_by_label("Button 1", exact=True).fill("Resérvela")
    window.get_by_role("button", name="Send to Meta").click()
    expect(window).to_contain_text("begin or end with a place")
    expect(text).to_be_focused()
    expect(text).to_have_attribute("aria-invalid", "true")
    text.fill("Hola ")
    window.get_by_role("button", name="Add a place").click()
    expect(text).to_have_value("Hola {{1}}")
    text.press_sequentially(": ya tenemos la lámpara.")
    window.get_by_role("button", name="Send to Meta").click()
    example = window.get_by_label(re.compile(r"Example, Text: \{\{1\}\}"))
    expect(example).to_have_attribute("aria-invalid", "true")
    example.fill("Ana")
    expect(window.get_by_role("group", name="What the customer reads")).to_contain_text(
        "Hola Ana: ya tenemos"
    )
    check(page)
    between(page, {"templates create": lost})
    window.get_by_role("button", name="Send to Meta").click()
    expect(window).to_contain_text("Something failed on our side")
    page.reload()
    shelf(page)
    window.get_by_role("button", name="New template").click()
    expect(text).to_have_value("Hola {{1}}: ya tenemos la lámpara.")
    between(page, {})
    window.get_by_role("button", name="Send to Meta").click()
    row = window.get_by_role("listitem").filter(has_text=name)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("under review")
    review = {"waba_id": ACCOUNT, "name": name, "language": "es"}
    world.control("review", {**review, "event": "REJECTED", "reason": "SCAM"})
    expect(row).to_contain_text("Why: Meta takes it for a fraud.", timeout=90_000)
    check(page)
    world.control("review", {**review, "event": "APPROVED"})
    expect(row).to_contain_text("approved", timeout=90_000)
    agent = visit(AGENT)
    look(agent, contact)
    agent.get_by_label("Template", exact=True).select_option(f"{name} (es)")
    expect(agent.get_by_text("Meta bills about US$0.02 when it is delivered.")).to_be_visible()
    agent.get_by_label("Text: 1").fill("Pau")
    agent.get_by_role("button", name="Send the template").click()
    (sent,) = phone.sent(1)
    assert sent["content"]["name"] == name
    row.get_by_role("button", name="Change the text").click()
    expect(window.get_by_text("Until Meta has approved the new text")).to_be_visible()
    expect(text).to_have_value("Hola {{1}}: ya tenemos la lámpara.")
    expect(example).to_have_value("Ana")
    check(page)
    text.fill("Hola {{1}}: la lámpara ha llegado.")
    window.get_by_role("button", name="Send to Meta").click()
    expect(row).to_contain_text("under review")
    expect(row).to_contain_text("la lámpara ha llegado")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name=f"Delete “{name}”?").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_templates_are_seen_by_everybody_and_written_by_editors(world: World, visit: Visit) -> None:
    day_old(world, Staff(world, "agent"))
    read_templates(world)
    page = visit(AGENT, size=PHONE)
    shelf(page)
    window = page.get_by_role("dialog", name="Templates")
    expect(window.get_by_role("listitem").filter(has_text="order_news").first).to_be_visible()
    expect(window.get_by_role("button", name="New template")).to_have_count(0)
    check(page)
    owner = visit(SHOP.people["owner"], size=PHONE, locale="es-ES")
    go(owner, "Conversaciones")
    owner.get_by_role("button", name="Ajustes de la bandeja").click()
    owner.get_by_role("button", name="Plantillas").click()
    owner.get_by_role("button", name="Nueva plantilla").click()
    owner.get_by_label("Nombre de la plantilla").fill("Con Mayúsculas")
    owner.get_by_role("button", name="Enviar a Meta").click()
    expect(owner.get_by_text("solo lleva minúsculas, cifras y _, como lo muestra Meta")).to_be_visible()
    check(owner)
