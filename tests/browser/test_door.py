"""The sign-in page of the portal's own door: in both languages, light and dark, on small and large windows, up to the portal itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local.mail import Mailbox, words_of
from local.seed import SHOP
from tests.browser.conftest import check

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


def test_somebody_signs_in_sees_where_and_signs_out(opened: Open, mailbox: Mailbox) -> None:
    page, before = opened(), len(mailbox.mails)
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_role("button", name="Send me a code").click()
    page.locator("#code").fill("12345")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#enter-problem")).to_have_text("That is not the code.")
    found = re.search(r"\b\d{6}\b", words_of(mailbox.wait_for(OWNER, before, 60)))
    assert found
    page.locator("#code").fill(found[0])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").get_by_role("button", name="People").click(timeout=60_000)
    sessions = page.get_by_role("region", name="Where you are signed in")
    expect(sessions.get_by_text("this browser")).to_be_visible(timeout=60_000)
    check(page)
    page.get_by_label("E-mail or phone number").fill("guest@elsewhere.example")
    page.get_by_role("button", name="Invite by link").click()
    expect(page.get_by_text("/invitation#")).to_be_visible(timeout=60_000)
    check(page)
    kept = "JSON.stringify(localStorage)"
    assert "tenant_id" in page.evaluate(kept)
    page.get_by_role("navigation").get_by_role("button", name="Sign out").or_(
        page.get_by_role("button", name="Sign out").first
    ).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to the portal", timeout=60_000)
    left = page.evaluate(kept)
    assert not any(word in left for word in ("tenant_id", "role", "operator"))


def test_an_invited_person_is_told_what_to_do(opened: Open) -> None:
    page = opened("/invitation#token", 360)
    expect(page.get_by_role("heading", level=1)).to_have_text("You have been invited")
    check(page)
