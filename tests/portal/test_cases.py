"""A business's tests of its bot, as its people make them, and what they stop. The bot's answers are given; the rest is real."""

from __future__ import annotations

import json
from typing import Any

import pytest

from f.cases import asking, run_slice, start_due
from f.cases.expected import Answer
from f.common.database import Database
from f.models.providers import Models
from tests.portal.conftest import A, Portal, talked

OWNER, EDITOR, AGENT = "owner@alpha.example", "editor@alpha.example", "agent@alpha.example"
CASES, VERSIONS, BOT = "f.portal_api.cases", "f.portal_api.versions", "f.portal_api.bot"
LIVE = ""


class Asked:
    """The bot: answers with what the test says, by question and settings; `after`: how many looks it takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.says: dict[tuple[str, str], str] = {}
        self.asked: list[tuple[str, str]] = []
        self.jobs: dict[str, tuple[str, str]] = {}
        monkeypatch.setattr(asking, "ask", self._ask)
        monkeypatch.setattr(asking, "read_answer", self._read)

    def _ask(self, row: dict[str, Any]) -> None:
        self.asked.append((row["question"], row["version"]))
        self.jobs[str(row["job"])] = self.asked[-1]

    def _read(self, job: str) -> Answer | None:
        question, version = self.jobs[job]
        said = self.says.get((question, version), self.says.get((question, "*"), "30 days"))
        return Answer(
            outcome="answered", said=said, citations=[], tools=[], problem=None, usage={}, model="m"
        )


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def save(portal: Portal, question: str = "How long?", who: str = EDITOR, **fields: Any) -> dict[str, Any]:
    wanted = {"outcome": "answered", "must_say": ["30 days"]}
    action = "update" if "case_id" in fields else "create"
    given = {"phone_number_id": "1001", "question": question, "expected": wanted, **fields}
    return portal.ask(who, CASES, action, **given)


def draft(portal: Portal, **settings: Any) -> None:
    assert portal.ask(EDITOR, BOT, "update", phone_number_id="1001", settings=settings)["ok"]


def finish(portal: Portal, run: str) -> dict[str, Any]:
    """Lets the slices of a run go on, as Windmill starts one after the other, until it has ended."""
    for _ in range(40):
        (row,) = portal.rows("select pass, state from case_runs where id = %s", run)
        if row["state"] != "running":
            break
        run_slice.main(run, A, row["pass"], portal.db, {}, {}, "")
    found = portal.ask(AGENT, CASES, "get_run", run=run)
    assert found["of"]["state"] != "running"
    return found


def test_without_a_case_a_draft_is_published_as_ever(portal: Portal) -> None:
    draft(portal, persona="kind")
    assert portal.publish(EDITOR)["version"] == 2
    assert save(portal, enabled=False)["ok"]
    draft(portal, persona="brief")
    assert portal.publish(EDITOR)["version"] == 3
    assert portal.ask(EDITOR, CASES, "run")["refused"] == "no_cases"


def test_a_green_run_of_this_very_draft_is_needed(portal: Portal, bot: Asked) -> None:
    save(portal)
    draft(portal, persona="kind")
    run = portal.publish(EDITOR)["run"]
    assert portal.publish(EDITOR, run=run)["run"] != run, "it has not ended"
    run = portal.publish(EDITOR)["run"]
    assert finish(portal, run)["of"]["state"] == "green"
    draft(portal, max_rounds=5)
    assert "version" not in portal.publish(EDITOR, run=run)
    draft(portal, max_rounds=6)
    assert portal.publish(EDITOR, run=run)["version"] == 2, "the draft is again what was asked"


def test_what_changes_while_the_tests_run_makes_them_void(portal: Portal, bot: Asked) -> None:
    save(portal)
    draft(portal, persona="kind")
    run = portal.publish(EDITOR)["run"]
    finish(portal, run)
    portal.rows(
        "insert into tenant_tools (tenant_id, name, url) values (%s, 'orders', 'https://o.example/mcp')", A
    )
    assert portal.publish(EDITOR, run=run)["run"] != run


def test_a_red_case_stops_and_an_owner_may_go_on(portal: Portal, bot: Asked) -> None:
    save(portal)
    draft(portal, persona="kind", max_rounds=5)
    bot.says = {
        ("How long?", "draft:max_rounds,persona"): "14 days",
        ("How long?", "draft:persona"): "14 days",
    }
    run = portal.publish(EDITOR)["run"]
    found = finish(portal, run)
    (red,) = found["red"]
    assert red["cause"] == {"kind": "settings", "settings": ["persona"]}
    assert (red["said"], red["before"], red["known_red"]) == ("14 days", "30 days", False)
    assert portal.publish(EDITOR, run=run)["red"] == run
    assert portal.publish(EDITOR, run=run, reason="Yes.")["refused"] == "role"
    assert portal.publish(OWNER, run=run, reason=" It is 14 days now. ")["version"] == 2
    newest = portal.ask(EDITOR, VERSIONS, "list", phone_number_id="1001")["versions"][0]
    assert newest["overruled"] == {"reason": "It is 14 days now.", "red": ["How long?"]}
    (written,) = portal.rows("select after from audit_log where action = 'chatbots.publish'")
    assert written["after"] == {"version": 2, "note": "", "reason": "It is 14 days now."}
    bot.says = {("How long?", "*"): "14 days"}
    draft(portal, persona="kinder")
    run = portal.publish(EDITOR)["run"]
    found = finish(portal, run)
    assert (found["of"]["state"], found["red"][0]["known_red"]) == ("green", True), "it was said once"
    bot.says = {}
    finish(portal, portal.ask(EDITOR, CASES, "run")["run"])
    bot.says = {("How long?", "*"): "14 days"}
    draft(portal, persona="kindest")
    assert finish(portal, portal.publish(EDITOR)["run"])["of"]["state"] == "red", "it was green in between"


def test_a_model_that_says_it_otherwise_once_stops_nobody(portal: Portal, bot: Asked) -> None:
    save(portal)
    answers = iter(["It depends.", "30 days"])
    bot._read = lambda job: Answer(  # type: ignore[method-assign]
        outcome="answered", said=next(answers), citations=[], tools=[], problem=None, usage={}, model="m"
    )
    asking.read_answer = bot._read
    draft(portal, persona="kind")
    assert finish(portal, portal.publish(EDITOR)["run"])["of"]["state"] == "green"
    assert bot.asked == [("How long?", "draft:persona")] * 2


def test_what_waits_for_an_owner_is_not_asked(portal: Portal, bot: Asked) -> None:
    """An owner has drafted a tool: the cases of an editor's publication meet what that makes live, and no more."""
    save(portal)
    portal.rows(
        "insert into tenant_tools (tenant_id, name, url) values (%s, 'o', 'https://o.example') returning 1", A
    )
    draft(portal, persona="kind", system_prompt="Brief.")
    tools = {"phone_number_id": "1001", "settings": {"tools": {}}}
    assert portal.ask(OWNER, BOT, "update", **tools)["ok"] is True
    part = "draft:persona,system_prompt"
    bot.says = {("How long?", part): "14 days", ("How long?", "draft:persona"): "14 days"}
    run = portal.publish(EDITOR)["run"]
    (red,) = finish(portal, run)["red"]
    assert bot.asked[:2] == [("How long?", part)] * 2
    assert red["cause"] == {"kind": "settings", "settings": ["persona"]}
    assert portal.publish(EDITOR, run=run)["red"] == run
    bot.says = {}
    run = portal.publish(EDITOR)["run"]
    assert finish(portal, run)["of"]["state"] == "green"
    assert "version" not in portal.publish(OWNER, run=run), (
        "an owner publishes the tools, too: nobody has asked these"
    )
    assert portal.publish(EDITOR, run=run)["waits"] == ["tools"]


def test_what_was_red_before_says_what_was_changed_since(portal: Portal, bot: Asked) -> None:
    save(portal)
    finish(portal, portal.ask(EDITOR, CASES, "run")["run"])
    pair = {"question": "Returns?", "answer": "14 days."}
    assert portal.ask(EDITOR, "f.portal_api.qa_pairs", "create", **pair)["ok"]
    bot.says = {("How long?", "*"): "14 days"}
    draft(portal, persona="kind")
    (red,) = finish(portal, portal.publish(EDITOR)["run"])["red"]
    assert red["cause"]["kind"] == "before"
    told = [(change["what"], change["subject"], change["person"]) for change in red["cause"]["changes"]]
    assert ("qa_pairs.insert", "Returns?", EDITOR) in told


def test_no_more_at_once_than_the_plan_has_background_jobs(portal: Portal, bot: Asked) -> None:
    for n in range(5):
        save(portal, f"Question {n}?")
    run = portal.ask(EDITOR, CASES, "run")["run"]
    run_slice.main(run, A, 0, portal.db, {}, {}, "")
    assert len(bot.asked) == 3
    assert run_slice.main(run, A, 0, portal.db, {}, {}, "")["state"] == "gone", "another slice has gone on"
    run_slice.main(run, A, 1, portal.db, {}, {}, "")
    assert len(bot.asked) == 5
    assert finish(portal, run)["of"]["done"] == 5


def test_a_newer_run_takes_the_place_of_one_that_is_under_way(portal: Portal, bot: Asked) -> None:
    save(portal)
    draft(portal, persona="kind")
    first, second = portal.publish(EDITOR)["run"], portal.publish(EDITOR)["run"]
    states = {row["id"]: row["state"] for row in portal.rows("select id::text, state from case_runs")}
    assert states == {first: "cancelled", second: "running"}
    assert run_slice.main(first, A, 0, portal.db, {}, {}, "")["state"] == "gone"


def test_a_change_asks_the_cases_soon_and_the_bell_tells(portal: Portal, bot: Asked) -> None:
    save(portal)
    start_due.main(portal.db)
    # Whatever the clock says while the tests run.
    portal.rows("update case_schedules set nightly_at = now(); delete from case_runs")
    portal.rows("update tenant_tools set enabled = enabled")
    assert start_due.main(portal.db)["begun"] == []
    portal.ask(EDITOR, "f.portal_api.qa_pairs", "create", question="Returns?", answer="14 days.")
    portal.rows("update documents set state = 'processing'; update documents set state = 'ready'")
    (due,) = portal.rows("select due_at - now() as left from case_schedules")
    assert 0 < due["left"].total_seconds() <= 120
    portal.rows("update case_schedules set due_at = now()")
    bot.says = {("How long?", "*"): "14 days"}
    (run,) = start_due.main(portal.db)["begun"]
    assert start_due.main(portal.db)["begun"] == [], "once"
    finish(portal, run)
    (note,) = portal.ask(AGENT, "f.portal_api.notifications", "list")["notifications"]
    assert (note["kind"], note["detail"]["red"], note["detail"]["why"]) == ("cases_red", 1, "change")
    bot.says = {}
    finish(portal, portal.ask(EDITOR, CASES, "run")["run"])
    (note,) = portal.ask(AGENT, "f.portal_api.notifications", "list")["notifications"]
    assert note["settled_at"]


def test_a_lost_slice_goes_on(portal: Portal, bot: Asked) -> None:
    save(portal)
    run = portal.ask(EDITOR, CASES, "run")["run"]
    run_slice.main(run, A, 0, portal.db, {}, {}, "")
    portal.flows.clear()
    portal.rows("update case_runs set seen_at = now() - interval '2 minutes'")
    assert start_due.main(portal.db)["went_on"] == [run]
    (started,) = [arguments for path, arguments in portal.flows if path == "f/cases/run_slice"]
    assert (started["run"], started["passes"]) == (run, 1)


def test_an_agent_makes_a_test_of_an_answer_and_an_editor_changes_it(portal: Portal) -> None:
    made = talked(portal, A, "1001", "34600000009", "Do you sell bicycles?")
    proposed = portal.ask(AGENT, CASES, "propose", answer_id=made["turn"], good=True)["case"]
    assert (proposed["title"], proposed["expected"]["outcome"]) == ("Do you sell bicycles?", "unanswered")
    case = portal.ask(AGENT, CASES, "create", answer_id=made["turn"], **proposed)["case_id"]
    (listed,) = portal.ask(AGENT, CASES, "list", phone_number_id="1001")["cases"]
    assert (listed["origin"], listed["of_customer"], listed["state"]) == ("mark", True, None)
    assert save(portal, case_id=case, who=AGENT)["refused"] == "role"
    assert save(portal, "Do you sell bicycles?", case_id=case)["ok"]
    assert portal.rows("select contact_id::text from bot_cases") == [{"contact_id": made["contact"]}]
    assert save(portal, "Have you got bicycles?", case_id=case)["ok"]
    assert portal.rows("select contact_id::text from bot_cases") == [{"contact_id": None}]
    assert save(portal, "Other", title="HAVE you got bicycles?")["refused"] == "case_title_exists"
    assert portal.ask(EDITOR, CASES, "delete", case_id=case)["deleted"] == "Have you got bicycles?"


def test_a_correction_becomes_a_case_once(portal: Portal, conversation: dict[str, str]) -> None:
    fields = {"turn_id": conversation["turn"], "answer": "Yes, from EUR 300."}
    first = portal.ask(EDITOR, CASES, "keep_correction", **fields)["case_id"]
    assert first and portal.ask(EDITOR, CASES, "keep_correction", **fields)["case_id"] is None
    (case,) = portal.ask(AGENT, CASES, "list", phone_number_id="1001")["cases"]
    assert (case["origin"], case["expected"]["must_say"]) == ("correction", ["EUR 300"])


def test_what_the_form_cannot_give_is_refused(portal: Portal) -> None:
    for wrong in (None, {}, {"outcome": "x"}, {"outcome": "answered", "source": "x"}):
        assert save(portal, expected=wrong)["refused"] == "bad_request"
    many = {"outcome": "answered", "must_say": ["x"] * 13}
    assert save(portal, expected=many)["refused"] == "list_too_long"
    assert save(portal, "  ")["refused"] == "question_missing"


def test_a_case_goes_with_its_customer(portal: Portal, conversation: dict[str, str]) -> None:
    portal.ask(EDITOR, CASES, "keep_correction", turn_id=conversation["turn"], answer="Yes, from EUR 300.")
    save(portal)
    with Database.open(portal.db) as database:
        tenant = database.of_tenant(A)
        data = tenant.value("select person_data(%s)", conversation["contact"])
        assert [each["question"] for each in data["tests"]] == ["Do you sell bicycles?"]
        tenant.value("select erase_contact(%s)", conversation["contact"])
    assert portal.rows("select question from bot_cases") == [{"question": "How long?"}]
    assert "bicycles" not in json.dumps(portal.rows("select * from audit_log"), default=str)


def test_words_of_customers_are_kept_as_long_as_the_plan_says(
    portal: Portal, conversation: dict[str, str]
) -> None:
    portal.ask(EDITOR, CASES, "keep_correction", turn_id=conversation["turn"], answer="Yes, from EUR 300.")
    save(portal)
    portal.rows("update bot_cases set created_at = now() - interval '8 days'")
    portal.rows("update tenants set limits = '{\"keep_words_days\": 7}' where id = %s", A)
    portal.rows("select expire_data(%s)", A)
    assert portal.rows("select question from bot_cases") == [{"question": "How long?"}]


def test_a_spent_month_asks_nothing_at_night(portal: Portal) -> None:
    save(portal)
    portal.rows("update tenants set limits = '{\"monthly_turns\": 1}' where id = %s", A)
    portal.rows("select add_usage(%s, 2, 0, 0, 0)", A)
    portal.rows(
        "insert into case_schedules (phone_number_id, tenant_id, due_at) values ('1001', %s, now())", A
    )
    done = start_due.main(portal.db)
    assert (done["begun"], done["skipped"]) == ([], 1)


def test_what_the_judge_took_counts_in_the_month(
    portal: Portal, bot: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.rows("update chatbots set judge = 'always', judge_model = 'strict' where phone_number_id = '1001'")
    said = {"text": '["yes"]', "tool_calls": [], "message": {}, "input_tokens": 1000, "output_tokens": 10}
    monkeypatch.setattr(Models, "_of_vendor", lambda *asked: {**said, "cut": False})
    save(portal, expected={"outcome": "answered", "must_say": ["Returns are possible for a whole month"]})
    run = portal.ask(EDITOR, CASES, "run")["run"]
    llm = {"provider": "openai", "model": "m", "base_url": "http://127.0.0.1:9/v1", "api_key": "none"}
    used = "select turns, input_tokens, output_tokens, cost_usd::float8 as usd from usage_months where tenant_id = %s"
    assert portal.rows(used, A) == []
    run_slice.main(run, A, 0, portal.db, llm, {"prices": {"strict": [200, 2000]}}, "")
    run_slice.main(run, A, 1, portal.db, llm, {"prices": {"strict": [200, 2000]}}, "")
    assert portal.ask(AGENT, CASES, "get_run", run=run)["of"]["state"] == "green", "it says so in other words"
    (month,) = portal.rows(used, A)
    assert month == {"turns": 0, "input_tokens": 1000, "output_tokens": 10, "usd": pytest.approx(0.22)}
    (statement,) = portal.rows("select facts from service_records where kind = 'cost' and tenant_id = %s", A)
    assert statement["facts"] == {"part": "model", "usd": 0.22}
