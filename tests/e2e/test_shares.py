"""A draft for a share of the customers, in the running product: one side reads its words until all do, or until it does worse and is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.seed import CUSTOMERS, SHOP, wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover
from tests.e2e.staff import Staff

WORDS = "That is beyond me, sorry."
UNKNOWN = "Do you offer piano lessons?"
KNOWN, ANSWER = "How long do I have to return an item?", "30 days"
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


def begin(owner: Staff, **draft: Any) -> int:
    """Gives half of the customers these settings; returns the version."""
    assert owner.ask("bot", "update", **NUMBER, settings=draft)["ok"]
    done = owner.publish(percent=50)
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
        world.ask(SHOP, KNOWN, str(customer["name"]))
    draft = {"dont_know": {"en": WORDS, "es": WORDS, "de": WORDS}}
    version = begin(owner, **draft)
    while len(found := sides(world, version)) < 2:  # each version has other customers
        change(owner, version, "take_back")
        version = begin(owner, **draft)
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


def ask_all(phones: list[Phone], at_once: int = 8) -> list[str]:
    """Each asks what the shop's documents say; the replies."""
    with ThreadPoolExecutor(at_once) as people:
        return list(people.map(lambda phone: "".join(sent["text"] for sent in phone.write(KNOWN)), phones))


@pytest.mark.parametrize(
    ("measure", "draft"),
    [
        ("failed", {"max_tokens": 1000}),  # too few to look anything up
        ("handed_off", {"handoff_keywords": ["item"], "handoff_hours": 0.00001}),
    ],
)
def test_what_fails_the_customers_of_a_share_is_taken_back_by_itself(
    world: World, owner: Staff, measure: str, draft: dict[str, Any]
) -> None:
    version = begin(owner, **draft)
    inside, outside = list[Phone](), list[Phone]()
    while len(inside) < 4 or len(outside) < 3:  # chance decides who is in it
        phones = [Phone(world) for _ in range(4)]
        for phone, reply in zip(phones, ask_all(phones), strict=True):
            (row,) = world.rows("select in_share(%s, %s, 50) as inside", phone.contact(), version)
            (inside if row["inside"] else outside).append(phone)
            assert (ANSWER in reply) is not row["inside"]
    failed = len(inside)
    while failed < 20:  # so many prove it
        assert not any(ANSWER in reply for reply in ask_all(inside[: 20 - failed]))
        failed += len(inside[: 20 - failed])
    active = "select from turns where phone_number_id = %s and state = 'active'"
    wait_for(lambda: not world.rows(active, SHOP.phone_number_id), 60)
    recover(world)  # as every minute
    share = owner.ask("versions", "get_share", **NUMBER)["share"]
    assert (share["state"], share["steps"][-1]["person"]) == ("taken_back", None)
    figures = [share["why"][name] for name in ("measure", "bad", "turns", "customers", "others_bad")]
    assert figures == [measure, 20, 20, len(inside), 0]
    told = owner.ask("notifications", "list")["notifications"]
    (note,) = [note for note in told if note["kind"] == "share_taken_back" and not note["settled_at"]]
    assert (note["severity"], note["detail"]["version"], note["read_at"]) == ("critical", version, None)
    assert all(ANSWER in reply for reply in ask_all(inside[:3])), "they get what is live again"
