"""A draft in the shadow of live turns: each is asked again after it was answered, until a bound. The bot's answers are given; the rest is real."""

from __future__ import annotations

from typing import Any

import pytest

from f.cases import start_due
from f.common.database import Database
from tests.knowledge.endpoint import Endpoint
from tests.portal.conftest import A, Portal
from tests.portal.test_qa_drafts import act, endpoint, publish, read  # noqa: F401
from tests.portal.test_replays import EDITOR, REPLAYS, Asked, answered, draft, last, listed, slice_of, start


@pytest.fixture
def bot(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(portal, monkeypatch)


def shadow(portal: Portal, **fields: Any) -> dict[str, Any]:
    draft(portal, persona="brief")
    return start(portal, shadow=True, **{"turns": 3, **fields})


def look(portal: Portal, replay: str) -> str:
    """Lets the slices go on until there is nothing to do, as Windmill starts one after the other."""
    for _ in range(20):
        if (state := slice_of(portal, replay)["state"]) != "running":
            return str(state)
    raise AssertionError("it does not end")


def pass_time(portal: Portal, replay: str, interval: str) -> None:
    portal.rows(
        "update replays set from_at = from_at - %s::interval, to_at = to_at - %s::interval, started_at = started_at - %s::interval,"
        " seen_at = seen_at - %s::interval where id = %s returning 1",
        *[interval] * 4,
        replay,
    )


def test_turns_are_asked_again_as_they_come_until_the_bound(portal: Portal, bot: Asked) -> None:
    answered(portal, "Before?", "34612000000")
    bot.says = {"How long?": {"said": "14 days."}}
    replay = shadow(portal)["replay"]
    assert look(portal, replay) == "waiting" and not bot.asked, "nobody has written yet"
    answered(portal, "How long?", "34612000001")
    assert look(portal, replay) == "waiting"
    found = last(portal)
    assert (found["state"], found["shadow"], found["total"], found["done"]) == ("running", True, 1, 1)
    assert [row["version"] for row in bot.asked] == ["draft:persona"]
    for n in range(2, 6):
        answered(portal, f"Question {n}?", f"3461200000{n}")
    assert look(portal, replay) == "done"
    found = last(portal)
    assert (found["total"], found["of_turns"], found["kinds"]["changed"]) == (3, 5, 1)
    assert sorted(row["question"] for row in bot.asked) == ["How long?", "Question 2?", "Question 3?"]
    (changed,) = listed(portal, replay, "changed")
    assert (changed["was"]["said"], changed["now"]["said"]) == ("30 days.", "14 days.")
    assert portal.rows("select count(*)::int as n from turns") == [{"n": 6}], "nothing is written"


def test_a_slice_looks_again_every_two_minutes(portal: Portal, bot: Asked) -> None:
    replay = shadow(portal)["replay"]
    look(portal, replay)
    began = len(portal.flows)
    assert start_due.main(portal.db)["went_on"] == [] and len(portal.flows) == began
    pass_time(portal, replay, "2 minutes")
    assert start_due.main(portal.db)["went_on"] == [replay]
    assert portal.flows[-1][1]["run"] == replay


def test_it_ends_by_itself(portal: Portal, bot: Asked) -> None:
    replay = shadow(portal, days=1)["replay"]
    look(portal, replay)
    pass_time(portal, replay, "2 days")
    assert look(portal, replay) == "stopped" and last(portal)["why"] == "quiet", "nobody wrote"
    replay = start(portal, shadow=True, turns=9, days=1)["replay"]
    answered(portal)
    look(portal, replay)
    pass_time(portal, replay, "23 hours")
    portal.rows("update replays set to_at = now() where id = %s returning 1", replay)
    assert look(portal, replay) == "done" and last(portal)["total"] == 1


def test_it_never_goes_beyond_its_bound_on_cost(portal: Portal, bot: Asked) -> None:
    for n in range(2):
        answered(portal, f"Before {n}?", f"3461300000{n}")
    wanted = {"phone_number_id": "1001", "shadow": True, "turns": 100}
    draft(portal, persona="brief")
    expected = portal.ask(EDITOR, REPLAYS, "estimate", **wanted)
    assert (expected["turns"], expected["of_turns"], expected["usd"]) == (100, 2, 1.0), (
        "as they cost last week"
    )
    replay = start(portal, shadow=True, turns=100, most_usd=0.025)["replay"]
    for n in range(5):
        answered(portal, f"Question {n}?", f"3461400000{n}")
    assert look(portal, replay) == "stopped"
    found = last(portal)
    assert (found["why"], found["done"], found["spent_usd"]) == ("cost", 2, 0.02)


def test_what_ends_it_early(portal: Portal, bot: Asked) -> None:
    replay = shadow(portal)["replay"]
    assert start(portal)["refused"] == "replay_running"
    answered(portal)
    draft(portal, persona="kind")
    assert look(portal, replay) == "stopped" and last(portal)["why"] == "draft" and not bot.asked
    replay = start(portal, shadow=True, turns=3)["replay"]
    assert portal.ask(EDITOR, REPLAYS, "stop", replay=replay)["state"] == "stopped"
    answered(portal, "Later?")
    assert slice_of(portal, replay)["state"] == "gone" and not bot.asked


def test_what_is_drafted_beside_it_does_not_stop_it(
    portal: Portal,
    bot: Asked,
    endpoint: Endpoint,  # noqa: F811
) -> None:
    replay = shadow(portal)["replay"]
    assert portal.bot_of()["replayed"] == ["persona"]
    act(portal, "create", question="When do you open?", answer="At nine.", draft=True)
    draft(portal, dont_know={"en": "That is beyond me."})
    answered(portal)
    assert look(portal, replay) == "waiting"
    assert [row["version"] for row in bot.asked] == ["draft:persona"], (
        "it is asked what was drafted when it began"
    )
    assert act(portal, "list")["draft"]["replayed"] == []
    portal.ask(EDITOR, REPLAYS, "stop", replay=replay)
    read(portal, endpoint)
    replay = start(portal, shadow=True, turns=3)["replay"]
    assert act(portal, "list")["draft"]["replayed"] == ["Alpha"], "who drafts pairs is told"
    answered(portal, "Later?")
    assert look(portal, replay) == "waiting"
    assert bot.asked[-1]["version"] == "draft:dont_know,persona,qa_pairs"
    act(portal, "create", question="Is there parking?", answer="No.", draft=True)
    assert look(portal, replay) == "stopped" and last(portal)["why"] == "draft"


def test_a_share_goes_on_while_pairs_are_drafted_and_published(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
) -> None:
    draft(portal, persona="brief")
    version = portal.publish(EDITOR, percent=50)["version"]
    act(portal, "create", question="When do you open?", answer="At nine.", draft=True)
    read(portal, endpoint)
    assert publish(portal)["version"] == 1
    share = portal.ask(EDITOR, "f.portal_api.versions", "get_share", phone_number_id="1001")["share"]
    assert (share["version"], share["state"]) == (version, "running")


def test_there_must_be_something_to_try(portal: Portal, bot: Asked) -> None:
    assert start(portal, shadow=True)["refused"] == "draft_empty"
    assert shadow(portal, most_usd=0)["refused"] == "replay_bound"
    expected = portal.ask(EDITOR, REPLAYS, "estimate", phone_number_id="1001", shadow=True)
    assert (expected["of_turns"], expected["usd"]) == (0, 0), "a bot that nobody has asked anything"
    assert shadow(portal)["ok"]


def test_a_customer_who_is_erased_meanwhile(portal: Portal, bot: Asked) -> None:
    replay = shadow(portal)["replay"]
    bot.busy = True
    gone = answered(portal)
    assert slice_of(portal, replay)["asked"] == 1
    with Database.open(portal.db) as database:
        erased = database.of_tenant(A).value("select erase_contact(%s)", gone["contact"])
    assert str(bot.asked[0]["job"]) in erased["jobs"]
    bot.busy = False
    assert look(portal, replay) == "waiting" and last(portal)["total"] == 0
