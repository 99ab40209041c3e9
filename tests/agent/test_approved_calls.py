"""A call to which a person has agreed and that no turn could begin: a later turn makes it once, and until then nobody says that it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from f.agent.turn import Turn
from f.chatbot.on_failure import STEP, words_for
from f.common.database import Database
from f.tools import script_jobs, script_tools
from f.tools.live_tools import ToolError
from f.tools.script_jobs import Job, call_id, run_job, start
from f.whatsapp.canned_replies import CANNED_REPLIES
from tests.agent.conftest import JOB_ID_KEY, Bench
from tests.agent.odd import Odd
from tests.agent.scripts import Windmill
from tests.agent.test_approvals import AGREED, ARGUMENTS, ASK, CHECKING, DONE, Refunds, ScriptRefunds
from tests.agent.vendors import replied

FAILED = f"{AGREED} {CANNED_REPLIES['approval_failed']['en']}"


@pytest.fixture
def refunds(bench: Bench, odd: Odd, tmp_path: Path) -> Refunds:
    made = Refunds(bench, odd, tmp_path / "calls")
    made.ask(ASK, CHECKING)
    made.decide(True)
    return made


@contextmanager
def down(odd: Odd) -> Iterator[None]:
    """The server does not answer for a while."""
    odd.kill()
    try:
        yield
    finally:
        odd.start()


def lose(refunds: Refunds) -> None:
    """The decision's turn ends before its step has called anything."""
    opened = refunds.open()
    refunds.tenant("select close_turn(%s, %s, 'failed', 'failed', '{}')", opened["turn_id"], opened["epoch"])


def test_a_turn_that_ends_before_the_call_leaves_it_to_a_later_one(refunds: Refunds) -> None:
    lose(refunds)
    assert refunds.row()["result"] is None and refunds.made() == []
    result = refunds.answer(DONE)
    refunds.close(result)
    assert result["reply"] == f"{AGREED}\n\nEUR 80 for order CL-1042 was refunded."
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"
    assert refunds.open()["status"] == "ended"


def test_the_failure_handler_says_nothing_of_what_a_later_turn_makes(
    refunds: Refunds, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for _ in range(5):
        opened = refunds.open()
        query = "select run_id::text from turns where id = %s"
        run = refunds.bench.rows(query, opened["turn_id"])[0]["run_id"]
        monkeypatch.setenv("WM_JOB_ID", run)
        with Database.open(refunds.bench.db) as database:
            turn = Turn(database, database.value("select find_turn(%s)", run), refunds.bench.resources)  # type: ignore[arg-type]
            said.append(words_for(turn, "the disk is full"))
            turn.begin(STEP)
            turn.close("failed", "failed", {})
    assert said == ["", "", "", "", FAILED]
    assert refunds.row()["result"] == "not_called" and refunds.made() == []


def test_a_server_that_does_not_answer_is_called_by_a_later_turn(refunds: Refunds, odd: Odd) -> None:
    with down(odd):
        result = refunds.answer()
    assert result["reply"] == "" and len(result["usage"]["model_calls"]) == 0
    refunds.close(result)
    assert refunds.row()["result"] is None and "club can't be used" in refunds.row()["outcome"]
    result = refunds.answer(DONE)
    assert result["reply"].startswith(AGREED) and refunds.made() == [ARGUMENTS]
    assert refunds.row()["result"] == "done"


def test_a_server_that_answers_to_none_of_five_turns(refunds: Refunds, odd: Odd) -> None:
    for _ in range(4):
        lose(refunds)
    with down(odd):
        assert refunds.answer()["reply"] == FAILED
    assert refunds.row()["result"] == "not_called" and "club can't be used" in refunds.row()["outcome"]


def test_what_the_customer_wrote_meanwhile_is_answered(refunds: Refunds, odd: Odd) -> None:
    with down(odd):
        result = refunds.answer(replied("You're welcome!", "talk"), message_ids=["wamid.meanwhile"])
    assert result["reply"] == "You're welcome!"
    assert "A colleague has agreed" not in str(refunds.bench.openai.asked[-1]["messages"])


@pytest.fixture
def script(bench: Bench, windmill: Windmill, tmp_path: Path) -> ScriptRefunds:
    """The tool is a script, and somebody has agreed."""
    made = ScriptRefunds(bench, windmill, tmp_path / "calls")
    made.ask(ASK, CHECKING)
    made.decide(True)
    return made


def job_of(script: ScriptRefunds) -> Job:
    path = "f/tenant_tools/shared/refund_order"
    return Job(call_id(JOB_ID_KEY, script.row()["id"].bytes), "refund_order", path)


def die_in_the_call(script: ScriptRefunds) -> None:
    """A step dies after it has written down that the call begins, and its turn is closed."""
    opened = script.open()
    begun = "select begin_approved_call(%s, %s, %s)"
    assert script.tenant(begun, opened["turn_id"], opened["epoch"], script.row()["id"])["do"] == "call"
    script.tenant("select close_turn(%s, %s, 'failed', 'failed', '{}')", opened["turn_id"], opened["epoch"])
    assert script.row()["result"] is None


def is_done(script: ScriptRefunds, result: dict[str, Any]) -> bool:
    """Whether the customer reads of it, it was made once, and no further turn follows."""
    script.close(result)
    assert result["reply"] == f"{AGREED}\n\nEUR 80 for order CL-1042 was refunded."
    assert script.made() == [ARGUMENTS] and "refunded EUR 80" in script.row()["outcome"]
    assert job_of(script).id in [entry.get("job") for entry in result["trace"]]
    return script.row()["result"] == "done" and script.open()["status"] == "ended"


def test_a_script_that_never_came_to_windmill_is_called_by_a_later_turn(script: ScriptRefunds) -> None:
    die_in_the_call(script)
    assert is_done(script, script.answer(DONE))


def test_a_later_turn_reads_what_a_script_has_done(script: ScriptRefunds) -> None:
    die_in_the_call(script)
    run_job(job_of(script), ARGUMENTS, 20)
    script.is_now(answer="it ran again")
    assert is_done(script, script.answer(DONE))


def test_a_later_turn_waits_for_a_script_that_goes_on(script: ScriptRefunds) -> None:
    script.is_now(sleeps=0.5)
    die_in_the_call(script)
    start(job_of(script), ARGUMENTS, 20)
    assert is_done(script, script.answer(DONE))


def test_what_a_script_refused_is_read_as_a_refusal(script: ScriptRefunds) -> None:
    script.is_now(says_error="The order is too old.")
    die_in_the_call(script)
    start(job_of(script), ARGUMENTS, 20)
    refused = replied("The order is too old.", "answer", ("refund_order", "The order is too old."))
    assert script.answer(refused)["reply"] == f"{AGREED}\n\nThe order is too old."
    assert script.row()["result"] == "refused" and script.made() == [ARGUMENTS]


def test_windmill_is_asked_again_after_it_was_down(
    script: ScriptRefunds, windmill: Windmill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_tools, "ANSWERING_S", 0.2)
    die_in_the_call(script)
    run_job(job_of(script), ARGUMENTS, 20)
    windmill.kill()
    try:
        result = script.answer()
    finally:
        windmill.start()
    assert result["reply"] == "" and "does not say what became of" in script.row()["outcome"]
    shown = "select result from list_approvals(%s, 10)"
    assert script.tenant(shown, script.contact) == "begun", "as the staff see it"
    script.close(result)
    assert is_done(script, script.answer(DONE))


def test_what_a_script_has_done_is_known_where_the_tool_is_gone(script: ScriptRefunds, bench: Bench) -> None:
    die_in_the_call(script)
    run_job(job_of(script), ARGUMENTS, 20)
    bench.rows("delete from script_tools where name = 'refund_order'")
    assert script.answer()["reply"] == f"{AGREED} {CANNED_REPLIES['approval_done']['en']}"
    assert script.row()["result"] == "done" and script.made() == [ARGUMENTS]


def test_what_never_came_to_windmill_is_not_called_where_the_tool_is_gone(
    script: ScriptRefunds, bench: Bench
) -> None:
    """Once nobody can be sending it any more."""
    die_in_the_call(script)
    bench.rows("delete from script_tools where name = 'refund_order'")
    result = script.answer()
    assert result["reply"] == "" and script.row()["result"] is None
    script.close(result)
    bench.rows(
        "update tool_calls set made_at = made_at - interval '1 minute' where digest = %s",
        script.row()["id"].bytes,
    )
    assert script.answer()["reply"] == FAILED
    assert script.row()["result"] == "not_called" and "does not have this tool" in script.row()["outcome"]


@contextmanager
def without_workers(windmill: Windmill) -> Iterator[None]:
    """Nobody takes the jobs of tools for a while."""
    windmill.kill()
    windmill.start("chat:1")
    try:
        yield
    finally:
        windmill.kill()
        windmill.start()


def test_a_job_that_waits_for_a_worker_is_asked_about_again(
    script: ScriptRefunds, windmill: Windmill
) -> None:
    with without_workers(windmill):
        result = script.answer()
    assert result["reply"] == "" and "has not ended yet" in script.row()["outcome"]
    script.close(result)
    assert is_done(script, script.answer(DONE))


def test_a_job_whose_cancel_is_lost_is_not_said_to_be_over(
    script: ScriptRefunds, windmill: Windmill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may take it yet, and this is the last turn that asks."""
    for _ in range(4):
        lose(script)
    monkeypatch.setattr(script_jobs, "cancel", lambda *_: None)
    monkeypatch.setattr(script_jobs, "ENDING_S", 0.2)
    with without_workers(windmill):
        result = script.answer()
    assert result["reply"] == f"{AGREED} {CANNED_REPLIES['approval_unsure']['en']}"
    assert script.row()["result"] == "unsure"
    assert "refunded" in run_job(job_of(script), ARGUMENTS, 20) and script.made() == [ARGUMENTS]


def test_a_script_is_the_same_job_in_a_later_turn(script: ScriptRefunds, windmill: Windmill) -> None:
    windmill.kill()
    try:
        result = script.answer()
    finally:
        windmill.start()
    assert result["reply"] == "" and "Windmill does not answer" in script.row()["outcome"]
    script.close(result)
    result = script.answer(DONE)
    assert script.made() == [ARGUMENTS] and script.row()["result"] == "done"
    assert job_of(script).id in [entry.get("job") for entry in result["trace"]]


def test_a_job_that_no_worker_took_in_five_turns_is_over(script: ScriptRefunds, windmill: Windmill) -> None:
    """Its id is used up, and under another one it could be made twice."""
    for _ in range(4):
        lose(script)
    with without_workers(windmill):
        result = script.answer()
    assert result["reply"] == FAILED and "no worker takes jobs" in script.row()["outcome"]
    script.close(result)
    assert script.row()["result"] == "not_called" and script.open()["status"] == "ended"
    with pytest.raises(ToolError, match="was not run"):
        run_job(job_of(script), ARGUMENTS, 20)
    assert script.made() == [], "also now that there is a worker"
