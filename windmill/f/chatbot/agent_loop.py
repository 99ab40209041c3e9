# no_postinstall
# requirements: agent
"""Step 2 of a turn: the model thinks, calls tools, and replies.

In: the Context of load_context. Out: an AgentResult (f/common/shapes.py): the reply, its citations, whether it could be answered, the trace.
If the model, a tool or a key fails, the reply is in the chatbot's words, and `error` tells the operator what to fix;
the step itself fails only when the database is not available or a newer attempt has taken the turn.
"""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

from f.agent.loop import run_agent
from f.agent.turn import Turn
from f.common.database import Database
from f.common.failures import contain_errors
from f.common.windmill_references import escape_references, unescape_references

if TYPE_CHECKING:
    from f.common.shapes import AgentResult, Context, Resources

postgresql = dict[str, Any]
c_llm = dict[str, Any]
c_embeddings = dict[str, Any]
c_settings = dict[str, Any]
c_whatsapp = dict[str, Any]
STEP = 2


@contain_errors
def main(
    context: Context,
    db: postgresql,
    llm: c_llm,
    embeddings: c_embeddings,
    settings: c_settings,
    whatsapp: c_whatsapp,
    master_key: str,
    job_id_key: str,
) -> AgentResult:
    resources: Resources = {
        "llm": llm,
        "embeddings": embeddings,
        "settings": settings,
        "whatsapp": whatsapp,
        "master_key": master_key,
        "job_id_key": job_id_key,
    }
    with Database.open(db) as database:
        turn = Turn(database, unescape_references(context), resources)
        typing = begin(turn)
        try:
            return escape_references(run_agent(turn))
        finally:
            typing.set()


def begin(turn: Turn) -> Event:
    """Begins the step. The customer sees that the message is read, and `typing…` until the event is set."""
    messages = turn.context["message_ids"]
    if turn.dry_run or not messages:
        turn.begin(STEP)
        return Event()
    api = turn.begin_with_api(STEP)
    return api.keep_typing(messages[-1]) if api else Event()
