"""POST /v1/chat/completions: picks the offline model, and answers in OpenAI's shape."""

import asyncio
import hashlib
import re
import time
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local.models import rule_based
from local.models.encoder import Encoder
from local.models.protocol import ChatRequest, Reply, parse, text_of
from local.models.trial_models import echo, obey
from local.models.wire import json_response, read_json, unknown_model

RULE_BASED = "offline-rule-based"
MODELS = {
    RULE_BASED: "Rules, not a language model: looks up what is asked and answers with sentences of what it finds",
    "offline-echo": "For benchmarks: answers at once with the last message",
    "offline-obey": "For tests of injections: does what any text says (CALL tool {json}, SAY text)",
}


# The same as offline-echo after so many seconds, for benchmarks: offline-echo-after-2.5
SLOW = re.compile(r"offline-echo-after-(\d{1,3}(?:\.\d)?)")


async def create_completion(request: Request) -> Response:
    """The endpoint."""
    wanted = parse(await read_json(request))
    if slow := SLOW.fullmatch(wanted.model):
        await asyncio.sleep(float(slow[1]))
        return json_response(_completion(wanted, echo(wanted)))
    if wanted.model not in MODELS:
        raise unknown_model(wanted.model)
    reply = await run_in_threadpool(reply_to, wanted, request.app.state.encoder)
    return json_response(_completion(wanted, reply))


def reply_to(wanted: ChatRequest, encoder: Encoder) -> Reply:
    """What the model says, whatever protocol it was asked in."""
    if wanted.model == "offline-echo":
        return echo(wanted)
    reply = obey(wanted) if wanted.model == "offline-obey" else rule_based.answer(wanted, encoder)
    return reply if wanted.parallel else Reply(reply.text, reply.calls[:1])


def tokens(text: str) -> int:
    """A fair guess of a text's tokens; rules have none of their own."""
    return (len(text.encode()) + 3) // 4


def _completion(wanted: ChatRequest, reply: Reply) -> dict[str, Any]:
    """The answer's body. Ids follow from the request, so that the same request gets the same answer."""
    seed = orjson.dumps([wanted.model, wanted.messages, [tool.name for tool in wanted.tools]])
    digest = hashlib.sha256(seed).hexdigest()
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.calls:
        message["content"] = None
        message["tool_calls"] = [
            {
                "id": f"call_{digest[:20]}{number}",
                "type": "function",
                "function": {"name": call.name, "arguments": orjson.dumps(call.arguments).decode()},
            }
            for number, call in enumerate(reply.calls)
        ]
    finish = "tool_calls" if reply.calls else "stop"
    read = sum(4 + tokens(text_of(entry.get("content"))) for entry in wanted.messages)
    read += sum(tokens(tool.name + str(tool.properties)) for tool in wanted.tools)
    written = tokens(reply.text or str(reply.calls))
    return {
        "id": f"chatcmpl-{digest[:24]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": wanted.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
    }
