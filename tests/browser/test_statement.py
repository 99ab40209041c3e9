"""The service statement in a browser: figures, their rows, the PDF, and a row that somebody has deleted."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import expect

from local.seed import SHOP
from tests.browser.conftest import PHONE, Visit, check, go
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_viewer_takes_the_statement_away_and_sees_what_contradicts_it(world: World, visit: Visit) -> None:
    world.ask(SHOP, "How much does express delivery cost?", "Amelia Clarke")
    page = visit("viewer@casa-lumen.example")
    go(page, "Insights")
    page.get_by_role("button", name="Service statement").click()
    expect(page.get_by_text("Checked: every record is as it was written")).to_be_visible()
    page.get_by_role("button", name="Came:").click()
    rows = page.get_by_role("list", name="Came")
    expect(rows.get_by_role("button", name="Amelia Clarke").first).to_be_visible()
    check(page)
    with page.expect_download() as given:
        page.get_by_role("button", name="Download as PDF").click()
    text = "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(Path(given.value.path())).pages)
    assert "Casa Lumen" in text and "Answered once" in text and "so far" in text
    rows.get_by_role("button", name="Amelia Clarke").first.click()
    expect(page.get_by_role("heading", name="Conversations", level=1)).to_be_visible()

    with world.stack.connect() as conn:
        newest = "select max(seq) from inbound_messages where kind = 'message' and phone_number_id = %s"
        conn.execute(f"delete from inbound_messages where seq = ({newest})".encode(), [SHOP.phone_number_id])
    page = visit("agent@casa-lumen.example", PHONE, "es-ES")
    page.goto(page.url.partition("#")[0] + "#insights/statement")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("falta")
    check(page)
