"""A business's own tests in a browser: one is added by hand, a draft that breaks it is not published, and an owner goes on with a reason."""

# ruff: noqa: RUF001 - the page has typographic apostrophes
from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.seed import CLINIC
from tests.browser.conftest import Visit, check, go, picture, save
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OWNER, EDITOR = CLINIC.people["owner"], CLINIC.people["editor"]
QUESTION = "How much is the flu vaccination?"
PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def as_it_was(world: World) -> Iterator[None]:
    yield
    world.rows("delete from bot_cases returning 1")
    world.rows("delete from chatbot_drafts returning 1")
    world.rows("update chatbots set handoff_keywords = '{}' returning 1")


def add_test(page: Page) -> None:
    page.get_by_role("button", name="Add a test").click()
    form = page.get_by_role("dialog")
    form.get_by_label("The customer’s message").fill(QUESTION)
    must = form.get_by_label("Must say")
    must.fill("EUR 18")
    must.press("Enter")
    form.get_by_label("Must rest on").fill(CLINIC.title)
    check(page)
    picture(page, "case form")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)


def test_a_test_stops_a_draft_until_an_owner_says_why(world: World, visit: Visit) -> None:
    page = visit(EDITOR)
    go(page, "Bot")
    page.get_by_role("tab", name="Tests").click()
    expect(page.get_by_text("No tests yet")).to_be_visible()
    check(page)
    add_test(page)
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("All tests passed")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("list", name="Tests").locator("li.card")).to_contain_text("passed")
    page.get_by_role("tab", name="Handoff").click()
    words = page.get_by_role("combobox", name="Words customers use to ask for a human")
    words.fill("vaccination")
    words.press("Enter")
    save(page)
    draft = page.get_by_role("note").filter(has_text="One change is not live yet")
    draft.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_text("Not published: tests failed")).to_be_visible(timeout=PATIENCE_MS)
    red = dialog.get_by_role("list", name="Tests that failed")
    for part in (QUESTION, "The bot should answer this", "This change does it", "EUR 18"):
        expect(red).to_contain_text(part)
    expect(dialog.get_by_role("button", name="Publish anyway")).to_have_count(0)
    check(page)
    picture(page, "tests stop a draft")

    owner = visit(OWNER)
    go(owner, "Bot")
    owner.get_by_role("note").filter(has_text="not live yet").get_by_role("button", name="Publish").click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_text("Not published: tests failed")).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_label("Why all the same?").fill("A nurse answers that now.")
    dialog.get_by_role("button", name="Publish anyway").click()
    expect(dialog).to_have_count(0)
    owner.get_by_role("tab", name="Versions").click()
    versions = owner.get_by_role("list", name="Versions").locator("li.card")
    expect(versions.first).to_contain_text("Published although tests failed: A nurse answers that now.")
