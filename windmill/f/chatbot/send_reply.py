# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# markdown-it-py==4.3.0
# regex==2026.11.15
"""Step 3 of a turn: the reply goes out, each part once.

In: the Context and the Answer. Out: a Delivery (f/common/shapes.py).
Every part is a row in the outbox before it is sent. A request whose outcome was lost is not sent again until a status had time to tell.
A part that can't be sent is `failed` with its reason in the result; the step fails only when the database is out of reach, the tenant has no
token, or a newer attempt has taken the turn.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from f.chatbot.formatting import to_whatsapp
from f.chatbot.graph_api import GraphApi, Outcome, graph_api
from f.chatbot.splitting import split
from f.common.database import Connection, as_tenant, connect, one
from f.common.references import inert, plain
from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.shapes import Answer, Context, Delivery

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
STEP = 3


def main(context: Context, answer: Answer, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> Delivery:
    context, answer = plain(context), plain(answer)
    texts = split(to_whatsapp(answer["reply"]))
    if context["chatbot"]["show_citations"] and answer["citations"]:
        texts = [*texts[:-1], *split("\n\n".join([*texts[-1:], sources(answer)]))]
    if context["mode"] == "dry_run":
        return inert({"parts": [], "would_send": texts})
    with connect(db) as conn:
        with as_tenant(conn, context["tenant_id"]):
            epoch = int(one(conn, "select begin_step(%s, %s, %s)", [context["turn_id"], run_id(), STEP]))
            contents = [{"type": "text", "text": {"body": text, "preview_url": False}} for text in texts]
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
        with as_tenant(conn, context["tenant_id"]):
            rows = conn.execute(
                b"select part, state, message_id, error from outbound_messages where turn_id = %s order by part",
                [context["turn_id"]],
            ).fetchall()
    return inert({"parts": rows, "would_send": []})


def sources(answer: Answer) -> str:
    """The line under a reply that says where it comes from."""
    return "_" + "; ".join(f"{c['document']}, p. {c['page']}" for c in answer["citations"]) + "_"


def send_part(
    conn: Connection, context: Context, epoch: int, part: int, api: GraphApi, whatsapp: c_whatsapp
) -> bool:
    """Brings one part out, with what patience and repetition it takes. True: it is sent, or known to be."""
    turn, tenant = context["turn_id"], context["tenant_id"]
    unknown_wait = float(whatsapp.get("unknown_wait_s") or 20)
    while True:
        with as_tenant(conn, tenant):
            claim = one(
                conn,
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
        outcome: Outcome = api.send(claim["content"], claim["send_id"], run_id(), claim["attempt"])
        with as_tenant(conn, tenant):
            conn.execute(
                b"select record_part(%s, %s, %s, %s, %s, %s, %s)",
                [
                    turn,
                    epoch,
                    part,
                    outcome["state"],
                    outcome["message_id"],
                    outcome["code"],
                    outcome["error"],
                ],
            )
        if outcome["state"] != "sent":
            print(f"part {part}: {outcome['state']}, {outcome['error']}")
        if outcome["state"] == "failed":
            return False
        if outcome["state"] == "pending":
            time.sleep(outcome["retry_in_s"])
