# no_postinstall
# requirements: media
"""Google's Gemini API through `google-genai`. The conversation comes in OpenAI's form and is put into Gemini's here."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from f.models.tool_schemas import plain_schema
from f.models.types import ModelError, no_key, of_status

if TYPE_CHECKING:
    from f.models.types import Call, Candidate, Completion

# Gemini refuses a call in the history that lacks the signature it was made with. This one says: the call is not Gemini's own.
FOREIGN_CALL = b"skip_thought_signature_validator"
# Tokens of thought for each effort, of the models that take a number.
THINKING = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24576}
FILTERED = {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "LANGUAGE"}
MALFORMED = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE", "TOO_MANY_TOOL_CALLS"}


def ask_gemini(
    candidate: Candidate,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    seconds: float,
    signatures: dict[str, bytes],
    required: bool = False,
) -> Completion:
    """Asks once. `required`: the model must call a tool. `signatures`: by call id, kept for the turn."""
    from google import genai
    from google.genai import errors

    from f.common.deadline import run_with_deadline

    name = f"the model {candidate['model']!r}"
    if not candidate["api_key"]:
        raise no_key(candidate)
    options: Any = {"timeout": int(seconds * 1000)} | (
        {"base_url": candidate["base_url"]} if candidate["base_url"] else {}
    )
    client = genai.Client(api_key=candidate["api_key"], vertexai=False, http_options=options)
    try:
        contents, config = (
            _contents(messages, signatures),
            _config(messages, tools, candidate["options"], required),
        )
        answer = run_with_deadline(
            seconds,
            lambda: client.models.generate_content(
                model=candidate["model"], contents=contents, config=config
            ),
        )
    except errors.APIError as error:
        words = f"{error.message or error.details}"
        raise of_status(
            candidate,
            error.code or 500,
            f"{error.status} {error.details}",
            words,
            _retry_delay(error.details),
        ) from None
    except Exception as error:  # the SDK lets its HTTP library's own exceptions through, and those of parsing
        kind = type(error).__name__
        if "Timeout" in kind:
            raise ModelError("timeout", f"{name} did not answer within {seconds:.0f} s") from None
        raise ModelError(
            "unreachable", f"{name} can't be reached, or the connection was cut ({kind})"
        ) from None
    finally:
        client.close()
    return _read(answer, name, signatures)


def _config(
    messages: list[dict[str, Any]], tools: list[dict[str, Any]], options: dict[str, Any], required: bool
) -> Any:
    from google.genai import types

    declared = [
        types.FunctionDeclaration(
            name=tool["function"]["name"],
            description=tool["function"]["description"],
            parameters_json_schema=plain_schema(tool["function"]["parameters"]),
        )
        for tool in tools
    ]
    modes = types.FunctionCallingConfigMode
    mode = modes.ANY if required else modes.AUTO
    effort = options.get("reasoning_effort")
    return types.GenerateContentConfig(
        system_instruction="\n".join(m["content"] for m in messages if m["role"] == "system"),
        tools=[types.Tool(function_declarations=declared)] if declared else None,
        tool_config=types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode=mode))
        if declared
        else None,
        temperature=options.get("temperature"),
        max_output_tokens=options.get("max_output_tokens"),
        thinking_config=types.ThinkingConfig(thinking_budget=THINKING[effort]) if effort else None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def _contents(messages: list[dict[str, Any]], signatures: dict[str, bytes]) -> list[Any]:
    """OpenAI's messages as Gemini's contents: the answers to one round of calls stand together in one of them."""
    from google.genai import types

    contents: list[Any] = []
    names: dict[str, str] = {}
    for message in messages:
        role, parts = "user", []
        if message["role"] == "system":
            continue
        if message["role"] == "tool":
            name = names.get(message["tool_call_id"], "unknown")
            parts = [types.Part.from_function_response(name=name, response={"result": message["content"]})]
        else:
            role = "model" if message["role"] == "assistant" else "user"
            parts = _parts(message.get("content"))
        for call in message.get("tool_calls") or []:
            names[call["id"]] = call["function"]["name"]
            arguments = _object(call["function"]["arguments"])
            part = types.Part(function_call=types.FunctionCall(name=names[call["id"]], args=arguments))
            part.thought_signature = signatures.get(call["id"], FOREIGN_CALL)
            parts.append(part)
        if message["role"] == "tool" and contents and contents[-1].parts[0].function_response:
            contents[-1].parts.extend(parts)
        elif parts:
            contents.append(types.Content(role=role, parts=parts))
    return contents


def _parts(content: Any) -> list[Any]:
    """A message's text, or OpenAI's content parts: text, and pictures as data URLs."""
    from google.genai import types

    made = []
    items: list[Any] = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for item in items:
        if item["type"] == "text" and item["text"]:
            made.append(types.Part(text=item["text"]))
        elif item["type"] == "image_url":
            mime, _, data = item["image_url"]["url"].removeprefix("data:").partition(";base64,")
            made.append(types.Part.from_bytes(data=b64decode(data), mime_type=mime))
    return made


def _read(answer: Any, name: str, signatures: dict[str, bytes]) -> Completion:
    feedback = getattr(answer, "prompt_feedback", None)
    if not answer.candidates:
        reason = getattr(feedback, "block_reason", None)
        if reason:
            raise ModelError("filtered", f"{name}: the vendor's filter refused the request ({reason.name})")
        raise ModelError("server", f"{name} answered without a candidate")
    choice = answer.candidates[0]
    finish = choice.finish_reason.name if choice.finish_reason else "STOP"
    parts = (choice.content and choice.content.parts) or []
    text = "".join(part.text for part in parts if part.text and not part.thought).strip()
    calls: list[Call] = []
    for part in parts:
        if part.function_call:
            call_id = f"call_{secrets.token_hex(8)}"
            calls.append(
                {
                    "id": call_id,
                    "name": part.function_call.name or "",
                    "arguments": part.function_call.args or {},
                }
            )
            if part.thought_signature:
                signatures[call_id] = part.thought_signature
    if finish in FILTERED:
        raise ModelError("filtered", f"{name}: the vendor's content filter stopped the reply ({finish})")
    if finish in MALFORMED and not calls:
        raise ModelError("server", f"{name} wrote a tool call that its vendor could not read ({finish})")
    if finish == "MAX_TOKENS" and not text and not calls:
        raise ModelError(
            "setting", f"{name} reached its length limit before it said a word: raise its output limit"
        )
    used = answer.usage_metadata
    written = (used.candidates_token_count or 0) + (used.thoughts_token_count or 0) if used else 0
    return {
        "text": text,
        "tool_calls": calls,
        "message": _as_openai(text, calls),
        "input_tokens": (used.prompt_token_count or 0) if used else 0,
        "output_tokens": written,
        "cut": finish == "MAX_TOKENS",
    }


def _as_openai(text: str, calls: list[Call]) -> dict[str, Any]:
    made = [
        {
            "id": c["id"],
            "type": "function",
            "function": {"name": c["name"], "arguments": json.dumps(c["arguments"], ensure_ascii=False)},
        }
        for c in calls
    ]
    return {"role": "assistant", "content": text or None} | ({"tool_calls": made} if made else {})


def _object(arguments: str) -> dict[str, Any]:
    try:
        parsed = json.loads(arguments or "{}")
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {"unreadable": arguments[:200]}


def _retry_delay(details: Any) -> float | None:
    """The wait that a Gemini error asks for, such as {"retryDelay": "7s"} among its details."""
    error = details.get("error", details) if isinstance(details, dict) else {}
    for detail in error.get("details") or [] if isinstance(error, dict) else []:
        delay = str(detail.get("retryDelay") or "") if isinstance(detail, dict) else ""
        if delay.endswith("s") and delay[:-1].replace(".", "", 1).isdigit():
            return float(delay[:-1])
    return None
