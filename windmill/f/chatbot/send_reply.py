# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# markdown-it-py==4.3.0
# regex==2026.11.15
"""Step 3 of a turn: the reply goes out, each part once.

In: the Context and the AgentResult. Out: a Delivery (f/common/shapes.py).
Every part is a row in the outbox before it is sent. A request whose outcome was lost is not sent again until a status had time to tell.
What may be sent, and what an error asks for, is decided in PostgreSQL: the 24 hours, both rates, the table send_errors.
A part that can't be sent is `failed` with its reason in the result; the step fails only when the database is out of reach, the tenant has no
token, or a newer attempt has taken the turn.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant, ask, ask_one, connect, one
from f.common.windmill import run_id
from f.common.windmill_references import escape_references, unescape_references
from f.whatsapp.choices import with_choices
from f.whatsapp.formatting import to_whatsapp
from f.whatsapp.graph_api import graph_api
from f.whatsapp.outbox import send_part
from f.whatsapp.splitting import split

if TYPE_CHECKING:
    from f.common.shapes import AgentResult, Context, Delivery

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
STEP = 3


def main(
    context: Context, agent_result: AgentResult, db: postgresql, whatsapp: c_whatsapp, master_key: str
) -> Delivery:
    context, agent_result = unescape_references(context), unescape_references(agent_result)
    with connect(db) as conn:
        contents = reply_contents(conn, context, agent_result)
        if context["mode"] == "dry_run":
            return escape_references({"parts": [], "would_send": [in_words(content) for content in contents]})
        with as_tenant(conn, context["tenant_id"]):
            epoch = int(one(conn, "select begin_step(%s, %s, %s)", [context["turn_id"], run_id(), STEP]))
            count = int(
                one(
                    conn,
                    "select queue_parts(%s, %s, %s::jsonb)",
                    [context["turn_id"], epoch, json.dumps(contents)],
                )
            )
            api = graph_api(conn, context, whatsapp, master_key)
        if api is None:
            raise RuntimeError("the tenant has no WhatsApp access token: store one before its bot can answer")
        for part in range(1, count + 1):
            if not send_part(conn, context, epoch, part, api, whatsapp):
                break  # what follows makes no sense without it
        query = (
            "select part, state, message_id, error from outbound_messages where turn_id = %s order by part"
        )
        (rows,) = ask(conn, context["tenant_id"], (query, [context["turn_id"]]))
    return escape_references({"parts": rows, "would_send": []})


def reply_contents(conn: Connection, context: Context, agent_result: AgentResult) -> list[dict[str, Any]]:
    """The reply as the Graph API takes it: texts, the last of them with what the customer may choose from, then files."""
    reply = "\n\n".join(filter(None, [context.get("preface"), agent_result["reply"]]))
    # `#` alone is a heading without words: nothing is left of it, and it is better than silence.
    texts = split(to_whatsapp(reply)) or split(reply)
    if context["chatbot"]["show_citations"] and agent_result["citations"]:
        texts = [*texts[:-1], *split("\n\n".join([*texts[-1:], sources(agent_result)]))]
    files = [
        {"type": "document", "document": {"knowledge": str(document)}}
        for document in (agent_result.get("documents") or [])[:3]
    ]
    choices = with_choices(texts, agent_result.get("choices"), lambda: list_label(conn, context))
    return [*choices, *files]


def list_label(conn: Connection, context: Context) -> str:
    """What opens a list, in the customer's language."""
    from f.whatsapp.canned_replies import canned_reply  # only here: most replies offer nothing

    query = "select canned_replies from chatbots where phone_number_id = %s"
    own = ask_one(conn, context["tenant_id"], query, [context["phone_number_id"]])
    return canned_reply(context, own, "choose")


def in_words(content: dict[str, Any]) -> str:
    """What a person would read, for a dry run's result."""
    body = content[content["type"]].get("body")
    if content["type"] == "interactive":
        return str(body["text"])
    return str(body) if body else f"[{content['type']}]"


def sources(agent_result: AgentResult) -> str:
    """The lines under a reply that say where it comes from. An address stands outside of the italics: their mark would become a part of it."""
    cited = agent_result["citations"]
    named = [
        f"{c['document']}, p. {c['page']}" if "page" in c else c["document"] for c in cited if "url" not in c
    ]
    lines = [f"_{'; '.join(named)}_"] if named else []
    for c in cited:
        if "url" in c:
            lines.append(c["url"] if c["document"] == c["url"] else f"_{c['document']}_, {c['url']}")
    return "\n".join(lines)
