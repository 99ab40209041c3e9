"""A draft for a share of the customers in a browser: published with the dialog, seen beside the others, raised, published for all and taken back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.seed import CLINIC
from tests.browser.conftest import PHONE, Visit, check, go, picture, save
from tests.browser.test_bot_versions import persona_of
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
EDITOR = CLINIC.people["editor"]
BLOOD = "How long must I fast before a blood test?"


@pytest.fixture(autouse=True)
def as_it_was(world: World) -> Iterator[None]:
    before = persona_of(world)
    yield
    world.rows("delete from replays returning 1")
    world.rows("delete from chatbot_drafts returning 1")
    world.rows("delete from version_shares returning 1")
    world.rows("delete from chatbot_versions where shared returning 1")
    world.rows(
        "update chatbots set persona = %s where phone_number_id = %s returning 1",
        before,
        CLINIC.phone_number_id,
    )


def drafted(page: Page, persona: str) -> None:
    go(page, "Bot")
    page.get_by_label("Persona", exact=True).fill(persona)
    save(page)


def test_a_draft_goes_from_a_share_to_all_customers(world: World, visit: Visit) -> None:
    before, words = persona_of(world), f"Brief, {secrets.token_hex(4)}."
    page = visit(EDITOR)
    drafted(page, words)
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="A share of the customers").check()
    dialog.get_by_label("Share", exact=True).select_option("50 %")
    dialog.get_by_label("Note").fill("Try it")
    check(page)
    picture(page, "share-dialog")
    dialog.get_by_role("button", name="Publish").click()
    banner = page.get_by_role("note").filter(has_text="for 50 % of the customers")
    expect(banner).to_be_visible()
    assert persona_of(world) == before
    (share,) = world.rows("select version from version_shares where state = 'running'")
    world.ask(CLINIC, BLOOD, "Amelia Clarke")
    (turn,) = world.rows(
        "select t.version = %s as shared, in_share(t.contact_id, %s, 50) as inside from turns t"
        " where t.outcome is not null and t.phone_number_id = %s order by t.opened_at desc limit 1",
        share["version"],
        share["version"],
        CLINIC.phone_number_id,
    )
    assert turn["shared"] is turn["inside"]
    page.reload()
    column = "Share (1)" if turn["inside"] else "Others (1)"
    expect(banner.get_by_role("columnheader", name=column)).to_be_visible()
    check(page)
    picture(page, "share")
    page.get_by_role("tab", name="Versions").click()
    version = page.get_by_role("list", name="Versions").locator("li.card").first
    for part in ("For a share", "Try it", "50 % of the customers", EDITOR):
        expect(version).to_contain_text(part)
    banner.get_by_role("button", name="Publish for all").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish for all").click()
    expect(banner).to_have_count(0)
    expect(version).to_contain_text("published for all")
    expect(version).to_contain_text("Live")
    assert persona_of(world) == words


def test_one_is_raised_and_taken_back_on_a_phone_in_spanish(world: World, visit: Visit) -> None:
    before = persona_of(world)
    page = visit(EDITOR, PHONE, locale="es-ES")
    go(page, "Bot")
    page.get_by_label("Personalidad", exact=True).fill("Grosero.")
    page.get_by_role("button", name="Guardar", exact=True).click()
    page.get_by_role("button", name="Publicar", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Una parte de los clientes").check()
    check(page)
    dialog.get_by_role("button", name="Publicar").click()
    banner = page.get_by_role("note").filter(has_text="% de los clientes")
    expect(banner).to_contain_text("para el 10 %")
    banner.get_by_label("Ampliar al").select_option("25 %")
    banner.get_by_role("button", name="Ampliar", exact=True).click()
    expect(banner).to_contain_text("para el 25 %")
    check(page)
    picture(page, "share-phone")
    banner.get_by_role("button", name="Retirar").click()
    page.get_by_role("dialog").get_by_role("button", name="Retirar").click()
    expect(banner).to_have_count(0)
    assert persona_of(world) == before


def test_a_draft_in_the_shadow_first(world: World, visit: Visit) -> None:
    page = visit(EDITOR)
    drafted(page, f"Brief, {secrets.token_hex(4)}.")
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Nobody yet").check()
    dialog.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("radio", name="From now on (shadow)")).to_be_checked()
    page.get_by_role("combobox", name="How many").select_option("The next 20")
    page.get_by_role("button", name="Start the shadow").click()
    expect(page.get_by_role("status").filter(has_text="0 of at most 20 answers")).to_be_visible()
    check(page)
    picture(page, "shadow")
    page.get_by_role("tab", name="Voice").click()
    expect(page.get_by_role("note").filter(has_text="In the shadow: 0 of at most 20")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Stopped.")).to_be_visible()
