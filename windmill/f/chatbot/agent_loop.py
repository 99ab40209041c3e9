# no_postinstall
# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# openai==3.54.0
# google-genai==3.4.0
# mcp==2.3.0
# pgvector==0.5.1
"""Step 2 of a turn: the model thinks, calls tools, and replies.

In: the Context of load_context. Out: an AgentResult (f/common/shapes.py): the reply, its citations, whether it could be answered, the trace.
Whatever the model, a tool or a key does wrong ends in a reply in the chatbot's words and an `error` that tells the operator what to mend;
the step itself fails only when the database is out of reach or a newer attempt has taken the turn.
"""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

from f.agent.loop import run_agent
from f.common.database import ask_one, connect
from f.common.windmill import run_id
from f.common.windmill_references import escape_references, unescape_references
from f.whatsapp.graph_api import graph_api

if TYPE_CHECKING:
    from f.common.shapes import AgentResult, Context

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
) -> AgentResult:
    context = unescape_references(context)
    resources = {
        "llm": llm,
        "embeddings": embeddings,
        "settings": settings,
        "whatsapp": whatsapp,
        "master_key": master_key,
    }
    with connect(db) as conn:
        epoch, typing = None, Event()
        if context["mode"] == "live":
            begun = [context["turn_id"], run_id(), STEP]
            epoch = ask_one(conn, context["tenant_id"], "select begin_step(%s, %s, %s)", begun)
            api = graph_api(conn, context, whatsapp, master_key)
            if api:  # the customer sees the ticks turn blue, and that somebody is writing
                typing = api.keep_typing(context["message_ids"][-1])
        try:
            return escape_references(run_agent(conn, context, resources, epoch))
        finally:
            typing.set()
