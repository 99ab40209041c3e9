"""What somebody who tries the demo's chat page runs into: a small screen, a human who has taken over, a connection that goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local import seed
from tests.browser.conftest import check
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    """The chat page on a phone, as Amelia."""
    context = browser.new_context(viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
    opened = context.new_page()
    with opened.expect_response("**/api/conversation?*"):
        opened.goto(f"{world.stack.url('meta')}/#{seed.SHOP.phone_number_id}/GB.77812093355120416608")
    opened.locator("#thread > *").first.wait_for(state="attached")  # what was said before counts as no answer
    yield opened
    context.close()


def write(page: Page, words: str) -> None:
    page.fill("#text", words)
    page.press("#text", "Enter")


def answered(page: Page, words: str) -> None:
    before = page.locator(".msg.out").count()
    write(page, words)
    expect(page.locator(".msg.out").nth(before)).to_be_visible(timeout=60_000)


def test_the_list_fits_a_phone_when_conversations_have_words(page: Page) -> None:
    answered(
        page,
        "How long do I have to return an item that I have bought in one of your stores in Valencia, please?",
    )
    page.click("#back")
    expect(page.locator(".person").first).to_be_visible()
    add = page.locator("#add-person").bounding_box()
    assert add is not None and add["x"] + add["width"] <= PHONE["width"]
    check(page)


def test_the_page_names_the_model_and_says_that_it_is_rules(page: Page) -> None:
    page.click("#back")
    note = page.locator("#model")
    expect(note).to_contain_text("offline-rule-based")
    expect(note).to_contain_text("not a language model")


def test_the_thread_breaks_no_rule_of_accessibility(page: Page) -> None:
    answered(page, "How long is a gift card valid?")
    check(page)


def test_a_human_who_has_the_conversation_is_named(page: Page, world: World) -> None:
    answered(page, "How long is a gift card valid?")
    paused = "update contacts set paused_until = %s where user_id = 'GB.77812093355120416608' returning 1"
    answered(page, "I want to talk to a person")
    try:
        write(page, "Hello?")
        silence = page.locator(".silence")
        expect(silence).to_contain_text("A person of the business has this conversation", timeout=30_000)
        expect(silence.get_by_role("link")).to_have_attribute(
            "href", f"{world.stack.url('portal')}/#conversations"
        )
        page.reload()
        expect(page.locator(".silence")).to_be_visible()
    finally:
        world.rows(paused, None)


def test_a_message_that_could_not_be_sent_stays_until_it_is_sent(page: Page) -> None:
    def lost(route: Route) -> None:
        route.abort()

    page.route("**/api/messages", lost)
    write(page, "Is this lost?")
    expect(page.locator(".msg", has_text="Is this lost?").locator(".again")).to_be_visible()
    page.click("#back")
    page.locator(".person", has_text="Jonas Weber").click()
    page.click("#back")
    page.locator(".person", has_text="Amelia Clarke").click()
    mine = page.locator(".msg.in", has_text="Is this lost?")
    page.unroute("**/api/messages", lost)
    before = page.locator(".msg.out").count()
    mine.locator(".again").click()
    expect(mine.locator(".again")).to_have_count(0)
    expect(mine).to_have_count(1)
    expect(page.locator(".msg.out").nth(before)).to_be_visible(timeout=60_000)


def test_the_runs_can_be_searched(page: Page, world: World) -> None:
    # A message that comes while a turn is open gets a second run.
    seed.wait_for(lambda: not world.rows("select id from turns where state = 'active'"), 30)
    answered(page, "Do you sell gift cards for Christmas?")
    page.goto(f"{world.stack.url('runner')}/?token={world.stack.secrets.runner}")
    page.get_by_label("Search runs").fill("gift cards christmas")
    run = page.locator(".run").first
    expect(run).to_contain_text("Amelia Clarke")
    expect(page.locator(".run")).to_have_count(1)
    check(page)
    run.click()
    expect(page.get_by_role("heading", name="Steps")).to_be_visible()
    page.locator("summary", has_text="agent_loop").click()
    expect(
        page.locator("details", has_text="agent_loop").get_by_text("search_knowledge_base").first
    ).to_be_visible()
    check(page)


def test_a_skipped_run_says_why_in_the_list(page: Page, world: World) -> None:
    write(page, "STOP")
    page.goto(f"{world.stack.url('runner')}/?token={world.stack.secrets.runner}")
    page.get_by_label("Search runs").fill("amelia stop")
    try:
        expect(page.locator(".run").first).to_contain_text("→ the contact has opted out")
        check(page)
    finally:
        page.goto(f"{world.stack.url('meta')}/#{seed.SHOP.phone_number_id}/GB.77812093355120416608")
        page.locator("#text").wait_for()
        answered(page, "START")
