"""A call to which a person has agreed and that no turn could begin: a later turn makes it once, and until then nobody says that it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from f.agent.turn import Turn
from f.chatbot.on_failure import STEP, words_for
from f.common.database import Database
from f.tools.script_jobs import call_id
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


def test_a_script_is_the_same_job_in_a_later_turn(bench: Bench, windmill: Windmill, tmp_path: Path) -> None:
    refunds = ScriptRefunds(bench, windmill, tmp_path / "calls")
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    windmill.kill()
    try:
        result = refunds.answer()
    finally:
        windmill.start()
    assert result["reply"] == "" and "Windmill does not answer" in refunds.row()["outcome"]
    refunds.close(result)
    result = refunds.answer(DONE)
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"
    job = call_id(JOB_ID_KEY, refunds.row()["id"].bytes)
    assert job in [entry.get("job") for entry in result["trace"]]


def test_a_job_that_no_worker_took_is_over(bench: Bench, windmill: Windmill, tmp_path: Path) -> None:
    """Its id is used up, and under another one it could be made twice."""
    refunds = ScriptRefunds(bench, windmill, tmp_path / "calls")
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    windmill.kill()
    windmill.start("chat:1")
    try:
        result = refunds.answer()
    finally:
        windmill.kill()
        windmill.start()
    assert result["reply"] == FAILED and "no worker takes jobs" in refunds.row()["outcome"]
    refunds.close(result)
    assert refunds.row()["result"] == "not_called" and refunds.open()["status"] == "ended"
