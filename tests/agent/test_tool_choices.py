"""A bot offers the tools that its settings choose, with their rules of approval, of whatever version it answers with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.agent.conftest import SHOP, Bench
from tests.agent.odd import POINTS, Odd, register
from tests.agent.scripts import Windmill, register_script
from tests.agent.test_http_actions import model, put
from tests.agent.test_script_tools import texts
from tests.agent.vendors import call, replied

QUESTION = "How many points do I have?"
ENDS = replied("I don't know.", "no_answer")


def offered(bench: Bench, **more: Any) -> set[str]:
    """What the model could call of the business's own."""
    bench.ask(QUESTION, ENDS, **more)
    names = {tool["function"]["name"] for tool in bench.openai.asked[0]["tools"]}
    return names & {"get_points", "look_up", "free_tables"}


@pytest.fixture
def tools(bench: Bench, odd: Odd, windmill: Windmill) -> Bench:
    odd.lists(POINTS)
    register(bench, odd, "get_points")
    put(bench, name="look_up", url="https://shop.example/{id}", parameters=[model("id")])
    register_script(bench, "free_tables", windmill.lists({"name": "free_tables", "parameters": texts("day")}))
    return bench


def test_a_bot_that_has_chosen_none_offers_all(tools: Bench) -> None:
    assert offered(tools) == {"get_points", "look_up", "free_tables"}


def test_only_what_is_chosen_is_offered(tools: Bench) -> None:
    tools.set(tools={"club.get_points": "never", "HTTP.look_up": "never"})
    assert offered(tools) == {"get_points", "look_up"}
    tools.set(tools={"Windmill.free_tables": "never"})
    assert offered(tools) == {"free_tables"}


def test_the_draft_has_its_own_tools_and_rules(tools: Bench) -> None:
    tools.set(tools={"club.get_points": "never"})
    tools.rows(
        "insert into chatbot_drafts (phone_number_id, setting, tenant_id, value, person)"
        " select phone_number_id, 'tools', tenant_id, %s, 'owner@shop.example' from chatbots where phone_number_id = %s returning 1",
        *(json.dumps({"club.get_points": "always", "HTTP.look_up": "never"}), SHOP),
    )
    try:
        assert offered(tools) == {"get_points"}
        assert offered(tools, version="draft") == {"get_points", "look_up"}
        asked = tools.ask(QUESTION, call("get_points", {}), ENDS, version="draft")
        assert [step.get("asks") for step in asked["trace"]] == [True], "a person would be asked first"
    finally:
        tools.rows("delete from chatbot_drafts returning 1")


def test_a_tool_that_is_gone_is_not_offered_and_the_trace_says_so(tools: Bench) -> None:
    tools.set(tools={"club.get_points": "never", "club.cancel": "never"})
    result = tools.ask(QUESTION, ENDS)
    notes = " ".join(step["outcome"] for step in result["trace"])
    assert "club.cancel is not offered: the business has switched it off, or has it no longer" in notes
