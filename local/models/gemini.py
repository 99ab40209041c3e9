"""POST /v1/models/{model}:generateContent: the same models behind Gemini's protocol, with its parts, its errors and its key header."""

import base64
import re
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.meta import voice
from local.models.chat import MODELS, reply_to, tokens
from local.models.media import words_heard
from local.models.protocol import Reply, parse, text_of
from local.models.wire import ApiError, json_response, read_json

STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 413: "INVALID_ARGUMENT"}


async def generate_content(request: Request) -> Response:
    """The endpoint. Its errors have Google's shape."""
    name, _, method = request.path_params["call"].rpartition(":")
    try:
        if name.endswith("-tts") and method == "generateContent":
            return spoken(name, await read_json(request))
        if name not in MODELS or method != "generateContent":
            raise ApiError(f"models/{name} is not found for this API version.", status=404)
        body = await read_json(request)
        wanted = parse(as_openai(name, body))
        heard = _heard(body)
        answered = (
            Reply(heard)
            if heard is not None
            else await run_in_threadpool(reply_to, wanted, request.app.state.encoder)
        )
    except ApiError as error:
        return error_body(error.status, error.message)
    read = sum(tokens(text_of(message.get("content"))) for message in wanted.messages)
    return json_response(_shape(name, answered, read))


def spoken(model: str, body: dict[str, Any]) -> Response:
    """A model that speaks: Opus in Ogg where the format is asked for, else bare samples, as Google answers."""
    text = "\n".join(str(part.get("text", "")) for part in _parts(body["contents"][-1]))
    config = _get(body, "generationConfig") or {}
    if _get(config, "responseModalities") != ["AUDIO"]:
        raise ApiError("The requested combination of response modalities is not supported by the model.")
    formats = [_get(one, "audio") or {} for one in _get(config, "responseFormat") or []]
    in_ogg = any(_get(one, "mimeType") == "audio/ogg_opus" for one in formats)
    kind, sound = (
        ("audio/ogg_opus", voice.ogg(text)) if in_ogg else ("audio/L16;codec=pcm;rate=24000", bytes(4800))
    )
    part = {"inlineData": {"mimeType": kind, "data": base64.b64encode(sound).decode()}}
    usage = {
        "promptTokenCount": tokens(text),
        "candidatesTokenCount": 25,
        "totalTokenCount": tokens(text) + 25,
    }
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    return json_response({"candidates": [candidate], "usageMetadata": usage, "modelVersion": model})


def error_body(status: int, message: str) -> Response:
    """An error as Google writes it."""
    error = {"code": status, "message": message, "status": STATUS.get(status, "INTERNAL")}
    return JSONResponse({"error": error}, status)


def as_openai(model: str, body: dict[str, Any]) -> dict[str, Any]:
    """A request in OpenAI's form."""
    system = "\n".join(str(part.get("text", "")) for part in _parts(_get(body, "systemInstruction")))
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    waiting: list[tuple[str, str]] = []  # calls without a response yet: id, name
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        raise ApiError("* GenerateContentRequest.contents: contents is not specified")
    for content in contents:
        responses = [
            _get(part, "functionResponse") for part in _parts(content) if _get(part, "functionResponse")
        ]
        if responses:
            messages += [_outcome(response, waiting) for response in responses]
        else:
            messages.append(_message(content, waiting, f"call_{len(messages)}"))
    config = _get(body, "generationConfig") or {}
    asked: dict[str, Any] = {"model": model, "messages": messages}
    if _get(config, "responseJsonSchema") or _get(config, "responseSchema"):
        asked["response_format"] = {"type": "json_schema"}
    groups = body.get("tools") or []
    if tools := [_tool(entry) for group in groups for entry in _get(group, "functionDeclarations") or []]:
        mode = (_get(_get(body, "toolConfig") or {}, "functionCallingConfig") or {}).get("mode") or "AUTO"
        asked |= {"tools": tools, "tool_choice": {"NONE": "none", "ANY": "required"}.get(mode, "auto")}
    return asked


def _message(content: dict[str, Any], waiting: list[tuple[str, str]], call_id: str) -> dict[str, Any]:
    """One of Gemini's contents as a message; its calls then wait for their responses."""
    parts = _parts(content)
    calls = []
    for place, call in enumerate(_get(part, "functionCall") for part in parts if _get(part, "functionCall")):
        waiting.append((f"{call_id}_{place}", str(call.get("name"))))
        function = {"name": call.get("name"), "arguments": orjson.dumps(call.get("args") or {}).decode()}
        calls.append({"id": f"{call_id}_{place}", "type": "function", "function": function})
    message: dict[str, Any] = {
        "role": "assistant" if content.get("role") == "model" else "user",
        "content": [_part(part) for part in parts if "text" in part or _get(part, "inlineData")],
    }
    return message | ({"tool_calls": calls} if calls else {})


def _outcome(response: dict[str, Any], waiting: list[tuple[str, str]]) -> dict[str, Any]:
    """A function's response as a tool message."""
    found = next((entry for entry in waiting if entry[1] == response.get("name")), None)
    if found is None:
        raise ApiError(
            "Please ensure that function response turn comes immediately after a function call turn."
        )
    waiting.remove(found)
    value = response.get("response") or {}
    result = value.get("result")
    text = result if isinstance(result, str) else orjson.dumps(value).decode()
    return {"role": "tool", "tool_call_id": found[0], "content": text}


def _get(value: dict[str, Any], name: str) -> Any:
    """A field under its JSON name or its proto name: Google's API takes both, and its SDK writes both."""
    return value.get(name, value.get(re.sub(r"([A-Z])", r"_\1", name).lower()))


def _parts(content: object) -> list[dict[str, Any]]:
    parts = content.get("parts") if isinstance(content, dict) else None
    return [part for part in parts or [] if isinstance(part, dict)]


def _data(inline: dict[str, Any]) -> str:
    """Plain base64; Google's clients write it for URLs."""
    return str(inline.get("data")).replace("-", "+").replace("_", "/")


def _part(part: dict[str, Any]) -> dict[str, Any]:
    if "text" in part:
        return {"type": "text", "text": str(part["text"])}
    inline = _get(part, "inlineData")
    mime = str(_get(inline, "mimeType"))
    if mime.startswith("image/"):
        return {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{_data(inline)}"}}
    return {"type": "input_audio", "input_audio": {"data": _data(inline)}}


def _heard(body: dict[str, Any]) -> str | None:
    """What a sound among the newest parts says; None: there is no sound."""
    inlines = [_get(part, "inlineData") or {} for part in _parts(body["contents"][-1])]
    sounds = [inline for inline in inlines if str(_get(inline, "mimeType")).startswith("audio/")]
    return (
        " ".join(words_heard(base64.b64decode(_data(sound))) for sound in sounds).strip() if sounds else None
    )


def _tool(declared: dict[str, Any]) -> dict[str, Any]:
    parameters = _get(declared, "parametersJsonSchema") or declared.get("parameters") or {}
    function = {
        "name": declared.get("name"),
        "description": declared.get("description"),
        "parameters": parameters,
    }
    return {"type": "function", "function": function}


def _shape(model: str, reply: Reply, read: int) -> dict[str, Any]:
    """The answer as Google writes it."""
    signature = base64.b64encode(b"local").decode()
    parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
    for call in reply.calls:
        parts.append(
            {"functionCall": {"name": call.name, "args": call.arguments}, "thoughtSignature": signature}
        )
    written = tokens(reply.text or str(reply.calls))
    usage = {"promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written}
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model}
