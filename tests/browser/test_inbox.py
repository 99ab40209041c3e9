"""The inbox of a team, in a browser: what waits, who has answered, and what the page says of it."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from local.seed import SHOP, wait_for
from tests.browser.conftest import PHONE, Visit, check, go, picture
from tests.browser.test_inbox_team import look, somebody
from tests.e2e.conftest import World
from tests.e2e.phone import Phone
from tests.e2e.test_sources import portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
AGENT = "agent@casa-lumen.example"
# The frame counts every 20 seconds and asks for news every 1.5. Without both, only what somebody does here makes it count.
COUNT_NEVER_BY_ITSELF = (
    "const every = setInterval; setInterval = (act, ms) => (ms === 20000 || ms === 1500 ? 0 : every(act, ms))"
)
# Lists, threads and figures are never read again by themselves: only the question for news is left.
ONLY_NEWS = "const every = setInterval; setInterval = (act, ms) => (ms >= 10000 ? 0 : every(act, ms))"
POPS = """
window.popped = []
window.Notification = class {
  static permission = localStorage.permission ?? 'default'
  static requestPermission = async () => (localStorage.permission = Notification.permission = 'granted')
  constructor(title, { body }) { popped.push(`${title} | ${body}`) }
  close() {}
}
window.tones = 0
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (at) { tones++; return start.call(this, at) }
"""


@pytest.fixture(autouse=True)
def nobody_waits(world: World) -> None:
    """The shop's staff has given every conversation back to the bot and read its notifications, whatever was tested before."""
    with_a_human = (
        "select distinct c.id from contacts c join chatbots b using (tenant_id) left join handoffs h on h.contact_id = c.id"
        " where b.phone_number_id = %s and (c.paused_until > now() or (h.id is not null and h.resumed_at is null))"
    )
    for contact in world.rows(with_a_human, SHOP.phone_number_id):
        portal(world, "conversations", "resume", person=SHOP.staff, contact_id=str(contact["id"]))
    found = portal(world, "notifications", "list", person=SHOP.staff)["notifications"]
    if unread := [note["id"] for note in found if note["read_at"] is None]:
        portal(world, "notifications", "mark_read", person=SHOP.staff, ids=unread)


def open_conversation(page: Page, name: str) -> None:
    go(page, "Conversations")
    page.locator(".people li", has_text=name).get_by_role("button").click()
    expect(page.get_by_role("region", name=name).get_by_role("log")).to_be_visible()


def resume(page: Page) -> None:
    page.get_by_role("button", name="Resume the bot").click()
    expect(page.get_by_role("button", name="Pause the bot")).to_be_visible()


def test_what_comes_is_on_the_page_and_who_waits_is_heard(world: World, visit: Visit) -> None:
    page = visit(AGENT)
    page.add_init_script(ONLY_NEWS)
    page.add_init_script(POPS)
    page.reload()
    page.get_by_role("button", name="Notifications").click()
    page.get_by_label("Show a notification on this computer").check(force=True)
    page.get_by_label("Play a sound").check(force=True)
    check(page)
    page.reload()
    expect(page.get_by_label("Play a sound")).to_be_checked()
    phone = Phone(world)
    phone.write("How long is a gift card valid?")
    contact = phone.contact()
    page.goto(page.url.split("#")[0] + f"#conversations/all/{contact}")
    thread = page.get_by_role("log")
    expect(thread.locator(".bubble").first).to_be_visible()
    word = secrets.token_hex(4)
    phone.write(f"And what does express delivery cost, {word}?")
    expect(thread).to_contain_text(word)
    expect(page.locator(".people li").first).to_contain_text("11.90")
    assert page.evaluate("[popped, tones]") == [[], 0]
    phone.write("I want to talk to a human, please")
    expect(page).to_have_title(re.compile(r"^\(1\) Conversations"))
    assert page.evaluate("[popped, tones]") == [
        ["A customer waits for a person · Chatmill | Waiting now: 1"],
        2,
    ]


def test_what_one_does_in_a_conversation_is_counted_at_once(world: World, visit: Visit) -> None:
    page = visit(AGENT)
    page.add_init_script(COUNT_NEVER_BY_ITSELF)
    for act in ("reply", "resume"):
        world.ask(SHOP, "I want to talk to a human, please", "Jonas Weber")
        page.reload()
        expect(page).to_have_title(re.compile(r"^\(1\) Conversations"))
        expect(page.get_by_role("button", name="Notifications, unread")).to_be_visible()
        open_conversation(page, "Jonas Weber")
        if act == "reply":
            page.get_by_label("Reply as a human").fill("Here I am.")
            page.get_by_role("button", name="Send", exact=True).click()
        else:
            resume(page)
        expect(page).to_have_title(re.compile(r"^Conversations"))
        expect(
            page.get_by_role("navigation").get_by_role("button", name="Conversations", exact=True)
        ).to_be_visible()
        expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
        if act == "reply":
            resume(page)


def test_the_reply_box_says_what_the_bot_does_then(world: World, visit: Visit) -> None:
    world.ask(SHOP, "How long do I have to return an item?", "Jonas Weber")
    page = visit(AGENT)
    open_conversation(page, "Jonas Weber")
    reply = page.get_by_label("Reply as a human")
    expect(reply).to_have_accessible_description(re.compile("the bot pauses for this customer for 12 hours"))
    page.get_by_role("button", name="Pause the bot").click()
    page.get_by_role("dialog").get_by_role("button", name="For 12 hours").click()
    expect(reply).to_have_accessible_description(
        re.compile("stays paused until .*, and for at least 12 hours")
    )
    check(page)
    resume(page)
    world.rows(
        "update chatbots set handoff_hours = 0 where phone_number_id = %s returning 1", SHOP.phone_number_id
    )
    try:
        world.ask(SHOP, "I want to talk to a human, please", "Jonas Weber")
    finally:
        world.rows(
            "update chatbots set handoff_hours = 12 where phone_number_id = %s returning 1",
            SHOP.phone_number_id,
        )
    expect(reply).to_have_accessible_description(re.compile("stays paused until somebody resumes it"))
    resume(page)


@pytest.mark.parametrize(
    ("locale", "pause", "until", "says", "resume_bot"),
    [
        ("en-GB", "Pause the bot", "For an hour", "The customer is not told", "Resume the bot"),
        ("es-ES", "Pausar el bot", "Hasta que lo devuelva", "Al cliente no se le avisa", "Reanudar el bot"),
    ],
)
def test_whoever_pauses_the_bot_says_for_how_long(
    world: World, visit: Visit, locale: str, pause: str, until: str, says: str, resume_bot: str
) -> None:
    phone, contact, _ = somebody(world)
    page = visit(AGENT, locale=locale)
    look(page, contact)
    page.get_by_role("button", name=pause).click()
    expect(page.get_by_text(says)).to_be_visible()
    check(page)
    picture(page, f"pause-{locale}")
    page.get_by_role("dialog").get_by_role("button", name=until).click()
    expect(page.get_by_role("button", name=resume_bot)).to_be_visible()
    (row,) = world.rows("select paused_until::text as until from contacts where id = %s", contact)
    assert (row["until"] == "infinity") is (locale == "es-ES")
    sent = len(phone.sent())
    wamid = phone.deliver({"type": "text", "text": {"body": "Hello?"}})
    ended = "select reason from inbound_messages where message_id = %s and state = 'ended'"
    assert wait_for(lambda: world.rows(ended, wamid), 30) == [{"reason": "the contact is with a human"}]
    assert len(phone.sent()) == sent


def test_a_question_that_a_colleague_answered_says_so(world: World, visit: Visit) -> None:
    question = "Who painted the Mona Lisa?"
    world.ask(SHOP, question, "Amelia Clarke")
    page = visit(SHOP.staff)
    open_conversation(page, "Amelia Clarke")
    thread = page.get_by_role("log")
    bot = thread.locator(".bubble.in", has_text=question).last.locator("xpath=following-sibling::*[1]")
    expect(bot).to_contain_text("not answered")
    page.get_by_role("button", name="Pause the bot").click()
    page.get_by_role("dialog").get_by_role("button", name="For 12 hours").click()
    expect(page.get_by_role("button", name="Resume the bot")).to_be_visible()
    said = {"type": "text", "text": {"body": "Hello?"}}
    world.control(
        "deliver", {"phone_number_id": SHOP.phone_number_id, "customer": "Amelia Clarke", "message": said}
    )
    waiting = thread.locator(".bubble.in", has_text="Hello?").last
    expect(waiting).to_contain_text("not answered")
    page.get_by_label("Reply as a human").fill("Leonardo, but not for us.")
    page.get_by_role("button", name="Send", exact=True).click()
    for bubble in (bot, waiting):
        expect(bubble).to_contain_text("a colleague answered")
        expect(bubble).not_to_contain_text("not answered")
    resume(page)
    check(page)
    go(page, "Insights")
    expect(page.locator("li", has_text=question).last).to_contain_text("a colleague answered")
    check(page)


def test_the_phone_says_that_a_person_wrote_it(world: World, visit: Visit) -> None:
    world.ask(SHOP, "How long do I have to return an item?", "Jonas Weber")
    words = f"A person here, {secrets.token_hex(4)}."
    page = visit(AGENT)
    open_conversation(page, "Jonas Weber")
    page.get_by_label("Reply as a human").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".bubble.person", has_text=words)).to_be_visible()
    resume(page)
    page.goto(world.stack.url("meta"))
    page.locator(".person", has_text="Jonas Weber").click()
    expect(page.locator(".msg.out").last).to_contain_text(words)
    page.locator("summary", has_text="What happened").last.click()
    expect(page.locator(".happened").last).to_contain_text("wrote this in the portal. No model was asked.")


def test_a_notification_that_was_dealt_with_is_done(world: World, visit: Visit) -> None:
    page = visit(AGENT)
    world.ask(SHOP, "I want to talk to a human, please", "Jonas Weber")
    page.locator(".bell").click()
    note = page.locator("li.card", has_text="Jonas Weber waits for a human").first
    expect(note).to_contain_text("Warning")
    note.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_role("region", name="Earlier").locator("li").first).to_contain_text("Warning")
    note.get_by_role("button", name="Open the conversation").click()
    resume(page)
    page.locator(".bell").click()
    earlier = page.get_by_role("region", name="Earlier").locator("li", has_text="Jonas Weber").first
    expect(earlier).to_contain_text("Done")
    expect(earlier).not_to_contain_text("Warning")
    check(page)


def test_a_conversation_and_a_filter_have_an_address(world: World, visit: Visit) -> None:
    for name in ("Jonas Weber", "Amelia Clarke"):
        world.ask(SHOP, "How long do I have to return an item?", name)
    page = visit(AGENT)
    open_conversation(page, "Jonas Weber")
    address = page.url
    open_conversation(page, "Amelia Clarke")
    page.go_back()
    expect(page.get_by_role("region", name="Jonas Weber")).to_be_visible()
    page.get_by_role("tab", name="Waiting for a human").click()
    filtered = page.url
    go(page, "Insights")
    go(page, "Conversations")
    expect(page.get_by_role("region", name="Jonas Weber")).to_be_visible()
    expect(page.get_by_role("tab", name="Waiting for a human", selected=True)).to_be_visible()
    assert page.url == filtered, "who comes back can copy the address, too"
    colleague = visit(SHOP.staff)
    for link, shows in ((address, "All open"), (filtered, "Waiting for a human")):
        colleague.goto(link)
        colleague.reload()
        expect(colleague.get_by_role("region", name="Jonas Weber")).to_be_visible()
        expect(colleague.get_by_role("tab", name=shows, selected=True)).to_be_visible()
    colleague.goto(address[:-4] + "0000")
    expect(colleague.get_by_role("alert")).to_be_visible()
    colleague.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    colleague.get_by_role("button", name="Back to the list").click()
    open_conversation(colleague, "Amelia Clarke")


def test_a_draft_stays_with_its_conversation(world: World, visit: Visit) -> None:
    for name in ("Jonas Weber", "Amelia Clarke"):
        world.ask(SHOP, "How long do I have to return an item?", name)
    page = visit(AGENT)
    open_conversation(page, "Jonas Weber")
    reply = page.get_by_label("Reply as a human")
    reply.fill("A draft for Jonas")
    open_conversation(page, "Amelia Clarke")
    expect(reply).to_have_value("")
    page.reload()
    open_conversation(page, "Jonas Weber")
    expect(reply).to_have_value("A draft for Jonas")
    page.reload()
    expect(reply).to_have_value("A draft for Jonas")
    page.context.clear_cookies()
    page.reload()
    page.locator(f'button[value="{AGENT}"]').click()
    expect(page.get_by_role("region", name="Jonas Weber")).to_be_visible()
    expect(reply).to_have_value("A draft for Jonas")
    reply.fill("")
