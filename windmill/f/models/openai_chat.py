# no_postinstall
# requirements: media
"""OpenAI's chat-completions API, and every server that speaks it."""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, Any

from f.common.redaction import redact_keys
from f.models.embeddings import retry_after
from f.models.openai_dialects import body_of, calls_of, choice_of, merged, message_back, message_of, text_of
from f.models.openai_refusals import without_what_is_refused
from f.models.types import ADDRESS, NO_KEY, ModelError, no_key, of_status

if TYPE_CHECKING:
    from f.models.types import Candidate, Completion

FILTERED = {"content_filter", "safety", "recitation", "prohibited_content", "blocklist", "spii"}


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
            if problem.kind != "shape" or not (simpler := without_what_is_refused(request, str(problem))):
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
                seconds,
                lambda: client.chat.completions.with_raw_response.create(model=candidate["model"], **request),
            )
            content = answer.http_response.content
    except openai.APIStatusError as error:
        after = _seconds(error.response.headers)
        words = _words(error.message, error.param, error.response.text)
        raise of_status(candidate, error.status_code, str(error.code or ""), words, after) from None
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
    return _read(candidate, content, name)


def _words(message: str, param: Any, body: str) -> str:
    """What a server says of a refused request: its words, and the parameter that it names beside them; the body where the SDK found neither."""
    if re.fullmatch(r"Error code: \d+", message):
        return f"{message} - {body[:500]}"
    return f"{message} ({param})" if isinstance(param, str) and param not in message else message


def _read(candidate: Candidate, content: bytes, name: str) -> Completion:
    try:
        body = body_of(content)
        choice = choice_of(body)
        message = message_of(choice)
        text, calls = text_of(message.get("content")), calls_of(message)
    except (ValueError, AttributeError, TypeError, RecursionError):
        begin = redact_keys(content[:100].decode("utf-8", "replace"), [candidate["api_key"]])
        raise ModelError(
            "server", f"{name} answered what is not of its protocol: {ADDRESS} (it begins with {begin!r})"
        ) from None
    finish = str(choice.get("finish_reason") or choice.get("done_reason") or "").lower()
    if not text and not calls and (error := _error(body, choice)):
        raise of_status(candidate, *error)
    if not choice:
        raise ModelError("server", f"{name} answered what is not of its protocol (no choices)")
    if finish in FILTERED:
        raise ModelError("filtered", f"{name}: the vendor's content filter stopped the reply ({finish})")
    if finish == "length" and not text and not calls:
        raise ModelError(
            "setting", f"{name} reached its length limit before it said a word: raise its output limit"
        )
    return {
        "text": text or str(message.get("refusal") or ""),
        "tool_calls": calls,
        "message": message_back(message, calls),
        "input_tokens": _tokens(body.get("usage"), "prompt_tokens"),
        "output_tokens": _tokens(body.get("usage"), "completion_tokens"),
        "cut": finish == "length",
    }


def _error(body: dict[str, Any], choice: dict[str, Any]) -> tuple[int, str, str] | None:
    """The error in an answer that says 200: its status, its code, its words. Proxies and vLLM send them so."""
    error = (
        body.get("error")
        or choice.get("error")
        or (body if body.get("object") == "error" else body.get("detail"))
    )
    if not error:
        return None
    said = error if isinstance(error, dict) else {"message": str(error)}
    code = str(said.get("code") or "")
    status = int(code) if code.isdigit() and 400 <= int(code) < 600 else 502
    return status, code or str(said.get("type") or ""), str(said.get("message") or said)[:500]


def _tokens(usage: Any, name: str) -> int:
    """Not every server counts: some send no usage, an empty one, null, or text."""
    count = usage.get(name) if isinstance(usage, dict) else None
    try:
        return max(int(count or 0), 0)
    except (ValueError, TypeError, OverflowError):
        return 0


def _seconds(headers: Any) -> float | None:
    """What the vendor's rate-limit headers ask to wait: milliseconds, seconds, or a date. None where they make no sense, or ask for no wait."""
    try:
        wait = float(headers.get("retry-after-ms") or "nan") / 1000
    except ValueError:
        wait = math.nan
    return wait if math.isfinite(wait) and wait >= 0 else retry_after(headers) or None
