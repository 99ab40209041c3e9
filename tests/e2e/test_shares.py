"""A draft for a share of the customers, in the running product: one side reads its words, the other does not, until it is published for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.seed import CUSTOMERS, SHOP
from tests.e2e.conftest import World
from tests.e2e.phone import recover
from tests.e2e.staff import Staff

WORDS = "That is beyond me, sorry."
UNKNOWN = "Do you offer piano lessons?"
NUMBER = {"phone_number_id": SHOP.phone_number_id}


@pytest.fixture
def owner(world: World) -> Iterator[Staff]:
    query = "select dont_know::text as words from chatbots where phone_number_id = %s"
    (before,) = world.rows(query, SHOP.phone_number_id)
    yield Staff(world)
    world.rows(
        "update chatbots set dont_know = %s::jsonb where phone_number_id = %s",
        before["words"],
        SHOP.phone_number_id,
    )
    world.rows("delete from version_shares")
    world.rows("delete from chatbot_drafts")


def begin(owner: Staff) -> int:
    """Gives half of the customers other words; returns the version."""
    draft = {"dont_know": {"en": WORDS, "es": WORDS, "de": WORDS}}
    assert owner.ask("bot", "update", **NUMBER, settings=draft)["ok"]
    (bot,) = [
        bot for bot in owner.ask("bot", "get")["bots"] if bot["phone_number_id"] == SHOP.phone_number_id
    ]
    seen = {row["setting"]: row["value"] for row in bot["draft"]}
    done = owner.ask("versions", "publish", **NUMBER, draft=seen, live=bot["version"], note="", percent=50)
    assert done["ok"], done
    return int(done["version"])


def change(owner: Staff, version: int, act: str) -> dict[str, Any]:
    done = owner.ask("versions", "change_share", **NUMBER, version=version, percent=50, act=act)
    assert done["ok"], done
    return done


def sides(world: World, version: int) -> dict[bool, str]:
    """A customer of each side, as far as there is one."""
    query = (
        "select c.name, in_share(c.id, %s, 50) as inside from contacts c join chatbots b using (tenant_id)"
        " where b.phone_number_id = %s and c.name = any (%s)"
    )
    names = [str(customer["name"]) for customer in CUSTOMERS]
    return {row["inside"]: row["name"] for row in world.rows(query, version, SHOP.phone_number_id, names)}


def test_one_side_reads_other_words_until_all_do(world: World, owner: Staff) -> None:
    for customer in CUSTOMERS:
        world.ask(SHOP, "How long do I have to return an item?", str(customer["name"]))
    version = begin(owner)
    while len(found := sides(world, version)) < 2:  # each version has other customers
        change(owner, version, "take_back")
        version = begin(owner)
    replies = {inside: world.ask(SHOP, UNKNOWN, name) for inside, name in found.items()}
    assert WORDS in replies[True] and WORDS not in replies[False]
    rows = world.rows(
        "select in_share(contact_id, %s, 50) as inside, version, run_id::text as run from turns where question = %s"
        " order by opened_at desc limit 2",
        version,
        UNKNOWN,
    )
    live = world.rows("select live_version(%s) as number", SHOP.phone_number_id)[0]["number"]
    assert {row["inside"]: row["version"] for row in rows} == {True: version, False: live} and live != version
    (run,) = [row["run"] for row in rows if row["inside"]]
    job = world.stack.windmill().call("GET", f"jobs_u/get/{run}").json()
    assert str(job["result"]["version"]) == str(version), "Windmill's run shows it"
    recover(world)
    share = owner.ask("versions", "get_share", **NUMBER)["share"]
    rates = {
        row["measure"]: (row["bad"], row["turns"], row["others_bad"], row["others_turns"])
        for row in share["rates"]
    }
    assert (share["state"], rates["unanswered"]) == ("running", (1, 1, 1, 1)), "one answer proves nothing"
    assert change(owner, version, "publish")["version"] == version
    assert WORDS in world.ask(SHOP, UNKNOWN, found[False])
