"""Insights in a browser: times, waits and topics, of all numbers or one, and as a table to take away."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.seed import SHOP
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_times_waits_and_topics_are_shown(world: World, visit: Visit, size: dict[str, int]) -> None:
    world.ask(SHOP, "How much does express delivery cost?", "Amelia Clarke")
    page = visit("viewer@casa-lumen.example", size)
    go(page, "Insights")
    figures = page.locator("dl.figures")
    expect(figures.locator("div, .card, dd", has_text="19 of 20 within").first).to_be_visible()
    expect(figures).to_contain_text("Time to reply (median)")
    expect(figures).to_contain_text("Wait for a person (median)")
    topics = page.get_by_role("list", name="What customers ask about")
    expect(topics).to_contain_text("How much does express delivery cost?")
    check(page)


def test_the_table_has_the_new_figures(world: World, visit: Visit) -> None:
    world.ask(SHOP, "How much does express delivery cost?", "Amelia Clarke")
    page = visit("viewer@casa-lumen.example")
    go(page, "Insights")
    with page.expect_download() as given:
        page.get_by_role("button", name="Export CSV").click()
    with Path(given.value.path()).open(encoding="utf-8-sig") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 30
    wanted = {"median_s", "p95_s", "handoffs", "handoffs_met", "handoff_median_s", "handoff_p95_s"}
    assert wanted <= rows[-1].keys()
    assert float(rows[-1]["median_s"]) > 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_chart_tells_the_figures_of_the_day_that_is_pointed_at(
    world: World, visit: Visit, size: dict[str, int]
) -> None:
    world.ask(SHOP, "How much does express delivery cost?", "Amelia Clarke")
    page = visit("viewer@casa-lumen.example", size)
    go(page, "Insights")
    for title, today in (
        ("Customer messages per day", "This period"),
        ("What became of the messages", "Answered"),
    ):
        chart = page.get_by_role("figure").filter(has_text=title)
        drawing = chart.locator(".area")
        drawing.scroll_into_view_if_needed()
        box = drawing.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
        shown = chart.locator(".figure")
        expect(shown).to_be_in_viewport(ratio=1)
        expect(shown.get_by_text(re.compile(rf"^{today}[1-9]\d*$"))).to_be_visible()
        page.mouse.move(0, 0)
        expect(shown).to_have_count(0)
