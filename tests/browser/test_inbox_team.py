"""The inbox of a team, in a browser: which conversations are shown, who takes care of them, and who the customer is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from local.seed import SHOP
from tests.browser.conftest import PHONE, Visit, check, go
from tests.e2e.conftest import World
from tests.e2e.phone import Phone
from tests.e2e.staff import Staff

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
AGENT, VIEWER = SHOP.people["agent"], SHOP.people["viewer"]


def somebody(world: World, words: str = "How long is a gift card valid?") -> tuple[Phone, str, str]:
    """A new customer, their contact's id and what the list says of their number."""
    phone = Phone(world)
    phone.write(words)
    return phone, phone.contact(), f"{phone.number[-6:-3]} {phone.number[-3:]}"


def look(page: Page, contact: str, view: str = "all") -> None:
    page.goto(page.url.split("#")[0] + f"#conversations/{view}/{contact}")
    expect(page.get_by_role("log").locator(".bubble").first).to_be_visible()


def test_what_is_assigned_snoozed_and_solved_is_where_its_list_says(world: World, visit: Visit) -> None:
    phone, contact, _ = somebody(world)
    page = visit(AGENT)
    look(page, contact, "mine")
    thread = page.get_by_role("region", name="Pau Vidal")
    listed = page.locator(".people button[aria-current]")
    expect(listed).to_have_count(0)
    thread.get_by_role("button", name="Assign").click()
    page.get_by_role("menuitem", name="Assign to me").click()
    expect(thread.get_by_role("button", name="You")).to_be_visible()
    expect(listed).to_have_count(1)
    expect(page.get_by_role("tab", name=re.compile(r"Assigned to you \([1-9]"))).to_be_visible()
    check(page)
    thread.get_by_role("button", name="Snooze").click()
    page.get_by_role("menuitem", name="Tomorrow").click()
    expect(thread).to_contain_text("Snoozed until")
    expect(listed).to_have_count(0)
    page.get_by_label("Status").select_option("snoozed")
    expect(listed).to_have_count(1)
    phone.write("What does express delivery cost?")
    expect(listed).to_have_count(0)
    thread.get_by_role("button", name="Solve", exact=True).click()
    expect(thread.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
    page.get_by_label("Status").select_option("solved")
    expect(listed).to_have_count(1)
    thread.get_by_role("button", name="Reopen", exact=True).click()
    expect(listed).to_have_count(0)


def test_the_keyboard_finds_opens_and_solves(world: World, visit: Visit) -> None:
    _, first, first_number = somebody(world)
    _, _, second_number = somebody(world)
    page = visit(AGENT)
    look(page, first)
    page.goto(page.url.rpartition("/")[0])
    rows = page.locator(".people button")
    expect(rows.nth(1)).to_be_visible()
    expect(page.locator(".people button[aria-current]")).to_have_count(0)
    for n in (0, 1):
        page.keyboard.press("j")
        expect(rows.nth(n)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_be_visible()
    page.keyboard.press("/")
    search = page.get_by_label("Search")
    expect(search).to_be_focused()
    search.fill(first_number)
    expect(rows).to_have_count(1)
    rows.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    expect(page.get_by_role("button", name="Solve", exact=True)).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("e")
    expect(rows).to_have_count(0)
    search.fill(second_number)
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Keys", exact=True).click()
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("solve the open one")
    check(page)
    page.get_by_label("Use these keys").click()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows.first).not_to_be_focused()


def test_what_nobody_has_read_is_marked_until_somebody_looks(world: World, visit: Visit) -> None:
    phone, _, _ = somebody(world)
    page = visit(AGENT)
    go(page, "Conversations")
    page.get_by_label("Search").fill(phone.number)
    line = page.locator(".people li")
    expect(line).to_have_count(1)
    expect(line.get_by_label("unread: 1")).to_be_visible()
    line.get_by_role("button").click()
    expect(line.get_by_label("unread")).to_have_count(0)
    page.get_by_role("button", name="Mark as unread").click()
    expect(line.get_by_label("unread: 1")).to_be_visible()


def test_the_customer_card_is_edited_where_one_works(world: World, visit: Visit) -> None:
    _, contact, number = somebody(world)
    page = visit(AGENT)
    look(page, contact)
    page.get_by_role("button", name="Customer", exact=True).click()
    card = page.get_by_role("dialog", name="Customer")
    expect(card).to_contain_text(number)
    card.get_by_label("Tags").fill("Lamp & co")
    card.get_by_label("Tags").press("Enter")
    expect(card.get_by_text("Lamp & co")).to_be_visible()
    card.get_by_role("button", name="Edit").click()
    card.get_by_label("Name", exact=True).fill("Pau of the gallery")
    card.get_by_role("button", name="Add a field").click()
    card.get_by_label("Name of field 1").fill("email")
    card.get_by_label("email", exact=True).fill("pau@gallery.example")
    check(page)
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("pau@gallery.example")
    card.get_by_role("button", name="Block").click()
    asked = page.get_by_role("dialog", name="Block Pau of the gallery?")
    expect(asked).to_contain_text("Neither the bot nor the staff answer")
    asked.get_by_role("button", name="Cancel").click()
    card.get_by_role("button", name="Block").click()
    asked.get_by_role("button", name="Block").click()
    expect(card.get_by_role("button", name="Unblock")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Pau of the gallery")).to_contain_text(
        "write to a blocked customer"
    )
    page.get_by_label("Tag", exact=True).select_option("Lamp & co")
    page.get_by_label("Status").select_option("blocked")
    page.reload()
    expect(page.locator(".people li", has_text="Pau of the gallery")).to_contain_text("Blocked")
    expect(page.get_by_label("Tag", exact=True)).to_have_value("Lamp & co")


def test_who_has_opted_out_gets_no_message(world: World, visit: Visit) -> None:
    phone, contact, _ = somebody(world)
    phone.write("STOP", 0)
    page = visit(AGENT)
    look(page, contact)
    thread = page.get_by_role("region", name="Pau Vidal")
    expect(thread).to_contain_text("no message reaches them until they opt in again")
    expect(thread.locator(".bubble", has_text="STOP")).to_contain_text("opts out")
    expect(thread.locator(".bubble", has_text="STOP")).not_to_contain_text("not answered")
    expect(thread).to_contain_text("can’t write to this customer until they opt in again")  # noqa: RUF001
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_count(0)
    page.get_by_label("Search").fill(phone.number)
    found = page.locator(".people li")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Opted out")
    check(page)


def test_a_viewer_reads_and_changes_nothing(world: World, visit: Visit) -> None:
    _, contact, number = somebody(world)
    Staff(world, "agent").ask("inbox", "add_note", contact_id=contact, body="Only we read this.")
    page = visit(VIEWER)
    look(page, contact)
    expect(page.get_by_text("Only we read this.")).to_be_visible()
    page.get_by_role("button", name="Customer", exact=True).click()
    card = page.get_by_role("dialog", name="Customer")
    expect(card).to_contain_text(number)
    expect(card.get_by_role("button")).to_have_count(1)
    check(page)
    card.get_by_role("button", name="Close").click()
    for name in ("Assign", "Solve", "Snooze", "Pause", "Send", "Export", "Delete"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("textbox")).to_have_count(0)


def test_on_a_phone_the_list_comes_first_and_the_reply_stays_in_sight(world: World, visit: Visit) -> None:
    _, _, number = somebody(world)
    for locale, search, back, reply in (
        ("en-GB", "Search", "Back to the list", "Reply as a human"),
        ("es-ES", "Buscar", "Volver a la lista", "Responder como persona"),
    ):
        page = visit(AGENT, {**PHONE, "width": 360}, locale)
        page.get_by_label(search).fill(number)
        expect(page.locator(".people button")).to_have_count(1)
        page.locator(".people button").click()
        expect(page.get_by_label(reply)).to_be_in_viewport()
        expect(page.get_by_role("log").locator(".bubble").last).to_be_in_viewport()
        check(page)
        page.get_by_role("button", name=back).click()
        expect(page.locator(".people button")).to_be_visible()
        check(page)


def test_the_list_is_of_who_wrote_lately_and_shows_when_and_from_which_number(
    world: World, visit: Visit
) -> None:
    new, old = somebody(world), somebody(world)
    world.rows(
        "update contacts set last_message_at = now() - interval '10 days' where id = %s returning 1", old[1]
    )
    page = visit(AGENT)
    go(page, "Conversations")
    people = page.locator(".people li")
    for days, shown in (("Any time", 1), ("Last 30 days", 1), ("Last 7 days", 0), ("Last 24 hours", 0)):
        page.get_by_label("When the customer last wrote").select_option(label=days)
        page.get_by_label("Search").fill(old[0].number)
        expect(people).to_have_count(shown)
    expect(page.get_by_text("No results for")).to_be_visible()
    page.get_by_label("Search").fill(f"+{new[0].number[:2]} {new[0].number[2:5]} {new[0].number[5:]}")
    expect(people).to_have_count(1)
    check(page)
    when = people.locator("time")
    expect(when).to_have_text(re.compile("^(this minute|[0-9]+ minutes? ago)$"))
    when.hover()
    expect(when).to_have_attribute("title", re.compile(r"20\d\d.*\d\d:\d\d"))
    people.get_by_role("button").click()
    thread = page.get_by_role("region", name="Pau Vidal")
    # They may have been written before a midnight that has passed.
    expect(thread.locator(".dayline").first).to_have_text(re.compile("^(today|yesterday)$"))
    expect(thread).to_contain_text(new[2])
