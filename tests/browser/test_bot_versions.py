"""Drafts and versions of a bot's settings, in a browser: what is live is told from what is not, and nobody publishes what they have not seen."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from local.seed import CLINIC, SHOP
from tests.browser.conftest import PHONE, Visit, check, go, picture, publish, save
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
EDITOR = "editor@clinica-ribera.example"


@pytest.fixture(autouse=True)
def as_it_was(world: World) -> Iterator[None]:
    """The settings of both bots are live again afterwards, and nothing is drafted."""
    query = "select phone_number_id, persona, dont_know::text as dont_know from chatbots"
    before = world.rows(query)
    yield
    world.rows("delete from chatbot_drafts returning 1")
    for bot in before:
        world.rows(
            "update chatbots set persona = %s, dont_know = %s, enabled = true where phone_number_id = %s returning 1",
            *(bot["persona"], bot["dont_know"], bot["phone_number_id"]),
        )


def persona_of(world: World) -> str:
    (row,) = world.rows("select persona from chatbots where phone_number_id = %s", CLINIC.phone_number_id)
    return str(row["persona"])


def test_a_change_is_drafted_published_and_taken_back(world: World, visit: Visit) -> None:
    before, words = persona_of(world), f"Kind, {secrets.token_hex(4)}."
    page = visit(EDITOR)
    go(page, "Bot")
    persona = page.get_by_label("Persona", exact=True)
    persona.fill(words)
    save(page)
    draft = page.get_by_role("note").filter(has_text="One change is not live yet")
    draft.get_by_text("What changes").click()
    for part in (before, words, EDITOR):
        expect(draft).to_contain_text(part)
    assert persona_of(world) == before
    check(page)
    picture(page, "draft")
    viewer = visit("viewer@clinica-ribera.example")
    go(viewer, "Bot")
    expect(viewer.get_by_label("Persona", exact=True)).to_have_value(before)
    expect(viewer.get_by_role("tab", name="Versions")).to_have_count(0)
    expect(viewer.get_by_role("note").filter(has_text="not live yet")).to_have_count(0)
    publish(page, "Warmer words")
    expect(draft).to_have_count(0)
    assert persona_of(world) == words

    page.get_by_role("tab", name="Versions").click()
    versions = page.get_by_role("list", name="Versions").locator("li.card")
    expect(versions.first).to_contain_text("Warmer words")
    expect(versions.first).to_contain_text("Live")
    versions.first.get_by_role("button", name="Compare").click()
    expect(versions.first).to_contain_text(f"{before} → {words}")
    check(page)
    picture(page, "versions")
    versions.nth(1).get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Restored as a draft.")).to_be_visible()
    page.get_by_role("tab", name="Voice").click()
    expect(persona).to_have_value(before)
    assert persona_of(world) == words, "a restored version is a draft"
    publish(page)
    assert persona_of(world) == before


def test_a_draft_is_deleted(world: World, visit: Visit) -> None:
    before = persona_of(world)
    page = visit(EDITOR, PHONE)
    go(page, "Bot")
    page.get_by_label("Persona", exact=True).fill("Rude.")
    save(page)
    check(page)
    picture(page, "draft-phone")
    page.get_by_role("button", name="Delete the draft").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the draft").click()
    expect(page.get_by_text("The draft is deleted.")).to_be_visible()
    expect(page.get_by_label("Persona", exact=True)).to_have_value(before)


def test_nobody_publishes_what_a_colleague_has_changed_meanwhile(world: World, visit: Visit) -> None:
    before, words = persona_of(world), f"Brief, {secrets.token_hex(4)}."
    owner, editor = visit(CLINIC.staff), visit(EDITOR)
    go(owner, "Bot")
    owner.get_by_label("Persona", exact=True).fill("Kind.")
    save(owner)
    owner.get_by_role("button", name="Publish").click()
    dialog = owner.get_by_role("dialog")
    expect(dialog).to_contain_text("Kind.")
    go(editor, "Bot")
    editor.get_by_label("Persona", exact=True).fill(words)
    save(editor)
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text(f"{EDITOR} has changed this meanwhile: Persona.")
    expect(dialog).to_contain_text(words)
    assert persona_of(world) == before
    check(owner)
    picture(owner, "publish-refused")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_have_count(0)
    assert persona_of(world) == words


def test_a_switch_that_acts_at_once_says_so(world: World, visit: Visit) -> None:
    page = visit(CLINIC.staff)
    go(page, "Bot")
    expect(page.get_by_text("Counts as soon as you save it, without publishing.")).to_be_visible()
    page.get_by_label("The bot answers customers").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    query = "select enabled from chatbots where phone_number_id = %s"
    assert world.rows(query, CLINIC.phone_number_id) == [{"enabled": False}]
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)


def test_the_preview_takes_the_draft_or_what_is_live_and_remembers(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Bot")
    page.get_by_role("tab", name="Messages").click()
    words = f"No idea, {secrets.token_hex(4)}."
    page.get_by_label("When it doesn’t know the answer").fill(words)  # noqa: RUF001
    save(page)
    ask, answers = page.get_by_label("Message to the bot"), page.locator(".preview .bubble.out")
    choice = page.get_by_label("Try")
    expect(choice).to_have_value("draft")
    ask.fill("Which planet has rings?")
    page.get_by_role("button", name="Ask").click()
    expect(answers.first).to_contain_text(words, timeout=60_000)
    expect(answers.first).to_contain_text("Draft")
    choice.select_option("live")
    ask.fill("How tall is a giraffe?")
    page.get_by_role("button", name="Ask").click()
    expect(answers.nth(1)).to_contain_text("Version", timeout=60_000)
    expect(answers.nth(1)).not_to_contain_text(words)
    check(page)
    picture(page, "preview")
    query = "select id::text as id from portal_runs where question = 'How tall is a giraffe?' order by created_at desc limit 1"
    job = world.stack.windmill().call("GET", f"jobs_u/get/{world.rows(query)[0]['id']}").json()
    assert "planet" in job["args"]["history"] and words in job["args"]["history"]


def test_an_answer_to_a_customer_names_its_version(world: World, visit: Visit) -> None:
    world.ask(SHOP, "How long do I have to return an item?")
    (turn,) = world.rows(
        "select t.version, t.run_id::text as run, (select max(number) from chatbot_versions v where v.phone_number_id = t.phone_number_id)"
        " as live from turns t where phone_number_id = %s and version is not null order by opened_at desc limit 1",
        SHOP.phone_number_id,
    )
    assert turn["version"] == turn["live"]
    job = world.stack.windmill().call("GET", f"jobs_u/get/{turn['run']}").json()
    assert job["result"]["version"] == turn["live"], "Windmill's run shows it"
