"""POST /v1/models/{model}:generateContent: the same models behind Gemini's protocol, with its parts, its errors and its key header."""

import base64
import re
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.models.chat import MODELS, reply_to, tokens
from local.models.errors import ApiError
from local.models.protocol import ChatRequest, Reply, parse, text_of
from local.models.speech import words_of
from local.models.wire import MEDIA_BODY, json_response, read_json

STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 413: "INVALID_ARGUMENT"}


async def generate_content(request: Request) -> Response:
    """The endpoint. Its errors have Google's shape."""
    try:
        return await _answer(request)
    except ApiError as error:
        return error_body(error.status, error.message)


async def _answer(request: Request) -> Response:
    name, _, method = request.path_params["call"].rpartition(":")
    if name not in MODELS:
        raise ApiError(f"models/{name} is not found for this API version.", status=404)
    if method != "generateContent":
        raise ApiError(f"The method {method} is not supported.", status=404)
    body = await read_json(request, MEDIA_BODY)
    heard = _heard(body)
    wanted = parse(as_openai(name, body))
    reply = (
        Reply(heard)
        if heard is not None
        else await run_in_threadpool(reply_to, wanted, request.app.state.encoder)
    )
    return json_response(_shape(wanted, reply))


def as_openai(model: str, body: dict[str, Any]) -> dict[str, Any]:
    """A request in the form that the models here understand."""
    messages: list[dict[str, Any]] = []
    system = "\n".join(str(part.get("text", "")) for part in _parts(_get(body, "systemInstruction")))
    if system:
        messages.append({"role": "system", "content": system})
    waiting: list[tuple[str, str]] = []  # calls without a response yet: id, name
    for content in _list(body, "contents"):
        parts = _parts(content)
        given = [_get(part, "functionResponse") for part in parts if _get(part, "functionResponse")]
        if given:
            messages += [_outcome(response, waiting) for response in given]
        else:
            messages.append(_message(content, parts, waiting, f"call_{len(messages)}"))
    groups = body.get("tools") or []
    tools = [_tool(entry) for group in groups for entry in _get(group, "functionDeclarations") or []]
    asked: dict[str, Any] = {"model": model, "messages": messages}
    if tools:
        mode = (_get(_get(body, "toolConfig") or {}, "functionCallingConfig") or {}).get("mode") or "AUTO"
        asked |= {"tools": tools, "tool_choice": {"NONE": "none", "ANY": "required"}.get(mode, "auto")}
    return asked


def _message(
    content: dict[str, Any], parts: list[dict[str, Any]], waiting: list[tuple[str, str]], call_id: str
) -> dict[str, Any]:
    """One of Gemini's contents as a message; its calls then wait for their responses."""
    message: dict[str, Any] = {
        "role": "assistant" if content.get("role") == "model" else "user",
        "content": [_part(part) for part in parts if "text" in part or _get(part, "inlineData")],
    }
    made = [_get(part, "functionCall") for part in parts if _get(part, "functionCall")]
    calls = []
    for place, call in enumerate(made):
        key, name = f"{call_id}_{place}", str(call.get("name"))
        waiting.append((key, name))
        function = {"name": name, "arguments": orjson.dumps(call.get("args") or {}).decode()}
        calls.append({"id": key, "type": "function", "function": function})
    return message | ({"tool_calls": calls} if calls else {})


def _outcome(response: dict[str, Any], waiting: list[tuple[str, str]]) -> dict[str, Any]:
    """A function's response as a tool message."""
    found = next((entry for entry in waiting if entry[1] == response.get("name")), None)
    if found is None:
        raise ApiError(
            "Please ensure that function response turn comes immediately after a function call turn."
        )
    waiting.remove(found)
    return {"role": "tool", "tool_call_id": found[0], "content": _spoken(response.get("response"))}


def _get(value: dict[str, Any], name: str) -> Any:
    """A field under its JSON name or its proto name: Google's API takes both, and its SDK writes both."""
    return value.get(name, value.get(re.sub(r"([A-Z])", r"_\1", name).lower()))


def _list(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(entry, dict) for entry in found):
        raise ApiError(f"* GenerateContentRequest.{name}: {name} is not specified")
    return found


def _parts(content: object) -> list[dict[str, Any]]:
    parts = content.get("parts") if isinstance(content, dict) else None
    return [part for part in parts or [] if isinstance(part, dict)]


def _part(part: dict[str, Any]) -> dict[str, Any]:
    if "text" in part:
        return {"type": "text", "text": str(part["text"])}
    inline = _get(part, "inlineData")
    mime, data = str(_get(inline, "mimeType")), str(inline.get("data"))
    if mime.startswith("image/"):
        return {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{_standard(data)}"}}
    return {"type": "input_audio", "input_audio": {"data": _standard(data)}}


def _standard(data: str) -> str:
    """Google's clients write base64 for URLs."""
    return data.replace("-", "+").replace("_", "/")


def _heard(body: dict[str, Any]) -> str | None:
    """What a sound among the newest parts says; None: there is no sound."""
    contents = body.get("contents")
    parts = _parts(contents[-1]) if isinstance(contents, list) and contents else []
    given = [_get(part, "inlineData") or {} for part in parts]
    sounds = [inline for inline in given if str(_get(inline, "mimeType")).startswith("audio/")]
    if not sounds:
        return None
    return " ".join(words_of(base64.b64decode(_standard(str(sound["data"])))) for sound in sounds).strip()


def _spoken(response: object) -> str:
    result = response.get("result") if isinstance(response, dict) else None
    return result if isinstance(result, str) else orjson.dumps(response).decode()


def _tool(declared: dict[str, Any]) -> dict[str, Any]:
    parameters = (
        _get(declared, "parametersJsonSchema")
        or declared.get("parameters")
        or {"type": "object", "properties": {}}
    )
    function = {
        "name": declared.get("name"),
        "description": declared.get("description"),
        "parameters": parameters,
    }
    return {"type": "function", "function": function}


def _shape(wanted: ChatRequest, reply: Reply) -> dict[str, Any]:
    """The answer as Google writes it."""
    parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
    parts += [
        {
            "functionCall": {"name": call.name, "args": call.arguments},
            "thoughtSignature": base64.b64encode(b"local").decode(),
        }
        for call in reply.calls
    ]
    read = sum(tokens(text_of(message.get("content"))) for message in wanted.messages)
    written = tokens(reply.text or str(reply.calls))
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": written,
            "totalTokenCount": read + written,
        },
        "modelVersion": wanted.model,
    }


def error_body(status: int, message: str) -> Response:
    """An error as Google writes it."""
    error = {"code": status, "message": message, "status": STATUS.get(status, "INTERNAL")}
    return JSONResponse({"error": error}, status)
