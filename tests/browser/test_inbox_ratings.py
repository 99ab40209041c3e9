"""A customer rates a conversation that a person has solved: set, asked, tapped and seen in a browser, over the running product."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from local.seed import SHOP, wait_for
from tests.browser.conftest import PHONE, Visit, check, go, publish, save
from tests.browser.test_inbox_team import AGENT, look, somebody
from tests.e2e.conftest import World
from tests.e2e.phone import recover, setting
from tests.e2e.test_whatsapp_choices import tap

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_solved_conversation_is_rated(world: World, visit: Visit) -> None:
    phone, contact, _ = somebody(world)
    with setting(world, ask_rating="off"):
        owner = visit(SHOP.people["owner"])
        go(owner, "Bot")
        owner.get_by_role("tab", name="Handoff").click()
        owner.get_by_label("Ask for a rating").select_option(
            label="With three buttons: good, so-so, not good"
        )
        check(owner)
        save(owner)
        publish(owner)
        page = visit(AGENT)
        look(page, contact)
        log = page.get_by_role("log")
        page.get_by_label("Reply as a human").fill("I have sent you the card.")
        page.get_by_role("button", name="Send", exact=True).click()
        phone.sent(2)
        expect(log.locator(".bubble.person", has_text="I have sent you the card.")).to_contain_text("read")
        page.get_by_role("button", name="Solve", exact=True).click()
        expect(page.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
        recover(world)
        (_, _, question) = phone.sent(3)
        assert question["content"]["body"]["text"] == "How did we do? Your answer helps us."
        (thanks,) = phone.after(tap("button_reply", question, 0))
        assert thanks["text"] == "Thank you for your answer!"
        expect(log.locator(".bubble.in").last).to_contain_text("Good")
        expect(log.locator(".bubble.in").last).to_contain_text("Rating")
        expect(page.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
        page.get_by_role("button", name="Customer", exact=True).click()
        expect(page.get_by_role("dialog").get_by_role("img", name="5 of 5")).to_be_visible()
        check(page)
        outcomes = "select outcome from turns where contact_id = %s and outcome not in ('human', 'rating')"
        assert [row["outcome"] for row in world.rows(outcomes, contact)] == ["answered"]
        viewer = visit("viewer@casa-lumen.example", PHONE, locale="es-ES")
        go(viewer, "Datos")
        expect(viewer.locator("dl.figures")).to_contain_text("Valoración (1 a 5)")
        expect(viewer.locator("dl.figures")).to_contain_text("valoraciones: ")
        check(viewer)
        wait_for(lambda: len(phone.sent()) == 4, 5)
        phone.write("How long is a gift card valid?")
        expect(page.get_by_role("button", name="Solve", exact=True)).to_be_visible()
