# requirements:
# openai==3.54.0
# google-genai==3.4.0
# httpx2==2.16.2
"""OpenAI's chat-completions API, and every server that speaks it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from f.common.redaction import redact_keys
from f.models.tool_schemas import conservative
from f.models.types import NO_KEY, ModelError, no_key, of_status

if TYPE_CHECKING:
    from f.models.types import Call, Candidate, Completion


def ask_openai(
    candidate: Candidate,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    closing: bool,
    seconds: float,
) -> Completion:
    """Asks once. Tool schemas that the server rejects are offered a second time in their simplest form."""
    deadline = time.monotonic() + seconds
    try:
        return _ask(candidate, messages, tools, closing, seconds)
    except ModelError as problem:
        words = str(problem).lower()
        if (
            problem.kind != "shape"
            or not tools
            or not ("schema" in words or "function" in words or "tool" in words)
        ):
            raise
        print(f"tool schemas are simplified: {problem}")
        return _ask(candidate, messages, conservative(tools), closing, max(deadline - time.monotonic(), 0.1))


def _ask(
    candidate: Candidate, messages: list[Any], tools: list[Any], closing: bool, seconds: float
) -> Completion:
    if not candidate["api_key"] and not candidate["base_url"]:
        raise no_key(candidate)  # another server may want none
    import openai

    from f.common.deadline import run_with_deadline
    from f.common.http_clients import tls

    request: dict[str, Any] = {"model": candidate["model"], "messages": messages}
    if tools:
        request |= {"tools": tools} | ({"tool_choice": "none"} if closing else {})
    name = f"the model {candidate['model']!r}"
    try:
        with openai.OpenAI(
            api_key=candidate["api_key"] or NO_KEY,
            base_url=candidate["base_url"] or None,
            timeout=seconds,
            max_retries=0,  # what is tried again, and where, is decided in one place
            http_client=openai.DefaultHttpxClient(verify=tls(candidate["base_url"] or "https:")),
        ) as client:
            answer = run_with_deadline(seconds, lambda: client.chat.completions.create(**request))
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
    text = (message.content or "").strip()
    calls: list[Call] = [
        {"id": call.id, "name": call.function.name, "arguments": _parsed(call.function.arguments)}
        for call in message.tool_calls or []
        if call.type == "function"
    ]
    if choice.finish_reason == "content_filter":
        raise ModelError("filtered", f"{name}: the vendor's content filter stopped the reply")
    if choice.finish_reason == "length" and not text and not calls:
        raise ModelError(
            "setting", f"{name} reached its length limit before it said a word: raise its output limit"
        )
    back = message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"})
    return {
        "text": text or str(getattr(message, "refusal", None) or ""),
        "tool_calls": calls,
        "message": {"content": None, **back},
        "input_tokens": _tokens(answer.usage, "prompt_tokens"),
        "output_tokens": _tokens(answer.usage, "completion_tokens"),
        "cut": choice.finish_reason == "length",
    }


def _tokens(usage: Any, name: str) -> int:
    """Not every server counts: some send no usage, an empty one, or null."""
    count = getattr(usage, name, None)
    return count if isinstance(count, int) else 0


def _parsed(arguments: str) -> dict[str, Any] | str:
    try:
        parsed = json.loads(arguments or "{}")
    except ValueError:
        return arguments
    return parsed if isinstance(parsed, dict) else arguments


def _seconds(headers: Any) -> float | None:
    """What the vendor's rate-limit headers ask to wait."""
    try:
        if headers.get("retry-after-ms"):
            return float(headers["retry-after-ms"]) / 1000
        return float(headers["retry-after"]) if headers.get("retry-after") else None
    except ValueError:
        return None  # a date: the usual waits do
