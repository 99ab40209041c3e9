"""What tenants, customers and other people's systems get wrong: each ends in a reply in the chatbot's words, and the turn tells the operator
what to mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from deploy import tenants
from psycopg.rows import dict_row

from local.seed import CLINIC, SHOP, DemoTenant
from tests.e2e.conftest import World
from tests.e2e.test_delivery import answered, change, deliver, envelope, message

QUESTION = "How long is a gift card valid?"


def failure(world: World, tenant: DemoTenant) -> str:
    row = world.rows(
        "select failure_message ->> 'en' as words from chatbots where phone_number_id = %s",
        tenant.phone_number_id,
    )[0]
    return str(row["words"])[:20]


def last_turn(world: World, tenant: DemoTenant) -> dict[str, Any]:
    query = (
        "select * from turns where phone_number_id = %s and state <> 'active' order by opened_at desc limit 1"
    )
    return world.rows(query, tenant.phone_number_id)[0]


@contextmanager
def setting(world: World, tenant: DemoTenant, name: str, value: Any) -> Iterator[None]:
    """A chatbot's setting for a moment."""
    where = (tenant.phone_number_id,)
    was = world.rows(f"select {name} as was from chatbots where phone_number_id = %s", *where)[0]["was"]
    change = f"update chatbots set {name} = %s where phone_number_id = %s returning 1"
    world.rows(change, value, *where)
    try:
        yield
    finally:
        world.rows(change, was, *where)


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("model", "gpt-nine", "correct the chatbot's model"),
        ("provider", "acme", "use openai or gemini"),
        ("provider", "gemini", "f/chatbot/gemini_api_key (GEMINI_API_KEY at deployment)"),
        ("system_prompt", "Be brief. " * 40_000, "shorten it"),
    ],
    ids=["model", "provider", "no key", "system prompt"],
)
def test_a_chatbot_that_is_set_wrong(world: World, name: str, value: str, mend: str) -> None:
    with setting(world, SHOP, name, value):
        reply = world.ask(SHOP, QUESTION)
    assert reply.startswith(failure(world, SHOP))
    turn = last_turn(world, SHOP)
    assert turn["outcome"] == "failed" and mend in turn["error"]
    assert "24" in world.ask(SHOP, QUESTION)  # set right again, it answers


def test_a_tenants_own_key_that_is_wrong(world: World) -> None:
    (row,) = world.rows("select tenant_id from chatbots where phone_number_id = %s", CLINIC.phone_number_id)
    with psycopg.connect(world.stack.database, row_factory=dict_row, autocommit=True) as conn:
        store = (conn, world.stack.secrets.master_key, str(row["tenant_id"]))
        tenants.put_llm_key(*store, "sk-wrong-key-0123456789abcdef")
        try:
            reply = world.ask(CLINIC, "Which insurance companies do you work with?")
        finally:
            tenants.put_llm_key(*store, None)
    assert reply.startswith(failure(world, CLINIC))
    error = last_turn(world, CLINIC)["error"]
    assert "the tenant's own key was refused" in error and "TENANT_LLM_API_KEY" in error
    assert "sk-wrong-key" not in error


def test_an_order_system_that_is_down(world: World) -> None:
    stack = world.stack
    stack.processes.kill("orders")
    try:
        reply = world.ask(SHOP, "Where is my order CL-1042?")
        turn = last_turn(world, SHOP)
        assert "24" in world.ask(SHOP, QUESTION)  # what needs no order goes on
    finally:
        stack.start_orders({"PYTHONDONTWRITEBYTECODE": ""})
        stack.processes.wait_until_answers("orders", stack.url("orders") + "/healthz")
    assert "SEUR" not in reply
    (called,) = [call for call in turn["trace"] if call["tool"] == "get_order"]
    assert called["error"] and "orders can't be used: ConnectError" in called["outcome"]
    assert "SEUR" in world.ask(SHOP, "Where is my order CL-1042?")


@pytest.mark.parametrize("text", ["😀" * 4096, "🏳️‍🌈" * 600], ids=["4,096 emoji", "joined emoji"])
def test_nothing_but_emoji(world: World, text: str) -> None:
    reply = world.ask(SHOP, text)
    turn = last_turn(world, SHOP)
    assert reply and turn["outcome"] in ("answered", "unanswered") and turn["error"] is None


@pytest.mark.parametrize("text", ["   ", "\n\t\n", "\u200b"], ids=["blank", "lines", "zero width"])
def test_text_without_words(world: World, text: str) -> None:
    sent = message(text)
    assert deliver(world, envelope(change(SHOP, sent))) == 200
    assert answered(world, sent["id"])
    turn = last_turn(world, SHOP)
    assert turn["error"] is None and turn["outcome"] in ("answered", "unanswered")
