"""What the rows for traces hold, and which turns are among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sql.conversation import Conversation, new_run


@pytest.fixture
def talk(new_product_database: Callable[[], str]) -> Iterator[Conversation]:
    conversation = Conversation(new_product_database())
    yield conversation
    conversation.app.close()
    conversation.admin.close()


def closed(talk: Conversation, *bodies: str) -> str:
    """A turn that answered these messages ten seconds ago."""
    messages, run = [talk.write(body) for body in bodies], new_run()
    turn = str(talk.open(messages[-1], run)["turn_id"])
    epoch = talk.begin(turn, run, 3)
    talk.queue(turn, epoch, "my reply")
    talk.claim(turn, epoch)
    talk.record(turn, epoch)
    talk.begin(turn, run, 4)
    call = {"provider": "openai", "model": "m", "at": 5.5, "ms": 7, "input_tokens": 1, "output_tokens": 2}
    tool = {
        "tool": "find_order",
        "arguments": {"number": "CL-1"},
        "outcome": "words",
        "error": False,
        "at": 6,
        "ms": 1,
    }
    note = {"tool": "(note)", "arguments": {}, "outcome": "words", "error": False, "ms": 0}
    summary = {
        "usage": {"model_calls": [{**call, "error": "HTTP 500: my words"}]},
        "trace": [tool, note],
        "version": 4,
        "pairs_version": 7,
    }
    talk.call("close_turn", turn, talk.begin(turn, run, 4), "done", "answered", json.dumps(summary))
    return turn


def to_trace(talk: Conversation) -> list[dict[str, Any]]:
    return talk.app.execute("select * from turns_to_trace(10)").fetchall()


def test_a_closed_turn_is_traced_once_its_run_is_over(talk: Conversation) -> None:
    turn = closed(talk, "one question", "another one")
    assert to_trace(talk) == [], "its run may still be at work"
    talk.rows("update turns set closed_at = closed_at - interval '10 seconds' returning id")
    (row,) = to_trace(talk)
    assert str(row["turn_id"]) == turn and row["outcome"] == "answered"
    assert row["model_calls"] == [
        {
            "provider": "openai",
            "model": "m",
            "at": 5.5,
            "ms": 7,
            "input_tokens": 1,
            "output_tokens": 2,
            "failed": True,
        }
    ]
    assert row["tool_calls"] == [{"tool": "find_order", "at": 6, "ms": 1, "failed": False}], (
        "notes are no calls"
    )
    assert (row["version"], row["pairs_version"]) == (4, 7)
    (part,) = row["parts"]
    assert (part["state"], part["attempts"]) == ("sent", 1) and part["since"] <= part["until"]
    first, second = row["messages"]
    assert first["trace"] != second["trace"]
    assert talk.call("turn_trace", turn) == first["trace"][:32], "of its first message"
    text = json.dumps(row, default=str)
    for word in ("question", "another", "reply", "words", "CL-1", talk.phone, talk.bot):
        assert word not in text
    talk.call("record_traces", row["closed_at"])
    assert to_trace(talk) == []


def test_an_old_turn_is_left_out(talk: Conversation) -> None:
    closed(talk, "a question")
    talk.rows("update turns set closed_at = closed_at - interval '20 minutes' returning id")
    assert to_trace(talk) == []
