"""A conversation's thread, in a browser: what customers send, where answers come from, notes, and what the staff send."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.meta import voice
from local.seed import SHOP
from tests.browser.conftest import Visit, between, broken, check, lost
from tests.browser.conftest import picture as photo
from tests.browser.test_inbox_team import AGENT, look, somebody
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover
from tests.e2e.staff import Staff
from tests.e2e.test_after_24_hours import day_old, read_templates
from tests.e2e.test_whatsapp_files import picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PDF = b"%PDF-1.7 the invoice of a lamp " * 5


def send(phone: Phone, kind: str, mime: str, content: bytes, **more: object) -> None:
    phone.deliver(
        {"type": kind, kind: {"mime_type": mime, "data": base64.b64encode(content).decode(), **more}}
    )


@pytest.fixture
def taken(world: World) -> Iterator[tuple[Phone, str]]:
    """A customer with whom a person talks."""
    phone, contact, _ = somebody(world)
    Staff(world, "agent").ask("conversations", "pause", contact_id=contact, hours=1)
    yield phone, contact


def test_what_a_customer_sends_is_seen_heard_and_downloaded(taken: tuple[Phone, str], visit: Visit) -> None:
    phone, contact = taken
    page = visit(AGENT)
    look(page, contact)
    log = page.get_by_role("log")
    send(phone, "image", "image/png", picture("green", "a green lamp"), caption="It came like this")
    log.get_by_role("button", name="Photo: show larger").click()
    large = page.get_by_role("dialog").get_by_role("img", name="Photo")
    expect(large).to_be_visible()
    assert large.evaluate("(img) => img.naturalWidth") > 0
    check(page)
    page.keyboard.press("Escape")
    expect(log.locator(".bubble", has_text="It came like this")).not_to_contain_text("[image]")
    send(phone, "audio", "audio/ogg; codecs=opus", voice.ogg("Where is my lamp?"), voice=True)
    expect(log.locator(".transcript", has_text="Where is my lamp?")).to_be_visible()
    log.get_by_role("button", name="Voice note: play").click()
    expect(log.locator("audio")).to_be_visible()
    send(phone, "document", "application/pdf", PDF, filename="invoice.pdf")
    with page.expect_download() as saved:
        log.get_by_role("button", name="invoice.pdf").click()
    assert saved.value.path().read_bytes() == PDF
    phone.deliver({"type": "location", "location": {"latitude": 41.38, "longitude": -2.17, "name": "Home"}})
    link = log.get_by_role("link", name="Show on a map")
    expect(link).to_have_attribute("href", re.compile(r"mlat=41\.38&mlon=-2\.17"))
    check(page)


def test_a_citation_opens_the_passage(world: World, visit: Visit) -> None:
    _, contact, _ = somebody(world, "How long do I have to return an item?")
    page = visit(AGENT)
    look(page, contact)
    page.get_by_role("log").locator(".citation button").last.click()
    passages = page.get_by_role("dialog")
    used = passages.locator(".inset", has_text="Used for this answer").first
    expect(used).to_contain_text("30 days")
    expect(used).to_be_in_viewport()
    expect(passages.locator(".inset", has_not_text="Used for this answer").first).to_be_attached()
    check(page)
    photo(page, "citation")
    passages.get_by_role("button", name="Open the document").click()
    expect(page.get_by_role("heading", level=1, name="Knowledge")).to_be_visible()
    known = page.locator("li.card", has_text="Used for this answer").first
    expect(known).to_contain_text("30 days")
    expect(known).to_be_in_viewport()
    check(page)
    photo(page, "document-used")


def test_a_note_is_for_the_staff_alone(taken: tuple[Phone, str], visit: Visit) -> None:
    phone, contact = taken
    page = visit(AGENT)
    look(page, contact)
    sent = len(phone.sent())
    page.get_by_text("Note", exact=True).click()
    note = page.get_by_label("Note for your colleagues")
    note.fill("Be generous with the discount.")
    note.press("Control+Enter")
    memo = page.locator(".bubble.memo", has_text="Be generous")
    expect(memo).to_contain_text("only for the staff")
    expect(note).to_have_value("")
    assert len(phone.sent()) == sent
    check(page)
    memo.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(memo).to_have_count(0)


def test_somebody_who_reads_back_is_told_of_new_messages(taken: tuple[Phone, str], visit: Visit) -> None:
    phone, contact = taken
    for n in range(12):
        phone.deliver({"type": "text", "text": f"Message {n}: " + "the lamp flickers. " * 6})
    page = visit(AGENT)
    look(page, contact)
    log = page.get_by_role("log")
    expect(log.locator(".bubble", has_text="Message 11")).to_be_in_viewport()
    log.evaluate("(box) => box.scrollTo(0, 0)")
    phone.deliver({"type": "text", "text": "One more thing."})
    pill = page.get_by_role("button", name="New messages: 1")
    expect(pill).to_be_visible()
    assert log.evaluate("(box) => box.scrollTop") == 0
    pill.click()
    expect(log.locator(".bubble", has_text="One more thing.")).to_be_in_viewport()
    expect(pill).to_have_count(0)


def test_a_canned_reply_is_made_found_and_filled_in(taken: tuple[Phone, str], visit: Visit) -> None:
    phone, contact = taken
    shortcut = f"thanks{secrets.token_hex(3)}"
    page = visit(AGENT)
    look(page, contact)
    reply = page.get_by_label("Reply as a human")
    reply.fill("/")
    page.get_by_role("option", name="Add or change canned replies").click()
    window = page.get_by_role("dialog", name="Canned replies")
    window.get_by_role("button", name="New canned reply").click()
    window.get_by_label("Shortcut").fill(shortcut)
    window.get_by_label("Words").fill("Thank you, {{name}}. It is about {{invoice}}.")
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_text(f"/{shortcut}")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    reply.fill(f"/{shortcut[:-1]}")
    expect(page.get_by_role("option", name=shortcut)).to_be_visible()
    check(page)
    reply.press("Enter")
    expect(reply).to_have_value("Thank you, Pau Vidal. It is about {{invoice}}.")
    expect(page.get_by_text("Nothing is known for {{invoice}}")).to_be_visible()
    reply.fill("Thank you, Pau Vidal. It is about your lamp.")
    expect(page.get_by_text("Nothing is known for")).to_have_count(0)
    reply.press("Control+Enter")
    expect(reply).to_have_value("")
    assert phone.sent()[-1]["text"] == "Thank you, Pau Vidal. It is about your lamp."


def test_files_go_out_once_and_wrong_ones_are_refused_at_once(
    taken: tuple[Phone, str], visit: Visit, tmp_path: Path
) -> None:
    phone, contact = taken
    for name, content in (
        ("lamp.png", picture("blue")),
        ("tool.exe", b"MZ"),
        ("huge.jpg", b"\xff\xd8\xff" + b"0" * 6_000_000),
    ):
        (tmp_path / name).write_bytes(content)
    page = visit(AGENT)
    look(page, contact)
    reply = page.get_by_label("Reply as a human")
    reply.fill("This one?")
    sent = len(phone.sent())
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([tmp_path / name for name in ("lamp.png", "tool.exe", "huge.jpg")])
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("tool.exe: WhatsApp does not take this type of file")
    expect(refused).to_contain_text(re.compile(r"huge\.jpg: .*5.7 MB"))
    attached = page.get_by_role("list", name="Attached").get_by_role("listitem")
    expect(attached).to_have_count(1)
    check(page)
    between(page, {"attachments send": lost})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("form", has=reply).get_by_role("status")).to_contain_text("failed on our side")
    expect(attached).to_have_count(1)
    between(page, {})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(attached).to_have_count(0)
    expect(reply).to_have_value("")
    (image,) = phone.sent()[sent:]
    assert (image["type"], image["content"]["caption"]) == ("image", "This one?")
    assert phone.file(image["content"]["id"]) == picture("blue")
    expect(page.get_by_role("log").get_by_role("button", name="Photo: show larger").last).to_be_visible()


def test_after_a_day_a_template_goes_out_or_words_wait(world: World, visit: Visit) -> None:
    phone, contact = day_old(world, Staff(world, "agent"))
    world.rows("update template_readings set due_at = now() returning waba_id")
    read_templates(world)
    page = visit(AGENT)
    look(page, contact)
    expect(page.get_by_text("WhatsApp now takes only templates")).to_be_visible()
    page.get_by_label("Template", exact=True).select_option("order_news (en)")
    expect(page.get_by_text("Meta bills about US$0.02")).to_be_visible()
    for label, words in (("Title: 1", "CL-7"), ("Text: 1", "Pau"), ("Text: 2", "it is on its way")):
        page.get_by_label(label).fill(words)
    expect(page.get_by_role("group", name="What the customer reads")).to_contain_text(
        "Hello Pau, there is news of your order: it is on its way"
    )
    check(page)
    page.get_by_role("button", name="Send the template").click()
    expect(page.get_by_role("log").locator(".bubble.out", has_text="it is on its way")).to_contain_text(
        "Template"
    )
    assert len(phone.sent(1)) == 1
    for words in ("Never mind.", "Your lamp is here."):
        page.get_by_text("Wait until they write").click()
        page.get_by_label("Send these words when the customer writes next").fill(words)
        page.get_by_role("button", name="Let them wait").click()
        waiting = page.get_by_role("log").locator(".bubble.out", has_text=words)
        expect(waiting).to_contain_text("waits until the customer writes")
        if words == "Never mind.":
            waiting.get_by_role("button", name="Take back").click()
            expect(waiting).to_contain_text("cancelled")
    phone.deliver({"type": "text", "text": "Hello?"})
    assert [message["text"] for message in phone.sent(2)[1:]] == ["Your lamp is here."]
    expect(page.get_by_label("Reply as a human")).to_be_visible()


def test_a_lost_connection_is_said_and_what_was_read_stays(taken: tuple[Phone, str], visit: Visit) -> None:
    _, contact = taken
    page = visit(AGENT)
    look(page, contact)
    between(page, {"conversations get": broken})
    expect(page.get_by_role("alert")).to_contain_text("may be out of date")
    expect(page.get_by_role("log").locator(".bubble").first).to_be_visible()
    between(page, {})
    expect(page.get_by_role("alert")).to_have_count(0)


# A microphone that hears a tone: the browser of the tests has none.
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext()
  const tone = context.createOscillator()
  const heard = context.createMediaStreamDestination()
  tone.connect(heard)
  tone.start()
  return heard.stream
}
"""


def test_a_voice_note_is_recorded_heard_and_sent(taken: tuple[Phone, str], visit: Visit) -> None:
    phone, contact = taken
    page = visit(AGENT)
    page.add_init_script(MICROPHONE)
    look(page, contact)
    page.reload()
    sent = len(phone.sent())
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_role("button", name="Stop (0:02)", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Stop \(")).click()
    attached = page.get_by_role("list", name="Attached").get_by_role("listitem")
    expect(attached).to_contain_text("Voice note")
    check(page)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(attached).to_have_count(0)
    (note,) = phone.sent()[sent:]
    assert (note["type"], note["content"]["voice"]) == ("audio", True)
    content = phone.file(note["content"]["id"])
    assert content.startswith(b"OggS") and b"OpusHead" in content[:200] and len(content) > 3000


def test_a_browser_that_cannot_record_says_so(taken: tuple[Phone, str], visit: Visit) -> None:
    page = visit(AGENT)
    page.add_init_script("MediaRecorder.isTypeSupported = () => false")
    look(page, taken[1])
    page.reload()
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_role("alert")).to_contain_text("attach the file (MP3, M4A or Opus in Ogg)")


def test_what_was_said_on_the_phone_stands_above_the_first_message(world: World, visit: Visit) -> None:
    phone = Phone(world)
    said = {
        "id": f"wamid.past-{phone.number}",
        "from": phone.number,
        "timestamp": "1780000000",
        "type": "text",
    }
    thread = {"id": phone.number, "messages": [{**said, "text": {"body": "Is the lamp back in stock?"}}]}
    about = {"phone_number_id": SHOP.phone_number_id}
    value = {"metadata": about, "history": [{"metadata": {"progress": 100}, "threads": [thread]}]}
    entry = {"id": "1", "changes": [{"field": "history", "value": value}]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    assert world.control("deliver_raw", {"body": body})["status"] == 200
    recover(world)
    phone.write("How long is a gift card valid?")
    page = visit(AGENT)
    look(page, phone.contact())
    log = page.get_by_role("log")
    expect(log).not_to_contain_text("Is the lamp back in stock?")
    page.get_by_role("button", name="Show messages from the phone").click()
    expect(log.locator(".bubble").first).to_contain_text("Is the lamp back in stock?")
    expect(log.locator(".bubble").first).to_contain_text("on the phone")
    check(page)
