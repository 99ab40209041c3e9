"""The sign-in page of the portal's own door: in both languages, light and dark, on small and large windows, up to the portal itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from local.mail import Mailbox, words_of
from local.seed import SHOP
from tests.browser.conftest import check
from tests.portal_door.provider import Company

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OWNER = SHOP.people["owner"]
LOOKS = [(360, "en-GB", "light"), (360, "es-ES", "dark"), (1280, "en-GB", "dark"), (1920, "es-ES", "light")]
Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, door: str) -> Iterator[Open]:
    contexts = []

    def one(path: str = "/", width: int = 1280, locale: str = "en-GB", scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            locale=locale,
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(door + path)
        return page

    yield one
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "locale", "scheme"), LOOKS)
def test_the_page_is_readable_by_everybody(
    opened: Open, tmp_path: Path, width: int, locale: str, scheme: str
) -> None:
    page = opened("/", width, locale, scheme)
    spanish = locale == "es-ES"
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Iniciar sesión en el portal" if spanish else "Sign in to the portal"
    )
    check(page)
    field = page.get_by_label("Correo electrónico" if spanish else "E-mail address")
    field.fill("nobody")
    page.locator("#ask button").click()
    expect(page.get_by_role("alert").first).to_contain_text("+34 600 111 222")
    page.screenshot(path=tmp_path / f"ask-{width}-{scheme}.png")
    field.fill(f"stranger-{width}@elsewhere.example")
    page.locator("#ask button").click()
    expect(page.locator("#code")).to_be_focused()
    check(page)
    page.screenshot(path=tmp_path / f"enter-{width}-{scheme}.png")


def enter_by_code(page: Page, mailbox: Mailbox) -> None:
    """The owner signs in with a code, after a wrong one."""
    before = len(mailbox.mails)
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_role("button", name="Send me a code").click()
    page.locator("#code").fill("12345")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#enter-problem")).to_have_text("That is not the code.")
    found = re.search(r"\b\d{6}\b", words_of(mailbox.wait_for(OWNER, before, 60)))
    assert found
    page.locator("#code").fill(found[0])
    page.get_by_role("button", name="Sign in", exact=True).click()


def signed_in(page: Page) -> Locator:
    """Where the person is signed in, once the portal is there."""
    page.get_by_role("navigation").get_by_role("button", name="People").click(timeout=60_000)
    sessions = page.get_by_role("region", name="Where you are signed in")
    expect(sessions.get_by_text("this browser")).to_be_visible(timeout=60_000)
    return sessions


def sign_out(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("button", name="Sign out").or_(
        page.get_by_role("button", name="Sign out").first
    ).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to the portal", timeout=60_000)


def test_somebody_signs_in_sees_where_and_signs_out(opened: Open, mailbox: Mailbox) -> None:
    page = opened()
    enter_by_code(page, mailbox)
    signed_in(page)
    check(page)
    page.get_by_label("E-mail or phone number").fill("guest@elsewhere.example")
    page.get_by_role("button", name="Invite by link").click()
    expect(page.get_by_text("/invitation#")).to_be_visible(timeout=60_000)
    check(page)
    kept = "JSON.stringify(localStorage)"
    assert "tenant_id" in page.evaluate(kept)
    sign_out(page)
    left = page.evaluate(kept)
    assert not any(word in left for word in ("tenant_id", "role", "operator"))


def test_an_invited_person_is_told_what_to_do(opened: Open) -> None:
    page = opened("/invitation#token", 360)
    expect(page.get_by_role("heading", level=1)).to_have_text("You have been invited")
    check(page)


def test_a_passkey_signs_in_whoever_the_device_knows(opened: Open, mailbox: Mailbox) -> None:
    page = opened()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options = kind | {"hasUserVerification": True, "isUserVerified": True}
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    enter_by_code(page, mailbox)
    signed_in(page).get_by_role("link", name="Add a passkey").click()
    check(page)
    page.get_by_role("button", name="Add a passkey for this device").click()
    expect(page.get_by_role("status")).to_have_text("The passkey is there. Use it the next time you sign in.")
    page.get_by_role("link", name="Back to the portal").click()
    signed_in(page)
    sign_out(page)
    device.send("WebAuthn.setUserVerified", made | {"isUserVerified": False})  # another finger
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#ways-problem")).to_have_text(
        "The passkey was not accepted. Try again, or sign in with a code."
    )
    device.send("WebAuthn.setUserVerified", made | {"isUserVerified": True})
    page.get_by_role("button", name="Sign in with a passkey").click()
    sessions = signed_in(page)
    expect(sessions.get_by_text("with a passkey, last used")).to_be_visible()
    sessions.get_by_role("button", name="Remove: Remove this passkey?").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(sessions.get_by_text("Passkey from")).to_have_count(0)


def test_a_company_s_own_account_signs_in_its_people_alone(opened: Open, company: Company) -> None:
    page = opened()
    company.person = "nobody@elsewhere.example"
    page.get_by_role("link", name=f"Sign in with {SHOP.name}").click()
    expect(page.locator("#ways-problem")).to_contain_text(
        "sign-in was not accepted here. Sign in with a code"
    )
    check(page)
    company.person = OWNER
    page.get_by_role("link", name=f"Sign in with {SHOP.name}").click()
    expect(signed_in(page).get_by_text(re.compile("with your company.s account, last used"))).to_be_visible()
