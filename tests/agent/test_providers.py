"""The real SDKs against servers that speak each vendor's protocol, and what is handed to the next model."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from deploy import tenants
from psycopg.rows import dict_row

from f.models.providers import Models, candidates_of
from f.models.tool_schemas import plain_schema
from f.models.types import ModelError
from tests.agent.conftest import MASTER_KEY, SHOP, Bench, places
from tests.agent.vendors import Raw, call, gemini_error, gemini_shape, openai_error, openai_shape

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "How long can I return an item?"
SEARCH = call("search_knowledge_base", {"question": QUESTION})
FALLBACK = [{"provider": "gemini", "model": "gemini-2.5-flash"}]
GOOD = [SEARCH, "You have 30 days [S1]."]


def test_gemini_searches_and_replies(bench: Bench) -> None:
    bench.set(provider="gemini", model="gemini-2.5-flash")
    bench.gemini.says(*GOOD)
    result = bench.ask(QUESTION)
    assert result["reply"] == "You have 30 days." and places(result) == [{"document": "Returns", "page": 2}]
    first, second = bench.gemini.asked
    assert "systemInstruction" in first and first["contents"][-1]["parts"][0]["text"] == QUESTION
    made, answered = second["contents"][-2:]
    assert made["parts"][0]["thoughtSignature"] == "c2lnbmF0dXJl"
    assert "30 days" in str(answered["parts"][0]["functionResponse"]["response"])
    assert result["usage"]["input_tokens"] == 180 and result["usage"]["cost_usd"] > 0
    assert bench.gemini.headers[0]["x-goog-api-key"] == bench.llm["gemini_api_key"]


FALLS_OVER: list[Any] = [
    openai_error(429, "Rate limit reached", "rate_limit_exceeded", {"retry-after": "30"}),
    openai_error(500, "The server had an error"),
    openai_error(503, "Overloaded"),
    openai_error(400, "Unsupported parameter: 'tools'", "unsupported_parameter"),
    openai_error(400, "maximum context length is 8192 tokens", "context_length_exceeded"),
    openai_error(404, "The model `gpt-9` does not exist", "model_not_found"),
    Raw(body=openai_shape("never read"), cut=True),
    Raw(body=b"<html>proxy</html>", headers={"content-type": "text/html"}),
    Raw(body={"error": {"message": "upstream"}}),
]


@pytest.mark.field_reply("server-7")
@pytest.mark.parametrize(
    "answer", FALLS_OVER, ids=["429", "500", "503", "shape", "window", "404", "cut", "html", "no-choices"]
)
def test_the_next_model_is_asked(bench: Bench, answer: Any) -> None:
    bench.set(fallbacks=FALLBACK)
    bench.gemini.says(*GOOD)
    result = bench.ask(QUESTION, answer)
    assert (
        result["reply"] == "You have 30 days."
        and result["error"] is None
        and result["model"] == "gemini-2.5-flash"
    )
    calls = result["usage"]["model_calls"]
    assert calls[0]["error"] and "gpt-4o-mini" in calls[0]["error"]
    assert [c["provider"] for c in calls].count("gemini") == 2  # the second round stays with the successor


@pytest.mark.parametrize("answer", [Raw(hang=True), Raw(trickle="body")], ids=["hangs", "trickles"])
def test_a_model_that_hangs_leaves_time_for_the_next(bench: Bench, answer: Raw) -> None:
    bench.set(fallbacks=FALLBACK, max_seconds=5)
    bench.gemini.says(*GOOD)
    result = bench.ask(QUESTION, answer)
    assert "did not answer within" in result["usage"]["model_calls"][0]["error"]
    assert result["model"] == "gemini-2.5-flash"


@pytest.mark.parametrize("provider", ["openai", "gemini"])
@pytest.mark.parametrize("answer", [Raw(hang=True), Raw(trickle="head"), Raw(trickle="body")])
def test_no_server_outlives_the_deadline(bench: Bench, provider: str, answer: Raw) -> None:
    """Its pieces come often enough for the SDK's own time-out, and they go on for longer than this test waits."""
    (asked, *_) = candidates_of(bench.llm, SimpleNamespace(provider=provider, model="x", fallbacks=[]), None)
    bench.openai.says(answer)
    bench.gemini.says(answer)
    started = time.monotonic()
    with pytest.raises(ModelError, match="did not answer within") as late:
        Models([asked]).complete([{"role": "user", "content": "Hello"}], [], 1)
    assert late.value.kind == "timeout" and time.monotonic() - started < 18  # the vendor goes on for 20 s


def test_from_gemini_to_openai_in_the_middle(bench: Bench) -> None:
    bench.set(
        provider="gemini", model="gemini-2.5-flash", fallbacks=[{"provider": "openai", "model": "gpt-4o"}]
    )
    bench.gemini.says(SEARCH, gemini_error(503, "UNAVAILABLE", "The model is overloaded."))
    result = bench.ask(QUESTION, "You have 30 days [S1].")
    assert result["reply"] == "You have 30 days." and result["model"] == "gpt-4o"
    assert [m["role"] for m in bench.openai.asked[0]["messages"]][-2:] == ["assistant", "tool"]


@pytest.mark.parametrize("status", [401, 403])
def test_never_on_a_bad_key(bench: Bench, status: int) -> None:
    bench.set(fallbacks=FALLBACK)
    bench.gemini.says("never asked")
    result = bench.ask(
        QUESTION, openai_error(status, "Incorrect API key provided: sk-pl***cdef", "invalid_api_key")
    )
    assert not bench.gemini.asked and result["reply"].startswith("Something went wrong")
    assert "the platform's key was refused" in result["error"]
    assert "the variable f/chatbot/llm_api_key (LLM_API_KEY at deployment)" in result["error"]


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"provider": "gemini", "model": "gemini-2.5-flash"}, "f/chatbot/gemini_api_key"),
        ({"provider": "openai", "model": "gpt-4o"}, "f/chatbot/llm_api_key"),
    ],
)
def test_a_vendor_without_a_key(bench: Bench, settings: dict[str, str], variable: str) -> None:
    """What deployment writes for a key that it was not given; the vendor is not asked."""
    bench.llm |= {"gemini_api_key": "none", "api_key": "none", "base_url": ""}
    bench.set(**settings)
    result = bench.ask(QUESTION, "never asked")
    assert result["reply"].startswith("Something went wrong") and not bench.openai.asked
    assert "there is no key for" in result["error"] and variable in result["error"]


@pytest.mark.parametrize("home", ["openai", "gemini"])
@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_what_an_error_tells_to_mend_exists(home: str, provider: str) -> None:
    """The variable and the setting of deployment that an error names, and the fields of the resource that the code reads."""
    (asked,) = candidates_of(
        {"provider": home}, SimpleNamespace(provider=provider, model="x", fallbacks=[]), None
    )
    variables = json.loads((ROOT / "windmill/resources/variables.json").read_text())
    (named,) = [v for v in variables if f"{v['path']} ({v['env']} at deployment)" in asked["mend"]]
    assert f"{named['env']}=" in (ROOT / ".env.example").read_text().splitlines()
    types = json.loads((ROOT / "windmill/resources/types.json").read_text())
    (schema,) = [kind["schema"] for kind in types if kind["name"] == "c_llm"]
    resources = json.loads((ROOT / "windmill/resources/resources.json").read_text())
    (resource,) = [r["value"] for r in resources if r["resource_type"] == "c_llm"]
    assert f"$var:{named['path']}" in resource.values()
    assert set(resource) <= set(schema["properties"]) == set(schema["order"])


def test_a_bad_gemini_key(bench: Bench) -> None:
    bench.set(
        provider="gemini", model="gemini-2.5-flash", fallbacks=[{"provider": "openai", "model": "gpt-4o"}]
    )
    bench.gemini.says(
        gemini_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
    )
    result = bench.ask(QUESTION, "never asked")
    assert "key was refused" in result["error"] and not bench.openai.asked


def test_a_rate_limit_is_waited_for_when_there_is_no_other_model(bench: Bench) -> None:
    limited = openai_error(429, "Rate limit reached", "rate_limit_exceeded", {"retry-after-ms": "20"})
    result = bench.ask(QUESTION, limited, *GOOD)
    assert result["reply"] == "You have 30 days." and len(bench.openai.asked) == 3
    long = openai_error(429, "Rate limit reached", "rate_limit_exceeded", {"retry-after": "3600"})
    result = bench.ask(QUESTION, long)
    assert len(bench.openai.asked) == 1 and "rate or spending limit" in result["error"]


def test_a_model_that_does_not_exist(bench: Bench) -> None:
    result = bench.ask(QUESTION, openai_error(404, "The model does not exist", "model_not_found"))
    assert (
        result["reply"].startswith("Something went wrong")
        and "correct the chatbot's model" in result["error"]
    )
    bench.set(provider="gemini", model="gemini-99")
    bench.gemini.says(gemini_error(404, "NOT_FOUND", "models/gemini-99 is not found"))
    assert "does not exist at its vendor" in bench.ask(QUESTION)["error"]
    bench.set(provider="acme")
    assert "use openai or gemini" in bench.ask(QUESTION)["error"]


def test_a_prompt_longer_than_the_models_window(bench: Bench) -> None:
    too_long = (
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
    )
    result = bench.ask(QUESTION, openai_error(400, too_long, "context_length_exceeded"))
    assert result["reply"].startswith("Something went wrong") and "history_tokens" in result["error"]
    bench.set(provider="gemini", model="gemini-2.5-flash")
    bench.gemini.says(
        gemini_error(
            400,
            "INVALID_ARGUMENT",
            "The input token count (2000000) exceeds the maximum number of tokens allowed",
        )
    )
    assert "shorten the chatbot's system prompt" in bench.ask(QUESTION)["error"]


def test_content_filters(bench: Bench) -> None:
    bench.set(fallbacks=FALLBACK)
    bench.gemini.says("never asked")
    result = bench.ask(QUESTION, {"text": "", "finish": "content_filter"})
    assert "content filter" in result["error"] and result["reply"].startswith("Something went wrong")
    assert not bench.gemini.asked
    bench.set(provider="gemini", model="gemini-2.5-flash", fallbacks=[])
    bench.gemini.says({"text": "", "finish": "SAFETY"})
    assert "SAFETY" in bench.ask(QUESTION)["error"]
    bench.gemini.says(Raw(body={"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}))
    assert "PROHIBITED_CONTENT" in bench.ask(QUESTION)["error"]


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": None, "completion_tokens": None}, {"prompt_tokens": "many"}]
)
def test_a_server_that_does_not_count(bench: Bench, usage: Any) -> None:
    """Its reply is as good as another's."""
    uncounted = [Raw(body={**openai_shape(said), "usage": usage}) for said in GOOD]
    result = bench.ask(QUESTION, *uncounted)
    assert result["reply"] == "You have 30 days." and result["error"] is None
    assert result["usage"]["input_tokens"] == result["usage"]["output_tokens"] == 0


def test_length_stops(bench: Bench) -> None:
    result = bench.ask(QUESTION, SEARCH, {"text": "You have 30 days [S1]. After that we", "finish": "length"})
    assert result["reply"] == "You have 30 days."
    assert (
        "length limit before it said a word" in bench.ask(QUESTION, {"text": "", "finish": "length"})["error"]
    )


@pytest.mark.field_reply("server-7")
def test_gemini_malformed_call_and_rate_limit(bench: Bench) -> None:
    bench.set(provider="gemini", model="gemini-2.5-flash")
    retry = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.02s"}]
    bench.gemini.says(
        gemini_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded", retry),
        {"finish": "MALFORMED_FUNCTION_CALL"},
        *GOOD,
    )
    assert bench.ask(QUESTION)["reply"] == "You have 30 days."
    bench.gemini.says(Raw(body=gemini_shape("cut"), cut=True))
    assert "can't be reached" in bench.ask(QUESTION)["error"]


def test_the_tenants_own_key(bench: Bench) -> None:
    own = "sk-tenants-own-abcdef0123"
    with psycopg.connect(bench.url, row_factory=dict_row, autocommit=True) as conn:
        tenants.put_llm_key(conn, MASTER_KEY, bench.tenants[SHOP], own)
    bench.ask(QUESTION, *GOOD)
    assert bench.openai.headers[0]["authorization"] == f"Bearer {own}"
    result = bench.ask(QUESTION, openai_error(401, f"Incorrect API key provided: {own}", "invalid_api_key"))
    assert "the tenant's own key was refused" in result["error"] and own not in str(result)
    bench.rows("update tenants set llm_api_key = %s where id = %s", b"0" * 40, bench.tenants[SHOP])
    assert "enter it again" in bench.ask(QUESTION, "never asked")["error"]


def test_rejected_schemas_are_simplified_not_dropped(bench: Bench) -> None:
    refused = openai_error(
        400, "Invalid schema for function 'search_knowledge_base': 'oneOf' is not permitted"
    )
    result = bench.ask(QUESTION, refused, *GOOD)
    assert result["reply"] == "You have 30 days."
    assert len(bench.openai.asked[1]["tools"]) == len(bench.openai.asked[0]["tools"])


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "object", "properties": {f"p{n}": {"$ref": "#/$defs/A"} for n in range(10)}},
        {"type": "array", "items": {"$ref": "#/$defs/A"}},
        {"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}]},
        {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]},
    ],
)
def test_a_schema_that_names_itself_comes_to_an_end(definition: dict[str, Any]) -> None:
    schema = {"$defs": {"A": definition}, "properties": {"filter": {"$ref": "#/$defs/A"}}}
    began = time.process_time()
    plain = plain_schema(schema)
    assert time.process_time() - began < 5  # it doubled with each property
    assert plain["properties"]["filter"]["type"] in ("object", "array", "string")
    assert len(json.dumps(plain)) < 1_000_000


def test_conservative_schema() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "$defs": {
            "Kind": {"enum": ["a", "b"]},
            "Self": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Self"}}},
        },
        "properties": {
            "kind": {"$ref": "#/$defs/Kind"},
            "size": {"type": ["integer", "null"], "minimum": 1},
            "tags": {"type": "array"},
            "level": {"enum": [1, 2]},
            "either": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "A word"},
            "both": {
                "allOf": [{"properties": {"x": {"type": "string"}}}, {"properties": {"y": {"const": "z"}}}]
            },
            "deep": {"$ref": "#/$defs/Self"},
            "free": {"type": "object"},
        },
        "required": ["kind", "gone"],
    }
    plain = plain_schema(schema)
    found = plain["properties"]
    assert found["kind"] == {"type": "string", "enum": ["a", "b"]}
    assert found["size"]["type"] == "integer" and "minimum: 1" in found["size"]["description"]
    assert found["tags"]["items"] == {"type": "string"}
    assert "one of [1, 2]" in found["level"]["description"]
    assert found["either"] == {"type": "string", "description": "A word"}
    assert set(found["both"]["properties"]) == {"x", "y"} and found["both"]["properties"]["y"]["enum"] == [
        "z"
    ]
    assert found["free"]["type"] == "string" and plain["required"] == ["kind"]
    assert "$ref" not in str(plain) and "additionalProperties" not in str(plain)


def test_sdks_are_imported_only_where_they_are_used() -> None:
    code = (
        "import sys; sys.path[:0] = ['windmill', '.']; import f.chatbot.agent_loop;"
        "print([m for m in ('openai', 'google.genai', 'mcp', 'tiktoken') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
