# no_postinstall
# requirements: media
"""OpenAI's chat-completions API, and every server that speaks it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from f.common.redaction import redact_keys
from f.models.openai_dialects import calls_of, merged, message_back, text_of
from f.models.tool_schemas import conservative
from f.models.types import NO_KEY, ModelError, no_key, of_status

if TYPE_CHECKING:
    from f.models.types import Candidate, Completion


def ask_openai(
    candidate: Candidate,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    seconds: float,
    required: bool = False,
) -> Completion:
    """Asks once. What the server does not take of the tools' schemas and of the options is left out, and it is asked again."""
    deadline = time.monotonic() + seconds
    request: dict[str, Any] = {"messages": merged(messages), **_options(candidate)}
    if tools:
        request["tools"] = tools
    if tools and required:
        request["tool_choice"] = "required"
    while True:
        try:
            return _ask(candidate, request, max(deadline - time.monotonic(), 0.1))
        except ModelError as problem:
            if problem.kind != "shape" or not (simpler := _without_what_is_refused(request, str(problem))):
                raise
            print(f"asked again, more simply: {problem}")
            request = simpler


def _options(candidate: Candidate) -> dict[str, Any]:
    """The chatbot's options under the names of the API. Only OpenAI's own models refuse max_tokens, and other servers know no other name."""
    options = dict(candidate["options"])
    if limit := options.pop("max_output_tokens", None):
        theirs = not candidate["base_url"] or "openai.com" in candidate["base_url"]
        options["max_completion_tokens" if theirs else "max_tokens"] = limit
    return options


def _without_what_is_refused(request: dict[str, Any], words: str) -> dict[str, Any] | None:
    """The request without an option that the server's words name, or with its tools' schemas in their simplest form; None: nothing is left out."""
    for name in ("tool_choice", "temperature", "reasoning_effort", "max_tokens", "max_completion_tokens"):
        if name in request and name in words:
            return {key: value for key, value in request.items() if key != name}
    lower = words.lower()
    tools = request.get("tools")
    if tools and ("schema" in lower or "function" in lower or "tool" in lower):
        plain = conservative(tools)
        return None if plain == tools else {**request, "tools": plain}
    return None


def _ask(candidate: Candidate, request: dict[str, Any], seconds: float) -> Completion:
    if not candidate["api_key"] and not candidate["base_url"]:
        raise no_key(candidate)  # another server may want none
    import openai

    from f.common.deadline import run_with_deadline
    from f.common.http_clients import tls

    name = f"the model {candidate['model']!r}"
    try:
        with openai.OpenAI(
            api_key=candidate["api_key"] or NO_KEY,
            base_url=candidate["base_url"] or None,
            timeout=seconds,
            max_retries=0,  # what is tried again, and where, is decided in one place
            http_client=openai.DefaultHttpxClient(verify=tls(candidate["base_url"] or "https:")),
        ) as client:
            answer = run_with_deadline(
                seconds, lambda: client.chat.completions.create(model=candidate["model"], **request)
            )
    except openai.APIStatusError as error:
        after = _seconds(error.response.headers)
        raise of_status(candidate, error.status_code, str(error.code or ""), error.message, after) from None
    except (openai.APITimeoutError, TimeoutError):
        raise ModelError("timeout", f"{name} did not answer within {seconds:.0f} s") from None
    except openai.APIConnectionError as error:
        cause = type(error.__cause__ or error).__name__
        raise ModelError(
            "unreachable", f"{name} can't be reached, or the connection was cut ({cause})"
        ) from None
    except (openai.OpenAIError, ValueError) as error:
        raise ModelError(
            "server", f"{name} answered what is not of its protocol ({type(error).__name__})"
        ) from None
    try:
        return _read(answer, name)
    except (AttributeError, IndexError, TypeError):
        problem = str(getattr(answer, "error", None) or type(answer).__name__)
        words = redact_keys(problem, [candidate["api_key"]])[:200]
        raise ModelError("server", f"{name} answered what is not of its protocol ({words})") from None


def _read(answer: Any, name: str) -> Completion:
    choice = answer.choices[0]
    message = choice.message
    text, calls = text_of(message.content), calls_of(message)
    if choice.finish_reason == "content_filter":
        raise ModelError("filtered", f"{name}: the vendor's content filter stopped the reply")
    if choice.finish_reason == "length" and not text and not calls:
        raise ModelError(
            "setting", f"{name} reached its length limit before it said a word: raise its output limit"
        )
    return {
        "text": text or str(getattr(message, "refusal", None) or ""),
        "tool_calls": calls,
        "message": message_back(message, calls),
        "input_tokens": _tokens(answer.usage, "prompt_tokens"),
        "output_tokens": _tokens(answer.usage, "completion_tokens"),
        "cut": choice.finish_reason == "length",
    }


def _tokens(usage: Any, name: str) -> int:
    """Not every server counts: some send no usage, an empty one, or null."""
    count = getattr(usage, name, None)
    return count if isinstance(count, int) else 0


def _seconds(headers: Any) -> float | None:
    """What the vendor's rate-limit headers ask to wait."""
    try:
        if headers.get("retry-after-ms"):
            return float(headers["retry-after-ms"]) / 1000
        return float(headers["retry-after"]) if headers.get("retry-after") else None
    except ValueError:
        return None  # a date: the usual waits do
