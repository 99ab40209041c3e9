"""A tool that needs a person's yes: the agent asks and calls nothing; the decision's turn makes the call once and says what came of it."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from f.agent.approvals import needs_approval
from f.agent.policy.awaiting import claimed
from f.agent.policy.drafts import of_text
from f.common.figures.segments import Source
from f.tools.script_jobs import call_id
from f.whatsapp.canned_replies import CANNED_REPLIES
from tests.agent.conftest import JOB_ID_KEY, SHOP, Bench, tools_called
from tests.agent.odd import Odd, register
from tests.agent.odd_mcp_server import CUT
from tests.agent.scripts import Windmill, register_script
from tests.agent.test_http_actions import Shop, model, put, shop  # noqa: F401
from tests.agent.vendors import Raw, call, replied

WISH = "Please refund 80 euros for my order CL-1042"
REFUND = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}, "amount": {"type": "number"}},
    "required": ["order_id", "amount"],
}
ARGUMENTS = {"order_id": "CL-1042", "amount": 80}
ASK = call("refund_order", ARGUMENTS)
CHECKING = replied("I am checking the refund with a colleague and will write to you here.", "answer")
DONE = replied(
    "EUR 80 for order CL-1042 was refunded.", "answer", ("refund_order", "refunded EUR 80 for order CL-1042")
)
AGREED = CANNED_REPLIES["approval_agreed"]["en"]
PERSON = "owner@shop.example"


class Refunds:
    """A tool that pays back, of which a person must approve what is over 50, and a customer who wants it."""

    def __init__(self, bench: Bench, odd: Odd, file: Path) -> None:
        self.bench, self._odd, self._file = bench, odd, file
        self.is_now()
        register(bench, odd, "refund_order")
        self.rule({"parameter": "amount", "over": 50})
        self.contact = bench.contact()
        self.asked: list[tuple[str, int]] = []

    def is_now(self, **more: Any) -> None:
        tool = {"name": "refund_order", "parameters": REFUND, "answer": "refunded EUR 80 for order CL-1042"}
        self._odd.lists({**tool, "counts": str(self._file), **more})

    def rule(self, rule: Any) -> None:
        approvals = json.dumps({"refund_order": rule} if rule else {})
        self.bench.rows("update tenant_tools set approvals = %s::jsonb where name = 'club'", approvals)

    def made(self) -> list[dict[str, Any]]:
        """What the tool was called with, each time."""
        return (
            [json.loads(line) for line in self._file.read_text().splitlines()] if self._file.exists() else []
        )

    def ask(self, *script: Any, question: str = WISH, **more: Any) -> dict[str, Any]:
        """A turn of the customer, from the first step to its close."""
        result = self.bench.live(question, *script, contact=self.contact, **more)
        self.close(result)
        return result

    def close(self, result: dict[str, Any]) -> None:
        summary = json.dumps({"question": WISH, "trace": result["trace"], "usage": result["usage"]})
        self.tenant(
            "select close_turn(%s, %s, 'done', 'answered', %s)", result["turn_id"], result["epoch"], summary
        )

    def tenant(self, query: str, *values: Any) -> Any:
        """As a step or the portal: a query's only value."""
        from f.common.database import Database

        with Database.open(self.bench.db) as database:
            return database.of_tenant(self.bench.tenants[SHOP]).value(query, *values)

    def row(self) -> dict[str, Any]:
        (row,) = self.bench.rows(
            "select *, arguments::text as written from tool_approvals where contact_id = %s", self.contact
        )
        return row

    def decide(self, approve: bool, by: str = PERSON) -> dict[str, Any]:
        row = self.row()
        decision: dict[str, Any] = self.tenant(
            "select decide_approval(%s, %s, %s, %s)", row["id"], row["digest"], approve, by
        )
        return decision

    def open(self) -> dict[str, Any]:
        """The turn that answers the decision, as load_context opens it."""
        event = f"approval:{self.row()['id']}"
        payload = self.bench.rows("select payload from inbound_messages where message_id = %s", event)[0][
            "payload"
        ]
        opened: dict[str, Any] = self.tenant(
            "select open_turn(%s, %s, %s, null, null, null, %s)", SHOP, event, str(uuid.uuid4()), payload
        )
        return opened

    def answer(self, *script: Any, **more: Any) -> dict[str, Any]:
        """The decision's turn, with one attempt of the agent's step."""
        opened = self.open()
        ids = {"contact_id": self.contact, "turn_id": opened["turn_id"], "mode": "live", "decisions": True}
        ids |= {"silent": True} if opened.get("silent") else {}
        context: dict[str, Any] = {**ids, **more}
        self.last = {**context, "epoch": opened["epoch"]}
        return {**self.again(*script), **self.last}

    def again(self, *script: Any) -> dict[str, Any]:
        """Another attempt of the step in the same turn."""
        query = "update turns set epoch = epoch + 1 where id = %s returning epoch"
        self.last["epoch"] = self.bench.rows(query, self.last["turn_id"])[0]["epoch"]
        return self.bench.ask(WISH, *script, **self.last)


class HttpRefunds(Refunds):
    """The same as an HTTP action."""

    def __init__(self, bench: Bench, system: Shop) -> None:
        self.bench, self._system = bench, system
        body = {"order_id": "{order_id}", "amount": "{amount}"}
        parameters = [model("order_id"), model("amount", schema={"type": "number"})]
        put(
            bench,
            name="refund_order",
            description="Pays back",
            method="POST",
            url=f"http://{system.host}/refunds",
            body=body,
            body_kind="json",
            parameters=parameters,
            read_only=False,
        )
        system.says("refunded EUR 80 for order CL-1042", content_type="text/plain")
        rule = json.dumps({"parameter": "amount", "over": 50})
        bench.rows("update http_actions set approval = %s::jsonb where name = 'refund_order'", rule)
        self.contact = bench.contact()

    def made(self) -> list[dict[str, Any]]:
        return [json.loads(request["body"]) for request in self._system.asked]


def test_an_http_action_waits_for_a_yes_and_is_called_once(bench: Bench, shop: Shop) -> None:  # noqa: F811
    refunds = HttpRefunds(bench, shop)
    refunds.ask(ASK, CHECKING)
    assert refunds.made() == [] and refunds.row()["server"] == "HTTP"
    refunds.decide(True)
    reply = refunds.answer(DONE)["reply"]
    assert reply.startswith(AGREED) and "EUR 80" in reply
    refunds.again(DONE)
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"


def test_an_http_action_under_the_bound_is_called_at_once(bench: Bench, shop: Shop) -> None:  # noqa: F811
    refunds = HttpRefunds(bench, shop)
    refunds.ask(call("refund_order", {"order_id": "CL-1042", "amount": 20}), DONE)
    assert refunds.made() == [{"order_id": "CL-1042", "amount": 20}]


def test_an_action_that_changes_between_the_request_and_the_yes_is_not_called(
    bench: Bench,
    shop: Shop,  # noqa: F811
) -> None:
    """It would refund another amount than the one that somebody has agreed to: what it no longer takes, it would leave out."""
    refunds = HttpRefunds(bench, shop)
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    fixed = [model("order_id"), {"name": "amount", "source": "fixed", "value": 5000}]
    bench.rows(
        "update http_actions set parameters = %s::jsonb where name = 'refund_order'", json.dumps(fixed)
    )
    reply = refunds.answer(DONE)["reply"]
    assert refunds.made() == [] and refunds.row()["result"] == "not_called"
    assert reply == f"{AGREED} {CANNED_REPLIES['approval_failed']['en']}"
    assert "another one by now" in refunds.row()["outcome"]


def test_what_the_tool_would_leave_out_is_not_asked_for(bench: Bench, shop: Shop) -> None:  # noqa: F811
    refunds = HttpRefunds(bench, shop)
    more = {"order_id": "CL-1042", "amount": 80, "currency": "USD"}
    refunds.ask(call("refund_order", more), ASK, CHECKING)
    assert refunds.row()["written"] == json.dumps({"amount": 80, "order_id": "CL-1042"})


class ScriptRefunds(Refunds):
    """The same as a script of Windmill."""

    def __init__(self, bench: Bench, windmill: Windmill, file: Path) -> None:
        self.bench, self._windmill, self._file = bench, windmill, file
        self.is_now()
        rule = {"parameter": "amount", "over": 50}
        register_script(bench, "refund_order", self._path, approval=rule)
        self.contact = bench.contact()

    def is_now(self, **more: Any) -> None:
        tool = {"name": "refund_order", "parameters": REFUND, "answer": "refunded EUR 80 for order CL-1042"}
        counts = {"counts": str(self._file), "cut": CUT.decode()}
        self._path = self._windmill.lists({**tool, **counts, **more})

    def made(self) -> list[dict[str, Any]]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return [json.loads(line.partition(" ")[2]) for line in lines]  # behind the job's id


def test_a_script_waits_for_a_yes_and_is_run_once(bench: Bench, windmill: Windmill, tmp_path: Path) -> None:
    refunds = ScriptRefunds(bench, windmill, tmp_path / "calls")
    refunds.ask(ASK, CHECKING)
    assert refunds.made() == [] and refunds.row()["server"] == "Windmill"
    refunds.decide(True)
    result = refunds.answer(DONE)
    assert result["reply"].startswith(AGREED) and "EUR 80" in result["reply"]
    refunds.again(DONE)
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"
    job = call_id(JOB_ID_KEY, refunds.row()["id"].bytes)
    assert windmill.call("GET", f"jobs_u/get/{job}").json()["args"] == ARGUMENTS
    assert job in [entry.get("job") for entry in result["trace"]]


def test_a_script_killed_between_the_call_and_its_record_still_knows(
    bench: Bench, windmill: Windmill, tmp_path: Path
) -> None:
    """Of a server nobody would know (test_killed_between_the_call_and_its_record): a job is asked what became of it."""
    refunds = ScriptRefunds(bench, windmill, tmp_path / "calls")
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    refunds.is_now(cuts=bench.url)
    with pytest.raises(Exception, match="connection"):
        refunds.answer(DONE)
    refunds.is_now(answer="it ran again")
    reply = refunds.again(DONE)["reply"]
    assert reply.startswith(AGREED) and "EUR 80" in reply
    assert refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"
    assert "refunded EUR 80" in refunds.row()["outcome"]


@pytest.fixture
def refunds(bench: Bench, odd: Odd, tmp_path: Path) -> Refunds:
    return Refunds(bench, odd, tmp_path / "calls")


def test_it_asks_and_calls_nothing(refunds: Refunds) -> None:
    result = refunds.ask(ASK, CHECKING)
    row = refunds.row()
    assert (
        refunds.made() == []
        and result["reply"] == "I am checking the refund with a colleague and will write to you here."
    )
    assert result["answered"] and row["state"] == "waiting" and json.loads(row["written"]) == ARGUMENTS
    assert "Nothing is done yet" in result["trace"][0]["outcome"] and not result["trace"][0]["error"]
    told = refunds.bench.openai.asked[-1]["messages"][-1]["content"]
    assert (
        told.startswith("[platform] ") and "Tell the customer that you are checking with a colleague" in told
    )
    (note,) = refunds.bench.rows("select * from notifications where subject = %s", str(row["id"]))
    assert note["kind"] == "approval" and note["detail"]["tool"] == "refund_order"


def test_plain_words_of_a_model_without_the_reply_function(refunds: Refunds) -> None:
    assert (
        refunds.ask(ASK, "I am checking that with a colleague.")["reply"]
        == "I am checking that with a colleague."
    )


def test_what_the_rule_lets_through_is_called_at_once(refunds: Refunds) -> None:
    refunds.is_now(answer="refunded EUR 50 for order CL-1042")
    said = replied("EUR 50 was refunded.", "answer", ("refund_order", "refunded EUR 50"))
    assert (
        refunds.ask(call("refund_order", {**ARGUMENTS, "amount": 50}), said)["reply"]
        == "EUR 50 was refunded."
    )
    assert refunds.made() == [{**ARGUMENTS, "amount": 50}]
    assert refunds.bench.rows("select * from tool_approvals where contact_id = %s", refunds.contact) == []


@pytest.mark.parametrize(
    ("rule", "arguments", "asks"),
    [
        (None, {"amount": 1e9}, False),
        ("always", {}, True),
        ({"parameter": "amount", "over": 50}, {"amount": 50}, False),
        ({"parameter": "amount", "over": 50}, {"amount": 50.01}, True),
        ({"parameter": "amount", "over": 50}, {}, True),
        ({"parameter": "amount", "over": 50}, {"amount": "20"}, True),
        ({"parameter": "amount", "over": 50}, {"amount": True}, True),
        ({"parameter": "amount", "over": 50}, {"amount": None}, True),
        ({"parameter": "amount", "over": 50}, {"amount": float("nan")}, True),
        ({"parameter": "amount"}, {"amount": 1}, True),
        ("sometimes", {}, True),
    ],
)
def test_the_rule(rule: Any, arguments: dict[str, Any], asks: bool) -> None:
    assert needs_approval(rule, arguments) is asks


def test_a_tool_that_only_reads_asks_too(refunds: Refunds) -> None:
    refunds.is_now(read_only=True)
    refunds.rule("always")
    refunds.ask(ASK, CHECKING)
    assert refunds.made() == [] and refunds.row()["state"] == "waiting"


def test_a_retried_step_and_a_second_wish_are_one_request(refunds: Refunds) -> None:
    first = refunds.bench.live(WISH, ASK, CHECKING, contact=refunds.contact)
    epoch = refunds.bench.rows(
        "update turns set epoch = epoch + 1 where id = %s returning epoch", first["turn_id"]
    )[0]
    ids = {key: first[key] for key in ("contact_id", "turn_id", "mode")}
    second = refunds.bench.ask(WISH, ASK, CHECKING, epoch=epoch["epoch"], **ids)
    refunds.close({**second, **ids, **epoch})
    refunds.ask(
        call("refund_order", {"amount": 80, "order_id": "CL-1042"}),
        CHECKING,
        question="And my refund of 80 euros for CL-1042?",
    )
    assert refunds.row()["turn_id"] == uuid.UUID(first["turn_id"]) and refunds.made() == []


def test_a_claim_that_it_was_done_is_not_sent(refunds: Refunds) -> None:
    claims = replied("Done, I have refunded EUR 80 to you.", "answer")
    result = refunds.ask(ASK, claims, claims, claims, claims)
    assert result["reply"] == CANNED_REPLIES["approval_asked"]["en"]
    assert "a colleague must agree to refund_order first" in json.dumps(refunds.bench.openai.asked[-1])


def test_a_model_that_fails_leaves_no_customer_without_a_word(refunds: Refunds) -> None:
    result = refunds.ask(ASK, Raw(401, {"error": {"message": "no", "code": "invalid_api_key"}}))
    assert result["reply"] == CANNED_REPLIES["approval_asked"]["en"] and result["error"]


HOLDS = [
    "I'm checking with a colleague and will write to you here.",
    "I've passed your request for a refund of EUR 80 on to a colleague.",
    "A colleague has to approve the refund first. As soon as it is approved, I'll let you know.",
    "The refund hasn't been made yet: I am asking a colleague.",
    "I'm asking a colleague whether it can be refunded.",
    "Lo estoy consultando con una persona del equipo.",
    "He pasado su petición a una compañera; todavía no está hecho.",
    "Ich frage eine Kollegin, ob der Betrag erstattet werden kann.",
    "Je vérifie avec un collègue si cela peut être remboursé.",
]
CLAIMS = [
    "Your refund has been approved.",
    "I've refunded EUR 80, and I am checking with a colleague.",
    "A colleague has refunded you.",
    "Done! Anything else?",
    "Your order was cancelled.",
    "He reembolsado 80 euros.",
    "Se ha reembolsado su pedido.",
    "Ihr Geld wurde erstattet.",
    "C'est fait, vous avez été remboursé.",
]


@pytest.mark.parametrize("text", [*HOLDS, *CLAIMS])
def test_words_while_a_colleague_is_asked(text: str) -> None:
    draft = of_text(text)
    assert draft is not None
    sources = [
        Source("said", "I want my money back, please refund it"),
        Source("requested", "not done yet: refund_order"),
    ]
    found = list(claimed(draft, sources, ["refund_order"], []))
    assert bool(found) is (text in CLAIMS), found


def test_arguments_with_a_key_are_not_shown_to_anybody(refunds: Refunds) -> None:
    secret = {**ARGUMENTS, "order_id": "sk-other-0123456789abcdef"}
    refunds.ask(call("refund_order", secret), replied("I can't do that.", "clarify"))
    assert refunds.bench.rows("select * from tool_approvals where contact_id = %s", refunds.contact) == []
    assert refunds.made() == []


def test_a_trial_says_that_it_would_ask(refunds: Refunds) -> None:
    before = refunds.bench.rows("select count(*) as n from tool_approvals")
    result = refunds.bench.ask(
        WISH, ASK, replied("In a trial nobody is asked: I would check with a colleague first.", "answer")
    )
    assert tools_called(result) == ["refund_order"]
    assert "a colleague would be asked to agree first" in result["trace"][0]["outcome"]
    assert refunds.made() == [] and refunds.bench.rows("select count(*) as n from tool_approvals") == before


def test_a_replay_says_what_the_customer_would_hear(refunds: Refunds) -> None:
    before = refunds.bench.rows("select count(*) as n from tool_approvals")
    result = refunds.bench.ask(WISH, ASK, CHECKING, recorded=[])
    assert result["trace"][0]["asks"] is True and "checking the refund with a colleague" in result["reply"]
    assert refunds.made() == [] and refunds.bench.rows("select count(*) as n from tool_approvals") == before


def test_a_yes_makes_exactly_that_call_once(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    assert refunds.decide(True)["outcome"] == "done"
    result = refunds.answer(DONE)
    assert refunds.made() == [ARGUMENTS]
    assert result["reply"] == f"{AGREED}\n\nEUR 80 for order CL-1042 was refunded." and result["answered"]
    asked = refunds.bench.openai.asked[-1]["messages"]
    assert (
        "[platform] A colleague has agreed" in asked[-3]["content"]
        and "refunded EUR 80" in asked[-1]["content"]
    )
    row = refunds.row()
    assert (row["state"], row["decided_by"], row["result"]) == ("approved", PERSON, "done")
    assert row["outcome"] == "refunded EUR 80 for order CL-1042"
    assert "refund_order: approved by owner@shop.example" in result["trace"][-1]["outcome"]
    audit = refunds.bench.rows(
        "select action, person from audit_log where contact_id = %s order by id", refunds.contact
    )
    assert [(a["action"], a["person"]) for a in audit] == [
        ("tool_approvals.approved", PERSON),
        ("tool_approvals.run", PERSON),
    ]


def test_a_retried_step_of_the_yes_calls_no_second_time(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    refunds.answer(DONE)
    assert refunds.again(DONE)["reply"].endswith("EUR 80 for order CL-1042 was refunded.")
    assert refunds.made() == [ARGUMENTS]


def test_killed_between_the_call_and_its_record(refunds: Refunds) -> None:
    """The connection ends while the tool works: nobody knows, it is said so, and nobody calls again."""
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    refunds.is_now(cuts=refunds.bench.url)
    with pytest.raises(Exception, match="connection"):
        refunds.answer(DONE)
    refunds.is_now()
    result = refunds.again(DONE)
    assert refunds.made() == [ARGUMENTS]
    assert result["reply"] == f"{AGREED} {CANNED_REPLIES['approval_unsure']['en']}"
    assert refunds.row()["result"] == "unsure"
    (note,) = refunds.bench.rows(
        "select * from notifications where kind = 'approval_unsure' and subject = %s",
        str(refunds.row()["id"]),
    )
    assert note["read_at"] is None


@pytest.mark.parametrize("state", ["declined", "expired"])
def test_a_no_and_silence_are_said_in_canned_words(refunds: Refunds, state: str) -> None:
    refunds.bench.set(approval_hours=0.05)
    refunds.ask(ASK, CHECKING)
    if state == "declined":
        refunds.decide(False)
    else:
        query = "update tool_approvals set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour' where id = %s"
        refunds.bench.rows(query, refunds.row()["id"])
        assert refunds.tenant("select expire_approvals(10)") >= 1
    refunds.bench.openai.says(Raw(500))
    result = refunds.answer()
    assert result["reply"] == CANNED_REPLIES[f"approval_{state}"]["en"] and result["answered"]
    assert refunds.made() == [] and refunds.bench.openai.asked == [], "no model is asked"
    assert f"refund_order: {state}" in result["trace"][-1]["outcome"]


def test_the_model_says_what_the_tool_refused(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    refunds.is_now(says_error="This order was not paid by card.")
    said = replied(
        "This order was not paid by card.", "answer", ("refund_order", "This order was not paid by card.")
    )
    assert refunds.answer(said)["reply"] == f"{AGREED}\n\nThis order was not paid by card."
    assert (refunds.row()["result"], refunds.row()["outcome"]) == (
        "refused",
        "This order was not paid by card.",
    )


def test_a_model_that_fails_after_the_call_hides_nothing(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    result = refunds.answer(Raw(401, {"error": {"message": "no", "code": "invalid_api_key"}}))
    assert result["reply"] == f"{AGREED} {CANNED_REPLIES['approval_done']['en']}" and refunds.made() == [
        ARGUMENTS
    ]


def test_a_server_that_is_gone_and_a_tool_that_is_not_allowed_any_more(refunds: Refunds, odd: Odd) -> None:
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    refunds.bench.rows("update tenant_tools set allowed_tools = '{}' where name = 'club'")
    assert refunds.answer(DONE)["reply"] == f"{AGREED} {CANNED_REPLIES['approval_failed']['en']}"
    assert refunds.row()["result"] == "not_called" and refunds.made() == []


def test_the_model_can_not_ask_again_in_the_decision_s_turn(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    refunds.decide(True)
    other = call("refund_order", {**ARGUMENTS, "amount": 90})
    refunds.answer(other, DONE)
    assert refunds.made() == [ARGUMENTS]
    assert len(refunds.bench.rows("select * from tool_approvals where contact_id = %s", refunds.contact)) == 1


def test_a_yes_while_a_person_has_the_conversation_acts_and_says_nothing(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    refunds.tenant("select pause_contact(%s, now() + interval '1 hour')", refunds.contact)
    refunds.decide(True)
    result = refunds.answer(DONE)
    assert result["silent"] and refunds.made() == [ARGUMENTS] and refunds.row()["result"] == "done"


def test_what_the_customer_wrote_meanwhile_is_answered_behind_the_result(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    refunds.decide(False)
    ids = {"message_ids": ["wamid.meanwhile"]}
    opened = refunds.open()
    refunds.last = {
        "contact_id": refunds.contact,
        "turn_id": opened["turn_id"],
        "mode": "live",
        "decisions": True,
        **ids,
    }
    answer = refunds.again(replied("You're welcome!", "talk"))
    assert answer["reply"] == f"{CANNED_REPLIES['approval_declined']['en']}\n\nYou're welcome!"


def test_it_goes_with_the_contact(refunds: Refunds) -> None:
    refunds.ask(ASK, CHECKING)
    data = refunds.tenant("select person_data(%s)", refunds.contact)
    assert data["approvals"][0]["arguments"] == ARGUMENTS
    refunds.bench.rows("select erase_contact(%s)", refunds.contact)
    assert refunds.bench.rows("select * from tool_approvals where contact_id = %s", refunds.contact) == []
    assert (
        refunds.bench.rows("select * from notifications where detail ->> 'contact_id' = %s", refunds.contact)
        == []
    )
