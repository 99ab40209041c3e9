# no_postinstall
# requirements: media
"""One small seam in front of the model vendors: which are asked, in which order, and what counts as a reason to ask the next one.

The SDK of a vendor is imported only when that vendor is asked: each costs half a second.
"""

from __future__ import annotations

import time
from typing import Any, Literal, TypedDict

from f.common.references import redact_keys, sanitise_value

Kind = Literal["limit", "timeout", "server", "unreachable", "shape", "filtered", "key", "setting"]
# Worth another try at the same vendor, when there is no other one.
PASSING: tuple[Kind, ...] = ("limit", "server", "unreachable")
# Never handed to the next vendor: a bad key is to be mended, and what one vendor's filter stopped is not smuggled through another's.
FINAL: tuple[Kind, ...] = ("key", "filtered")
NO_KEY = "none"  # what stands in a variable that must hold something
OWN_KEY = "store the tenant's own with windmill/deploy/tenants.py (TENANT_LLM_API_KEY)"
RETRIES = 2
LONGEST_WAIT_S = 8.0


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
    """A model that may be asked. `key_of`: whose key it is; `mend`: what an operator does about a missing or wrong one. api_key '': none."""

    provider: str
    model: str
    base_url: str
    api_key: str
    key_of: str
    mend: str


class Asked(TypedDict):
    """One request to a model, for the trace."""

    provider: str
    model: str
    ms: int
    input_tokens: int
    output_tokens: int
    error: str | None


class Models:
    """The models of one turn, in their order. Once one has failed over, the next rounds stay with its successor."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self._candidates = list(candidates)
        self.asked: list[Asked] = []
        self.signatures: dict[str, bytes] = {}  # what Gemini wants back with a call that it made

    @property
    def current(self) -> Candidate:
        return self._candidates[0]

    def complete(
        self, messages: list[dict[str, Any]], tools: list[dict[str, Any]], closing: bool, seconds: float
    ) -> Completion:
        """Asks until one answers. `closing`: the model is to reply now, without another tool. Raises the last ModelError."""
        deadline = time.monotonic() + seconds
        tries = 0
        while True:
            left = max(deadline - time.monotonic(), 1.0)
            # A vendor that hangs must leave time for its successor.
            patience = left / 2 if len(self._candidates) > 1 else left
            try:
                return self._ask(messages, tools, closing, patience)
            except ModelError as problem:
                if problem.kind in FINAL:
                    raise
                if len(self._candidates) > 1:
                    print(f"next model: {problem}")
                    del self._candidates[0]
                    tries = 0
                    continue
                tries += 1
                wait = min(problem.retry_after_s or 0.5 * 2**tries, LONGEST_WAIT_S)
                if (
                    problem.kind not in PASSING
                    or tries > RETRIES
                    or time.monotonic() + wait + 1 > deadline
                    or (problem.retry_after_s or 0) > LONGEST_WAIT_S
                ):
                    raise
                time.sleep(wait)

    def _ask(
        self, messages: list[dict[str, Any]], tools: list[dict[str, Any]], closing: bool, seconds: float
    ) -> Completion:
        candidate, started = self.current, time.monotonic()
        entry: Asked = {
            "provider": candidate["provider"],
            "model": candidate["model"],
            "ms": 0,
            "input_tokens": 0,
            "output_tokens": 0,
            "error": None,
        }
        self.asked.append(entry)
        try:
            completion: Completion = sanitise_value(
                self._of_vendor(candidate, messages, tools, closing, seconds)
            )
        except ModelError as problem:
            entry["error"] = str(problem)
            raise
        finally:
            entry["ms"] = round((time.monotonic() - started) * 1000)
        entry["input_tokens"], entry["output_tokens"] = (
            completion["input_tokens"],
            completion["output_tokens"],
        )
        return completion

    def _of_vendor(
        self,
        candidate: Candidate,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]],
        closing: bool,
        seconds: float,
    ) -> Completion:
        if candidate["provider"] == "openai":
            from f.models.openai_chat import ask_openai

            return ask_openai(candidate, messages, tools, closing, seconds)
        if candidate["provider"] == "gemini":
            from f.models.gemini_chat import ask_gemini

            return ask_gemini(candidate, messages, tools, closing, seconds, self.signatures)
        raise ModelError(
            "setting", f"the provider {candidate['provider']!r} is not known here: use openai or gemini"
        )


def candidates_of(
    llm: dict[str, Any], chatbot: dict[str, Any], fallbacks: list[dict[str, Any]], own_key: str | None
) -> list[Candidate]:
    """The chatbot's model and its fallbacks. The tenant's own key is used with the vendor of its chatbot, the platform's with any other."""
    first = {
        "provider": chatbot.get("provider") or llm.get("provider") or "openai",
        "model": chatbot.get("model"),
    }
    found = []
    for wanted in (first, *fallbacks):
        provider = str(wanted.get("provider") or first["provider"])
        at_home = provider == (llm.get("provider") or "openai")
        theirs = own_key if provider == first["provider"] else None
        key = str(theirs or llm.get("api_key" if at_home else f"{provider}_api_key") or "").strip()
        name = "llm" if at_home else provider
        variable = f"f/chatbot/{name}_api_key ({name.upper()}_API_KEY at deployment)"
        found.append(
            Candidate(
                provider=provider,
                model=str(wanted.get("model") or (llm.get("model") if at_home else "") or ""),
                base_url=str(llm.get("base_url" if at_home else f"{provider}_base_url") or ""),
                api_key="" if key == NO_KEY else key,
                key_of="the tenant's own key" if theirs else "the platform's key",
                mend=f"{OWN_KEY} again" if theirs else f"put it into the variable {variable}, or {OWN_KEY}",
            )
        )
    return found


def no_key(candidate: Candidate) -> ModelError:
    """There is none to ask the vendor with."""
    return ModelError(
        "key",
        f"the model {candidate['model']!r}: there is no key for {candidate['provider']}: {candidate['mend']}",
    )


def of_status(
    candidate: Candidate, status: int, code: str, message: str, retry_after_s: float | None = None
) -> ModelError:
    """A vendor's HTTP error as a ModelError, in a sentence that says what to mend."""
    model = f"the model {candidate['model']!r}"
    said = f"HTTP {status}: {redact_keys(message, [candidate['api_key']])[:300]}"
    lower = f"{code} {message}".lower()
    if status in (401, 403) or "api key not valid" in lower or "invalid_api_key" in lower:
        return ModelError("key", f"{model}: {candidate['key_of']} was refused: {candidate['mend']} ({said})")
    if "content_filter" in lower or "content management policy" in lower:
        return ModelError("filtered", f"{model}: the vendor's content filter refused the request ({said})")
    if status == 404:
        return ModelError(
            "shape", f"{model} does not exist at its vendor: correct the chatbot's model ({said})"
        )
    if "context_length" in lower or "context length" in lower or "input token count" in lower:
        advice = "shorten the chatbot's system prompt or its history_tokens"
        return ModelError(
            "shape", f"the conversation is longer than the window of {model}: {advice} ({said})"
        )
    if status == 429:
        return ModelError("limit", f"{model}: its rate or spending limit is reached ({said})", retry_after_s)
    if status in (408, 504):
        return ModelError("timeout", f"{model} took too long ({said})", retry_after_s)
    if status >= 500 or status == 409:
        return ModelError("server", f"{model}: its vendor is in trouble ({said})", retry_after_s)
    return ModelError("shape", f"{model} refused the request ({said})")
