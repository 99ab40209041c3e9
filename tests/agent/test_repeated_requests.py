"""An HTTP action whose server knows by its key a request that comes again: where an answer was lost, it is sent again, and done once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from f.tools import http_actions
from f.tools.http_actions import key_of
from f.tools.http_requests import Answer, NoAnswer, Request
from f.whatsapp.canned_replies import CANNED_REPLIES
from tests.agent.conftest import JOB_ID_KEY, Bench
from tests.agent.odd import Odd, register_action
from tests.agent.odd_mcp_server import CUT
from tests.agent.test_approvals import AGREED, ARGUMENTS, ASK, CHECKING, DONE, REFUND, Refunds
from tests.agent.test_approved_calls import down
from tests.agent.vendors import call

NOBODY_KNOWS = f"{AGREED} {CANNED_REPLIES['approval_unsure']['en']}"
HONEST = "I don't know whether your money was refunded."
SMALL = {"order_id": "CL-1042", "amount": 20}


class KeyedRefunds(Refunds):
    """A tool that pays back, as an HTTP action of a server that knows keys."""

    def __init__(self, bench: Bench, odd: Odd, file: Path) -> None:
        self.bench, self._odd, self._file = bench, odd, file
        bench.rows("delete from tenant_tools where name = 'club'")
        self.is_now()
        self.contact = bench.contact()

    def is_now(self, idempotent: bool = True, **more: Any) -> None:
        tool = {"name": "refund_order", "parameters": REFUND, "answer": "refunded EUR 80 for order CL-1042"}
        server = {"counts": str(self._file), "knows_keys": True, "cut": CUT.decode()}
        self._odd.lists({**tool, **server, **more})
        register_action(self.bench, self._odd, tool, idempotent=idempotent)
        rule = json.dumps({"parameter": "amount", "over": 50})
        self.bench.rows("update http_actions set approval = %s::jsonb where name = 'refund_order'", rule)

    def keys(self) -> set[str]:
        return set(Path(f"{self._file}.keys").read_text().split())

    def agree(self) -> None:
        self.ask(ASK, CHECKING)
        self.decide(True)


@pytest.fixture
def refunds(bench: Bench, odd: Odd, tmp_path: Path) -> KeyedRefunds:
    return KeyedRefunds(bench, odd, tmp_path / "calls")


class Line:
    """The way to the server. `loses`: so many answers, from now on; `sent`: what went out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loses, self.sent, through = 0, list[Request](), http_actions.send

        def send(request: Request, *arguments: Any) -> Answer:
            self.sent.append(request)
            answer = through(request, *arguments)
            if self.loses:
                self.loses -= 1
                raise NoAnswer("did not answer within 10 s", True)
            return answer

        monkeypatch.setattr(http_actions, "send", send)
        monkeypatch.setattr(http_actions, "REPEATED_AFTER_S", 0.01)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(monkeypatch)


def test_a_lost_answer_is_asked_for_at_once(refunds: KeyedRefunds, line: Line) -> None:
    refunds.agree()
    line.loses = 1
    assert refunds.answer(DONE)["reply"] == f"{AGREED}\n\nEUR 80 for order CL-1042 was refunded."
    first, again = line.sent
    assert first == again and refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"
    assert refunds.keys() == {key_of(refunds.row()["id"].bytes)}
    assert str(refunds.row()["id"]) not in str(first), "the server does not learn by what a tap is known"


def test_a_later_turn_settles_it(refunds: KeyedRefunds, line: Line) -> None:
    refunds.agree()
    line.loses = 2
    result = refunds.answer()
    assert result["reply"] == "" and "did not answer" in refunds.row()["outcome"]
    refunds.close(result)
    result = refunds.answer(DONE)
    refunds.close(result)
    assert result["reply"] == f"{AGREED}\n\nEUR 80 for order CL-1042 was refunded."
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"
    assert refunds.open()["status"] == "ended"


def test_a_step_dies_between_the_call_and_its_record(refunds: KeyedRefunds) -> None:
    refunds.agree()
    refunds.is_now(cuts=refunds.bench.url)
    with pytest.raises(psycopg.OperationalError):
        refunds.answer()
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] is None
    assert refunds.again(DONE)["reply"].startswith(AGREED)
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"


def test_five_turns_without_an_answer(refunds: KeyedRefunds, line: Line) -> None:
    refunds.agree()
    line.loses = 1000
    said = []
    for _ in range(5):
        said.append(refunds.answer())
        refunds.close(said[-1])
    assert [result["reply"] for result in said] == ["", "", "", "", NOBODY_KNOWS]
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "unsure"
    assert len({str(request) for request in line.sent}) == 1


@pytest.mark.parametrize("changed", ["address", "header", "no longer", "only now", "gone", "long ago"])
def test_what_would_not_be_the_same_request_is_not_sent(
    refunds: KeyedRefunds, line: Line, changed: str
) -> None:
    refunds.is_now(idempotent=changed != "only now")
    refunds.agree()
    opened = refunds.open()
    begun = "select begin_approved_call(%s, %s, %s, %s)"
    sent = http_tool(refunds).request_digest(ARGUMENTS)
    assert (
        refunds.tenant(begun, opened["turn_id"], opened["epoch"], refunds.row()["id"], sent)["do"] == "call"
    )
    changes = {
        "address": "update http_actions set url = url || '/other' where name = 'refund_order'",
        "header": "update http_actions set headers = headers || '{\"x-account\": \"other\"}' where name = 'refund_order'",
        "no longer": "update http_actions set idempotent = false where name = 'refund_order'",
        "only now": "update http_actions set idempotent = true where name = 'refund_order'",
        "gone": "delete from http_actions where name = 'refund_order'",
        "long ago": "update tool_calls set made_at = made_at - interval '61 minutes' where request is not null",
    }
    refunds.bench.rows(changes[changed])
    refunds.last = {
        "contact_id": refunds.contact,
        "turn_id": opened["turn_id"],
        "mode": "live",
        "decisions": True,
    }
    assert refunds.again()["reply"] == NOBODY_KNOWS
    assert line.sent == [] and refunds.row()["result"] == "unsure"


def http_tool(refunds: KeyedRefunds) -> http_actions.HttpAction:
    """The action as a turn has it."""
    (row,) = refunds.bench.rows("select * from http_actions where name = 'refund_order'")
    return http_actions.http_action(row, {}, {}, [], JOB_ID_KEY)


@pytest.mark.parametrize("status", [401, 409, 422, 429, 500, 303])
def test_an_answer_that_says_nothing_of_the_first_request_settles_nothing(
    refunds: KeyedRefunds, line: Line, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    refunds.agree()
    line.loses = 2
    refunds.close(refunds.answer())
    monkeypatch.setattr(http_actions, "send", lambda *_: Answer(status, "text/plain", b"no"))
    result = refunds.answer()
    assert result["reply"] == "" and refunds.row()["result"] is None
    refunds.close(result)
    monkeypatch.undo()
    assert refunds.answer(DONE)["reply"].startswith(AGREED) and refunds.made() == [ARGUMENTS]


def test_a_refusal_that_comes_again_is_the_outcome(
    refunds: KeyedRefunds, line: Line, monkeypatch: Any
) -> None:
    refunds.agree()
    line.loses = 2
    refunds.close(refunds.answer())
    monkeypatch.setattr(
        http_actions, "send", lambda *_: Answer(404, "text/plain", b"There is no such order.")
    )
    assert "no such order" not in refunds.answer(HONEST)["reply"]
    assert refunds.row()["result"] == "refused" and "There is no such order." in refunds.row()["outcome"]


def test_a_server_that_is_down_is_asked_when_it_is_back(refunds: KeyedRefunds, odd: Odd, line: Line) -> None:
    refunds.agree()
    line.loses = 2
    refunds.close(refunds.answer())
    with down(odd):
        refunds.close(refunds.answer())
    assert refunds.row()["result"] is None
    assert refunds.answer(DONE)["reply"].startswith(AGREED) and refunds.made() == [ARGUMENTS]


@pytest.mark.parametrize("idempotent", [True, False])
def test_without_approval(refunds: KeyedRefunds, line: Line, idempotent: bool) -> None:
    """Without the tenant's word a lost answer is lost, and no key goes out."""
    refunds.is_now(idempotent=idempotent)
    line.loses = 1
    wish, done = call_small(), "EUR 80 for order CL-1042 was refunded."
    result = refunds.bench.live("Refund 20 euros of CL-1042", wish, done if idempotent else HONEST)
    assert result["reply"] == (done if idempotent else HONEST) and refunds.made() == [SMALL]
    assert len(line.sent) == 2 if idempotent else "idempotency-key" not in line.sent[0].headers


@pytest.mark.parametrize("same", [True, False], ids=["same words", "other words"])
def test_another_attempt_of_the_step(refunds: KeyedRefunds, same: bool) -> None:
    """In other words it would be another request."""
    refunds.is_now(cuts=refunds.bench.url)
    turn, epoch = refunds.bench.turn(refunds.contact)
    ids = {"contact_id": refunds.contact, "turn_id": turn, "mode": "live"}
    with pytest.raises(psycopg.OperationalError):
        refunds.bench.ask("Refund me", call_small(), HONEST, epoch=epoch, **ids)
    query = "update turns set epoch = epoch + 1 where id = %s returning epoch"
    epoch = refunds.bench.rows(query, turn)[0]["epoch"]
    done = "EUR 80 for order CL-1042 was refunded." if same else HONEST
    wish = call_small() if same else call_small(amount=21)
    assert refunds.bench.ask("Refund me", wish, done, epoch=epoch, **ids)["reply"] == done
    assert refunds.made() == [SMALL]


def call_small(**more: Any) -> Any:
    return call("refund_order", {**SMALL, **more})
