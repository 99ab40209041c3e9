"""Scripts as tools in a browser: an owner ticks one, and a customer of the demo's chat books, moves and cancels an appointment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local.seed import CLINIC, CUSTOMERS
from tests.browser.conftest import PHONE, Visit, check, go
from tests.e2e.conftest import World
from tests.e2e.test_appointments import free, newest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.usefixtures("all_tools")]
OWNER = CLINIC.people["owner"]


def open_tools(visit: Visit, who: str = OWNER, **more: object) -> Page:
    page = visit(who, **more)
    go(page, "Bot")
    page.get_by_role("tab", name="Tools").click()
    expect(page.get_by_role("heading", name="Scripts", exact=True, level=3)).to_be_visible()
    return page


@pytest.fixture
def without_list(world: World) -> Iterator[None]:
    """The owner has not ticked the list of appointments yet."""
    query = "select name, path, parameters, read_only from script_tools where name = 'list_appointments'"
    (before,) = world.rows(query)
    world.rows("delete from script_tools where name = 'list_appointments' returning name")
    yield
    after = world.rows(query)
    world.rows(
        "insert into script_tools (tenant_id, name, path, read_only) select tenant_id, 'list_appointments', %s, true from chatbots"
        " where phone_number_id = %s on conflict do nothing returning name",
        *(before["path"], CLINIC.phone_number_id),
    )
    assert after == [before], "the test has ticked it again"


def test_a_script_is_ticked_and_called(world: World, visit: Visit, without_list: None) -> None:
    page = open_tools(visit)
    page.get_by_role("button", name="Add a script").click()
    page.get_by_label("Script", exact=True).select_option(
        label="f/tenant_tools/shared/list_appointments: Lists the appointments of the customer who is writing that are still to come."
    )
    expect(page.get_by_label("Name", exact=True).first).to_have_value("list_appointments")
    expect(page.get_by_text("contact_id: filled by the platform")).to_be_visible()
    page.get_by_label("It only reads").check()
    check(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The tool is in the draft")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="list_appointments")).to_contain_text("only reads")
    (row,) = world.rows("select path, read_only, enabled from script_tools where name = 'list_appointments'")
    assert row == {"path": "f/tenant_tools/shared/list_appointments", "read_only": True, "enabled": True}


def test_who_fills_a_parameter_is_changed(world: World, visit: Visit) -> None:
    page = open_tools(visit)
    one = page.get_by_role("listitem").filter(has_text="free_appointments")
    one.get_by_role("button", name="Edit").click()
    page.get_by_role("combobox", name="calendar").select_option("fixed")
    page.get_by_label("Value: calendar").fill("main")
    check(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    query = "select parameters from script_tools where name = 'free_appointments'"
    assert world.rows(query)[0]["parameters"] == [{"name": "calendar", "source": "fixed", "value": "main"}]
    page.get_by_label("Message to the bot").fill("Which appointments are free tomorrow?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".preview .bubble.out")).to_contain_text("Free on", timeout=60_000)
    world.rows("update script_tools set parameters = '[]' where name = 'free_appointments' returning name")


def test_on_a_phone_and_for_those_who_only_look(visit: Visit) -> None:
    page = open_tools(visit, CLINIC.people["viewer"], size=PHONE)
    expect(page.get_by_role("listitem").filter(has_text="book_appointment")).to_contain_text(
        "changes something"
    )
    expect(page.get_by_role("button", name="Add a script")).to_have_count(0)
    check(page)


@pytest.fixture
def chat(world: World, browser: Browser) -> Iterator[Page]:
    """The demo's chat with the clinic, as Jonas."""
    context = browser.new_context()
    page = context.new_page()
    with page.expect_response("**/api/conversation?*"):
        page.goto(f"{world.stack.url('meta')}/#{CLINIC.phone_number_id}/{CUSTOMERS[1]['user_id']}")
    yield page
    context.close()


def test_a_customer_of_the_demo_books_moves_and_cancels(world: World, chat: Page) -> None:
    day, times = free(world)

    def ask(words: str, answer: str) -> None:
        before = chat.locator(".msg.out").count()
        chat.fill("#text", words)
        chat.press("#text", "Enter")
        expect(chat.locator(".msg.out").nth(before)).to_contain_text(answer, timeout=60_000)

    ask(f"Which appointments are free on {day}?", times[0])
    ask(f"Please book an appointment on {day} at {times[0]}", "is booked for")
    name = newest(world)["name"]
    chat.get_by_text("What happened").last.click()
    with chat.expect_popup() as opened:
        chat.get_by_role("link", name="Open its job").click()
    expect(opened.value.get_by_text("f/tenant_tools/shared/book_appointment").first).to_be_visible()
    chat.get_by_text("What happened").last.click()
    ask(f"Can you move my appointment {name} to {day} at {times[1]}?", f"{name} is moved to")
    assert newest(world)["at"] == f"{day} {times[1]}"
    ask("Please cancel my appointment", f"{name} on")
    assert newest(world)["cancelled"]
    check(chat)
