"""What the clients of the model vendors share: the candidate to ask, a completion, and the error in place of one."""

from __future__ import annotations

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
    """A vendor's HTTP error as a ModelError, in a sentence that says what to fix."""
    model = f"the model {candidate['model']!r}"
    details = f"HTTP {status}: {redact_keys(message, [candidate['api_key']])[:300]}"
    lower = f"{code} {message}".lower()
    if status in (401, 403) or "api key not valid" in lower or "invalid_api_key" in lower:
        return ModelError(
            "key", f"{model}: {candidate['key_of']} was refused: {candidate['mend']} ({details})"
        )
    if "content_filter" in lower or "content management policy" in lower:
        return ModelError("filtered", f"{model}: the vendor's content filter refused the request ({details})")
    if status == 404:
        return ModelError(
            "shape", f"{model} does not exist at its vendor: correct the chatbot's model ({details})"
        )
    if "context_length" in lower or "context length" in lower or "input token count" in lower:
        advice = "shorten the chatbot's system prompt or its history_tokens"
        return ModelError(
            "shape", f"the conversation is longer than the window of {model}: {advice} ({details})"
        )
    if status == 429:
        return ModelError(
            "limit", f"{model}: its rate or spending limit is reached ({details})", retry_after_s
        )
    if status in (408, 504):
        return ModelError("timeout", f"{model} took too long ({details})", retry_after_s)
    if status >= 500 or status == 409:
        return ModelError("server", f"{model}: its vendor is in trouble ({details})", retry_after_s)
    return ModelError("shape", f"{model} refused the request ({details})")
