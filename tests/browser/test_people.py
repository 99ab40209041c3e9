"""What an owner does about people, developers and facts, in a browser: export and forget a customer, see who changed what, settle two figures."""

from __future__ import annotations

import hashlib
import json
import re
import secrets

import pytest
from playwright.sync_api import FilePayload, expect

from local.seed import CLINIC, SHOP
from tests.browser.conftest import Visit, check, go, publish, save
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_an_owner_exports_and_forgets_a_customer(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    number = f"3469{secrets.randbelow(10**7):07}"
    world.control(
        "ask",
        {
            "phone_number_id": SHOP.phone_number_id,
            "from": number,
            "text": f"How long do I have to return an item? {word}",
            "timeout_s": 60,
        },
    )
    page = visit(SHOP.staff)
    go(page, "Conversations")
    page.locator(".people button", has_text=number[-6:]).first.click()
    expect(page.locator(".bubble", has_text=word)).to_be_visible()
    page.get_by_role("button", name="Customer", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export this person’s data").click()  # noqa: RUF001
    data = json.loads(download.value.path().read_text())
    assert data["contact"]["phone"] == number
    assert any(word in (message["text"] or "") for message in data["messages"])
    page.get_by_role("button", name="Forget this person").click()
    dialog = page.get_by_role("dialog", name="Forget")
    expect(dialog).to_contain_text("can’t be undone")  # noqa: RUF001
    check(page)
    dialog.get_by_role("button", name="Forget this person").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".people button", has_text=number[-6:])).to_have_count(0)
    assert world.rows("select 1 from contacts where phone = %s", number) == []
    go(page, "People")
    page.get_by_role("button", name="Show changes").click()
    changes = page.get_by_role("list", name="Changes")
    expect(changes).to_be_visible()
    expect(changes).not_to_contain_text(number)
    check(page)


def test_an_owner_sees_what_a_colleague_changed(world: World, visit: Visit) -> None:
    persona = f"Kind and brief, {secrets.token_hex(4)}."
    editor = visit("editor@clinica-ribera.example")
    go(editor, "Bot")
    field = editor.get_by_label("Persona", exact=True)
    before = field.input_value()
    field.fill(persona)
    save(editor)
    publish(editor, "Kinder")
    owner = visit(CLINIC.staff)
    go(owner, "People")
    owner.get_by_role("button", name="Show changes").click()
    changes = owner.get_by_role("list", name="Changes").locator("li.card")
    expect(changes.filter(has_text="Draft published").first).to_contain_text("editor@clinica-ribera.example")
    change = changes.filter(has_text="Settings changed").first
    change.get_by_text("What was changed").click()
    expect(change).to_contain_text(persona)
    check(owner)
    field.fill(before)
    save(editor)
    publish(editor)


def test_two_figures_for_one_thing_are_shown_and_settled(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Knowledge")
    word = "Zelkova" + "".join(secrets.choice("abcdefgh") for _ in range(5))  # digits would be figures
    chooser = page.locator('input[type="file"]').first
    for said in (f"{word} assembly: EUR 41.90", f"{word} assembly costs EUR 52.90."):
        name = f"{secrets.token_hex(4)}.md"
        file = FilePayload(name=name, mimeType="text/markdown", buffer=said.encode())
        chooser.set_input_files([file])
        card = page.locator("li.card", has_text=name)
        expect(card.get_by_text("Ready", exact=True)).to_be_visible(timeout=60_000)
    panel = page.locator("section[aria-labelledby=contradictions]")
    pair = panel.locator("li.card", has_text=word)
    expect(pair).to_contain_text(f"{word} assembly: EUR 41.90")
    expect(pair).to_contain_text(f"{word} assembly costs EUR 52.90.")
    check(page)
    place = pair.locator(".inset", has_text="41.90")
    place.get_by_role("button", name="Leave this one out").click()
    expect(pair).to_have_count(0)
    page.get_by_label("Question", exact=True).fill(f"How much is {word} assembly?")
    page.keyboard.press("Enter")
    expect(page.locator("ol .card").first).to_contain_text("52.90")
    expect(page.locator("ol .card", has_text="41.90")).to_contain_text("Not used")


def test_an_owner_makes_a_key_for_a_program_and_revokes_it(world: World, visit: Visit) -> None:
    name = f"CRM {secrets.token_hex(3)}"
    page = visit(SHOP.staff)
    go(page, "People")
    part = page.get_by_role("region", name="For developers")
    part.get_by_label("Name of the key").fill(name)
    part.get_by_label("Read contacts").check()
    part.get_by_role("button", name="Make a key").click()
    shown = part.get_by_role("status").locator("pre")
    expect(shown).to_have_text(re.compile(r"^cmk_[\w-]{43}$"))
    check(page)
    key = shown.inner_text()
    (stored,) = world.rows("select digest, scopes from api_keys where name = %s", name)
    assert bytes(stored["digest"]) == hashlib.sha256(key.encode()).digest() and stored["scopes"] == [
        "contacts:read"
    ]
    row = part.locator("li.card", has_text=name)
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog", name=f"Revoke the key {name}?").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)


def test_an_owner_adds_a_receiver_of_events_and_sees_the_secret(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "People")
    part = page.get_by_role("region", name="For developers")
    address = part.get_by_label("Address", exact=True)
    add = part.get_by_role("button", name="Add a receiver")
    address.fill("https://127.0.0.1/hook")
    add.click()
    expect(part.get_by_text("private")).to_be_visible()
    address.fill("https://example.com/hook")
    add.click()
    row = part.locator("li.card", has_text="https://example.com/hook")
    expect(row).to_be_visible()
    part.get_by_role("button", name="Show the secret").click()
    expect(part.get_by_text(re.compile(r"^whsec_"))).to_be_visible()
    check(page)
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog", name="Delete the receiver").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
