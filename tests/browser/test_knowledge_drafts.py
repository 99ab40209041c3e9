"""Two editors at the questions and answers in a browser: what one types outlives what the other one does, and nobody loses their place."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.seed import CLINIC
from tests.browser.conftest import Visit, check, go
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
GONE = "Somebody has removed this question meanwhile."


@pytest.fixture(autouse=True)
def as_it_was(world: World) -> Iterator[None]:
    yield
    for table in ("qa_pair_drafts", "qa_pairs", "documents where origin in ('qa_pairs', 'qa_draft')"):
        world.rows(f"delete from {table} returning 1")


def answers(page: Page) -> Page:
    go(page, "Knowledge")
    page.get_by_role("tab", name="Questions and answers").click()
    return page


def add(page: Page, question: str, answer: str, where: str) -> None:
    page.get_by_role("radio", name=where).check()
    page.get_by_label("Question", exact=True).first.fill(question)
    page.get_by_label("Answer", exact=True).first.fill(answer)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name=question)).to_be_visible()


def sure(page: Page, button: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=button).click()


def test_what_is_typed_outlives_the_draft_that_somebody_else_deletes(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    page = answers(visit(CLINIC.people["editor"]))
    add(page, f"Where is the {word} garden?", "Behind the north wing.", "Live at once")
    for room in ("first", "second", "third"):
        add(page, f"Where is the {room} {word} room?", "Upstairs.", "Into the draft")
    page.locator("li.card", has_text=f"second {word} room").get_by_role("button", name="Edit").click()
    form = page.locator("li.card form")
    form.get_by_label("Answer").fill("On the fourth floor.")
    other = answers(visit(CLINIC.staff))
    other.get_by_role("button", name="Delete the draft").click()
    sure(other, "Delete the draft")
    expect(other.get_by_role("heading", name=f"second {word} room")).to_have_count(0)
    question = form.get_by_label("Question")
    question.press("Enter")
    expect(form.get_by_text(GONE)).to_be_visible()
    expect(page.get_by_role("heading", name=f"first {word} room")).to_have_count(0)
    expect(question).to_be_focused()
    expect(form.get_by_label("Answer")).to_have_value("On the fourth floor.")
    check(page)
    form.get_by_role("button", name="Save").click()
    card = page.locator("li.card", has_text=f"second {word} room")
    expect(card).to_contain_text("On the fourth floor.")
    expect(card.get_by_text("new in the draft")).to_be_visible()
    expect(form).to_have_count(0)


def test_who_takes_a_pair_out_of_the_draft_keeps_their_place(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    page = answers(visit(CLINIC.people["editor"]))
    add(page, f"Where is the {word} garden?", "Behind the north wing.", "Live at once")
    add(page, f"Where is the {word} room?", "Upstairs.", "Into the draft")
    garden = page.locator("li.card", has_text=f"{word} garden")
    garden.get_by_role("button", name="Edit").click()
    page.locator("li.card form").get_by_label("Answer").fill("Behind the south wing.")
    page.locator("li.card form").get_by_role("button", name="Save").click()
    expect(garden.get_by_text("changed in the draft")).to_be_visible()
    garden.get_by_role("button", name="Undo").click()
    sure(page, "Undo")
    expect(garden.get_by_text("changed in the draft")).to_have_count(0)
    title = page.get_by_role("heading", name=f"{word} garden")
    expect(title).to_be_focused()
    page.locator("li.card", has_text=f"{word} room").get_by_role("button", name="Undo").click()
    sure(page, "Undo")
    expect(page.get_by_role("heading", name=f"{word} room")).to_have_count(0)
    expect(title).to_be_focused()
