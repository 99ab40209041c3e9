# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# openai==3.54.0
# mcp==2.3.0
# pgvector==0.5.1
"""Step 2 of a turn: the model thinks, calls tools, and replies.

In: the Context of load_context. Out: an Answer (f/common/shapes.py): the reply, its citations, whether it could be answered, the trace.
Whatever the model, a tool or a key does wrong ends in a reply in the chatbot's words and an `error` that tells the operator what to mend;
the step itself fails only when the database is out of reach or a newer attempt has taken the turn.
"""

from __future__ import annotations

import json
import time
from threading import Thread
from typing import TYPE_CHECKING, Any

from f.chatbot.graph_api import graph_api
from f.chatbot.model import Completion, ModelError, complete
from f.chatbot.prompt import NO_ANSWER, opening_messages
from f.chatbot.tools import Toolbox
from f.common.database import as_tenant, connect
from f.common.references import inert, plain
from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.shapes import Answer, Context, ToolCall, Usage

postgresql = dict[str, Any]
c_llm = dict[str, Any]
c_embeddings = dict[str, Any]
c_settings = dict[str, Any]
c_whatsapp = dict[str, Any]
STEP = 2


def main(
    context: Context,
    db: postgresql,
    llm: c_llm,
    embeddings: c_embeddings,
    settings: c_settings,
    whatsapp: c_whatsapp,
    master_key: str,
) -> Answer:
    context = plain(context)
    with connect(db) as conn:
        epoch = None
        if context["mode"] == "live":
            with as_tenant(conn, context["tenant_id"]):
                row = conn.execute(
                    b"select begin_step(%s, %s, %s) as epoch", [context["turn_id"], run_id(), STEP]
                ).fetchone()
                epoch = row["epoch"] if row else None
                api = graph_api(conn, context, whatsapp, master_key)
            if api:  # the customer sees the ticks turn blue, and that somebody is writing
                Thread(target=api.mark_read, args=[context["message_ids"][-1]], daemon=True).start()

        def hold() -> None:
            """Shows that this attempt lives; refused when a newer one has begun."""
            if epoch is not None:
                with as_tenant(conn, context["tenant_id"]):
                    conn.execute(b"select hold_turn(%s, %s)", [context["turn_id"], epoch])

        tools = Toolbox(conn, context, embeddings, settings, master_key)
        return inert(converse(context, llm, tools, hold))


def converse(context: Context, llm: c_llm, tools: Toolbox, hold: Any) -> Answer:
    """Model and tools in turn, until there is a reply or a bound is reached."""
    chatbot = context["chatbot"]
    deadline = time.monotonic() + chatbot["max_seconds"]
    messages = opening_messages(context)
    usage: Usage = {"input_tokens": 0, "output_tokens": 0, "calls": 0}
    resource = {**llm, **{key: chatbot[key] for key in ("provider", "model") if chatbot[key]}}  # type: ignore[literal-required]
    error: str | None = None
    reply = ""
    for _ in range(chatbot["max_rounds"]):
        hold()
        try:
            completion = complete(resource, messages, tools.schemas(), deadline - time.monotonic())
        except ModelError as problem:
            error = str(problem)
            break
        count(usage, completion)
        if not completion["tool_calls"]:
            reply = completion["text"]
            break
        messages.append(completion["message"])
        for call in completion["tool_calls"]:
            outcome = tools.call(call["name"], call["arguments"])
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": outcome})
        if time.monotonic() > deadline:
            error = f"no reply within {chatbot['max_seconds']} s"
            break
    else:
        error = f"no reply within {chatbot['max_rounds']} rounds"
    return judged(context, reply, error, tools, resource.get("model", ""), usage)


def judged(
    context: Context, reply: str, error: str | None, tools: Toolbox, model: str, usage: Usage
) -> Answer:
    """Holds the reply against its evidence: what was looked up and not found is not answered from imagination."""
    trace: list[ToolCall] = tools.trace
    text, citations = tools.cited(reply)
    looked_up_in_vain = bool(trace) and not tools.has_evidence
    answered = bool(text) and NO_ANSWER not in text and not looked_up_in_vain
    if error or not reply.strip():
        text = in_language(context, "failure_message")
        answered, error = False, error or "the model returned an empty reply"
    elif not answered:
        text, citations = in_language(context, "dont_know"), []
    return {
        "reply": text,
        "citations": citations,
        "answered": answered,
        "model": model,
        "trace": trace,
        "usage": usage,
        "error": error,
    }


def in_language(context: Context, setting: str) -> str:
    """The chatbot's own words in the contact's language, or in its first language."""
    words: dict[str, str] = context["chatbot"][setting]  # type: ignore[literal-required]
    for language in (context["contact"]["language"], *context["chatbot"]["languages"]):
        if language and language in words:
            return words[language]
    return next(iter(words.values()))


def count(usage: Usage, completion: Completion) -> None:
    usage["calls"] += 1
    usage["input_tokens"] += completion["input_tokens"]
    usage["output_tokens"] += completion["output_tokens"]
    print(
        json.dumps(
            {
                "model_call": usage["calls"],
                "ms": completion["ms"],
                "tools": [c["name"] for c in completion["tool_calls"]],
            }
        )
    )
