"""What people say of answers, in a browser: the staff's marks and customers' reactions, in the thread and in Insights."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from local.seed import SHOP
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.browser.test_inbox_team import AGENT, look, somebody
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
QUESTION = "How long do I have to return an item?"


def test_a_wrong_answer_is_marked_and_found_in_insights(world: World, visit: Visit) -> None:
    phone, contact, _ = somebody(world, QUESTION)
    page = visit(AGENT)
    look(page, contact)
    answer = page.get_by_role("log").locator(".bubble.out").last
    wrong, good = answer.get_by_role("button", name="is wrong"), answer.get_by_role("button", name="is good")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_attribute("aria-pressed", "false")
    answer.get_by_label("Why?").fill("It is 60 days in January.")
    answer.get_by_role("button", name="Save").click()
    expect(answer).to_contain_text("60 days in January")
    check(page)
    reaction = {"message_id": phone.sent()[-1]["wamid"], "emoji": "👎"}
    phone.deliver({"type": "reaction", "reaction": reaction})
    shown = answer.get_by_role("img", name="reaction: 👎")
    expect(shown).to_be_visible()
    expect(page.get_by_role("log").locator(".bubble", has_text="Reaction")).to_have_count(0)
    check(page)
    owner = visit(SHOP.people["owner"])
    go(owner, "Insights")
    figures = owner.locator("dl.figures")
    expect(figures).to_contain_text("Answers marked wrong")
    expect(figures).to_contain_text("👍: ")
    row = (
        owner.get_by_role("list", name="Wrong answers")
        .get_by_role("listitem")
        .filter(has_text="60 days")
        .first
    )
    expect(row).to_contain_text(QUESTION)
    expect(row).to_contain_text(AGENT)
    expect(row).to_contain_text("👎 by the customer")
    check(owner)
    row.get_by_role("button", name="Open the conversation").click()
    expect(owner.get_by_role("log")).to_contain_text("60 days in January")
    phone.deliver({"type": "reaction", "reaction": {"message_id": phone.sent()[-1]["wamid"]}})
    expect(shown).to_have_count(0)
    wrong.click()
    expect(answer).not_to_contain_text("60 days in January")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_viewer_reads_the_marks_in_spanish(world: World, visit: Visit, size: dict[str, int]) -> None:
    _, contact, _ = somebody(world, QUESTION)
    agent = visit(AGENT)
    look(agent, contact)
    agent.get_by_role("log").locator(".bubble.out").last.get_by_role("button", name="is good").click()
    expect(agent.get_by_role("log")).to_contain_text(f"👍 {AGENT}")
    page = visit("viewer@casa-lumen.example", size, locale="es-ES")
    page.get_by_role("banner").wait_for()
    page.goto(f"{page.url.split('#')[0]}#conversations/all/{contact}")
    expect(page.get_by_role("log")).to_contain_text(f"👍 {AGENT}")
    expect(page.get_by_role("button", name="Esta respuesta es errónea")).to_have_count(0)
    check(page)
    go(page, "Datos")
    expect(page.locator("dl.figures")).to_contain_text("marcadas como buenas")
    check(page)
