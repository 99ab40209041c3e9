"""A tool that writes is called once for a turn, whatever becomes of the step that asks: a real server counts its calls, over MCP and HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.agent.conftest import Bench, tools_called
from tests.agent.odd import Odd, register, register_action
from tests.agent.odd_mcp_server import CUT
from tests.agent.scripts import Windmill, register_script
from tests.agent.vendors import UNKNOWN, call

WISH = "Please order a lamp for me"
PLAIN = {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]}
ASK, OTHERWISE = call("create_order", {"item": "lamp"}), call("create_order", {"item": "one lamp, please"})
DONE = "Your order 77 is placed."
HONEST = "I don't know whether your order was placed."


class Orders:
    """The server's one tool, of a `kind`, the calls that it had, and a turn in which it is asked for."""

    def __init__(self, bench: Bench, server: Odd | Windmill, file: Path, kind: str) -> None:
        self.bench, self.server, self._file, self.kind = bench, server, file, kind
        self.is_now()
        if isinstance(server, Odd) and kind == "mcp":
            register(bench, server, "create_order")
        else:
            bench.rows("delete from tenant_tools where name = 'club'")
        contact = bench.contact()
        self.turn, self.epoch = bench.turn(contact)
        self.ids: dict[str, Any] = {"contact_id": contact, "turn_id": self.turn, "mode": "live"}

    def is_now(self, **more: Any) -> None:
        tool = {"name": "create_order", "parameters": PLAIN, "answer": "order 77 is placed"}
        told = {**tool, "counts": str(self._file), "cut": CUT.decode(), **more}
        if isinstance(self.server, Windmill):
            path = self.server.lists(told)
            register_script(self.bench, "create_order", path, read_only=more.get("read_only", False))
            return
        self.server.lists(told)
        if self.kind == "http":
            register_action(self.bench, self.server, tool, read_only=more.get("read_only", False))

    def made(self) -> int:
        return len(self._file.read_text().splitlines()) if self._file.exists() else 0

    def step(self, *script: Any) -> dict[str, Any]:
        """One attempt of the step."""
        query = "update turns set epoch = epoch + 1 where id = %s returning epoch"
        self.epoch = self.bench.rows(query, self.turn)[0]["epoch"]
        return self.bench.ask(WISH, *script, epoch=self.epoch, **self.ids)

    def fed(self) -> list[str]:
        """What the model was told of its calls, by the last request."""
        return [m["content"] for m in self.bench.openai.asked[-1]["messages"] if m["role"] == "tool"]

    def rows(self) -> list[dict[str, Any]]:
        return self.bench.rows("select * from tool_calls where turn_id = %s order by made_at", self.turn)


@pytest.fixture(params=["mcp", "http", "script"])
def orders(bench: Bench, tmp_path: Path, request: pytest.FixtureRequest) -> Orders:
    server = request.getfixturevalue("windmill" if request.param == "script" else "odd")
    return Orders(bench, server, tmp_path / "calls", request.param)


def cut(bench: Bench, then: Any) -> Any:
    """The step's connection to the database ends while the model thinks."""

    def answer(body: Any) -> Any:
        bench.rows(CUT.decode())
        return then

    return answer


def test_the_connection_is_lost_after_the_outcome_was_kept(orders: Orders) -> None:
    with pytest.raises(psycopg.OperationalError):
        orders.step(ASK, cut(orders.bench, OTHERWISE), DONE)
    result = orders.step(ASK, DONE)
    assert orders.made() == 1
    assert "order 77 is placed" in orders.fed()[0]
    assert result["answered"] and result["reply"] == DONE and result["error"] is None


@pytest.mark.parametrize("again", [ASK, OTHERWISE], ids=["same words", "other words"])
def test_the_connection_is_lost_before_the_outcome_was_kept(orders: Orders, again: Any) -> None:
    orders.is_now(cuts=orders.bench.url)
    with pytest.raises(psycopg.OperationalError):
        orders.step(ASK, DONE)
    if orders.kind == "script":  # its job still knows what became of it
        result = orders.step(again, DONE)
        assert "order 77 is placed" in orders.fed()[0] and "not known whether" not in orders.fed()[0]
        assert orders.made() == 1 and orders.rows()[0]["outcome"] == "order 77 is placed"
        assert again is OTHERWISE or result["reply"] == DONE
        return
    result = orders.step(again, again, OTHERWISE, HONEST)
    assert orders.made() == 1
    for said in orders.fed():
        assert "not known whether it was done" in said and "Do not call it again" in said
    assert result["answered"] and result["reply"] == HONEST
    assert [c["error"] for c in result["trace"] if c["tool"] == "create_order"] == [True] * 3


def test_the_same_wish_in_other_words_is_told_what_was_done(orders: Orders) -> None:
    """And what else is asked for is done."""
    orders.step(ASK, DONE)
    result = orders.step(OTHERWISE, OTHERWISE, DONE)
    told, done = orders.fed()
    assert "in other words" in told and "order 77 is placed" in told and "in other words" not in done
    assert orders.made() == 2 and result["reply"] == DONE


def test_within_one_attempt_each_wish_is_done(orders: Orders) -> None:
    orders.step(ASK, OTHERWISE, ASK, DONE)
    assert orders.made() == 2 and len(orders.rows()) == 2


def test_a_server_that_ends_during_the_call_is_not_asked_again(orders: Orders) -> None:
    if orders.kind == "script":
        return ends_with_its_worker(orders)
    orders.step("Hello! How can I help?")
    orders.is_now(dies=True)
    try:
        result = orders.step(ASK, ASK, HONEST)
    finally:
        orders.is_now()
        orders.server.kill()
        orders.server.start()
    assert orders.made() == 1 and result["reply"] == HONEST
    assert all("Do not call it again" in said for said in orders.fed())
    assert orders.step(ASK, HONEST)["reply"] == HONEST and orders.made() == 1


def ends_with_its_worker(orders: Orders) -> None:
    """A process that is killed has left no word, and its job is not run again."""
    orders.is_now(dies=True)
    result = orders.step(ASK, ASK, HONEST)
    orders.is_now()
    assert orders.made() == 1 and result["reply"] == HONEST
    assert all("Do not call it again" in said for said in orders.fed())
    assert orders.step(ASK, HONEST)["reply"] == HONEST and orders.made() == 1


def test_a_refusal_of_the_tool_is_its_outcome(orders: Orders) -> None:
    orders.is_now(says_error="There are no lamps left.")
    orders.step(ASK, "There are no lamps left.")
    result = orders.step(ASK, "There are no lamps left.")
    assert orders.made() == 1 and result["reply"] == "There are no lamps left."


def test_a_server_that_was_not_reached_is_called_later(orders: Orders) -> None:
    orders.step("Hello! How can I help?")
    orders.server.kill()
    try:
        result = orders.step(ASK, UNKNOWN)
    finally:
        orders.server.start()
    assert result["reply"].startswith("Something went wrong") and orders.rows() == []
    assert orders.step(ASK, DONE)["reply"] == DONE and orders.made() == 1


def test_what_only_reads_is_not_written_down(orders: Orders) -> None:
    orders.is_now(read_only=True)
    for _ in range(2):
        assert orders.step(ASK, DONE)["reply"] == DONE
    assert orders.made() == 2 and orders.rows() == []


def test_a_dry_run_calls_what_only_reads_and_nothing_else(orders: Orders) -> None:
    """A replay of last week's messages must not order last week's goods."""
    before = orders.bench.rows("select count(*) as n from tool_calls")
    result = orders.bench.ask(WISH, ASK, DONE)
    assert tools_called(result) == ["create_order"] and "was not called" in result["trace"][0]["outcome"]
    assert orders.made() == 0
    orders.is_now(read_only=True)
    assert orders.bench.ask(WISH, ASK, DONE)["reply"] == DONE and orders.made() == 1
    assert orders.bench.rows("select count(*) as n from tool_calls") == before


def test_a_replay_hears_of_the_same_call_what_the_turn_heard(orders: Orders) -> None:
    then = orders.step(ASK, DONE)["trace"]
    before = orders.bench.rows("select count(*) as n from tool_calls")
    again = orders.bench.ask(WISH, ASK, DONE, recorded=then)
    assert again["reply"] == DONE and again["trace"][0]["would"] is True, "it counts as done, as it was then"
    assert again["trace"][0]["outcome"] == then[0]["outcome"]
    other = orders.bench.ask(WISH, OTHERWISE, HONEST, recorded=then)["trace"][0]
    assert other["would"] is True and "was not called" in other["outcome"]
    refused = [{**then[0], "outcome": "error: sold out", "error": True}]
    assert orders.bench.ask(WISH, ASK, HONEST, recorded=refused)["trace"][0]["error"] is True
    assert orders.made() == 1 and orders.bench.rows("select count(*) as n from tool_calls") == before


def test_a_replay_asks_what_only_reads_where_nothing_whole_was_kept(orders: Orders) -> None:
    orders.is_now(read_only=True)
    then = orders.step(ASK, DONE)["trace"]
    assert orders.bench.ask(WISH, ASK, DONE, recorded=then)["reply"] == DONE and orders.made() == 1
    orders.bench.ask(WISH, OTHERWISE, DONE, recorded=then)
    assert orders.made() == 2
    for kept in ({"outcome": "x" * 2000}, {"outcome": "error: no answer", "error": True}):
        orders.bench.ask(WISH, ASK, DONE, recorded=[{**then[0], **kept}])
    assert orders.made() == 4


def test_what_is_kept_is_cut_and_holds_no_key_and_no_arguments(orders: Orders) -> None:
    keys = f"odd-key-0123456789 {orders.bench.llm['api_key']} sk-other-0123456789abcdef"
    orders.is_now(answer=f"{keys} {'x' * 5000}")
    orders.step(call("create_order", {"item": "a very secret lamp"}), UNKNOWN)
    (row,) = orders.rows()
    known = "odd-key-0123456789" if orders.kind == "script" else "[key]"  # nobody but the script has its keys
    assert len(row["outcome"]) == 2000 and row["outcome"].startswith(f"{known} [key] [key] x")
    assert "secret lamp" not in str(row)
    origins = {"mcp": "club", "http": "HTTP", "script": "Windmill"}
    assert row["tool"] == f"{origins[orders.kind]}.create_order"


def test_an_overtaken_attempt_makes_no_call(orders: Orders) -> None:
    orders.step("Hello! How can I help?")
    with pytest.raises(psycopg.Error) as refused:
        orders.bench.ask(WISH, ASK, DONE, epoch=orders.epoch - 1, **orders.ids)
    assert refused.value.sqlstate == "CB001" and orders.made() == 0


def test_it_goes_with_the_contact(orders: Orders) -> None:
    orders.step(ASK, DONE)
    assert len(orders.rows()) == 1
    orders.bench.rows("update turns set state = 'done' where id = %s", orders.turn)
    orders.bench.rows("select erase_contact(%s)", orders.ids["contact_id"])
    assert orders.rows() == []
