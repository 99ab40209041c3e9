# requirements: whatsapp
"""Sends one part of an old reply again, because a person decided so: the only way in which anything is sent twice on purpose.

In: the part's send_id, as the outbox and the conversation log show it. Out: what became of it.
The run's own retries send nothing again; another resend is another run.
"""

from __future__ import annotations

from typing import Any

from f.chatbot.send_reply import bring_out
from f.common.database import as_tenant, connect, one
from f.common.windmill import run_id
from f.whatsapp.graph_api import graph_api

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]


def main(send_id: str, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, Any]:
    with connect(db) as conn:
        part = one(conn, "select resend_part(%s::uuid, %s)", [send_id, run_id()])
        if part is None:
            raise ValueError(f"no part of a reply has the send_id {send_id}")
        result = {"send_id": part["send_id"], "resend_of": send_id}
        if not part["is_new"]:
            return {**result, "state": part["state"], "note": "this run has sent it already"}
        with as_tenant(conn, part["tenant_id"]):
            api = graph_api(conn, part, whatsapp, master_key)
        if api is None:
            raise RuntimeError("the tenant has no WhatsApp access token")
        outcome = bring_out(conn, part, part, api)
        state = outcome["state"] if outcome["state"] in ("sent", "unknown") else "failed"
        recorded = one(
            conn,
            "select record_resend(%s::uuid, %s, %s, %s, %s)",
            [part["send_id"], state, outcome["message_id"], outcome["code"], outcome["error"]],
        )
    return {**result, "state": recorded, "error": outcome["error"]}
