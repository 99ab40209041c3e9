# requirements: whatsapp
"""Step 3 of a turn: the reply goes out, each part once.

In: the Context and the Answer. Out: a Delivery (f/common/shapes.py).
Every part is a row in the outbox before it is sent. A request whose outcome was lost is not sent again until a status had time to tell.
What may be sent, and what an error asks for, is decided in PostgreSQL: the 24 hours, both rates, the table send_errors.
A part that can't be sent is `failed` with its reason in the result; the step fails only when the database is out of reach, the tenant has no
token, or a newer attempt has taken the turn.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant, ask, ask_one, connect, one
from f.common.references import escape_references, plain
from f.common.windmill import run_id
from f.whatsapp.choices import with_choices
from f.whatsapp.formatting import to_whatsapp
from f.whatsapp.graph_api import GraphApi, MediaError, Outcome, graph_api
from f.whatsapp.splitting import split

if TYPE_CHECKING:
    from f.common.shapes import Answer, Context, Delivery

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
STEP = 3
UNREACHED = (1.0, 3.0, 9.0)  # seconds until each further try when no connection could be made
PATIENCE_S = 240.0  # for the throttles; the step ends after 300 s


def main(context: Context, answer: Answer, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> Delivery:
    context, answer = plain(context), plain(answer)
    with connect(db) as conn:
        contents = reply_contents(conn, context, answer)
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


def reply_contents(conn: Connection, context: Context, answer: Answer) -> list[dict[str, Any]]:
    """The reply as the Graph API takes it: texts, the last of them with what the customer may choose from, then files."""
    reply = "\n\n".join(filter(None, [context.get("preface"), answer["reply"]]))
    # `#` alone is a heading without words: nothing is left of it, and it is better than silence.
    texts = split(to_whatsapp(reply)) or split(reply)
    if context["chatbot"]["show_citations"] and answer["citations"]:
        texts = [*texts[:-1], *split("\n\n".join([*texts[-1:], sources(answer)]))]
    files = [
        {"type": "document", "document": {"knowledge": str(document)}}
        for document in (answer.get("documents") or [])[:3]
    ]
    choices = with_choices(texts, answer.get("choices"), lambda: list_label(conn, context))
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


def sources(answer: Answer) -> str:
    """The lines under a reply that say where it comes from. An address stands outside of the italics: their mark would become a part of it."""
    cited = answer["citations"]
    named = [
        f"{c['document']}, p. {c['page']}" if "page" in c else c["document"] for c in cited if "url" not in c
    ]
    lines = [f"_{'; '.join(named)}_"] if named else []
    for c in cited:
        if "url" in c:
            lines.append(c["url"] if c["document"] == c["url"] else f"_{c['document']}_, {c['url']}")
    return "\n".join(lines)


def send_part(
    conn: Connection, context: Context, epoch: int, part: int, api: GraphApi, whatsapp: c_whatsapp
) -> bool:
    """Brings one part out, with what patience and repetition it takes. True: it is sent, or known to be."""
    turn, tenant = context["turn_id"], context["tenant_id"]
    unknown_wait = float(whatsapp.get("unknown_wait_s") or 20)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        may = ask_one(conn, tenant, "select may_send(%s, %s, %s)", [turn, epoch, part])
        if may["do"] == "stop":
            print(f"part {part} is not sent: {may['reason']}")
            return False
        if may["do"] == "wait" and time.monotonic() < deadline:
            time.sleep(min(may["seconds"], 30) + 0.01)
            continue
        if may["do"] == "first":  # a status says meanwhile that an earlier part has failed
            if not send_part(conn, context, epoch, may["part"], api, whatsapp):
                return False
            continue
        claim = ask_one(
            conn,
            tenant,
            "select claim_part(%s, %s, %s, make_interval(secs => %s))",
            [turn, epoch, part, unknown_wait],
        )
        if claim["do"] == "done":
            return claim["state"] not in ("failed", "cancelled")
        if claim["do"] == "cancelled":
            print(f"part {part} is not sent: {claim['reason']}")
            return False
        if claim["do"] == "wait":
            time.sleep(0.5)
            continue
        outcome = bring_out(conn, context, claim, api)
        retry_in = settle(conn, context, epoch, part, outcome, claim["attempt"])
        if outcome["state"] == "sent":
            return True
        print(f"part {part}: {outcome['state']}, {outcome['error']}")
        if retry_in is None and outcome["state"] == "refused":
            return False
        time.sleep(retry_in or 0)


def bring_out(conn: Connection, context: Context, claim: dict[str, Any], api: GraphApi) -> Outcome:
    """One request. A file of the knowledge base is brought to Meta first."""
    content = claim["content"]
    try:
        if content["type"] == "document" and "knowledge" in content["document"]:
            content = uploaded(conn, context, content["document"]["knowledge"], api)
    except MediaError as error:
        return {"state": "refused", "message_id": None, "code": error.code or 131053, "error": str(error)}
    return api.send(content, claim["send_id"], run_id())


def uploaded(conn: Connection, context: Context, document_id: str, api: GraphApi) -> dict[str, Any]:
    """A document or picture of the knowledge base as a message, where the tenant lets customers have it."""
    with as_tenant(conn, context["tenant_id"]):
        row = conn.execute(
            b"select s.filename, s.mime_type, d.content from sendable_documents(%s) s join documents d using (id) where id = %s",
            [context["phone_number_id"], document_id],
        ).fetchone()
    if row is None:
        raise MediaError("wrong_type", "this document may not be sent to customers, or is not there any more")
    media_id = api.upload(row["filename"], row["mime_type"], row["content"])
    if row["mime_type"].startswith("image/"):
        return {"type": "image", "image": {"id": media_id}}
    return {"type": "document", "document": {"id": media_id, "filename": row["filename"][:240]}}


def settle(
    conn: Connection, context: Context, epoch: int, part: int, outcome: Outcome, attempt: int
) -> float | None:
    """Writes the outcome down. Seconds until the next try; None: there is none."""
    state, retry_in = outcome["state"], None
    with as_tenant(conn, context["tenant_id"]):
        if state == "refused":
            waits, action = UNREACHED, None
            if outcome["code"] is not None:
                rule = one(conn, "select send_error(%s)", [outcome["code"]])
                waits, action = rule["waits"], rule["action"]
            retry_in = waits[attempt - 1] if attempt <= len(waits) else None
            state = "failed" if retry_in is None else "pending"
        conn.execute(
            b"select record_part(%s, %s, %s, %s, %s, %s, %s)",
            [
                *(context["turn_id"], epoch, part, state),
                *(outcome["message_id"], outcome["code"], outcome["error"]),
            ],
        )
        if state == "failed" and action == "template":
            replaced = one(conn, "select use_template(%s, %s, %s)", [context["turn_id"], epoch, part])
            retry_in = 0.0 if replaced else None
    return retry_in
