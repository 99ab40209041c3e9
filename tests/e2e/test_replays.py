"""What last week would have looked like, in the running product: the same settings change nothing, a draft shows, and nobody gets anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.seed import SHOP, wait_for
from tests.e2e.conftest import World
from tests.e2e.staff import Staff

CUSTOMER = "Amelia Clarke"
ASKED = (
    "How long do I have to return an item?",
    "And how much does express delivery cost?",
    "Where is my order CL-1042?",
    "Do you offer piano lessons?",
)


@pytest.fixture
def owner(world: World) -> Iterator[Staff]:
    # What other tests have asked is of another time.
    others = [row["id"] for row in world.rows("select id from turns")]
    world.rows("update turns set opened_at = opened_at - interval '2 days' where id = any (%s)", others)
    yield Staff(world)
    world.rows("update turns set opened_at = opened_at + interval '2 days' where id = any (%s)", others)
    world.rows("delete from replays")
    world.rows("delete from chatbot_drafts")


def replayed(owner: Staff, version: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Starts a replay of the last day; what it has found, and its results."""
    wanted = {"phone_number_id": SHOP.phone_number_id, "days": 1, "version": version, "most_usd": 1}
    begun = owner.ask("replays", "start", **wanted)
    assert begun["ok"], begun

    def ended() -> Any:
        found = owner.ask("replays", "get", phone_number_id=SHOP.phone_number_id)["last"]
        return found["state"] != "running" and found

    found = dict(wait_for(ended, 120, every_s=0.5))
    assert found["state"] == "done", found
    rows: list[dict[str, Any]] = []
    more = True
    while more:
        page = owner.ask("replays", "list", replay=begun["replay"], kind="", **{"from": len(rows)})
        rows, more = rows + page["results"], page["more"]
    return found, rows


def test_the_same_settings_change_nothing_and_a_draft_shows(world: World, owner: Staff) -> None:
    for question in ASKED:
        world.ask(SHOP, question, CUSTOMER)
    before = world.rows("select count(*) as n from turns")
    sent = [message["wamid"] for message in world.sent(SHOP)]
    usage = world.rows("select turns from usage_months where tenant_id = %s", owner.tenant_id)[0]["turns"]
    found, rows = replayed(owner, "live")
    assert (found["total"], found["done"], found["of_turns"]) == (4, 4, 4)
    assert [(row["question"], row["kinds"], row["reasons"]) for row in rows if row["kinds"]] == []
    assert {row["question"] for row in rows} == set(ASKED)
    (order,) = [row for row in rows if "CL-1042" in row["question"]]
    assert "get_order" in [call["tool"] for call in order["now"]["calls"]]
    assert order["now"]["said"] and order["now"]["said"] in order["was"]["said"]
    keywords = {"handoff_keywords": ["express delivery"]}
    assert owner.ask("bot", "update", phone_number_id=SHOP.phone_number_id, settings=keywords)["ok"]
    found, rows = replayed(owner, "draft")
    (handed,) = [row for row in rows if row["kinds"]]
    assert handed["question"] == ASKED[1]
    assert handed["kinds"] == ["changed", "lost_source", "more_handoffs"]
    assert "EUR 11.90" in handed["was"]["said"] and "EUR 11.90" not in handed["now"]["said"]
    assert (found["handoffs_then"], found["handoffs"]) == (0, 1)
    assert world.rows("select count(*) as n from turns") == before
    assert [message["wamid"] for message in world.sent(SHOP)] == sent
    now = world.rows("select turns from usage_months where tenant_id = %s", owner.tenant_id)[0]["turns"]
    assert now == usage + 8, "each dry run counts in the month, once"
