"""The portal in a browser, against the real steps and the real database."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import expect

from local.seed import CLINIC, SHOP, wait_for
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OPERATOR, STRANGER = "operator@platform.example", "somebody@elsewhere.example"
PAGES = ("Documents", "Bot", "Conversations", "Insights")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("locale", ["en-GB", "es-ES"])
def test_every_page_is_accessible_and_fits(
    world: World, visit: Visit, size: dict[str, int], locale: str
) -> None:
    world.ask(SHOP, "How long do I have to return an item?")
    page = visit(SHOP.staff, size, locale)
    names = PAGES if locale == "en-GB" else ("Documentos", "Bot", "Conversaciones", "Datos")
    for name in names:
        go(page, name)
        check(page)
        if name in ("Conversations", "Conversaciones"):
            page.locator(".people button").first.click()
            expect(page.locator(".bubble").first).to_be_visible()
            check(page)
    page = visit(OPERATOR, size)
    go(page, "Platform")
    page.get_by_text("Numbers, Keys, Staff").first.click()
    check(page)


def test_strangers_and_others_see_nothing(world: World, visit: Visit) -> None:
    page = visit(STRANGER)
    expect(page.get_by_role("alert")).to_contain_text("not a member")
    expect(page.get_by_role("navigation")).to_have_count(0)
    check(page)
    page = visit(CLINIC.staff)
    go(page, "Documents")
    expect(page.get_by_role("heading", name="Patient guide")).to_be_visible()
    expect(page.get_by_text("Returns and delivery")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("button", name="Platform")).to_have_count(0)


@pytest.mark.parametrize("role", ["viewer", "agent", "editor"])
def test_a_role_sees_what_it_may_do(world: World, visit: Visit, role: str) -> None:
    page = visit(f"{role}@casa-lumen.example")
    edits, writes = role == "editor", role != "viewer"
    go(page, "Documents")
    expect(page.get_by_role("button", name="Add a document")).to_have_count(int(edits))
    go(page, "Bot")
    expect(page.get_by_role("button", name="Save")).to_have_count(int(edits))
    expect(page.get_by_role("button", name="Ask")).to_have_count(int(writes))
    expect(page.get_by_role("button", name="Add a tool")).to_have_count(0)


def test_a_document_is_added_tried_and_deleted(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Documents")
    word = secrets.token_hex(4)
    content = f"# Workshop {word}\n\nThe candle workshop {word} takes place on Thursdays at six.".encode()
    chooser = page.locator('input[type="file"]').first
    chooser.set_input_files({"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"})
    expect(page.get_by_text("This type of file can’t be read")).to_be_visible()  # noqa: RUF001
    chooser.set_input_files({"name": f"workshop-{word}.md", "mimeType": "text/markdown", "buffer": content})
    card = page.locator("li.card", has_text=f"workshop-{word}.md")
    expect(card).to_be_visible()
    page.reload()
    go(page, "Documents")
    expect(card.get_by_text("Answers")).to_be_visible(timeout=60_000)
    page.get_by_label("Question", exact=True).fill(f"When is the candle workshop {word}?")
    page.keyboard.press("Enter")
    expect(page.locator("ol .card").first).to_contain_text("Thursdays at six")
    expect(page.locator("ol .card").first).to_contain_text("The bot would use this")
    card.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("will be gone")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    check(page)
    page.keyboard.press("Escape")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)


def test_settings_are_saved_and_the_preview_survives_a_reload(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Bot")
    page.get_by_label("Persona").fill("You are warm and brief. Prices are in $.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    sent = world.sent(SHOP)
    page.get_by_label("Message to the bot").fill("How long do I have to return an item?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".preview .bubble.in")).to_be_visible()
    kept = 'Object.values(sessionStorage).some((text) => /"run":"[0-9a-f-]{36}/.test(text))'
    wait_for(lambda: page.evaluate(kept), 20)
    page.reload()
    go(page, "Bot")
    expect(page.get_by_label("Persona")).to_have_value("You are warm and brief. Prices are in $.")
    expect(page.locator(".preview .bubble.out")).to_contain_text("30 days", timeout=60_000)
    assert world.sent(SHOP) == sent, "a preview sends nothing"


def test_a_human_steps_in(world: World, visit: Visit) -> None:
    world.ask(SHOP, "هل تبيعون الدراجات؟", "Amelia Clarke")
    page = visit("agent@casa-lumen.example")
    go(page, "Conversations")
    page.get_by_label("Search").fill("الدراجات")
    expect(page.locator(".people li")).to_have_count(1)
    page.locator(".people button").click()
    arabic = page.locator(".bubble.in p", has_text="الدراجات").first
    assert arabic.evaluate("(p) => getComputedStyle(p).direction") == "rtl"
    before = len(world.sent(SHOP))
    page.get_by_label("Reply as a human").fill("A colleague here: no bicycles, sorry.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".bubble.person")).to_contain_text("no bicycles, sorry")
    assert "no bicycles, sorry" in str(world.sent(SHOP, before + 1)[-1])
    expect(page.get_by_role("button", name="Resume the bot")).to_be_visible()
    page.get_by_role("button", name="Resume the bot").click()
    expect(page.get_by_role("button", name="Pause the bot")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export CSV").click()
    assert "no bicycles, sorry" in saved.value.path().read_text()


def test_an_answer_is_added_to_what_was_asked_in_vain(world: World, visit: Visit) -> None:
    word = secrets.token_hex(3)
    world.ask(CLINIC, f"Do you have a {word} hovercraft landing pad?")
    page = visit(CLINIC.staff)
    go(page, "Insights")
    expect(page.locator(".figures")).to_contain_text("Messages")
    group = page.locator("li.card", has_text=word).first
    group.get_by_role("button", name="Add an answer").click()
    page.get_by_label("Answer", exact=True).fill(
        f"Yes, the {word} hovercraft landing pad is behind the clinic, by the river."
    )
    page.get_by_role("button", name="Add and ask again").click()
    expect(page.get_by_text("Asking the bot before")).to_be_visible()
    page.reload()
    go(page, "Insights")
    expect(page.get_by_text("Done: before and after")).to_be_visible(timeout=90_000)
    expect(page.locator(".card .bubble.out").last).to_contain_text("behind the clinic")
    expect(
        page.get_by_role("button", name="Add an answer").and_(page.locator(f"li:has-text('{word}') button"))
    ).to_have_count(0)


def test_the_operator_opens_a_business_and_hands_over_again(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    name = f"Gamma {secrets.token_hex(3)}"
    page.get_by_label("Name of the business").fill(name)
    page.get_by_role("button", name="Create").click()
    card = page.locator("li.card", has_text=name)
    card.get_by_text("Numbers, Keys, Staff").click()
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
    go(page, "Documents") if page.get_by_role("button", name="Documents").count() else page.reload()
    go(page, "Platform")
    page.get_by_role("button", name="Hand over again").first.click()
    expect(page.get_by_role("button", name="Hand over again")).to_have_count(0)


def test_the_keyboard_reaches_everything(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Documents")
    page.reload()
    page.get_by_role("heading", level=1, name="Documents").wait_for()
    expect(page.locator("main .state[role=status]")).to_have_count(0, timeout=20_000)
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || ''"
            )
        )
    for wanted in ("Skip to the page", "Documents", "Insights", "Add a document"):
        assert any(wanted in text for text in reached), reached
