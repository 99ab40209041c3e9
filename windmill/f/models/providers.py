# no_postinstall
# requirements: media
"""Asks the model vendors: which, in which order, and which errors are a reason to ask the next one.

The SDK of a vendor is imported only when that vendor is asked: each costs half a second.
"""

from __future__ import annotations

import json
import time
from typing import Any, Protocol

from f.common.redaction import sanitise_strings
from f.models.loose_json import as_object
from f.models.model_text import (
    bounded,
    says_nothing,
    spoken,
    without_repetition,
    without_thoughts,
    without_tokens,
)
from f.models.openai_dialects import without_thoughts_of_others
from f.models.types import (
    FINAL,
    NO_KEY,
    OWN_KEY,
    PASSING,
    Asked,
    Call,
    Candidate,
    Completion,
    ModelError,
    new_call_id,
)
from f.models.written_calls import GIVEN, NAMES, REPLY, TEXTS, calls_in, channel_calls, known_name

OPTIONS = (
    "temperature",
    "max_output_tokens",
    "reasoning_effort",
)  # settings that go to the vendor as they are
RETRIES = 2
LONGEST_WAIT_S = 8.0


class ModelSettings(Protocol):
    """A chatbot's choice of models, of its ChatbotSettings; None: the platform's."""

    @property
    def provider(self) -> str | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def fallbacks(self) -> list[dict[str, Any]]: ...


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
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]],
        seconds: float,
        required: bool = False,
    ) -> Completion:
        """Asks until one answers. `required`: it must call one of the tools, where its server can be told so. Raises the last ModelError."""
        deadline = time.monotonic() + seconds
        tries = 0
        while True:
            left = max(deadline - time.monotonic(), 1.0)
            # A vendor that hangs must leave time for its successor.
            patience = left / 2 if len(self._candidates) > 1 else left
            try:
                return self._ask(messages, tools, patience, required)
            except ModelError as problem:
                if problem.kind in FINAL:
                    raise
                if problem.kind == "empty" and not tries and time.monotonic() + 1 < deadline:
                    tries += 1  # servers answer with nothing now and then: once more, then the next one
                    continue
                if len(self._candidates) > 1:
                    print(f"next model: {problem}")
                    del self._candidates[0]
                    without_thoughts_of_others(messages)
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
        self, messages: list[dict[str, Any]], tools: list[dict[str, Any]], seconds: float, required: bool
    ) -> Completion:
        candidate, started = self.current, time.monotonic()
        entry: Asked = {
            "provider": candidate["provider"],
            "model": candidate["model"],
            "at": round(time.time(), 3),
            "ms": 0,
            "input_tokens": 0,
            "output_tokens": 0,
            "error": None,
        }
        self.asked.append(entry)
        try:
            answer = sanitise_strings(self._of_vendor(candidate, messages, tools, seconds, required))
            completion = cleaned(answer, tools)
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
        seconds: float,
        required: bool,
    ) -> Completion:
        if candidate["provider"] == "openai":
            from f.models.openai_chat import ask_openai

            return ask_openai(candidate, messages, tools, seconds, required)
        if candidate["provider"] == "gemini":
            from f.models.gemini_chat import ask_gemini

            return ask_gemini(candidate, messages, tools, seconds, self.signatures, required)
        raise ModelError(
            "setting", f"the provider {candidate['provider']!r} is not known here: use openai or gemini"
        )


def cleaned(completion: Completion, tools: list[dict[str, Any]]) -> Completion:
    """A completion without the model's thoughts and control tokens, with the calls that it wrote as text. Raises ModelError: it is empty."""
    offered = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
    calls = [_as_offered(call, offered) for call in completion["tool_calls"]]
    if offered:
        text, written = _read(completion["text"], set(offered), not calls)
    else:  # no customer reads it: a list of yes and no may well repeat itself
        text, written = without_tokens(without_thoughts(completion["text"])), []
    calls += [Call(id=new_call_id(), name=call["name"], arguments=call["arguments"]) for call in written]
    cut = completion["cut"] or bounded(text) != text
    text = without_repetition(bounded(text)) if offered else bounded(text)
    for call in calls:
        given = call["arguments"]
        key = next((k for k in TEXTS if given.get(k)), "") if isinstance(given, dict) else ""
        if call["name"] == REPLY and isinstance(given, dict) and isinstance(given.get(key), str):
            inside = spoken(given[key])
            cut = cut or bounded(inside) != inside
            inside = "" if says_nothing(inside) else without_repetition(bounded(inside))
            call["arguments"] = {**given, key: inside}
    if not text and not calls:
        raise ModelError("empty", "the model returned an empty reply")
    message = completion["message"]
    if calls != completion["tool_calls"] or text != completion["text"]:
        message = {**message, "content": text or None} | (
            {"tool_calls": [_as_function(c) for c in calls]} if calls else {}
        )
    return {**completion, "text": text, "tool_calls": calls, "message": message, "cut": cut}


def _read(text: str, offered: set[str], calling: bool) -> tuple[str, list[dict[str, Any]]]:
    """What a customer may read of a text, and the calls in it. `calling`: calls in it count; else they only go."""
    calls = channel_calls(text, offered) if calling else []
    text = without_thoughts(text)
    for _ in range(2):  # the marks of calls are control tokens, too; and tokens may stand before a call
        rest, found = calls_in(text, offered)
        text = without_tokens(rest)
        calls = calls or (found if calling else [])
        if calls or text == rest:
            break
    return "" if says_nothing(text) else text, calls


def _as_offered(call: Call, offered: dict[str, dict[str, Any]]) -> Call:
    """A call with the name under which its tool is offered, and without a second envelope around its arguments."""
    name = known_name(call["name"], set(offered)) or call["name"]
    given = call["arguments"]
    inner = [key for key in given if key in GIVEN] if isinstance(given, dict) else []
    known = (offered.get(name) or {}).get("properties") or {}
    if (
        isinstance(given, dict)
        and len(inner) == 1
        and not given.keys() - {*inner, *NAMES}
        and inner[0] not in known
    ):
        given = as_object(given[inner[0]]) or given
    return Call(id=call["id"], name=name, arguments=given)


def _as_function(call: Call) -> dict[str, Any]:
    written = (
        call["arguments"]
        if isinstance(call["arguments"], str)
        else json.dumps(call["arguments"], ensure_ascii=False)
    )
    return {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": written}}


def candidates_of(llm: dict[str, Any], settings: ModelSettings, tenant_key: str | None) -> list[Candidate]:
    """The chatbot's model and its fallbacks. The tenant's own key is used with the vendor of its chatbot, the platform's with any other."""
    first = {
        "provider": settings.provider or llm.get("provider") or "openai",
        "model": settings.model,
    }
    chosen = {name: getattr(settings, name, None) for name in OPTIONS}
    options = {name: value for name, value in chosen.items() if value is not None}
    candidates = []
    for wanted in (first, *settings.fallbacks):
        provider = str(wanted.get("provider") or first["provider"])
        at_home = provider == (llm.get("provider") or "openai")
        theirs = tenant_key if provider == first["provider"] else None
        key = str(theirs or llm.get("api_key" if at_home else f"{provider}_api_key") or "").strip()
        name = "llm" if at_home else provider
        variable = f"f/chatbot/{name}_api_key ({name.upper()}_API_KEY at deployment)"
        candidates.append(
            Candidate(
                provider=provider,
                model=str(wanted.get("model") or (llm.get("model") if at_home else "") or ""),
                base_url=str(llm.get("base_url" if at_home else f"{provider}_base_url") or ""),
                api_key="" if key == NO_KEY else key,
                key_of="the tenant's own key" if theirs else "the platform's key",
                options=options,
                mend=f"{OWN_KEY} again" if theirs else f"put it into the variable {variable}, or {OWN_KEY}",
            )
        )
    return candidates
