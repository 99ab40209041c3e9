"""What servers refuse, and in which words: the request as they take it, and errors that name the cause and the remedy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from f.models.openai_chat import _seconds
from f.models.openai_refusals import without_what_is_refused
from f.models.types import Candidate, of_status
from tests.agent.conftest import Bench
from tests.agent.vendors import Raw, call, openai_error, openai_shape

QUESTION = "How long can I return an item?"
SEARCH = call("search_knowledge_base", {"question": QUESTION})
RIGHT = "You have 30 days [S1]."
SYSTEM = {"role": "system", "content": "You answer."}
USER = {"role": "user", "content": "Hello"}
CALLING: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": []}
GREETED = {"role": "assistant", "content": "Your order is on its way."}
ASKED = Candidate(
    provider="openai",
    model="m",
    base_url="",
    api_key="sk-0123456789abcdef",
    key_of="the platform's key",
    options={},
    mend="mend",
)


@pytest.mark.field_reply("surroundings-5")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tool_choice", "Tool choice is not supported with this model"),
        ("tool_choice", "This model doesn't support the toolConfig.toolChoice.any field."),
        ("tool_choice", "Thinking may not be enabled when tool_choice forces tool use."),
        ("reasoning_effort", '"qwen2.5:7b" does not support thinking'),
        ("reasoning_effort", "Reasoning is mandatory for this endpoint and cannot be disabled."),
        (
            "reasoning_effort",
            "{'detail': [{'loc': ['body', 'reasoning_effort'], 'msg': 'Extra inputs are not permitted'}]}",
        ),
        ("temperature", "Temperature is not supported with reasoning models"),
        (
            "max_tokens",
            "max_tokens: 500 > 400, which is the maximum allowed number of output tokens for this model",
        ),
        ("max_tokens", "The maximum number of output tokens must be at most 256"),
    ],
)
def test_an_option_that_a_server_names_in_any_words_is_left_out(name: str, words: str) -> None:
    assert without_what_is_refused({"messages": [USER], name: 500}, words) == {"messages": [USER]}


def test_the_limit_of_a_reply_is_kept_under_its_new_name() -> None:
    """Azure's address does not say that OpenAI's models are behind it."""
    words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    mended = without_what_is_refused({"messages": [USER], "max_tokens": 500}, words)
    assert mended == {"messages": [USER], "max_completion_tokens": 500}


@pytest.mark.field_reply("server-6")
@pytest.mark.parametrize(
    ("sent", "words", "mended"),
    [
        ([SYSTEM, USER], "System role not supported", [{"role": "user", "content": "You answer.\nHello"}]),
        (
            [SYSTEM, USER],
            "Developer instruction is not enabled for models/gemma-3-27b-it",
            [{"role": "user", "content": "You answer.\nHello"}],
        ),
        (
            [SYSTEM, USER],
            "'messages[0].role' does not support 'system' with this model.",
            [{"role": "user", "content": "You answer.\nHello"}],
        ),
        (
            [SYSTEM, GREETED, USER],
            "Conversation roles must alternate user/assistant/user/assistant/...",
            [SYSTEM, {"role": "user", "content": "[platform] The business wrote first:"}, GREETED, USER],
        ),
        (
            [USER, CALLING],
            "Invalid type for 'messages[1].content': expected a string, but got null instead.",
            [USER, {**CALLING, "content": ""}],
        ),
        (
            [USER, CALLING],
            "{'detail': [{'loc': ['body', 'messages', 2, 'content'], 'msg': 'none is not an allowed value'}]}",
            [USER, {**CALLING, "content": ""}],
        ),
    ],
)
def test_messages_that_a_server_does_not_take(sent: Any, words: str, mended: Any) -> None:
    assert without_what_is_refused({"messages": sent}, words) == {"messages": mended}
    request: Any = {"messages": mended}
    for _ in range(3):
        request = request and without_what_is_refused(request, words)
    assert request is None, "it comes to an end"


@pytest.mark.parametrize(
    ("status", "code", "words", "kind", "said"),
    [
        (400, "", "the request exceeds the available context size, try increasing it", "shape", "longer than the window"),
        (400, "", "prompt is too long: 210000 tokens > 200000 maximum", "shape", "longer than the window"),
        (400, "", "Input is too long for requested model.", "shape", "longer than the window"),
        (422, "", "`inputs` tokens + `max_new_tokens` must be <= 8192", "shape", "longer than the window"),
        (400, "", "This model's maximum prompt length is 131072 but the request contains 537812 tokens.", "shape", "longer than the window"),
        (500, "", "input length exceeds maximum context length", "shape", "longer than the window"),
        (413, "", "Payload Too Large", "shape", "longer than the window"),
        (413, "rate_limit_exceeded", "Request too large on tokens per minute (TPM)", "limit", "rate or spending limit"),
        (402, "", "Insufficient Balance", "limit", "rate or spending limit"),
        (400, "", "Your credit balance is too low to access the Anthropic API.", "limit", "rate or spending limit"),
        (400, "", "The model `llama3-8b` has been decommissioned and is no longer supported.", "shape", "correct the chatbot's model"),
        (400, "", "gpt-9 is not a valid model ID", "shape", "correct the chatbot's model"),
        (403, "model_not_found", "Project `p` does not have access to model `gpt-9`", "shape", "correct the chatbot's model"),
        (400, "", "No models loaded. Please load a model", "shape", "correct the chatbot's model"),
        (400, "", "registry.ollama.ai/library/gemma3:4b does not support tools", "shape", "choose a model that can"),
        (400, "", '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "shape", "--enable-auto-tool-choice"),
        (404, "", "No endpoints found that support tool use.", "shape", "choose a model that can"),
        (404, "", "404 page not found", "shape", "correct the vendor's address"),
        (405, "", "Method Not Allowed", "shape", "correct the vendor's address"),
        (400, "", "Incorrect API key provided: xx", "key", "the platform's key was refused"),
        (500, "", "Jinja Exception: System role not supported", "shape", "refused the request"),
        (500, "", "nginx: the error page's template is missing (jinja)", "server", "in trouble"),
        (503, "", "Jinja Exception: upstream", "server", "in trouble"),
        (400, "", "the chat template is missing", "shape", "refused the request"),
        (400, "", "max_new_tokens must be <= 4096", "shape", "refused the request"),
        (403, "", "Access to model gpt-x denied: your API key is invalid", "key", "the platform's key was refused"),
        (401, "", "model not found for this key", "key", "the platform's key was refused"),
        (500, "", "model requires more system memory (8.4 GiB) than is available", "server", "more system memory"),
    ],
)  # fmt: skip
def test_an_error_says_what_to_mend(status: int, code: str, words: str, kind: str, said: str) -> None:
    problem = of_status(ASKED, status, code, words)
    assert problem.kind == kind and said in str(problem)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "-20"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "soon"}, None),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        ({}, None),
        ({"retry-after": "2s"}, 2.0),
        ({"retry-after-ms": "20"}, 0.02),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
    ],
)
def test_how_long_a_vendor_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert _seconds(headers) == seconds


def test_a_server_without_a_place_for_instructions_is_asked_without(bench: Bench) -> None:
    def step(body: Any) -> Any:
        roles = [m["role"] for m in body["messages"]]
        nulls = any(m["role"] == "assistant" and m["content"] is None for m in body["messages"])
        if "system" in roles:
            return openai_error(500, "Jinja Exception: System role not supported")
        if nulls:
            return openai_error(400, "messages[1].content: expected a string, got null")
        return RIGHT if roles[-1] == "tool" else SEARCH

    result = bench.ask(QUESTION, step)
    assert result["reply"] == "You have 30 days." and result["error"] is None


def chunk(**delta: Any) -> dict[str, Any]:
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    }


def stream(*chunks: dict[str, Any]) -> bytes:
    return (
        b": PROCESSING\n\n"
        + b"".join(b"data: " + json.dumps(c).encode() + b"\n\n" for c in chunks)
        + b"data: [DONE]\n"
    )


CALLED = {"index": 0, "id": "c1", "function": {"name": "search_knowledge_base", "arguments": '{"questi'}}
GOOD = openai_shape(RIGHT)
SAID = GOOD["choices"][0]


@pytest.mark.field_reply("server-7")
@pytest.mark.parametrize(
    ("first", "body"),
    [
        (SEARCH, stream(chunk(role="assistant", content="You have "), chunk(content="30 days [S1]."))),
        (stream(chunk(tool_calls=[CALLED]), chunk(tool_calls=[{"index": 0, "function": {"arguments": 'on": "returns"}'}}])), RIGHT),
        (SEARCH, b"\xef\xbb\xbf\n" + json.dumps(GOOD).encode()),
        (SEARCH, json.dumps(json.dumps(GOOD)).encode()),
        (SEARCH, [GOOD]),
        (SEARCH, {**GOOD, "choices": SAID}),
        (SEARCH, {**GOOD, "choices": [{"text": RIGHT, "finish_reason": "stop"}]}),
        (SEARCH, {**GOOD, "choices": [{"message": {"content": ""}, "finish_reason": "stop"}, SAID]}),
        (SEARCH, {"message": {"role": "assistant", "content": RIGHT}, "done": True}),
        (SEARCH, {**GOOD, "usage": {"prompt_tokens": "100", "completion_tokens": -5}}),
        ({**GOOD, "choices": [{"message": {"function_call": {"name": "search_knowledge_base", "arguments": '{"question": "returns"}'}}}]}, RIGHT),
        ({**GOOD, "choices": [{"message": {"tool_calls": [None, {"name": "search_knowledge_base", "input": {"question": "returns"}}]}}]}, RIGHT),
    ],
    ids=["stream", "stream of a call", "mark", "string", "list", "one choice", "text", "second choice", "ollama", "usage", "function_call", "input"],
)  # fmt: skip
def test_an_answer_in_another_form_is_an_answer(bench: Bench, first: Any, body: Any) -> None:
    answers = [a if a in (SEARCH, RIGHT) else Raw(body=a) for a in (first, body)]
    result = bench.ask(QUESTION, *answers)
    assert result["reply"] == "You have 30 days." and result["error"] is None
    assert len(bench.openai.asked) == 2


@pytest.mark.field_reply("server-7")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "No auth credentials found", "code": 401}}, "key was refused"),
        (
            {"object": "error", "message": "maximum context length is 4096 tokens", "code": 400},
            "longer than the window",
        ),
        (
            {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
            "correct the vendor's address",
        ),
        (b"<!doctype html><html>Welcome to nginx</html>", "correct the vendor's address"),
    ],
)
def test_an_error_that_says_200_is_an_error(bench: Bench, body: Any, said: str) -> None:
    result = bench.ask(QUESTION, Raw(body=body))
    assert result["reply"].startswith("Something went wrong") and said in result["error"]
