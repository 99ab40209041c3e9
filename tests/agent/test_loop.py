"""The loop: tools and errors fed back, bounds, never an empty reply, a trace without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.agent.conftest import CLINIC, ORDERS_KEY, PLATFORM_KEY, Bench, notes, places, tools_called
from tests.agent.vendors import UNKNOWN, Raw, call, calls, openai_error

SEARCH = call("search_knowledge_base", {"question": "How long can I return an item?"})


def test_search_then_reply_with_citation(bench: Bench) -> None:
    result = bench.ask("How long can I return an item?", SEARCH, "You have 30 days [S1].")
    assert result["reply"] == "You have 30 days."
    assert result["answered"] and result["error"] is None
    assert places(result) == [{"document": "Returns", "page": 2}]
    assert tools_called(result) == ["search_knowledge_base"]
    assert result["usage"]["calls"] == 2
    assert result["usage"]["input_tokens"] == 200
    assert result["usage"]["cost_usd"] == pytest.approx((200 * 0.15 + 40 * 0.6) / 1e6)
    assert [c["error"] for c in result["usage"]["model_calls"]] == [None, None]


def test_a_citation_names_the_passages_that_were_used(bench: Bench) -> None:
    """Two of one page are one line for the customer; the staff sees both."""
    passages = bench.rows(
        "select c.id, c.page, document_id::text as document, passage_mark(text) as mark from chunks c"
        " join documents d on d.id = c.document_id where d.title = 'Returns'"
    )
    bench.rows("update chunks set page = 2 where id = any(%s)", [row["id"] for row in passages])
    try:
        result = bench.ask("How long can I return an item?", SEARCH, "You have 30 days [S1][S2].")
    finally:
        for row in passages:
            bench.rows("update chunks set page = %s where id = %s", row["page"], row["id"])
    assert places(result) == [{"document": "Returns", "page": 2}]
    (cited,) = result["citations"]
    thirty_days = next(row["mark"] for row in passages if row["page"] == 2)
    assert cited["id"] == passages[0]["document"] and cited["passages"][0] == thirty_days
    assert len(cited["passages"]) == 2 and set(cited["passages"]) < {row["mark"] for row in passages}


def test_a_web_page_is_cited_by_its_address(bench: Bench) -> None:
    address = "https://casalumen.example/returns"
    bench.rows("update documents set source_url = %s where title = 'Returns'", address)
    try:
        result = bench.ask("How long can I return an item?", SEARCH, "You have 30 days [S1].")
    finally:
        bench.rows("update documents set source_url = null where title = 'Returns'")
    assert result["answered"] and places(result) == [{"document": "Returns", "url": address}]


def test_parallel_calls_in_one_round(bench: Bench) -> None:
    contact = bench.contact(phone="34600111222")
    wanted = calls(
        [("search_knowledge_base", {"question": "return an item"}), ("get_order", {"order_id": "CL-1042"})]
    )
    result = bench.ask(
        "Where is CL-1042, and how long can I return it?",
        wanted,
        "It is in transit. You have 30 days [S1].",
        contact_id=contact,
    )
    assert tools_called(result) == ["search_knowledge_base", "get_order"]
    fed = [m for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert "30 days" in fed[0]["content"] and "in transit" in fed[1]["content"]
    assert result["answered"]


def test_bad_calls_are_answers_to_the_model(bench: Bench) -> None:
    result = bench.ask(
        "How long can I return an item?",
        calls([("get_order", "{not json"), ("format_disk", {}), ("search_knowledge_base", "[1]")]),
        SEARCH,
        "30 days [S1].",
    )
    fed = [m["content"] for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert "not a JSON object" in fed[0] and "there is no tool 'format_disk'" in fed[1]
    assert [c["error"] for c in result["trace"][:4]] == [True, True, True, False]
    assert result["reply"] == "30 days."


ZERO: list[tuple[str, dict[str, Any]]] = [
    ("search_knowledge_base", {"question": "return\0 an item"}),
    ("hand_off", {"reason": "com\0plaint"}),
    ("remember_contact_details", {"email": "ana\0@example.com"}),
]


@pytest.mark.parametrize(("tool", "arguments"), ZERO, ids=[tool for tool, _ in ZERO])
@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_a_zero_in_a_models_words(bench: Bench, provider: str, tool: str, arguments: dict[str, Any]) -> None:
    """PostgreSQL holds none: it is left out, and the tool does its work."""
    bench.set(provider=provider, model="gemini-2.5-flash", lead_fields=["email"])
    bench.gemini.says(call(tool, arguments), "Noted\0.")
    result = bench.live("I am ana@example.com", call(tool, arguments), "Noted\0.")
    (made,) = result["trace"][:1]
    assert not made["error"] and "\0" not in json.dumps(result["trace"], ensure_ascii=False)


@pytest.mark.parametrize("reply", ["", "   \n"])
def test_never_an_empty_reply(bench: Bench, reply: str) -> None:
    result = bench.ask("How long can I return an item?", reply)
    assert result["reply"].startswith("Something went wrong")
    assert result["error"] == "the model returned an empty reply"


@pytest.mark.field_reply("server-8")
def test_rounds_are_bounded_and_in_the_last_one_a_model_may_only_reply(bench: Bench) -> None:
    bench.set(max_rounds=3)
    turn = iter(range(100))
    more = lambda body: (  # noqa: E731
        "30 days [S1]."
        if [tool["function"]["name"] for tool in body["tools"]] == ["reply"]
        else call("search_knowledge_base", {"question": f"return an item {next(turn)}"})
    )
    result = bench.ask("How long can I return an item?", more)
    assert result["reply"] == "30 days." and result["usage"]["calls"] == 3

    stubborn = lambda body: call("search_knowledge_base", {"question": f"return {next(turn)}"})  # noqa: E731
    result = bench.ask("How long can I return an item?", stubborn)
    assert result["reply"].startswith("Something went wrong")
    assert result["error"] == "no reply within 3 rounds"


def test_at_a_bound_it_answers_with_what_it_has(bench: Bench) -> None:
    bench.set(max_rounds=2)
    said = "You can return it within 30 days [S1]."
    result = bench.ask("How long can I return an item?", SEARCH, call("get_order", {"order_id": "1"}, said))
    assert result["reply"] == "You can return it within 30 days." and result["answered"]
    assert "no reply within 2 rounds" in notes(result)


PROMISE = call("get_order", {"order_id": "CL-1042"}, "Let me check your order.")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ([PROMISE, openai_error(404, "The model does not exist", "model_not_found")], "HTTP 404"),
        ([PROMISE], "no reply within 2 rounds"),
        ([{**PROMISE, "usage": {"prompt_tokens": 90_000, "completion_tokens": 1}}], "60000 tokens"),
    ],
    ids=["vendor", "rounds", "tokens"],
)
def test_a_promise_is_no_reply(bench: Bench, script: list[Any], error: str) -> None:
    """What the model says before it looks is not what it found, whatever keeps it from looking; a human takes over where that is set."""
    bench.set(max_rounds=2, handoff_on_failure=True)
    contact = bench.contact(phone="34600111222")
    result = bench.ask("Where is my order CL-1042?", *script, contact_id=contact)
    assert "Let me check" not in result["reply"] and not result["answered"]
    assert error in result["error"] and result["handed_off"] == "failure"


def test_tokens_and_cost_are_bounded(bench: Bench) -> None:
    bench.set(max_tokens=1000)
    heavy: dict[str, Any] = {
        **SEARCH,
        "usage": {"prompt_tokens": 2000, "completion_tokens": 1, "total_tokens": 2001},
    }
    result = bench.ask("How long can I return an item?", heavy, "30 days [S1].")
    assert result["error"] == "no reply within 1000 tokens" and len(bench.openai.asked) == 1
    bench.set(max_tokens=60000, max_cost_usd=0.0001)
    result = bench.ask("How long can I return an item?", heavy, "30 days [S1].")
    assert "USD" in result["error"] and result["reply"].startswith("Something went wrong")


@pytest.mark.field_reply("surroundings-2")
def test_the_same_call_again_is_done_once(bench: Bench) -> None:
    result = bench.ask("How long can I return an item?", SEARCH, SEARCH, "30 days [S1].")
    assert tools_called(result) == ["search_knowledge_base"] and result["answered"]


def test_no_secret_in_the_result(bench: Bench) -> None:
    leak = call("search_knowledge_base", {"question": f"{PLATFORM_KEY} {ORDERS_KEY} Bearer abcdefghijklmnop"})
    result = bench.ask("How long can I return an item?", leak, f"The key is {ORDERS_KEY} [S1].")
    text = json.dumps(result)
    assert PLATFORM_KEY not in text and ORDERS_KEY not in text and "abcdefghijklmnop" not in text
    assert not result["answered"] and "leak 'a key'" in notes(result)


@pytest.mark.field_failure(11)
@pytest.mark.parametrize("question", ["", "   \n\t "])
def test_empty_text(bench: Bench, question: str) -> None:
    result = bench.ask(question, "never asked")
    assert result["reply"].startswith("I'm sorry") and not bench.openai.asked
    assert "no words" in notes(result)


def test_4096_emoji(bench: Bench) -> None:
    result = bench.ask(
        "😀" * 4096, call("search_knowledge_base", {"question": "😀" * 4096}), "How can I help?"
    )
    assert result["reply"] and result["error"] is None


def test_a_system_prompt_longer_than_a_turn_may_be(bench: Bench) -> None:
    bench.set(system_prompt="word " * 60_000)
    result = bench.ask("Hello", "never asked")
    assert not bench.openai.asked and result["reply"].startswith("Something went wrong")
    assert "system prompt has about 75000 tokens" in result["error"] and "shorten it" in result["error"]


def test_given_words_are_the_reply(bench: Bench) -> None:
    result = bench.ask("Hello", "never asked", say="Not now.")
    assert result["reply"] == "Not now." and not bench.openai.asked


def test_the_clinic_has_no_order_tool(bench: Bench) -> None:
    bench.ask("hello", "Hello! How can I help?", bot=CLINIC)
    offered = {t["function"]["name"] for t in bench.openai.asked[0]["tools"]}
    assert {"search_knowledge_base", "hand_off"} <= offered
    assert not offered & {"get_order", "list_orders"}


@pytest.mark.field_reply("surroundings-4")
def test_what_no_document_holds_is_not_only_searched_for_in_documents(bench: Bench) -> None:
    contact = bench.contact(phone="34600111222")
    order = call("get_order", {"order_id": "CL-1042"})
    script = ["It left yesterday!", order, "It is in transit."]
    result = bench.ask("Where is my order CL-1042?", *script, contact_id=contact)
    fed = [m["content"] for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert "stand in no document" in fed[0] and "call get_order now" in fed[0]
    assert tools_called(result) == ["search_knowledge_base", "get_order"]
    assert result["reply"] == "It is in transit." and result["answered"]
    bench.ask("Do you cancel on Sundays too?", "Yes!", UNKNOWN, bot=CLINIC)
    fed = [m["content"] for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert "[platform]" not in fed[0], "the clinic has no other tool"


@pytest.mark.field_reply("surroundings-6")
def test_a_model_that_is_too_slow_for_a_turn_says_what_to_raise(bench: Bench) -> None:
    bench.set(max_seconds=5)
    result = bench.ask("How long can I return an item?", Raw(hang=True))
    assert result["reply"].startswith("Something went wrong")
    assert "raise the chatbot's max_seconds, or choose a faster model" in result["error"]


@pytest.mark.field_reply("surroundings-10")
def test_the_platforms_words_are_not_shown_as_the_models(bench: Bench) -> None:
    words = bench.context("x")["chatbot"]["dont_know"]["en"]
    past = [
        {"role": "user", "text": "Do you sell cars?"},
        {"role": "assistant", "text": words},
        {"role": "user", "text": "And lamps?"},
        {"role": "assistant", "text": "Yes, lamps we sell."},
    ]
    bench.ask("How long can I return an item?", SEARCH, "30 days [S1].", history=past)
    sent = [m["content"] for m in bench.openai.asked[0]["messages"] if m["role"] == "assistant"]
    assert sent == [f"[platform] {words}", "Yes, lamps we sell."]
    result = bench.ask("And lamps?", SEARCH, "[platform] I'm sorry, I don't have that.", history=past)
    assert "[platform]" not in result["reply"], "a weak model goes on in its words"
