"""A bot and its conversations, in a browser: settings, preview, opening hours, and a human who steps in."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from local.seed import CLINIC, SHOP, wait_for
from local.shop_window import SETTINGS
from tests.browser.conftest import Visit, between, broken, check, go, lost, picture, publish, save
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_settings_are_saved_and_the_preview_survives_a_reload(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Bot")
    page.get_by_label("Persona").fill("You are warm and brief. Prices are in $.")
    save(page)
    publish(page)
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


def test_a_source_in_the_preview_opens_its_passage_as_a_table(visit: Visit) -> None:
    page = visit(SHOP.staff, locale="es-ES")
    go(page, "Bot")
    preview = page.get_by_role("region", name="Vista previa")
    preview.get_by_role("textbox").fill("What does delivery to Portugal cost?")
    page.keyboard.press("Enter")
    answer = preview.locator(".bubble.out").last
    source = answer.locator(".citation").get_by_role("button", name="Returns")
    expect(source).to_have_count(1, timeout=60_000)
    expect(answer.locator("em")).to_have_count(0)  # it is not named twice
    source.click()
    used = page.get_by_role("dialog").locator(".inset", has_text="Usado en esta respuesta").first
    row = used.get_by_role("row", name="Portugal 3 to 4 EUR 6.90 EUR 80")
    expect(row).to_be_in_viewport()
    expect(used.get_by_role("columnheader")).to_have_text(["Region", "Working days", "Cost", "Free from"])
    expect(used).not_to_contain_text("|")
    check(page)
    picture(page, "preview-citation")


def test_the_zone_offered_is_the_browsers_own_whatever_zone_was_kept_of_before(visit: Visit) -> None:
    page = visit(CLINIC.staff)
    page.get_by_role("heading", level=1, name="Home").wait_for()
    # Another zone whose clocks show the same today.
    kept = "localStorage.setItem('portal.zone', JSON.stringify(['Africa/Algiers', new Date().getTimezoneOffset()]))"
    page.evaluate(kept)
    page.reload()
    go(page, "Bot")
    page.get_by_role("tab", name="Opening hours").click()
    page.get_by_label("Open at these hours").check()
    page.get_by_label("Time zone").select_option("UTC")
    page.get_by_label("Always open").check()
    page.get_by_label("Open at these hours").check()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Madrid")


def test_opening_hours_are_kept(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Opening hours").click()
    page.get_by_label("Open at these hours").check()
    page.get_by_label("Monday, from").fill("08:30")
    page.get_by_role("button", name=re.compile("Copy Monday.s hours")).click()
    page.locator(".day", has_text="Saturday").get_by_role("button", name="Add hours").click()
    page.get_by_label("Saturday, to").fill("00:00")
    page.get_by_label("Closed on these dates").fill("2026-12-25")
    page.get_by_label("Time zone").select_option("Atlantic/Canary")
    check(page)
    save(page)
    publish(page)
    (row,) = world.rows(
        "select opening_hours, time_zone, closed_on::text from chatbots where phone_number_id = %s",
        CLINIC.phone_number_id,
    )
    assert row["opening_hours"]["fri"] == [["08:30", "18:00"]]
    assert row["opening_hours"]["sat"] == [["09:00", "24:00"]]
    assert (row["time_zone"], row["closed_on"]) == ("Atlantic/Canary", "{2026-12-25}")
    page.reload()
    expect(page.get_by_label("Friday, from")).to_have_value("08:30")
    page.get_by_label("Always open").check()
    save(page)
    publish(page)


@pytest.mark.parametrize("size", [None, {"width": 390, "height": 844}], ids=["wide", "phone"])
def test_links_products_and_forms_are_set_up(world: World, visit: Visit, size: dict[str, int] | None) -> None:
    restore = "update chatbots set links = %s where phone_number_id = %s returning name"
    world.rows(restore, json.dumps(SETTINGS["links"]), SHOP.phone_number_id)
    page = visit(SHOP.staff, size)
    go(page, "Bot")
    page.get_by_role("button", name="More of WhatsApp").click()
    links = page.get_by_role("group", name="Links for buttons")
    links.get_by_role("button", name="Add a row").click()
    links.get_by_label("Words on the button").last.fill("Opening hours")
    links.get_by_label("Address").last.fill("casa-lumen.example/hours")
    page.get_by_role("button", name="Save").click()
    expect(links.get_by_role("alert")).to_contain_text("row 3: “casa-lumen.example/hours” does not fit")
    check(page)
    links.get_by_label("Address").last.fill("https://casa-lumen.example/hours")
    page.get_by_label("Answer with a voice message").select_option("When the customer sent one")
    save(page)
    publish(page)
    query = "select links, voice_answers from chatbots where phone_number_id = %s"
    (row,) = world.rows(query, SHOP.phone_number_id)
    assert row["links"][-1] == {"label": "Opening hours", "url": "https://casa-lumen.example/hours"}
    assert row["voice_answers"] == "to_voice"
    links.get_by_role("button", name=re.compile("Remove.*Opening hours")).click()
    page.get_by_label("Answer with a voice message").select_option("Never")
    save(page)
    publish(page)
    taken_back = {"links": SETTINGS["links"], "voice_answers": "never"}
    wait_for(lambda: world.rows(query, SHOP.phone_number_id) == [taken_back], 20)


def test_the_thread_shows_a_link_and_a_form(world: World, visit: Visit) -> None:
    world.ask(SHOP, "Where can I book a workshop online?", "Jonas Weber")
    world.ask(SHOP, "I want to return an item. Is there a form?", "Jonas Weber")
    page = visit("agent@casa-lumen.example")
    go(page, "Conversations")
    page.locator(".people li", has_text="Jonas Weber").get_by_role("button").click()
    link = page.locator(".bubble.out", has_text="Button with a link").last
    expect(link.get_by_role("link", name="Book a workshop")).to_have_attribute(
        "href", "https://casa-lumen.example/workshops"
    )
    expect(page.locator(".bubble.out", has_text="Form").last).to_contain_text("order number")
    check(page)


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
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".bubble.person")).to_contain_text("no bicycles, sorry")
    assert "no bicycles, sorry" in str(world.sent(SHOP, before + 1)[-1])
    expect(page.get_by_role("button", name="Resume the bot")).to_be_visible()
    page.get_by_role("button", name="Resume the bot").click()
    expect(page.get_by_role("button", name="Pause the bot")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export CSV").click()
    assert "no bicycles, sorry" in saved.value.path().read_text()


def test_a_reply_whose_answer_was_lost_is_sent_once(world: World, visit: Visit) -> None:
    world.ask(SHOP, "Do you repair lamps?", "Amelia Clarke")
    words = f"We do repair lamps {secrets.token_hex(4)}"

    def sent() -> int:
        return sum(words in str(message) for message in world.sent(SHOP))

    page = visit("agent@casa-lumen.example")
    go(page, "Conversations")
    page.locator(".people li", has_text="Amelia Clarke").get_by_role("button").click()
    reply = page.get_by_label("Reply as a human")
    expect(reply).to_be_visible()
    between(page, {"conversations reply": lost, "conversations get": broken})
    reply.fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("form", has=reply).get_by_role("status")).to_contain_text("failed on our side")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(reply).to_have_value(words)
    check(page)
    between(page, {})
    expect(page.get_by_role("alert")).to_have_count(0)
    page.reload()
    go(page, "Conversations")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(reply).to_have_value("")
    assert sent() == 1
    reply.fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(reply).to_have_value("")
    assert sent() == 2, "the same words once more are another message"
    page.get_by_role("button", name="Resume the bot").click()
    expect(page.get_by_role("button", name="Pause the bot")).to_be_visible()


def test_what_was_paged_back_to_stays_when_more_is_said(world: World, visit: Visit) -> None:
    world.ask(SHOP, "Hello", "Jonas Weber")
    word = secrets.token_hex(4)

    def say(first: int, last: int) -> None:
        world.rows(
            "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, body) select tenant_id, c.id, phone_number_id,"
            " 'in', concat('line ', n, ' ', %s::text) from chatbots b join contacts c using (tenant_id), generate_series(%s::int, %s::int) n"
            " where phone_number_id = %s and c.name = 'Jonas Weber' order by n returning 1",
            *(word, first, last, SHOP.phone_number_id),
        )

    try:
        say(1, 120)
        page = visit("agent@casa-lumen.example")
        go(page, "Conversations")
        page.locator(".people li", has_text="Jonas Weber").get_by_role("button").click()
        lines = page.locator(".bubble", has_text=word)
        expect(lines).to_have_count(100)
        page.get_by_role("button", name="Show older messages").click()
        expect(lines).to_have_count(120)
        say(121, 125)
        expect(lines).to_have_count(125)
        say(126, 250)
        expect(page.locator(".bubble", has_text=f"line 250 {word}")).to_be_visible()
        expect(lines).to_have_count(100)
        page.get_by_role("button", name="Show older messages").click()
        expect(lines).to_have_count(200)
    finally:
        world.rows("delete from conversation_logs where body like %s returning 1", f"line %{word}")


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
    page.get_by_role("tab", name="Waiting for a human").click()
    page.locator(".people li", has_text="Jonas Weber").get_by_role("button").click()
    page.get_by_role("button", name="Solve", exact=True).click()
    expect(page.locator(".people li", has_text="Jonas Weber")).to_have_count(0)
    page.locator(".bell").click()
    note = page.get_by_role("region", name="Earlier").locator(
        "li", has_text="Jonas Weber wrote outside opening hours"
    )
    expect(note.first).to_contain_text("Done")


def test_a_handoff_is_counted_wherever_one_is_and_a_reader_is_not_moved(world: World, visit: Visit) -> None:
    for _ in range(3):
        world.ask(SHOP, "How long do I have to return an item, and what can't be returned?", "Amelia Clarke")
    page = visit("agent@casa-lumen.example")
    expect(page.get_by_role("heading", level=1, name="Conversations")).to_be_visible()
    page.get_by_label("Search").fill("amélia")
    page.locator(".people button", has_text="Amelia").click()
    thread = page.get_by_role("log")
    expect(thread.locator(".bubble").nth(5)).to_be_attached()
    thread.evaluate("(box) => box.scrollTo(0, 0)")
    world.ask(SHOP, "What does express delivery cost?", "Amelia Clarke")
    expect(thread.locator(".bubble", has_text="express delivery").first).to_be_attached()
    assert thread.evaluate("(box) => box.scrollTop") == 0, "somebody reads there"
    owner = visit(SHOP.staff)
    go(owner, "Knowledge")
    world.ask(SHOP, "I want to talk to a human, please", "Amelia Clarke")
    expect(owner.get_by_role("navigation").get_by_role("button", name="Conversations")).to_contain_text("1")
    expect(owner).to_have_title(re.compile(r"^\(1\) Knowledge"))
    owner.locator(".bell").click()
    note = owner.locator("li.card", has_text="Amelia Clarke waits for a human")
    expect(note).to_be_visible()
    check(owner)
    note.get_by_role("button", name="Open the conversation").click()
    owner.get_by_role("button", name="Resume the bot").click()
    expect(owner).to_have_title(re.compile(r"^Conversations"), timeout=40_000)


def test_two_editors_at_once_lose_nothing(world: World, visit: Visit) -> None:
    owner, editor = visit(CLINIC.staff), visit("editor@clinica-ribera.example")
    for page in (owner, editor):
        go(page, "Bot")
    before = owner.get_by_label("Persona", exact=True).input_value()
    editor.get_by_label("Persona", exact=True).fill("Kind, says the editor.")
    save(editor)
    owner.get_by_label("Persona", exact=True).fill("Brief, says the owner.")
    owner.get_by_role("button", name="Save").click()
    problem = owner.get_by_text("editor@clinica-ribera.example has changed this meanwhile")
    expect(problem).to_be_in_viewport()
    expect(owner.get_by_label("Persona", exact=True)).to_have_value("Brief, says the owner.")
    check(owner)
    owner.get_by_label("Persona", exact=True).fill(before)
    save(owner)


def test_of_two_values_the_editor_chooses_one(world: World, visit: Visit) -> None:
    owner, editor = visit(CLINIC.staff), visit("editor@clinica-ribera.example")
    persona = owner.get_by_label("Persona", exact=True)
    for page in (owner, editor):
        go(page, "Bot")
    before = persona.input_value()
    theirs = f"Kind, {secrets.token_hex(4)}."
    editor.get_by_label("Persona", exact=True).fill(theirs)
    save(editor)
    persona.fill("Brief, says the owner.")
    owner.get_by_role("button", name="Save").click()
    clash = owner.get_by_role("note").filter(has_text="has changed this, too")
    expect(clash).to_contain_text(theirs)
    check(owner)
    clash.get_by_role("button", name="Use this").click()
    expect(persona).to_have_value(theirs)
    expect(owner.get_by_role("button", name="Save")).to_be_disabled()
    persona.fill(before)
    save(owner)


def test_a_wrong_value_is_marked_where_it_is(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Handoff").click()
    number = page.get_by_label("A colleague’s WhatsApp number")  # noqa: RUF001
    number.fill("12")
    page.get_by_role("tab", name="Voice").click()
    page.get_by_role("button", name="Save").click()
    expect(number).to_be_focused()
    expect(number).to_be_in_viewport()
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Write the phone number with its country code")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Discard").click()
    expect(number).to_have_value("")


def test_hours_over_midnight_say_so(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Opening hours").click()
    page.get_by_label("Open at these hours").check()
    page.get_by_label("Friday, to").fill("02:00")
    friday = page.locator(".day", has_text="Friday")
    expect(friday).to_contain_text("overnight, until 02:00 the next day")
    page.get_by_label("Friday, to").fill("00:00")
    expect(friday).not_to_contain_text("overnight")
    page.get_by_role("button", name="Discard").click()


def test_languages_are_picked_and_words_are_chips(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "Bot")
    page.get_by_role("combobox", name="Languages").fill("portug")
    page.get_by_role("option", name="Portuguese", exact=True).click()
    page.get_by_role("tab", name="Handoff").click()
    words = page.get_by_role("combobox", name="Words customers use to ask for a human")
    words.fill("pessoa, atendente,")
    words.press("Enter")
    save(page)
    publish(page)
    query = "select languages, handoff_keywords from chatbots where phone_number_id = %s"
    (row,) = world.rows(query, CLINIC.phone_number_id)
    assert row["languages"][-1] == "pt" and row["handoff_keywords"][-2:] == ["pessoa", "atendente"]
    words.press("Backspace")
    words.press("Backspace")
    page.get_by_role("tab", name="Voice").click()
    page.get_by_role("combobox", name="Languages").press("Backspace")
    save(page)
    publish(page)
    wait_for(lambda: world.rows(query, CLINIC.phone_number_id)[0]["languages"][-1] != "pt", 20)
