"""A Chromium, and people who are signed in at the portal of the running product."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from local.mail import Mailbox
from local.portal import people
from local.seed import SHOP
from tests.browser.layout import overlaps
from tests.e2e.conftest import World, world  # noqa: F401
from tests.portal_door.provider import CLIENT, SECRET, Company

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
DESKTOP, PHONE = {"width": 1280, "height": 850}, {"width": 390, "height": 844}
Visit = Callable[..., Page]
# Some pages ask every five seconds, and the machine may be slow.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def address(world: World) -> str:  # noqa: F811
    return people.start(world.stack)


@pytest.fixture(scope="package")
def mailbox(world: World) -> Iterator[Mailbox]:  # noqa: F811
    box = Mailbox(world.stack.ports["smtp"])
    yield box
    box.stop()


@pytest.fixture(scope="package")
def company() -> Iterator[Company]:
    """The shop's own provider of accounts, which the door believes about the shop's addresses."""
    company = Company()
    yield company
    company.stop()


@pytest.fixture(scope="package")
def door(world: World, mailbox: Mailbox, company: Company) -> str:  # noqa: F811
    """The portal's own door, whose mails are in the mailbox: at a name, because browsers bind no passkey to an address of digits."""
    shop = {"id": "shop", "name": SHOP.name, "domains": [SHOP.staff.partition("@")[2]]}
    providers = [shop | {"issuer": company.url, "client_id": CLIENT, "client_secret": SECRET}]
    address = f"http://localhost:{world.stack.ports['door']}"
    world.stack.start_door({"PORTAL_URL": address, "PORTAL_PROVIDERS": json.dumps(providers)})
    return address


def chromium() -> str:
    """Where the system's Chromium is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens the portal as a person. A page that complains in the console fails its test."""
    complaints: list[str] = []
    contexts = []

    def opened(email: str, size: dict[str, int] | None = None, locale: str = "en-GB") -> Page:
        size_px: Any = size or DESKTOP
        context = browser.new_context(
            viewport=size_px, locale=locale, timezone_id="Europe/Madrid", reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(address)
        page.locator(f'button[value="{email}"]').click()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def picture(page: Page, name: str) -> None:
    """A picture for a person to look at: SCREENSHOTS=folder make test-browser"""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def go(page: Page, name: str) -> None:
    """To a page of the portal, until it has loaded."""
    button = re.compile(f"^{re.escape(name)}(: .*)?$")  # Conversations: 2 waiting
    menu = page.get_by_role("button", name=re.compile("^Men[uú]$"))
    page.get_by_role("banner").wait_for()
    if menu.is_visible():  # on a narrow screen
        menu.click()
    page.get_by_role("navigation").get_by_role("button", name=button).click()
    page.get_by_role("heading", level=1, name=name).wait_for()
    expect(page.locator("main .state[role=status]")).to_have_count(0, timeout=20_000)


@pytest.fixture
def all_tools(world: World) -> Iterator[None]:  # noqa: F811
    """The bots offer all tools again afterwards, and no tool is drafted."""
    yield
    world.rows("delete from chatbot_drafts where setting = 'tools' returning 1")
    world.rows("update chatbots set tools = null where tools is not null returning 1")


def save(page: Page) -> None:
    """Saves what was changed of a bot's settings, as a draft."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as a draft. Customers")).to_be_in_viewport()


def publish(page: Page, note: str = "") -> None:
    """Publishes the draft of a bot's settings."""
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill(note)
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile(r"^Version \d+ is live\.$"))).to_be_visible()


def check(page: Page) -> None:
    """No accessibility rule is broken, no text lies on another one, and nothing sticks out of the window's side."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert overlaps(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def between(page: Page, calls: Mapping[str, Callable[[Route], None]]) -> None:
    """Stands between the page and its scripts: a call of "runnable action" is handled by what is given for it, until the next `between`."""

    def handle(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        action = json.loads(asked["args"]["request"])["action"]
        calls.get(f"{asked['runnable']} {action}", Route.continue_)(route)

    page.unroute("**/api/call")
    page.route("**/api/call", handle)


def broken(route: Route) -> None:
    """The call never comes to its script."""
    route.fulfill(json={"error": "no way there"})


def lost(route: Route) -> None:
    """The script does its work, and its answer is lost."""
    route.fetch()
    broken(route)
