"""A portal that is left open while the server is away, or forgets who is signed in: what one reads stays where it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.seed import SHOP
from tests.browser.conftest import DESKTOP, PHONE, check, go, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CALLS = "**/api/call"


@pytest.fixture(params=[("en-GB", DESKTOP), ("es-ES", PHONE)], ids=["english", "spanish-phone"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The owner's portal. A call that fails is said on the console, so that nothing is asked of that here."""
    locale, size = request.param
    context = browser.new_context(locale=locale, viewport=size, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(address)
    opened.locator(f'button[value="{SHOP.staff}"]').click()
    go(opened, "Knowledge" if locale == "en-GB" else "Conocimiento")
    yield opened
    context.close()


def spanish(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.lang === 'es'"))


def test_a_lost_connection_moves_nothing_and_comes_back_by_itself(page: Page) -> None:
    page.clock.install()
    lost = page.get_by_role("alert", name="").filter(
        has_text="Sin conexión" if spanish(page) else "No connection"
    )
    card = page.locator("main li.card").first
    where = card.bounding_box()
    page.route(CALLS, lambda route: route.abort())
    page.clock.run_for(25_000)  # the counts of the frame are asked for every twenty seconds
    expect(lost).to_be_visible()
    assert card.bounding_box() == where
    check(page)
    picture(page, f"lost-{spanish(page)}")
    page.unroute(CALLS)
    page.clock.run_for(25_000)
    expect(lost).to_have_count(0)
    expect(card).to_be_visible()


def test_whoever_was_signed_out_is_offered_the_sign_in_at_once(page: Page) -> None:
    page.clock.install()

    def signed_out(route: Route) -> None:
        route.fulfill(status=401, json={"error": "Choose who you are first."})

    card = page.locator("main li.card").first
    where = card.bounding_box()
    page.route(CALLS, signed_out)
    page.clock.run_for(25_000)
    sign_in = page.get_by_role("button", name="Iniciar sesión" if spanish(page) else "Sign in", exact=True)
    expect(sign_in).to_be_visible()
    assert card.bounding_box() == where
    check(page)
    picture(page, f"signed-out-{spanish(page)}")
    page.context.clear_cookies()
    page.unroute(CALLS)
    sign_in.click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.locator(f'button[value="{SHOP.staff}"]').click()
    expect(page.locator("main li.card").first).to_be_visible()
