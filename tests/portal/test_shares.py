"""A draft for a share of the customers, through the portal: to begin, raise, publish for all and take back, and what is refused."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.agent.turn import Turn
from f.chatbot import load_context
from f.common.database import Database
from tests.portal.conftest import A, Portal, talked

OWNER, EDITOR = "owner@alpha.example", "editor@alpha.example"
BOT, VERSIONS, CASES = "f.portal_api.bot", "f.portal_api.versions", "f.portal_api.cases"


def save(portal: Portal, **settings: Any) -> None:
    assert portal.ask(EDITOR, BOT, "update", phone_number_id="1001", settings=settings)["ok"]


def change(
    portal: Portal, act: str, version: int, percent: int, who: str = EDITOR, **fields: Any
) -> dict[str, Any]:
    about = {"phone_number_id": "1001", "version": version, "percent": percent, "act": act}
    return portal.ask(who, VERSIONS, "change_share", **about, **fields)


def share(portal: Portal) -> dict[str, Any]:
    found: dict[str, Any] = portal.ask(EDITOR, VERSIONS, "get_share", phone_number_id="1001")["share"]
    return found


def phones(portal: Portal, version: int, inside: bool, first: int = 34610000000) -> list[str]:
    """Customers who are in the share of a version, whatever its size, or in none."""
    found: list[str] = []
    while len(found) < 4:
        first += 1
        query = "select in_share(find_contact(%s, %s, null, 'Ana'), %s, %s) as inside"
        (row,) = portal.rows(query, A, str(first), version, 5 if inside else 50)
        if row["inside"] is inside:
            found.append(str(first))
    return found


def test_from_a_share_to_all(portal: Portal) -> None:
    save(portal, persona="brief")
    assert portal.publish(EDITOR, percent=5, note="Try it")["version"] == 2
    bot = portal.bot_of()
    assert (bot["persona"], bot["version"], bot["newest"], bot["shared"], bot["draft"]) == ("", 1, 2, 2, [])
    found = share(portal)
    assert (found["version"], found["percent"], found["margin"], found["state"]) == (2, 5, 10, "running")
    inside, outside = phones(portal, 2, True), phones(portal, 2, False)
    talked(portal, A, "1001", inside[0], "Open?", "handed_off")
    talked(portal, A, "1001", outside[0], "Open?", "answered")
    rates = {row["measure"]: row for row in share(portal)["rates"]}
    assert (rates["handed_off"]["bad"], rates["handed_off"]["turns"]) == (1, 1)
    assert (rates["handed_off"]["others_bad"], rates["handed_off"]["others_turns"]) == (0, 1)
    assert change(portal, "raise", 2, 5, to=25)["version"] == 1
    assert change(portal, "publish", 2, 25, OWNER)["version"] == 2
    bot = portal.bot_of()
    assert (bot["persona"], bot["version"], bot["shared"]) == ("brief", 2, None)
    (version,) = [
        v for v in portal.ask(EDITOR, VERSIONS, "list", phone_number_id="1001")["versions"] if v["share"]
    ]
    steps = [(step["act"], step["percent"], step["person"]) for step in version["share"]]
    assert steps == [("begin", 5, EDITOR), ("raise", 25, EDITOR), ("published", 25, OWNER)]
    assert (version["number"], version["note"]) == (2, "Try it")


def test_a_turn_reads_the_settings_of_its_customers_share(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(portal, persona="brief", languages=["es"])
    portal.publish(EDITOR, percent=5)
    found = []
    for phone in (phones(portal, 2, True)[0], phones(portal, 2, False)[0]):
        message = {
            "id": f"m{phone}",
            "from": phone,
            "timestamp": "0",
            "type": "text",
            "text": {"body": "Open?"},
        }
        monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
        (now,) = portal.rows("select extract(epoch from now())::bigint::text as at")
        value = {"metadata": {"phone_number_id": "1001"}, "messages": [message | {"timestamp": now["at"]}]}
        context = load_context.main([{"changes": [{"value": value}]}], portal.db, {}, {}, "")
        with Database.open(portal.db) as database:
            turn = Turn(database, context)
            found.append((turn.settings.persona, context["chatbot"]["languages"], str(turn.version)))
    assert [(persona, version) for persona, _, version in found] == [("brief", "2"), ("", "1")]
    assert found[0][1] == ["es"] != found[1][1]


def test_the_tests_of_the_business_stand_before_a_share_too(portal: Portal) -> None:
    case = {"question": "How long?", "expected": {"outcome": "answered", "must_say": ["30 days"]}}
    assert portal.ask(EDITOR, CASES, "create", phone_number_id="1001", **case)["ok"]
    save(portal, persona="brief")
    asked = portal.publish(EDITOR, percent=5)
    assert asked["run"] and share(portal) is None
    assert portal.publish(EDITOR, percent=5, reason="I know")["refused"] == "role"
    assert portal.publish(OWNER, percent=5, reason="I know")["version"] == 2
    (version,) = portal.rows("select overruled ->> 'reason' as reason from chatbot_versions where number = 2")
    assert version["reason"] == "I know" and share(portal)["state"] == "running"


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": 7},
        {"percent": "5"},
        {"percent": True},
        {"percent": 5, "margin": 0},
        {"percent": 5, "margin": 1.5},
    ],
)
def test_a_share_that_is_none_is_refused(portal: Portal, wrong: dict[str, Any]) -> None:
    save(portal, persona="brief")
    assert portal.publish(EDITOR, **wrong)["refused"] == "share_choice"
    assert share(portal) is None and portal.bot_of()["draft"]


def test_what_does_not_fit_begins_no_share(portal: Portal) -> None:
    assert portal.publish(EDITOR, percent=5)["refused"] == "draft_empty"
    save(portal, persona="brief", max_rounds=5)
    portal.rows(
        "update chatbot_drafts set value = '99' where setting = 'max_rounds'"
    )  # as an older release allowed it
    assert portal.publish(EDITOR, percent=5)["refused"] == "draft_unfit"
    assert share(portal) is None


def test_two_at_once(portal: Portal) -> None:
    save(portal, persona="brief")
    portal.publish(EDITOR, percent=5)
    save(portal, persona="kind")
    refused = portal.publish(EDITOR, percent=5)
    assert (refused["refused"], refused["values"]) == ("share_running", {"number": 2})
    change(portal, "raise", 2, 5, OWNER, to=25)
    refused = change(portal, "raise", 2, 5, to=50)
    assert (refused["refused"], refused["values"]) == ("share_changed", {"person": OWNER})
    assert change(portal, "raise", 2, 25, to=10)["refused"] == "share_raise"
    assert change(portal, "raise", 2, 25, to=30)["refused"] == "share_choice"
    assert change(portal, "double", 2, 25)["refused"] == "bad_request"
    assert change(portal, "take_back", 2, 25)["version"] == 1
    for act in ("publish", "take_back"):
        assert change(portal, act, 2, 25, OWNER)["refused"] == "share_ended"
    assert change(portal, "take_back", 9, 25)["refused"] == "not_found"
    assert portal.publish(OWNER)["version"] == 3, "the draft of meanwhile"
    assert [step["act"] for step in share(portal)["steps"]] == ["begin", "raise", "taken_back"]


def test_a_version_for_all_ends_the_share_and_a_restored_one_is_only_a_draft(portal: Portal) -> None:
    save(portal, persona="brief")
    portal.publish(EDITOR, percent=5)
    assert portal.ask(EDITOR, VERSIONS, "restore", phone_number_id="1001", number=2, draft={})["ok"]
    assert share(portal)["state"] == "running"
    assert portal.publish(EDITOR)["version"] == 3
    assert share(portal)["state"] == "replaced" and portal.bot_of()["persona"] == "brief"


def test_a_bot_that_is_switched_off_and_a_number_that_goes(portal: Portal) -> None:
    save(portal, persona="brief")
    portal.publish(EDITOR, percent=5)
    save(portal, enabled=False)
    assert share(portal)["state"] == "running" and portal.bot_of()["version"] == 3
    assert change(portal, "publish", 2, 5)["version"] == 4
    assert (portal.bot_of()["enabled"], portal.bot_of()["persona"]) == (False, "brief")
    save(portal, persona="kind")
    portal.publish(EDITOR, percent=5)
    portal.rows("delete from chatbots where phone_number_id = '1001' returning 1")
    assert portal.rows("select from version_shares") == []
    assert change(portal, "raise", 5, 5, to=10)["refused"] == "not_found"
