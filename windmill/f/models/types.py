"""What the clients of the model vendors share: the candidate to ask, a completion, and the error in place of one."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import Any, Literal, TypedDict

from f.common.redaction import redact_keys

Kind = Literal["limit", "timeout", "server", "unreachable", "empty", "shape", "filtered", "key", "setting"]
# Worth another try at the same vendor, when there is no other one.
PASSING: tuple[Kind, ...] = ("limit", "server", "unreachable", "empty")
# Never handed to the next vendor: a bad key is to be mended, and what one vendor's filter stopped is not smuggled through another's.
FINAL: tuple[Kind, ...] = ("key", "filtered")
NO_KEY = "none"  # placeholder for no key: Windmill variables can't be empty
OWN_KEY = "store the tenant's own with windmill/deploy/tenants.py (TENANT_LLM_API_KEY)"

ADDRESS = "correct the vendor's address (base_url in the resource f/chatbot/llm; most end in /v1)"
# What the words of an error mean, of whatever status it is. The first that fits counts.
SAID = {
    "model": r"model_not_found|models?\b.{0,60}(?:not exist|not found|decommissioned)|not a valid model|invalid model|model not exist"
    r"|no models? loaded|access to model|deploymentnotfound|deployment .{0,40}not exist|not_found.*models/",
    "tools": r"support (?:for )?(?:the )?(?:tools?\b|tool use|tool calling|function)|requires --enable-auto-tool-choice"
    r"|(?:function calling|tool use|tool calling|tools) (?:is|are) not (?:enabled|supported|available)",
    "limit": r"tokens per (?:minute|day)|requests per|rate.?limit|insufficient.(?:balance|quota|credit|funds)|credit balance"
    r"|more credits|exceeded your current quota",
    "window": r"context[_ ](?:length|window|size)|maximum (?:context|prompt)|(?:prompt|input) is too long|too many tokens"
    r"|input token count|\binputs\b.{0,20}max_new_tokens|reduce the length of|exceeds? the (?:model's )?(?:maximum|limit of) \d+ tokens?",
    "key": r"api.key not valid|invalid.api.key|incorrect api key|api key is (?:missing|invalid)|no auth credentials|authentication_error",
    "filter": r"content_filter|content management policy",
    "address": r"unexpected endpoint",
    "template": r"jinja exception|roles? must alternate|system role",
}


class ModelError(Exception):
    """Why the model gave no reply, as a sentence for the operator. Never holds a key."""

    def __init__(self, kind: Kind, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind, self.retry_after_s = kind, retry_after_s


class Call(TypedDict):
    """A tool call that the model wants. `arguments` is what it wrote, parsed where it is a JSON object."""

    id: str
    name: str
    arguments: dict[str, Any] | str


class Completion(TypedDict):
    """One answer of the model. `message` is what goes back into the conversation when tools were called."""

    text: str
    tool_calls: list[Call]
    message: dict[str, Any]
    input_tokens: int
    output_tokens: int
    cut: bool


class Candidate(TypedDict):
    """A model that may be asked. `key_of`: whose key it is; `mend`: what an operator does about a missing or wrong one.

    api_key '': none. `options`: temperature, max_output_tokens, reasoning_effort; what is not there is the vendor's default.
    """

    provider: str
    model: str
    base_url: str
    api_key: str
    key_of: str
    mend: str
    options: dict[str, Any]


class Asked(TypedDict):
    """One request to a model, for the trace. `at`: when it began, in seconds since 1970."""

    provider: str
    model: str
    at: float
    ms: int
    input_tokens: int
    output_tokens: int
    error: str | None


def new_call_id() -> str:
    """An id for a call that the code makes: nine letters and digits, the only form that every vendor takes (Mistral refuses others)."""
    return token_hex(5)[:9]


def no_key(candidate: Candidate) -> ModelError:
    """No API key is configured for this vendor."""
    return ModelError(
        "key",
        f"the model {candidate['model']!r}: there is no key for {candidate['provider']}: {candidate['mend']}",
    )


def of_status(
    candidate: Candidate, status: int, code: str, message: str, retry_after_s: float | None = None
) -> ModelError:
    """A vendor's HTTP error as a ModelError, in a sentence that says what to fix. What its words say counts for more than its status."""
    model = f"the model {candidate['model']!r}"
    details = f"HTTP {status}: {redact_keys(message, [candidate['api_key']])[:300]}"
    lower = f"{code} {message}".lower()
    said = next((kind for kind, words in SAID.items() if re.search(words, lower)), "")
    if status in (401, 403) and "model_not_found" not in code.lower():
        said = "key"  # whatever else its words name
    if said == "model":
        return ModelError(
            "shape", f"{model} does not exist at its vendor: correct the chatbot's model ({details})"
        )
    if said == "tools":
        advice = "choose a model that can, or start its server with what the words name"
        return ModelError(
            "shape", f"{model} can't call tools, and the agent needs them: {advice} ({details})"
        )
    if said == "window" or (status == 413 and said != "limit"):
        advice = "shorten the chatbot's system prompt or its history_tokens"
        return ModelError(
            "shape", f"the conversation is longer than the window of {model}: {advice} ({details})"
        )
    if status in (429, 402) or said == "limit":
        return ModelError(
            "limit", f"{model}: its rate or spending limit is reached ({details})", retry_after_s
        )
    if said == "key":
        return ModelError(
            "key", f"{model}: {candidate['key_of']} was refused: {candidate['mend']} ({details})"
        )
    if said == "filter":
        return ModelError("filtered", f"{model}: the vendor's content filter refused the request ({details})")
    if status in (404, 405) or said == "address":
        return ModelError("shape", f"{model} is not asked where it is: {ADDRESS} ({details})")
    if status in (408, 504):
        return ModelError("timeout", f"{model} took too long ({details})", retry_after_s)
    # llama.cpp answers 500 where a model's template does not take the messages; any other one is passing, whatever its page is made with.
    if status == 409 or status > 500 or (status == 500 and said != "template"):
        return ModelError("server", f"{model}: its vendor is in trouble ({details})", retry_after_s)
    return ModelError("shape", f"{model} refused the request ({details})")
