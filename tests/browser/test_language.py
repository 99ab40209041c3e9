"""The portal in Spanish: what scripts say in English is Spanish there, too."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import FilePayload, expect

from local.seed import SHOP
from tests.browser.conftest import Visit, check, go
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_what_scripts_say_is_in_the_pages_language(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    page = visit(SHOP.staff, locale="es-ES")
    go(page, "Conocimiento")
    chooser = page.locator('input[type="file"]').first
    card = page.locator("li.card", has_text=f"{word}.md")
    for name in (f"{word}.md", f"otra-{word}.md"):
        file: FilePayload = {
            "name": name,
            "mimeType": "text/markdown",
            "buffer": f"# Velas {word}\n\nHay velas.".encode(),
        }
        chooser.set_input_files(file)
        expect(card.get_by_text("Responde", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text(f"Este archivo ya está aquí, con el título «{word}».")).to_be_visible()
    world.rows(
        "update documents set state = 'failed', error = %s, notes = %s where filename = %s returning 1",
        "This PDF has 12,345 pages; the most is 500. Split it into smaller ones. Your plan has room for 7 more pages.",
        ["page 3 is an image without text"],
        f"{word}.md",
    )
    page.reload()
    expect(card).to_contain_text(
        "Este PDF tiene 12.345 páginas; el máximo es 500. Divídalo en otros más pequeños. En su plan quedan 7 páginas."
    )
    expect(card).to_contain_text("la página 3 es una imagen sin texto")
    page.locator(".bell").click()
    expect(page.locator("li.card", has_text=word)).to_contain_text("Este PDF tiene 12.345 páginas")
    world.rows("delete from documents where filename = %s returning 1", f"{word}.md")
    go(page, "Conocimiento")
    page.get_by_role("tab", name="Preguntas y respuestas").click()
    for _ in range(2):
        page.get_by_label("Pregunta", exact=True).first.fill(f"¿Hay velas {word}?")
        page.get_by_label("Respuesta", exact=True).fill("Sí.")
        page.get_by_role("button", name="Añadir", exact=True).click()
        expect(page.get_by_role("heading", name=f"¿Hay velas {word}?")).to_be_visible()
    expect(page.get_by_text("Esta pregunta ya está aquí: cambie su respuesta.")).to_be_visible()
    check(page)


def test_a_setting_is_named_as_on_the_page(world: World, visit: Visit) -> None:
    for locale, bot, tab, save, said in (
        ("en-GB", "Bot", "Words", "Save", "“When it doesn’t know” needs words in one language at least."),  # noqa: RUF001
        ("es-ES", "Bot", "Textos", "Guardar", "«Cuando no lo sabe» necesita un texto al menos en un idioma."),
    ):
        page = visit(SHOP.staff, locale=locale)
        go(page, bot)
        page.get_by_role("tab", name=tab).click()
        languages = page.locator(".panel .narrow select option")
        for n in range(languages.count() or 1):
            if languages.count():
                page.locator(".panel .narrow select").select_option(index=n)
            page.locator(".panel textarea").first.fill("")
        page.get_by_role("button", name=save).click()
        expect(page.get_by_text(said)).to_be_visible()
