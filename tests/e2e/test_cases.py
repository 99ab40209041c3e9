"""A business's own tests, in the running product: a good answer becomes a case, and what breaks it is not published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.seed import SHOP, wait_for
from tests.e2e.conftest import World
from tests.e2e.staff import Staff

QUESTION = "How much does express delivery cost?"
CUSTOMER = "Amelia Clarke"


@pytest.fixture
def owner(world: World) -> Iterator[Staff]:
    yield Staff(world)
    world.rows("delete from bot_cases")
    world.rows("delete from chatbot_drafts")
    world.rows("update chatbots set handoff_keywords = '{}', persona = %s", SHOP.settings["persona"])


def draft(staff: Staff, **settings: Any) -> None:
    saved = staff.ask("bot", "update", phone_number_id=SHOP.phone_number_id, settings=settings)
    assert saved["ok"], saved


def ended(staff: Staff, run: str) -> dict[str, Any]:
    def result() -> Any:
        found = staff.ask("cases", "get_run", run=run)
        return found["of"]["state"] != "running" and found

    return dict(wait_for(result, 60, every_s=0.3))


def test_what_breaks_a_test_is_not_published(world: World, owner: Staff) -> None:
    world.ask(SHOP, QUESTION, CUSTOMER)
    (turn,) = world.rows(
        "select id::text, contact_id::text from turns where question = %s order by opened_at desc limit 1",
        QUESTION,
    )
    owner.ask("inbox", "mark_answer", answer_id=turn["id"], verdict="good")
    case = owner.ask("cases", "propose", answer_id=turn["id"], good=True)["case"]
    assert "EUR 11.90" in case["expected"]["must_say"]
    assert case["expected"]["source"]["title"] == SHOP.title
    assert owner.ask("cases", "create", answer_id=turn["id"], **case)["ok"]
    refused = {"outcome": "unanswered"}
    asked = {"phone_number_id": SHOP.phone_number_id, "question": "Do you offer piano lessons?"}
    assert owner.ask("cases", "create", **asked, expected=refused)["ok"]
    before = world.rows("select count(*) as n from turns")
    sent = [message["wamid"] for message in world.sent(SHOP)]
    draft(owner, persona="You are kind, and brief.", handoff_keywords=["express delivery"])
    run = owner.publish()["run"]
    found = ended(owner, run)
    assert (found["of"]["state"], found["of"]["total"], found["of"]["done"]) == ("red", 2, 2)
    (red,) = found["red"]
    assert [finding["code"] for finding in red["findings"]] == ["case_should_answer"]
    assert red["cause"] == {"kind": "settings", "settings": ["handoff_keywords"]}
    assert "EUR 11.90" in red["before"] and "EUR 11.90" not in red["said"]
    assert owner.publish(run=run) == {"ok": True, "red": run}
    assert Staff(world, "editor").publish(run=run, reason="It is wanted.")["refused"] == "role"
    assert world.rows("select count(*) as n from turns") == before
    assert [message["wamid"] for message in world.sent(SHOP)] == sent
    live = owner.publish(run=run, reason="Colleagues answer that now.")["version"]
    newest = owner.ask("versions", "list", phone_number_id=SHOP.phone_number_id)["versions"][0]
    assert newest["number"] == live
    assert newest["overruled"] == {"reason": "Colleagues answer that now.", "red": [QUESTION]}


def test_a_harmless_draft_is_published_when_its_tests_are_green(world: World, owner: Staff) -> None:
    must = {"outcome": "answered", "must_say": ["24 months"], "source": {"title": SHOP.title}}
    asked = {"phone_number_id": SHOP.phone_number_id, "question": "How long is a gift card valid?"}
    assert owner.ask("cases", "create", **asked, expected=must)["ok"]
    draft(owner, persona="You are kind.")
    run = owner.publish()["run"]
    assert ended(owner, run)["of"]["state"] == "green"
    assert owner.publish(run=run)["version"]
    draft(owner, persona="You are very kind.")
    assert owner.publish(run=run).get("run") not in (None, run), "that run has asked another draft"
