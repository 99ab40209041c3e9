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
PAGES = {
    "en-GB": ("Knowledge", "Bot", "Conversations", "Insights", "People"),
    "es-ES": ("Conocimiento", "Bot", "Conversaciones", "Datos", "Personas"),
}


@pytest.mark.parametrize(("size", "locale"), [(DESKTOP, "en-GB"), (PHONE, "es-ES")], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits(
    world: World, visit: Visit, size: dict[str, int], locale: str
) -> None:
    world.ask(SHOP, "How long do I have to return an item?")
    page = visit(SHOP.staff, size, locale)
    for name in PAGES[locale]:
        go(page, name)
        tabs = page.get_by_role("tab")
        for number in range(tabs.count() or 1):
            if tabs.count():
                tabs.nth(number).click()
                expect(tabs.nth(number)).to_have_attribute("aria-selected", "true")
                expect(page.locator("main .state[role=status]")).to_have_count(0)
            check(page)
        if name in ("Conversations", "Conversaciones"):
            page.locator(".people button").first.click()
            expect(page.locator(".bubble").first).to_be_visible()
            check(page)
    page.locator(".bell").click()
    expect(page.locator("main .state[role=status]")).to_have_count(0)
    check(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_operators_page_is_accessible_and_fits(world: World, visit: Visit, size: dict[str, int]) -> None:
    page = visit(OPERATOR, size)
    go(page, "Platform")
    page.get_by_text("Numbers, keys, plan, staff").first.click()
    check(page)


def test_strangers_and_others_see_nothing(world: World, visit: Visit) -> None:
    page = visit(STRANGER)
    expect(page.get_by_role("alert")).to_contain_text("not a member")
    expect(page.get_by_role("navigation")).to_have_count(0)
    check(page)
    page = visit(CLINIC.staff)
    go(page, "Knowledge")
    expect(page.get_by_role("heading", name="Patient guide")).to_be_visible()
    expect(page.get_by_text("Returns and delivery")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("button", name="Platform")).to_have_count(0)


@pytest.mark.parametrize("role", ["viewer", "agent", "editor"])
def test_a_role_sees_what_it_may_do(world: World, visit: Visit, role: str) -> None:
    page = visit(f"{role}@casa-lumen.example")
    edits, writes = role == "editor", role != "viewer"
    go(page, "Knowledge")
    expect(page.get_by_role("button", name="Add a document")).to_have_count(int(edits))
    for tab, button in (("Websites", "Add website"), ("Questions and answers", "Import a CSV")):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("button", name=button)).to_have_count(int(edits))
    go(page, "Bot")
    expect(page.get_by_role("button", name="Save")).to_have_count(int(edits))
    expect(page.get_by_role("button", name="Ask")).to_have_count(int(writes))
    page.get_by_role("tab", name="Tools").click()
    expect(page.get_by_text("orders", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Add a tool")).to_have_count(0)
    go(page, "People")
    expect(page.get_by_text("Only owners can add and remove people")).to_be_visible()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)


def test_a_document_is_added_tried_and_deleted(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Knowledge")
    word = secrets.token_hex(4)
    content = f"# Workshop {word}\n\nThe candle workshop {word} takes place on Thursdays at six.".encode()
    chooser = page.locator('input[type="file"]').first
    chooser.set_input_files({"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"})
    expect(page.get_by_text("This type of file can’t be read")).to_be_visible()  # noqa: RUF001
    chooser.set_input_files({"name": f"workshop-{word}.md", "mimeType": "text/markdown", "buffer": content})
    card = page.locator("li.card", has_text=f"workshop-{word}.md")
    expect(card).to_be_visible()
    page.reload()
    go(page, "Knowledge")
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


def test_the_keyboard_reaches_everything(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Knowledge")
    page.reload()
    page.get_by_role("heading", level=1, name="Knowledge").wait_for()
    expect(page.locator("main .state[role=status]")).to_have_count(0, timeout=20_000)
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || ''"
            )
        )
    for wanted in ("Skip to the page", "Notifications", "Knowledge", "Insights", "Add a document"):
        assert any(wanted in text for text in reached), reached


def test_a_website_that_can_not_be_read_says_why(world: World, visit: Visit) -> None:
    page = visit("editor@casa-lumen.example")
    go(page, "Knowledge")
    page.get_by_role("tab", name="Websites").click()
    page.get_by_label("Address").fill("127.0.0.1:9/help")
    page.get_by_label("What to read").select_option("crawl")
    page.get_by_label("Pages at most").fill("7")
    page.get_by_role("button", name="Add website").click()
    card = page.locator("li.card", has_text="https://127.0.0.1:9/help")
    expect(card.get_by_text("Failed", exact=True)).to_be_visible(timeout=60_000)
    expect(card.locator("p.bad")).not_to_be_empty()
    page.reload()
    page.locator(".bell").click()
    told = page.locator("li.card", has_text="https://127.0.0.1:9/help")
    told.get_by_role("button", name="Open knowledge").click()
    expect(page.get_by_role("tab", name="Websites")).to_have_attribute("aria-selected", "true")
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)


def test_answers_are_written_changed_and_imported(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    page = visit("editor@clinica-ribera.example")
    go(page, "Knowledge")
    page.get_by_role("tab", name="Questions and answers").click()
    ready = page.get_by_text("The bot answers with all of these.")
    page.get_by_label("Question", exact=True).first.fill(f"Where is the {word} garden?")
    page.get_by_label("Answer", exact=True).fill("Behind the north wing.")
    page.get_by_role("button", name="Add", exact=True).click()
    card = page.locator("li.card", has_text=f"the {word} garden")
    expect(card).to_contain_text("Behind the north wing.")
    expect(ready).to_be_visible(timeout=60_000)
    card.get_by_role("button", name="Edit").click()
    page.locator("li.card form").get_by_label("Answer").fill("Behind the south wing.")
    page.locator("li.card form").get_by_role("button", name="Save").click()
    expect(card).to_contain_text("south wing")
    table = f'question;answer\n"Who is {word} ""Bo""?";"Our; dog"\n'.encode()
    page.locator('input[accept^=".csv"]').set_input_files(
        {"name": "faq.csv", "mimeType": "text/csv", "buffer": table}
    )
    expect(page.get_by_text("Added: 1, changed: 0.")).to_be_visible()
    expect(page.locator("li.card", has_text=f'Who is {word} "Bo"?')).to_contain_text("Our; dog")
    expect(ready).to_be_visible(timeout=60_000)
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)


def test_opening_hours_are_kept(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Opening hours").click()
    page.get_by_label("Open at these hours").check()
    page.get_by_label("Monday, from").fill("08:30")
    page.get_by_role("button", name="Copy Monday to Friday").click()
    page.locator(".day", has_text="Saturday").get_by_role("button", name="Add hours").click()
    page.get_by_label("Saturday, to").fill("00:00")
    page.get_by_label("Closed on these dates").fill("2026-12-25")
    page.get_by_label("Time zone").select_option("Atlantic/Canary")
    check(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    (row,) = world.rows(
        "select opening_hours, time_zone, closed_on::text from chatbots where phone_number_id = %s",
        CLINIC.phone_number_id,
    )
    assert row["opening_hours"]["fri"] == [["08:30", "18:00"]]
    assert row["opening_hours"]["sat"] == [["09:00", "24:00"]]
    assert (row["time_zone"], row["closed_on"]) == ("Atlantic/Canary", "{2026-12-25}")
    page.reload()
    expect(page.get_by_label("Friday, from")).to_have_value("08:30")
    page.get_by_label("Open at any time").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_a_message_outside_hours_waits_for_a_human(world: World, visit: Visit) -> None:
    hours = "update chatbots set opening_hours = %s::jsonb, outside_hours = 'close' where phone_number_id = %s returning 1"
    world.rows(hours, '{"mon": []}', CLINIC.phone_number_id)
    try:
        said = world.ask(CLINIC, "Is anybody there?", "Jonas Weber")
    finally:
        world.rows(hours, "{}", CLINIC.phone_number_id)
    assert "closed" in str(said)
    page = visit("agent@clinica-ribera.example")
    go(page, "Conversations")
    page.get_by_label("Show", exact=True).select_option("waiting")
    page.locator(".people li", has_text="Jonas Weber").get_by_role("button").click()
    page.get_by_role("button", name="Dealt with").click()
    expect(page.locator(".people li", has_text="Jonas Weber")).to_have_count(0)


def test_the_phone_leads_to_the_portal(world: World, visit: Visit) -> None:
    page = visit("viewer@casa-lumen.example")
    portal = page.url.partition("#")[0]
    page.goto(world.stack.url("meta"))
    page.locator(".person").first.click()
    page.get_by_role("button", name="Add a document").click()
    link = page.get_by_role("link", name="the portal")
    assert (link.get_attribute("href") or "").startswith(portal)


def test_an_owner_lets_people_in_and_one_owner_stays(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "People")
    email = f"new-{secrets.token_hex(3)}@clinica-ribera.example"
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Add a person").click()
    card = page.locator("li.card", has_text=email)
    expect(card.get_by_role("combobox")).to_have_value("agent")
    card.get_by_role("combobox").select_option("viewer")
    expect(card.get_by_text("Saved", exact=True)).to_be_visible()
    mine = page.locator("li.card", has_text=CLINIC.staff)
    mine.get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_role("alert")).to_contain_text("needs an owner")
    dialog.get_by_role("button", name="Cancel").click()
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(card).to_have_count(0)


def test_the_bell_tells_and_is_read(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    world.rows(
        "insert into notifications (tenant_id, kind, severity, title, subject, detail) select tenant_id, 'template_news', 'warning', %s, 'x',"
        """ '{"event": "PAUSED"}' from chatbots where phone_number_id = %s returning 1""",
        *(f"The template {word} was paused", CLINIC.phone_number_id),
    )
    page = visit("agent@clinica-ribera.example")
    page.get_by_role("button", name="Notifications, unread").click()
    card = page.locator("li.card", has_text=word)
    card.get_by_text("Details").click()
    expect(card).to_contain_text("PAUSED")
    card.get_by_role("button", name="Mark as read").click()
    expect(card.get_by_role("button", name="Mark as read")).to_have_count(0)
    expect(card).to_be_visible()


def test_the_back_button_goes_back(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Limits").click()
    expect(page.get_by_label("Steps of thinking at most")).to_be_visible()
    go(page, "People")
    page.go_back()
    expect(page.get_by_label("Steps of thinking at most")).to_be_visible()
