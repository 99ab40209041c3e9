"""An owner gives the portal looks of its own, an operator confirms an address, and people meet both: light and dark, large and small."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from local.mail import Mailbox, words_of
from local.seed import SHOP
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go, picture
from tests.e2e.conftest import World
from tests.e2e.test_sources import portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OPERATOR, OWNER = "operator@platform.example", SHOP.people["owner"]
DOMAIN = "lumen.localhost"  # browsers look these names up on their own machine
NAME = "Lumen Desk"


@pytest.fixture(scope="module")
def branded(world: World) -> Iterator[str]:
    """The shop's plan has an address of its own. Yields the shop's id."""
    (row,) = world.rows(
        "select tenant_id::text from chatbots where phone_number_id = %s", SHOP.phone_number_id
    )
    tenant = row["tenant_id"]
    portal(world, "operator", "update_limits", person=OPERATOR, tenant=tenant, limits={"own_domains": 2})
    yield tenant
    world.rows("delete from brandings returning 1")
    world.rows("delete from branding_domains returning 1")


def logo() -> bytes:
    image = Image.new("RGBA", (420, 120), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, 119, 119), 30, fill="#ffd400")
    draw.text((140, 20), "lumen", fill="#333333", font_size=80)
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def both_schemes(page: Page, name: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        check(page)
        picture(page, f"label-{name}-{scheme}")
    page.emulate_media(color_scheme="light")


def test_an_owner_sees_what_a_colour_does_before_it_is_saved(
    world: World, visit: Visit, branded: str
) -> None:
    page = visit(OWNER)
    go(page, "Appearance")
    page.get_by_label("Name of the portal").fill(NAME)
    colour = page.get_by_label("Colour", exact=True)
    colour.fill("yellow")
    expect(page.get_by_text("“yellow” is no colour.")).to_be_visible()
    colour.fill("#ffd400")
    expect(page.get_by_text("Words on it are black: contrast 14.6 to 1.")).to_be_visible()
    expect(page.get_by_text("On the light page it hardly stands out (1.3 to 1).")).to_be_visible()
    expect(page.get_by_role("img", name=f"Preview: Dark, {NAME}")).to_be_visible()
    files = page.locator("input[type=file]")
    files.first.set_input_files({"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("An SVG is not taken")).to_be_visible()
    expect(page.get_by_role("banner")).not_to_contain_text(NAME)
    files.first.set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": logo()})
    page.get_by_label("Where your people get help").fill("help@lumen.example")
    page.get_by_label(re.compile(r"^The product.s name$")).select_option("not said anywhere")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text(NAME)
    expect(page).to_have_title(f"Appearance · {NAME}")
    page.get_by_label("Domain").fill(f"https://{DOMAIN}/")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Write the domain alone")).to_be_visible()
    page.get_by_label("Domain").fill(DOMAIN)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("not verified yet")).to_be_visible()
    both_schemes(page, "owner")
    check_in_spanish(visit)


def check_in_spanish(visit: Visit) -> None:
    page = visit(OWNER, PHONE, locale="es-ES")
    go(page, "Apariencia")
    expect(page.get_by_text("Las palabras encima son negras")).to_be_visible()
    both_schemes(page, "owner-phone")


def test_people_meet_the_looks_at_the_address_that_an_operator_has_confirmed(
    world: World, visit: Visit, browser: Browser, branded: str, door: str, mailbox: Mailbox
) -> None:
    operator = visit(OPERATOR)
    go(operator, "Platform")
    operator.get_by_role("button", name="How the portal looks").click()
    operator.get_by_role("button", name=f"Confirm: {DOMAIN}").click()
    operator.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(operator.get_by_text("verified", exact=True)).to_be_visible()
    both_schemes(operator, "operator")
    context = browser.new_context(viewport=DESKTOP, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page, before = context.new_page(), len(mailbox.mails)
        page.goto(door.replace("localhost", DOMAIN))
        expect(page).to_have_title(f"Sign in to the portal · {NAME}")
        expect(page.get_by_role("img", name=NAME)).to_be_visible()
        both_schemes(page, "sign-in")
        page.get_by_label("E-mail address").fill(OWNER)
        page.get_by_role("button", name="Send me a code").click()
        mail = mailbox.wait_for(OWNER, before, 60)
        assert NAME not in mail["From"], "it has no sender of its own"
        assert mail["Subject"] == f"{NAME}: your code"
        code = re.search(r"\b\d{6}\b", words_of(mail))
        assert code
        page.locator("#code").fill(code[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_title(re.compile(rf"Home · {NAME}$"), timeout=60_000)
        expect(page.get_by_role("img", name=NAME)).to_be_visible()
        expect(page.get_by_role("link", name="Help")).to_have_attribute("href", "mailto:help@lumen.example")
        expect(page.locator("main .state[role=status]")).to_have_count(0, timeout=60_000)
        both_schemes(page, "home")
        assert "chatmill" not in page.content().lower()
    finally:
        context.close()
