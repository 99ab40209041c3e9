"""A visit to the chat page in a real browser: every kind of message is sent from it, and its answer is seen."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from local import seed
from tests.browser.conftest import check
from tests.e2e.conftest import World
from tests.e2e.phone import setting
from tests.e2e.test_whatsapp_choices import offer

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SCREENSHOTS")


def png() -> bytes:
    """A picture that can be seen."""
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (40, 90, 190)).save(out, "PNG")
    return out.getvalue()


class Phone:
    """The page as a person uses it. Nothing may be said on the console."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda m: self.troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(url)
        page.wait_for_selector(".person")

    def write_as(self, name: str) -> None:
        with self.page.expect_response("**/api/conversation?*"):
            self.page.click(f".person:has-text('{name}')")
        self.page.locator("#thread > *").first.wait_for(state="attached")

    def answers(self) -> int:
        return self.page.locator(".msg.out").count()

    def answer_to(self, send: str | None = None, words: str = "") -> str:
        """Sends a text, or what the caller has prepared; the newest answer's words."""
        before = self.answers()
        if send == "text":
            self.page.fill("#text", words)
            self.page.press("#text", "Enter")
        elif send == "voice":
            self.page.click("#open-voice")
            self.page.fill("#voice-text", words)
            self.page.click("#voice-form .primary")
        elif send == "file":
            self.page.fill("#text", words)
            self.page.set_input_files(
                "#attach", {"name": "lamp.png", "mimeType": "image/png", "buffer": png()}
            )
        else:
            self.more(words)
        expect(self.page.locator(".msg.out").nth(before)).to_be_visible(timeout=30_000)
        return self.page.locator(".msg.out").last.inner_text()

    def more(self, title: str) -> None:
        self.page.click("#open-more")
        self.page.click(f"#more-rows .row:has-text('{title}')")

    def shot(self, name: str) -> None:
        """A picture for a person to look at: SCREENSHOTS=folder make test-browser"""
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


@pytest.fixture
def phone(world: World, browser: Browser) -> Iterator[Phone]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    visit = Phone(context.new_page(), world.stack.url("meta") + "/")
    yield visit
    context.close()
    assert visit.troubles == []


def test_every_kind_of_message_from_the_page(phone: Phone) -> None:
    phone.write_as("Jonas Weber")
    assert "30 days" in phone.answer_to("text", "How long do I have to return an item?")
    assert "11.90" in phone.answer_to("voice", "What does express delivery cost?")
    assert "I see a picture" in phone.answer_to("file")
    assert "30 days" in phone.answer_to("file", "How long do I have to return an item?")
    phone.shot("picture-and-voice")
    for title in ("Location", "Contact card", "Order from the catalog"):
        assert phone.answer_to("more", title)
    assert "can't read" in phone.answer_to("more", "Sticker")
    phone.more("React with a thumb")
    phone.page.wait_for_selector(".msg.out .reaction")
    phone.shot("every-kind")


def test_under_an_answer_stands_what_happened(phone: Phone) -> None:
    phone.write_as("Amelia Clarke")
    phone.answer_to("text", "How long do I have to return an item?")
    phone.page.locator("details summary", has_text="What happened").last.click()
    phone.page.wait_for_selector("text=search_knowledge_base", timeout=20_000)
    phone.shot("what-happened")


def test_a_deleted_message_is_gone_from_the_thread_and_the_list(phone: Phone) -> None:
    phone.write_as("Jonas Weber")
    words = f"My card is {secrets.token_hex(4)}"
    phone.answer_to("text", words)
    mine = phone.page.locator(".msg.in", has_text=words)
    expect(mine).to_have_count(1)
    phone.more("Delete my last message")
    gone = phone.page.locator(".msg.in.is-deleted").last
    expect(gone).to_contain_text("You deleted this message")
    expect(phone.page.get_by_text(words)).to_have_count(0)
    check(phone.page)


def test_a_source_opens_its_passage_in_the_portal_after_the_sign_in(phone: Phone, address: str) -> None:
    phone.write_as("Amelia Clarke")
    phone.answer_to("text", "How long do I have to return an item?")
    source = phone.page.locator(".msg.out").last.get_by_role("link", name="Returns")
    phone.page.locator("details summary", has_text="What happened").last.click()
    listed = phone.page.locator(".happened").last.locator(".passages").get_by_role("link", name="Returns")
    for link in (listed, source):
        with phone.page.expect_popup() as opened:
            link.click()
        portal = opened.value
        if portal.get_by_role("heading", name="Who are you?").is_visible():
            portal.locator(f'button[value="{seed.SHOP.staff}"]').click()
        used = portal.locator("li.card", has_text="Used for this answer").first
        expect(used).to_contain_text("30 days")
        expect(used).to_be_in_viewport()
    check(phone.page)


def test_buttons_and_lists_are_tapped(phone: Phone, world: World) -> None:
    phone.write_as("Lucía Ferrer")
    phone.answer_to("text", "How long do I have to return an item?")
    choices = [("Red", "r"), ("Where is my order CL-1017?"[:20], "w")]
    buttons = [{"type": "reply", "reply": {"id": key, "title": title}} for title, key in choices]
    token = world.stack.whatsapp_token(seed.SHOP.phone_number_id)
    answer = world.http.post(
        f"{world.stack.url('meta')}/graph/v26.0/{seed.SHOP.phone_number_id}/messages",
        headers={"Authorization": f"Bearer {token}"},
        json={
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+34600111222",
            "type": "interactive",
            "interactive": {"type": "button", "body": {"text": "Which one?"}, "action": {"buttons": buttons}},
        },
    )
    assert answer.status_code == 200, answer.text
    expect(phone.page.locator(".tap:has-text('Red')")).to_be_visible()
    before = phone.answers()
    phone.page.click(".tap:has-text('Red')")
    expect(phone.page.locator(".msg.out").nth(before)).to_be_visible(timeout=30_000)
    assert "Red" in phone.page.locator(".msg.in").last.inner_text()
    phone.shot("buttons")


def test_what_the_model_offers_is_tapped_and_answered(phone: Phone, world: World) -> None:
    phone.write_as("Lucía Ferrer")
    titles = ["Gift cards", "Express delivery", "Returns", "Warranty"]
    with setting(world, model="offline-obey"):
        assert "What is it about?" in phone.answer_to("text", offer(titles, "What is it about?"))
    phone.shot("offered")
    before = phone.answers()
    phone.page.locator(".msg.out").last.locator(".tap").first.click()
    phone.shot("list")
    phone.page.locator("#sheet-rows .row", has_text="Express delivery").click()
    expect(phone.page.locator(".msg.out").nth(before)).to_be_visible(timeout=30_000)
    assert "11.90" in phone.page.locator(".msg.out").last.inner_text()


def test_a_link_products_a_place_and_a_form(phone: Phone) -> None:
    phone.write_as("Jonas Weber")
    phone.answer_to("text", "Where can I book a workshop online?")
    link = phone.page.locator("a.tap", has_text="Book a workshop").last
    expect(link).to_have_attribute("href", "https://casa-lumen.example/workshops")
    phone.answer_to("text", "Show me the brass lamp and the LED bulb")
    before = phone.answers()
    phone.page.locator(".tap", has_text="View items").last.click()
    phone.shot("products")
    phone.page.locator("#sheet-rows .row", has_text="LED bulb").click()
    expect(phone.page.locator(".msg.out").nth(before)).to_be_visible(timeout=30_000)
    phone.answer_to("text", "Which store is the nearest to me?")
    before = phone.answers()
    phone.page.locator(".tap", has_text="Send location").last.click()
    expect(phone.page.locator(".msg.out").nth(before)).to_be_visible(timeout=30_000)
    expect(phone.page.locator(".tap", has_text="Send location").last).to_be_disabled()
    phone.answer_to("text", "I want to return an item. Is there a form?")
    before = phone.answers()
    phone.page.locator(".tap", has_text="Fill in the form").last.click()
    for field in phone.page.locator("#sheet-rows input").all():
        field.fill("A lamp")
    phone.shot("form")
    phone.page.locator("#sheet-rows .primary").click()
    expect(phone.page.locator(".msg.in").last).to_contain_text("order_number: A lamp")
    expect(phone.page.locator(".msg.out").nth(before)).to_be_visible(timeout=30_000)
    phone.shot("form-sent")


def test_a_file_of_the_knowledge_base_comes_to_the_phone(phone: Phone) -> None:
    phone.write_as("Jonas Weber")
    phone.answer_to("text", "Please send me the document on returns")
    expect(phone.page.locator(".msg.out .file").last).to_contain_text(
        "returns-and-delivery.pdf", timeout=30_000
    )
    phone.shot("document")


def test_a_message_that_fails_shows_it(phone: Phone, world: World) -> None:
    phone.write_as("Amelia Clarke")
    world.control("statuses", {"fail_code": 131026, "sent_s": 0.05})
    try:
        phone.answer_to("text", "How long is a gift card valid?")
        expect(phone.page.locator(".msg.out .failed, .msg.out.failed").last).to_be_visible(timeout=30_000)
        phone.shot("failed")
    finally:
        world.control("statuses", {"sent_s": 0.05, "delivered_s": 0.3, "read_s": 1.2})


def test_the_page_fits_a_small_phone(phone: Phone) -> None:
    phone.page.set_viewport_size({"width": 360, "height": 740})
    phone.shot("small")
    wider = phone.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wider
