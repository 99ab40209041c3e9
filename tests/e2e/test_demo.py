"""What somebody who tries the demo meets first: suggested questions, the sample website, settings that stay."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from local import ask, seed, state
from tests.e2e.conftest import World

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("tenant", seed.TENANTS, ids=lambda tenant: tenant.slug)
def test_each_suggested_question_gets_a_fitting_answer(world: World, tenant: seed.DemoTenant) -> None:
    """In the language of the question, and one of them shows what happens when nothing is found."""
    fitting = {
        "How long do I have to return an item?": "30 days",
        "Where is my order CL-1042?": "in transit",
        "I want to return order CL-1017": "can go back until",
        "How much does express delivery cost?": "EUR 11.90",
        "Do you offer piano lessons?": "couldn't find that",
        "Please send me the document on returns": "Here it is.",
        "Where can I book a workshop online?": "You find it here.",
        "How long must I fast before a blood test?": "8 hours",
        "Which appointments are free tomorrow?": "Free on",
        "How do I cancel an appointment?": "24 hours",
        "Is there parking?": "120 places",
        "Do you do cosmetic surgery?": "doesn't say",
    }
    for question in tenant.examples:
        assert fitting[question] in world.ask(tenant, question), question


def test_the_sample_website_can_be_added_as_a_source(world: World) -> None:
    address = f"{world.stack.url('meta')}/site/"
    place = (world.stack, seed.SHOP, "sources", "f/portal_api/sources")
    answer = seed.ask(*place, "create", url=address, kind="crawl")
    assert answer["ok"] is True, answer
    try:
        query = "select state, error from knowledge_sources where id = %s and state in ('ready', 'failed')"
        (source,) = seed.wait_for(lambda: world.rows(query, answer["source_id"]), 120)
        assert source == {"state": "ready", "error": None}
        pages = "select from documents where source_id = %s and state = 'ready'"
        seed.wait_for(lambda: len(world.rows(pages, answer["source_id"])) == 3, 60)
        assert "EUR 65" in world.ask(seed.SHOP, "How much does the lamp making workshop cost?")
    finally:
        assert seed.ask(*place, "delete", source_id=answer["source_id"])["ok"] is True


def test_what_staff_has_set_is_there_after_the_next_start(world: World) -> None:
    persona = f"You are brief. {secrets.token_hex(4)}"
    number = seed.CLINIC.phone_number_id
    (before,) = world.rows("select persona from chatbots where phone_number_id = %s", number)
    for words in (persona, before["persona"]):
        asked = {"phone_number_id": number, "settings": {"persona": words}}
        done = seed.ask(world.stack, seed.CLINIC, "bot", "f/portal_api/bot", "update", **asked)
        assert done["ok"] is True
        (live,) = world.rows(
            "select max(number) as number from chatbot_versions where phone_number_id = %s", number
        )
        seen = {"phone_number_id": number, "draft": {"persona": words}, "live": live["number"]}
        done = seed.ask(world.stack, seed.CLINIC, "versions", "f/portal_api/versions", "publish", **seen)
        assert done["ok"] is True
        seed.seed(world.stack)
        rows = world.rows("select persona from chatbots where phone_number_id = %s", number)
        assert rows == [{"persona": words}]


def test_what_staff_has_deleted_stays_away_after_the_next_start(world: World) -> None:
    """A tool, an action and a script of the demo; they are put back by hand, as only new businesses get them."""
    shop = str(world.rows("select id from tenants where name = %s", seed.SHOP.name)[0]["id"])
    counted = (
        "select (select count(*) from tenant_tools where tenant_id = %s and name = 'orders')"
        " + (select count(*) from http_actions where tenant_id = %s and name = 'get_stock') as n"
    )
    place = (world.stack, seed.SHOP)
    assert world.rows(counted, shop, shop) == [{"n": 2}]
    try:
        gone = seed.ask(*place, "bot", "f/portal_api/bot", "delete_tool", name="orders")
        assert gone["ok"], gone
        assert seed.ask(*place, "tools", "f/portal_api/tools", "delete", name="get_stock")["ok"]
        for _ in range(2):
            seed.seed(world.stack)
            assert world.rows(counted, shop, shop) == [{"n": 0}]
    finally:
        world.rows(
            "delete from audit_log where tenant_id = %s and action in ('tenant_tools.delete', 'http_actions.delete') returning 1",
            shop,
        )
        seed.seed(world.stack)
        world.rows("update chatbots set tools = null where tenant_id = %s returning 1", shop)
    assert world.rows(counted, shop, shop) == [{"n": 2}]


def test_the_terminal_says_that_a_person_has_the_conversation(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """make ask Q="…" CUSTOMER="Jonas Weber" ends at once, and says where the bot is resumed."""
    addresses = {"page": world.stack.url("meta"), "portal": world.stack.url("portal")}
    (tmp_path / "demo.json").write_text(json.dumps(addresses))
    monkeypatch.setattr(state, "folder", lambda: tmp_path)
    monkeypatch.setattr("sys.argv", ["ask", "--customer", "Jonas Weber", "How long is a gift card valid?"])
    world.ask(seed.SHOP, "How long is a gift card valid?", "Jonas Weber")
    query = "select id::text from contacts where phone = %s and tenant_id = (select id from tenants where name = %s)"
    (row,) = world.rows(query, seed.CUSTOMERS[1]["phone"], seed.SHOP.name)
    place = (world.stack, seed.SHOP, "conversations", "f/portal_api/conversations")
    assert seed.ask(*place, "pause", contact_id=row["id"], hours=1)["ok"]
    try:
        assert ask.main() == 1
    finally:
        seed.ask(*place, "resume", contact_id=row["id"])
    said = capsys.readouterr()
    assert "Jonas Weber's conversation is with a person" in said.err and "/#conversations" in said.err
    assert ask.main() == 0
    assert "24 months" in capsys.readouterr().out
