"""What last week would have looked like: past turns taken again with a draft. The bot's answers are given; the rest is real."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from f.agent.turn import Turn
from f.cases import asking, replay_slice, replays, run_slice, start_due
from f.chatbot import load_context
from f.common.database import Database
from tests.portal.conftest import A, B, Portal, talked

OWNER, EDITOR, AGENT = "owner@alpha.example", "editor@alpha.example", "agent@alpha.example"
REPLAYS, BOT, CASES = "f.portal_api.replays", "f.portal_api.bot", "f.portal_api.cases"
RETURNS = {"document": "Returns", "page": 2}
Answer = dict[str, Any]


class Asked:
    """The bot: answers with what the test says, by question, and each answer is paid."""

    def __init__(self, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
        self.portal, self.says, self.usd = portal, dict[str, Answer](), 0.01
        self.asked: list[dict[str, Any]] = []
        self.busy, self.really_ask = False, replays.ask_again
        monkeypatch.setattr(replays, "ask_again", self.asked.append)
        monkeypatch.setattr(replays, "read_again", self._read)
        monkeypatch.setattr(asking, "ask", lambda row: None)
        monkeypatch.setattr(asking, "read_answer", lambda job: None)

    def _read(self, job: str) -> Answer | None:
        if self.busy:
            return None
        (row,) = [row for row in self.asked if str(row["job"]) == job]
        self.portal.rows("select count_dry_run(%s, %s::jsonb)", job, json.dumps({"cost_usd": self.usd}))
        return now(**{"usage": {"cost_usd": self.usd}, **self.says.get(row["question"], {})})


def now(**other: Any) -> Answer:
    base = {
        "outcome": "answered",
        "said": "30 days.",
        "citations": [RETURNS],
        "calls": [],
        "usage": {},
        "model": "m",
    }
    made = {**base, "problem": None, "messages": 1, **other}
    return {"sent": made["said"], **made}


@pytest.fixture
def bot(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(portal, monkeypatch)


def answered(
    portal: Portal, question: str = "How long?", phone: str = "34611000001", **more: Any
) -> dict[str, str]:
    about = {"outcome": "answered", "said": "30 days.", "citations": [RETURNS], **more}
    return talked(portal, A, "1001", phone, question, **about)


def draft(portal: Portal, **settings: Any) -> None:
    assert portal.ask(EDITOR, BOT, "update", phone_number_id="1001", settings=settings)["ok"]


def start(portal: Portal, **fields: Any) -> dict[str, Any]:
    return portal.ask(
        EDITOR, REPLAYS, "start", **{"phone_number_id": "1001", "days": 7, "most_usd": 1, **fields}
    )


def last(portal: Portal) -> dict[str, Any]:
    found: dict[str, Any] = portal.ask(EDITOR, REPLAYS, "get", phone_number_id="1001")["last"]
    return found


def slice_of(portal: Portal, replay: str) -> dict[str, Any]:
    (row,) = portal.rows("select pass from replays where id = %s", replay)
    return replay_slice.main(replay, A, row["pass"], portal.db)


def finish(portal: Portal, replay: str) -> dict[str, Any]:
    """Lets the slices go on, as Windmill starts one after the other, until the replay has ended."""
    for _ in range(40):
        if slice_of(portal, replay)["state"] != "running":
            return last(portal)
    raise AssertionError("it does not end")


def listed(portal: Portal, replay: str, kind: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = portal.ask(EDITOR, REPLAYS, "list", replay=replay, kind=kind)["results"]
    return found


def test_last_week_with_the_draft_side_by_side(portal: Portal, bot: Asked) -> None:
    order = {"tool": "get_order", "arguments": {"id": "CL-1"}, "outcome": "sent", "error": False, "ms": 1}
    answered(portal)
    answered(portal, "Where is my order?", "34611000002", trace=[order], citations=[], said="On its way.")
    answered(portal, "Is it new?", "34611000003", said="It is new.", citations=[])
    bot.says = {
        "How long?": {"said": "14 days.", "citations": [], "messages": 3},
        "Where is my order?": {"outcome": "handed_off", "said": "A colleague answers.", "citations": []},
        "Is it new?": {"said": "It is new.", "citations": []},
    }
    draft(portal, persona="brief")
    wanted = {"phone_number_id": "1001", "days": 7}
    expected = portal.ask(EDITOR, REPLAYS, "estimate", **wanted)
    assert (expected["turns"], expected["of_turns"], expected["usd"]) == (3, 3, 0.03)
    replay = start(portal)["replay"]
    found = finish(portal, replay)
    assert (found["state"], found["why"], found["total"], found["done"]) == ("done", None, 3, 3)
    assert {row["version"] for row in bot.asked} == {"draft:persona"}
    assert {row["phone"] for row in bot.asked} == {"34611000001", "34611000002", "34611000003"}
    assert found["kinds"] == {
        "changed": 2, "lost_source": 1, "other_tools": 1, "more_handoffs": 1, "costs_more": 1, "failed": 0
    }  # fmt: skip
    assert (found["handoffs_then"], found["handoffs"]) == (0, 1)
    assert (found["model_then"], found["model"], found["spent_usd"]) == (0.03, 0.03, 0.03)
    rate = found["meta_then"] / 3
    assert rate > 0 and found["meta"] == pytest.approx(5 * rate)
    (more,) = listed(portal, replay, "costs_more")
    assert (more["was"]["said"], more["now"]["said"]) == ("30 days.", "14 days.")
    assert (more["kinds"], more["reasons"]) == (["changed", "lost_source", "costs_more"], ["figures"])
    (handed,) = listed(portal, replay, "more_handoffs")
    assert (handed["was"]["calls"], handed["now"]["outcome"]) == (
        [{"tool": "get_order", "arguments": {"id": "CL-1"}}],
        "handed_off",
    )
    assert [row["question"] for row in listed(portal, replay, "same")] == ["Is it new?"]
    assert [bool(row["kinds"]) for row in listed(portal, replay)] == [True, True, False]
    assert portal.rows("select count(*)::int as n from turns") == [{"n": 3}], "nothing of a customer's is new"


def test_a_turn_is_asked_as_the_conversation_was_then(
    portal: Portal, bot: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = {"tool": "get_order", "arguments": {}, "outcome": "sent", "error": False, "ms": 1}
    answered(portal, "Hello?", said="Hi!")
    turn = answered(portal, "Where is it?", said="On its way.", trace=[order])
    answered(portal, "Thanks", said="Gladly.")
    (then,) = portal.rows(
        "update turns t set opened_at = t.opened_at - interval '3 days 5 hours' from chatbots b where t.id = %s"
        " and b.phone_number_id = t.phone_number_id"
        " returning to_char(t.opened_at at time zone b.time_zone, 'FMDay, YYYY-MM-DD, HH24:MI') as clock",
        turn["turn"],
    )
    finish(portal, start(portal, days=31)["replay"])
    (asked,) = [row for row in bot.asked if row["question"] == "Where is it?"]
    flows: list[dict[str, Any]] = []
    monkeypatch.setattr(replays, "start_flow", lambda path, arguments, job, tag: flows.append(arguments))
    bot.really_ask(asked)
    (given,) = flows
    context = load_context.main(given.pop("entry"), portal.db, {}, {}, "", **given)
    assert (context["contact_id"], context["question"]) == (turn["contact"], "Where is it?")
    assert [said["text"] for said in context["history"]] == ["Hello?", "Hi!"]
    assert context["recorded"] == [order]
    with Database.open(portal.db) as database:
        assert Turn(database, context).surroundings.local_time == then["clock"]


def test_a_version_is_replayed_as_it_was_even_if_another_one_goes_live(portal: Portal, bot: Asked) -> None:
    answered(portal)
    replay = start(portal)["replay"]
    assert portal.change(EDITOR, persona="kind")["ok"]
    assert finish(portal, replay)["state"] == "done"
    assert [row["version"] for row in bot.asked] == ["1"], "no draft: what was live when it began"
    replay = start(portal, version="1")["replay"]
    finish(portal, replay)
    assert [row["version"] for row in bot.asked] == ["1", "1"]
    assert start(portal, version="9")["refused"] == "version_unknown"


def test_it_stops_at_the_bound_and_says_so(portal: Portal, bot: Asked) -> None:
    for n in range(9):
        answered(portal, f"Question {n}?", f"3461100010{n}")
    replay = start(portal, most_usd=0.055)["replay"]
    assert slice_of(portal, replay)["asked"] == 3
    bot.usd = 0.02  # twice what it cost then
    found = finish(portal, replay)
    assert (found["state"], found["why"]) == ("stopped", "cost")
    assert (found["done"], found["spent_usd"]) == (3, 0.06) and len(bot.asked) == 3
    for wrong in (0, -1, True, "1", None, 10**6):
        assert start(portal, most_usd=wrong)["refused"] == "replay_bound"


def test_what_is_asked_counts_before_it_is_paid(portal: Portal, bot: Asked) -> None:
    for n in range(4):
        answered(portal, f"Question {n}?", f"3461100020{n}")
    bot.busy = True
    replay = start(portal, most_usd=0.025)["replay"]
    assert slice_of(portal, replay)["asked"] == 2 and slice_of(portal, replay)["asked"] == 0
    bot.busy = False
    found = finish(portal, replay)
    assert (found["why"], found["done"], found["spent_usd"]) == ("cost", 2, 0.02)


def test_one_at_a_time_and_a_person_may_stop_it(portal: Portal, bot: Asked) -> None:
    answered(portal)
    bot.busy = True
    replay = start(portal)["replay"]
    assert start(portal)["refused"] == "replay_running"
    slice_of(portal, replay)
    assert portal.ask(OWNER, REPLAYS, "stop", replay=replay)["state"] == "stopped"
    assert portal.ask(OWNER, REPLAYS, "stop", replay=replay)["state"] == "stopped"
    assert slice_of(portal, replay)["state"] == "gone"
    assert (last(portal)["why"], last(portal)["done"]) == ("person", 0)
    again = start(portal)["replay"]
    asked = slice_of(portal, again)["asked"]
    past = "update replay_results set asked_at = asked_at - interval '16 minutes' where replay_id = %s returning 1"
    portal.rows(past, replay)
    assert asked + slice_of(portal, again)["asked"] > 0, "what nobody waits for any more takes nobody's place"
    portal.rows("select count_dry_run(%s, '{\"cost_usd\": 0.5}')", bot.asked[0]["job"])
    assert portal.rows("select spent_usd::float8 as usd from replays where id = %s", replay) == [{"usd": 0.5}]


def test_a_draft_that_is_another_one_ends_it(portal: Portal, bot: Asked) -> None:
    answered(portal)
    draft(portal, persona="brief")
    bot.busy = True
    replay = start(portal)["replay"]
    slice_of(portal, replay)
    draft(portal, persona="kind")
    found = finish(portal, replay)
    assert (found["state"], found["why"]) == ("stopped", "draft")


def test_a_draft_that_no_longer_fits_is_refused(portal: Portal, bot: Asked) -> None:
    answered(portal)
    draft(portal, max_rounds=5)
    portal.rows("update chatbot_drafts set value = '99'")  # as an older release allowed it
    assert start(portal)["refused"] == "draft_unfit"
    wanted = {"phone_number_id": "1001", "days": 7}
    assert portal.ask(EDITOR, REPLAYS, "estimate", **wanted)["refused"] == "draft_unfit"


def test_a_time_without_answers_is_refused(portal: Portal, bot: Asked) -> None:
    assert start(portal)["refused"] == "replay_nothing"
    answered(portal)
    portal.rows("update turns set opened_at = now() - interval '10 days'")
    assert start(portal)["refused"] == "replay_nothing"
    assert portal.ask(EDITOR, REPLAYS, "estimate", phone_number_id="1001", days=7)["turns"] == 0
    assert start(portal, days=31)["ok"]
    assert start(portal, days=32)["refused"] == "not_a_whole_number"
    assert start(portal, days=7, turns=1001)["refused"] == "not_a_whole_number"


def test_a_sample_is_drawn_and_what_cannot_be_asked_is_left_out(portal: Portal, bot: Asked) -> None:
    for n in range(6):
        answered(portal, f"Question {n}?", f"3461100030{n}")
    pictured, closed = (
        answered(portal, "[image] this", "34611000308"),
        answered(portal, "Late?", "34611000309"),
    )
    portal.rows(
        "insert into media (phone_number_id, message_id, tenant_id, kind) select '1001', l.message_id, l.tenant_id, 'image'"
        " from conversation_logs l where l.turn_id = %s and l.direction = 'in'",
        pictured["turn"],
    )
    portal.rows("update turns set say = 'closed_message' where id = %s", closed["turn"])
    talked(portal, B, "1002", "34611000399", "Another business's?", "answered")
    wanted = {"phone_number_id": "1001", "days": 7, "turns": 4}
    drawn = [portal.ask(EDITOR, REPLAYS, "estimate", **wanted) for _ in range(2)]
    assert drawn[0] == drawn[1] and (drawn[0]["turns"], drawn[0]["of_turns"]) == (4, 7)
    finish(portal, start(portal, turns=4)["replay"])
    assert len(bot.asked) == 4
    bot.asked.clear()
    finish(portal, start(portal)["replay"])
    assert {row["question"] for row in bot.asked} == {f"Question {n}?" for n in range(6)}


def test_the_plan_bounds_what_runs_at_once_and_tests_come_first(portal: Portal, bot: Asked) -> None:
    for n in range(5):
        answered(portal, f"Question {n}?", f"3461100040{n}")
    bot.busy = True
    replay = start(portal)["replay"]
    assert slice_of(portal, replay)["asked"] == 3
    case = {"question": "How long?", "expected": {"outcome": "answered", "must_say": ["30 days"]}}
    assert portal.ask(EDITOR, CASES, "create", phone_number_id="1001", **case)["ok"]
    run = portal.ask(EDITOR, CASES, "run")["run"]
    asks = asks_of_tests(portal)
    assert asks(run) == 0, "the plan's three are taken"
    bot.busy = False
    assert slice_of(portal, replay)["asked"] == 0, "a test waits"
    assert asks(run) == 1
    assert slice_of(portal, replay)["asked"] == 2


def asks_of_tests(portal: Portal) -> Callable[[str], int]:
    def asks(run: str) -> int:
        (row,) = portal.rows("select pass from case_runs where id = %s", run)
        return int(run_slice.main(run, A, row["pass"], portal.db, {}, {}, "")["asked"])

    return asks


def test_no_answer_is_asked_for_once_more(portal: Portal, bot: Asked) -> None:
    answered(portal)
    bot.says = {"How long?": {"outcome": "failed", "said": "", "problem": "the model is down"}}
    found = finish(portal, start(portal)["replay"])
    assert len(bot.asked) == 2 and found["kinds"]["failed"] == 1
    (row,) = listed(portal, found["id"], "failed")
    assert row["now"]["problem"] == "the model is down"


def test_a_conversation_that_is_erased_meanwhile(portal: Portal, bot: Asked) -> None:
    gone, stays = answered(portal), answered(portal, "Is it new?", "34611000002")
    bot.busy = True
    replay = start(portal)["replay"]
    slice_of(portal, replay)
    with Database.open(portal.db) as database:
        tenant = database.of_tenant(A)
        erased = tenant.value("select erase_contact(%s)", gone["contact"])
        opened = tenant.value("select replayed_turn('1001', %s)", gone["turn"])
    jobs = {row["question"]: str(row["job"]) for row in bot.asked}
    assert jobs["How long?"] in erased["jobs"] and opened["status"] == "ended"
    bot.busy = False
    found = finish(portal, replay)
    assert (found["state"], found["total"], found["done"]) == ("done", 1, 1)
    assert [row["turn_id"] for row in listed(portal, replay)] == [stays["turn"]]
    with Database.open(portal.db) as database:
        data = database.of_tenant(A).value("select person_data(%s)", stays["contact"])
    assert [(each["question"], each["would_say"]) for each in data["replays"]] == [("Is it new?", "30 days.")]


def test_answers_are_kept_as_long_as_the_plan_keeps_words(portal: Portal, bot: Asked) -> None:
    old = answered(portal)
    answered(portal, "Is it new?", "34611000002")
    replay = start(portal)["replay"]
    finish(portal, replay)
    portal.rows("update turns set closed_at = now() - interval '8 days' where id = %s", old["turn"])
    portal.rows("update tenants set limits = '{\"keep_words_days\": 7}' where id = %s", A)
    portal.rows("select expire_data(%s)", A)
    assert [row["question"] for row in listed(portal, replay)] == ["Is it new?"]
    portal.rows("update replays set started_at = now() - interval '31 days'")
    start_due.main(portal.db)
    assert last(portal) is None and portal.rows("select from replay_results") == []


def test_a_lost_slice_goes_on_and_one_that_takes_too_long_ends(portal: Portal, bot: Asked) -> None:
    answered(portal)
    bot.busy = True
    replay = start(portal)["replay"]
    slice_of(portal, replay)
    assert replay_slice.main(replay, A, 0, portal.db)["state"] == "gone", "another slice has gone on"
    portal.flows.clear()
    portal.rows("update replays set seen_at = now() - interval '2 minutes'")
    assert start_due.main(portal.db)["went_on"] == [replay]
    ((path, arguments),) = portal.flows
    assert (path, arguments["run"], arguments["passes"]) == ("f/cases/replay_slice", replay, 1)
    portal.rows("update replay_results set asked_at = now() - interval '1 hour'")
    slice_of(portal, replay)
    assert portal.rows("select tries from replay_results") == [{"tries": 2}], "its run was lost"
    portal.rows("update replays set started_at = now() - interval '7 hours'")
    assert start_due.main(portal.db)["went_on"] == [] and last(portal)["why"] == "late"


def test_a_month_that_is_used_up_ends_it(portal: Portal, bot: Asked) -> None:
    for n in range(5):
        answered(portal, f"Question {n}?", f"3461100050{n}")
    replay = start(portal)["replay"]
    slice_of(portal, replay)
    portal.rows("update tenants set limits = '{\"monthly_turns\": 1}' where id = %s", A)
    found = finish(portal, replay)
    assert (found["why"], found["done"]) == ("month", 3)
    assert start(portal)["refused"] == "plan_month"


def test_another_businesss_replay_does_not_exist(portal: Portal, bot: Asked) -> None:
    answered(portal)
    replay = start(portal)["replay"]
    theirs = "editor@beta.example"
    for action in ("stop", "list"):
        assert portal.ask(theirs, REPLAYS, action, replay=replay)["refused"] == "not_found"
    assert portal.ask(theirs, REPLAYS, "get", phone_number_id="1001")["refused"] == "not_found"
    assert listed(portal, replay) == []
    assert portal.ask(EDITOR, REPLAYS, "list", replay=replay, kind="x")["refused"] == "bad_request"
