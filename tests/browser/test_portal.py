"""The portal in a browser, against the real steps and the real database: who sees what, and how one gets around."""

from __future__ import annotations

import json
import secrets

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.portal import build
from local.seed import CLINIC, SHOP
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.e2e.conftest import World
from tests.e2e.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
BEFORE = "portal.before"  # where the page keeps who was here
STRANGER = "somebody@elsewhere.example"
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
                expect(tabs.nth(number)).to_be_in_viewport(ratio=0.99)
                expect(page.locator("main .state[role=status]")).to_have_count(0)
            check(page)
        if name in ("Conversations", "Conversaciones"):
            page.locator(".people button").first.click()
            expect(page.locator(".bubble").first).to_be_visible()
            check(page)
    page.locator(".bell").click()
    expect(page.locator("main .state[role=status]")).to_have_count(0)
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


def test_the_colours_are_chosen_and_the_focus_comes_back(visit: Visit) -> None:
    page = visit(SHOP.staff)
    colours = page.get_by_role("button", name="Colours")
    for name in ("Dark", "Light"):  # the menu itself is read the first time
        colours.click()
        page.get_by_role("menuitem", name=name).click()
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", name.lower())
        expect(colours).to_be_focused()


def test_a_page_whose_script_can_not_be_read_says_so(visit: Visit) -> None:
    parts = (build.STATIC / build.PARTS).iterdir()
    (people,) = (path.name for path in parts if "create_key" in path.read_text())
    page = visit(SHOP.staff)
    page.route(f"**/{people}", lambda route: route.fulfill(content_type="text/javascript", body="throw 0"))
    page.reload()
    page.get_by_role("navigation").get_by_role("button", name="People").click()
    expect(page.get_by_role("alert")).to_contain_text("tell your operator")
    check(page)
    page.unroute(f"**/{people}")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Who may open this portal")).to_be_visible()


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
    expect(page.get_by_role("list", name="MCP servers").get_by_text("orders", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Add a server")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("button", name="Appearance")).to_have_count(0)
    go(page, "People")
    expect(page.get_by_text("Only owners can add and remove people")).to_be_visible()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)


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
                "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || ''"
            )
        )
    for wanted in ("Skip to the page", "Notifications", "Knowledge", "Insights", "Add a document"):
        assert any(wanted in text for text in reached), reached


def test_the_back_button_goes_back(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Limits").click()
    expect(page.get_by_label("Maximum answers per customer per hour")).to_be_visible()
    go(page, "People")
    page.go_back()
    expect(page.get_by_label("Maximum answers per customer per hour")).to_be_visible()


def test_the_phone_leads_to_the_portal(world: World, visit: Visit) -> None:
    page = visit("viewer@casa-lumen.example")
    portal = page.url.partition("#")[0]
    page.goto(world.stack.url("meta"))
    page.locator(".person").first.click()
    link = page.get_by_role("link", name="Documents in the portal")
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
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("see everything, change nothing")
    dialog.get_by_role("button", name="Cancel").click()
    expect(card.get_by_role("combobox")).to_have_value("agent")
    card.get_by_role("combobox").select_option("viewer")
    dialog.get_by_role("button", name="Change the role").click()
    expect(card.get_by_role("combobox")).to_have_value("viewer")
    mine = page.locator("li.card", has_text=CLINIC.staff)
    mine.get_by_role("button", name="Remove").click()
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


def test_the_demos_sign_in_names_the_businesses_and_what_each_role_sees(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    page.goto(address)
    for business in ("Casa Lumen", "Clínica Ribera", "The platform"):
        expect(page.get_by_role("heading", name=business)).to_be_visible()
    expect(page.get_by_role("button", name="Agent").first).to_contain_text("conversations")
    check(page)
    page.close()


@pytest.mark.parametrize(
    ("email", "heading"),
    [
        ("staff@casa-lumen.example", "Home"),
        ("agent@casa-lumen.example", "Conversations"),
        ("viewer@casa-lumen.example", "Insights"),
        ("operator@platform.example", "Platform"),
    ],
)
def test_a_first_page_asks_for_each_thing_once(visit: Visit, email: str, heading: str) -> None:
    page = visit(email)
    asked: list[str] = []
    page.on("request", lambda call: asked.append(call.post_data or "") if "/api/call" in call.url else None)
    page.goto(page.url.partition("#")[0] + "?again")
    page.get_by_role("heading", level=1, name=heading).wait_for()
    expect(page.locator("main .state[role=status]")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    # These two ask what is new, again and again.
    once = [call for call in asked if "watch" not in call and '"notifications"' not in call]
    assert once and sorted(once) == sorted(set(once))


def test_who_was_here_before_waits_for_one_answer_and_not_for_two(visit: Visit) -> None:
    """Who is here is answered only once the page's own question has been asked, too."""
    page = visit(SHOP.people["owner"])
    page.get_by_role("heading", level=1, name="Home").wait_for()
    held: list[Route] = []
    asked: list[str] = []

    def in_turn(route: Route) -> None:
        runnable = json.loads(route.request.post_data or "{}")["runnable"]
        asked.append(runnable)
        if runnable == "me":
            held.append(route)
        else:
            route.continue_()
        while held and {"home", "insights", "notifications"} <= set(asked):
            held.pop().continue_()

    page.route("**/api/call", in_turn)
    page.goto(page.url.partition("#")[0] + "?again")
    page.get_by_role("heading", level=2, name="What needs a person").wait_for()


def comes_again_after(page: Page, before: object) -> list[str]:
    """An agent, in a browser that keeps this of the visit before; the roles that it keeps of this one."""
    page.get_by_role("heading", level=1, name="Conversations").wait_for()
    page.evaluate(f"before => localStorage.setItem('{BEFORE}', JSON.stringify(before))", before)
    page.goto(page.url.partition("#")[0] + "?again")
    page.get_by_role("heading", level=1, name="Conversations").wait_for()
    expect(page.get_by_role("tab", name="All open")).to_be_visible()
    expect(page.locator("main .state[role=status]")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    kept = json.loads(page.evaluate(f"localStorage.getItem('{BEFORE}')"))
    return [one["role"] for one in kept["businesses"]]


def test_what_was_asked_for_somebody_else_is_not_shown(world: World, visit: Visit) -> None:
    theirs, ours = Phone(world, CLINIC), Phone(world, SHOP)
    for phone in (theirs, ours):
        phone.write("Good morning")
    of_clinic = "select tenant_id::text, 'owner' as role from chatbots where phone_number_id = %s"
    another = {"businesses": world.rows(of_clinic, CLINIC.phone_number_id), "operator": False}
    page = visit(SHOP.people["agent"])
    assert comes_again_after(page, another) == ["agent"], "and next time they are asked for"
    people = page.locator(".people li")
    expect(people.filter(has_text=ours.number[-3:]).first).to_be_visible()
    page.get_by_label("Search").fill(ours.number)
    expect(people).to_have_count(1)
    page.get_by_label("Search").fill(theirs.number)
    expect(people).to_have_count(0)
    expect(page.get_by_text("No results for")).to_be_visible()


@pytest.mark.parametrize("before", [{}, {"businesses": [None]}, "x"], ids=["empty", "nobody's", "a word"])
def test_what_is_kept_in_another_form_keeps_nobody_out(visit: Visit, before: object) -> None:
    assert comes_again_after(visit(SHOP.people["agent"]), before) == ["agent"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_way_back_of_the_demo_covers_nothing(visit: Visit, size: dict[str, int]) -> None:
    page = visit(SHOP.staff, size)
    go(page, "Conversations")
    expect(page.locator(".demo")).to_be_visible()
    covered = """() => [...document.querySelectorAll('#root button, #root input, #root select, #root a:not(.skip)')].filter((one) => {
      const { x, y, width, height } = one.getBoundingClientRect()
      return document.elementFromPoint(x + width / 2, y + height / 2)?.closest('.demo')
    }).map((one) => one.outerHTML)"""
    assert page.evaluate(covered) == []
    expect(page.get_by_role("button", name="Be someone else")).to_be_visible()
