"""A call without approval whose turn ends before the customer has heard what became of it: the next turn tells the model, and asks Windmill of a
script's."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import psycopg
import pytest

from f.common.database import Database
from f.tools.live_tools import ToolError
from f.tools.script_jobs import Job, call_id, run_job, start
from tests.agent.conftest import JOB_ID_KEY, Bench
from tests.agent.scripts import Windmill
from tests.agent.test_approved_calls import without_workers
from tests.agent.test_tool_calls import ASK, DONE, HONEST, OTHERWISE, WISH, Orders, cut
from tests.agent.vendors import replied

HELLO = replied("Hello! How can I help?", "talk")


class Doubt(Orders):
    """The customer's first turn, which is closed without a word, and their next ones."""

    def close(self, outcome: str = "failed") -> None:
        done = "update turns set state = 'done', outcome = %s, closed_at = now() where id = %s"
        self.bench.rows(done, outcome, self.ids["turn_id"])

    def next_turn(self, *script: Any, before: str = "failed") -> dict[str, Any]:
        """`before`: the outcome with which the last one is closed."""
        self.close(before)
        result = self.bench.live("Was my order placed?", *script, contact=self.ids["contact_id"])
        self.ids["turn_id"] = result["turn_id"]
        return result

    def told(self) -> str:
        """What the platform said to the model."""
        return str(self.bench.openai.asked[-1]["messages"][1:])

    def die_in_the_call(self) -> Job:
        """A step dies after it has written down that the call begins."""
        digest = secrets.token_bytes(32)  # of the turn, the tool and the arguments
        begun = "select begin_tool_call(%s, %s, 'Windmill.create_order', %s)"
        with Database.open(self.bench.db) as database:
            tenant = self.bench.rows("select tenant_id::text as id from turns where id = %s", self.turn)[0][
                "id"
            ]
            assert database.of_tenant(tenant).value(begun, self.turn, self.epoch, digest) is None
        return Job(call_id(JOB_ID_KEY, digest), "create_order", "f/tenant_tools/shared/create_order")


@pytest.fixture
def doubt(bench: Bench, windmill: Windmill, tmp_path: Path) -> Doubt:
    return Doubt(bench, windmill, tmp_path / "calls", "script")


@pytest.fixture(params=["mcp", "http"])
def of_server(bench: Bench, tmp_path: Path, request: pytest.FixtureRequest) -> Doubt:
    return Doubt(bench, request.getfixturevalue("odd"), tmp_path / "calls", request.param)


def test_what_a_server_did_is_told(of_server: Doubt) -> None:
    with pytest.raises(psycopg.OperationalError):
        of_server.step(ASK, cut(of_server.bench, OTHERWISE), DONE)
    result = of_server.next_turn(DONE)
    assert result["reply"] == DONE and result["answered"] and "order 77 is placed" in of_server.told()
    assert of_server.next_turn(HELLO, before="answered")["reply"] == "Hello! How can I help?"
    assert "order 77" not in of_server.told() and of_server.made() == 1, "once"


def test_what_nobody_knows_of_a_server_is_told_as_that(of_server: Doubt) -> None:
    of_server.is_now(cuts=of_server.bench.url)
    with pytest.raises(psycopg.OperationalError):
        of_server.step(ASK, DONE)
    assert of_server.next_turn(HONEST)["reply"] == HONEST
    assert "it is not known whether it was done" in of_server.told()
    of_server.next_turn(HELLO, before="answered")
    assert "not known" not in of_server.told() and of_server.made() == 1, "once"


def test_what_was_done_is_told(doubt: Doubt) -> None:
    doubt.is_now(cuts=doubt.bench.url)
    with pytest.raises(psycopg.OperationalError):
        doubt.step(ASK, DONE)
    assert doubt.made() == 1 and doubt.rows()[0]["outcome"] is None
    result = doubt.next_turn(DONE)
    assert result["reply"] == DONE and doubt.rows()[0]["outcome"] == "order 77 is placed"
    assert "order 77 is placed" in doubt.told()
    (entry,) = [entry for entry in result["trace"] if entry["tool"] == "create_order"]
    assert entry["outcome"] == "order 77 is placed" and entry["job"]
    assert doubt.next_turn(DONE)["reply"] == DONE, "that turn failed after it had asked"
    assert "order 77 is placed" in doubt.told()
    assert doubt.next_turn(HELLO, before="answered")["reply"] == "Hello! How can I help?"
    assert "order 77" not in doubt.told() and doubt.made() == 1, "once"


def test_what_the_script_refused_is_told(doubt: Doubt) -> None:
    doubt.is_now(says_error="There are no lamps left.")
    said = "There are no lamps left."
    with pytest.raises(ToolError, match=said):
        run_job(doubt.die_in_the_call(), {"item": "lamp"}, 20)
    assert doubt.next_turn(said)["reply"] == said and doubt.rows()[0]["failed"] is True


def test_what_goes_on_is_asked_about_again(doubt: Doubt, windmill: Windmill) -> None:
    job = doubt.die_in_the_call()
    with without_workers(windmill):
        start(job, {"item": "lamp"}, 20)
        assert doubt.next_turn(HONEST)["reply"] == HONEST
    assert "it is not known whether it was done" in doubt.told()
    assert run_job(job, {"item": "lamp"}, 20) == "order 77 is placed", "it was left as it is"
    assert doubt.rows()[0]["outcome"] is None
    assert doubt.next_turn(DONE)["reply"] == DONE and doubt.made() == 1


def test_what_never_came_to_windmill_is_forgotten_once_nobody_can_be_sending_it(doubt: Doubt) -> None:
    doubt.die_in_the_call()
    assert doubt.next_turn(HONEST)["reply"] == HONEST and len(doubt.rows()) == 1
    doubt.bench.rows(
        "update tool_calls set made_at = made_at - interval '1 minute' where turn_id = %s", doubt.turn
    )
    assert doubt.next_turn(HELLO)["reply"] == "Hello! How can I help?"
    assert doubt.rows() == [] and "not known" not in doubt.told()


def test_a_trial_asks_nothing(doubt: Doubt) -> None:
    start(doubt.die_in_the_call(), {"item": "lamp"}, 20)
    doubt.close()
    doubt.bench.ask(WISH, HELLO, contact_id=doubt.ids["contact_id"])
    assert "earlier message" not in doubt.told() and doubt.rows()[0]["outcome"] is None
