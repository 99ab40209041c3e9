"""A replay in a browser: its cost is seen before it starts, then how far it is, what is otherwise, and the answers side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.seed import CLINIC
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go, save
from tests.browser.test_cases import picture
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
EDITOR, AGENT = CLINIC.people["editor"], CLINIC.people["agent"]
FLU, BLOOD = "How much is the flu vaccination?", "How long must I fast before a blood test?"
PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def as_it_was(world: World) -> Iterator[None]:
    # What other tests have asked is of another time.
    others = [row["id"] for row in world.rows("select id from turns")]
    world.rows("update turns set opened_at = opened_at - interval '40 days' where id = any (%s)", others)
    yield
    world.rows("update turns set opened_at = opened_at + interval '40 days' where id = any (%s)", others)
    world.rows("delete from replays returning 1")
    world.rows("delete from chatbot_drafts returning 1")


def pictures(page: Page, name: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width, size in (("wide", DESKTOP), ("phone", PHONE)):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            check(page)
            picture(page, f"{name} {width} {scheme}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def test_an_editor_sees_what_a_draft_would_have_answered(world: World, visit: Visit) -> None:
    for question in (FLU, BLOOD):
        world.ask(CLINIC, question, "Amelia Clarke")
    page = visit(EDITOR)
    go(page, "Bot")
    page.get_by_role("tab", name="Handoff").click()
    words = page.get_by_role("combobox", name="Words customers use to ask for a human")
    words.fill("vaccination")
    words.press("Enter")
    save(page)
    page.get_by_role("tab", name="Replay").click()
    expect(page.get_by_role("combobox", name="Settings")).to_have_value("draft")
    expect(page.get_by_text("2 of 2 answers are asked again")).to_be_visible()
    expect(page.get_by_text("No replay yet")).to_be_visible()
    pictures(page, "replay before")
    page.get_by_role("combobox", name="Time").select_option("Last 24 hours")
    page.get_by_role("button", name="Start the replay").click()
    expect(page.get_by_text("Done: 2 answers compared")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Handed off to a person: 0 then, 1 now")).to_be_visible()
    results = page.get_by_role("list", name="Answers then and now").locator("li.card")
    expect(results).to_have_count(2)
    for part in (FLU, "Another kind of answer", "EUR 18", "handed off"):
        expect(results.first).to_contain_text(part)
    pictures(page, "replay after")
    kinds = page.get_by_role("group", name="Show")
    expect(kinds.get_by_role("button", name="Other tools 0")).to_be_disabled()
    kinds.get_by_role("button", name="Handed off 1").click()
    expect(results).to_have_count(1)
    results.get_by_role("button", name="Open the conversation").click()
    expect(page.get_by_text(FLU).first).to_be_visible()


def test_a_replay_can_be_stopped_and_is_for_editors(world: World, visit: Visit) -> None:
    world.ask(CLINIC, BLOOD, "Amelia Clarke")
    page = visit(EDITOR, locale="es-ES")
    go(page, "Bot")
    page.get_by_role("tab", name="Repetición").click()
    page.get_by_role("button", name="Empezar la repetición").click()
    state = page.get_by_role("status").filter(has_text="respuestas comparadas")
    stop = page.get_by_role("button", name="Parar")
    expect(stop.or_(state)).to_be_visible()
    expect(state).to_be_visible(timeout=PATIENCE_MS)
    check(page)
    agent = visit(AGENT)
    go(agent, "Bot")
    expect(agent.get_by_role("tab", name="Tests")).to_be_visible()
    expect(agent.get_by_role("tab", name="Replay")).to_have_count(0)
