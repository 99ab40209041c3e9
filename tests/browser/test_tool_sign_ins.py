"""An owner connects an MCP server by signing in there: the portal, the server's own page, the ingress's page, and the first answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.seed import SHOP
from tests.browser.conftest import Visit, check, go
from tests.club import Club
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.usefixtures("all_tools")]
OWNER = next(email for role, email in SHOP.people.items() if role == "owner")


@pytest.fixture
def club(world: World, tmp_path: Path) -> Iterator[Club]:
    """Its operator lets it be reached."""
    made = Club(tmp_path)
    made.start()
    server, path = world.stack.windmill(), "f/chatbot/settings"
    before = server.call("GET", f"resources/get_value/{path}").json()
    hosts = [*before["allowed_private_hosts"], f"127.0.0.1:{made.port}"]
    server.call("POST", f"resources/update/{path}", {"value": {**before, "allowed_private_hosts": hosts}})
    yield made
    server.call("POST", f"resources/update/{path}", {"value": before})
    world.rows("delete from tenant_tools where name = 'club' returning name")
    made.close()


def test_an_owner_signs_in_at_a_server(world: World, visit: Visit, club: Club) -> None:
    page = visit(OWNER)
    go(page, "Bot")
    page.get_by_role("tab", name="Tools").click()
    page.get_by_label("Name", exact=True).fill("club")
    page.get_by_label("Address (https://…)", exact=True).fill(f"{club.url}/mcp")
    page.get_by_role("button", name="OAuth client").click()
    page.get_by_label("How it is let in").select_option("code")
    expect(page.get_by_label("Address of tokens")).to_have_count(0)
    check(page)
    page.get_by_role("button", name="Add a server").click()
    card = page.get_by_role("listitem").filter(has_text="club")
    expect(card.get_by_text("not connected", exact=True)).to_be_visible()
    expect(card.get_by_role("note")).to_contain_text("is not connected yet")
    card.get_by_role("button", name="Connect").click()
    with page.expect_popup() as opened:
        card.get_by_role("link", name="Sign in at 127.0.0.1").click()
    there = opened.value
    there.get_by_role("link", name="yes").click()
    expect(there.get_by_text(f"{OWNER} is connecting “club” to the bot of Casa Lumen.")).to_be_visible()
    check(there)
    there.get_by_role("button", name="Connect").click()
    expect(there.get_by_text("Go back to the portal")).to_be_visible()
    expect(card.get_by_text(f"connected by {OWNER}")).to_be_visible(timeout=30_000)
    expect(card.get_by_text("offers get_points")).to_be_visible()
    check(page)
