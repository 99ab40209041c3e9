# requirements: whatsapp
"""Sends one part of an old reply again, because a person decided so. Nothing else sends a message twice on purpose.

In: the part's send_id, as the outbox and the conversation log show it. Out: the part's state after the send.
A retry of this run sends nothing again; to send it once more, start another run.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.common.windmill import run_id
from f.whatsapp.graph_api import graph_api
from f.whatsapp.outbox import send_request

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]


@contain_errors
def main(send_id: str, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, Any]:
    with Database.open(db) as database:
        database.value("select note_jobs(array[%s::uuid], '1 day')", run_id())
        part = database.value("select resend_part(%s::uuid, %s)", send_id, run_id())
        if part is None:
            raise ValueError(f"no part of a reply has the send_id {send_id}")
        result = {"send_id": part["send_id"], "resend_of": send_id}
        if not part["is_new"]:
            return {**result, "state": part["state"], "note": "this run has sent it already"}
        tenant_db = database.of_tenant(part["tenant_id"])
        api = graph_api(tenant_db, part, {"whatsapp": whatsapp, "master_key": master_key})
        if api is None:
            raise RuntimeError("the tenant has no WhatsApp access token")
        outcome = send_request(tenant_db, part["phone_number_id"], part, api)
        state = outcome["state"] if outcome["state"] in ("sent", "unknown") else "failed"
        recorded = database.value(
            "select record_resend(%s::uuid, %s, %s, %s, %s)",
            part["send_id"],
            state,
            outcome["message_id"],
            outcome["code"],
            outcome["error"],
        )
    return {**result, "state": recorded, "error": outcome["error"]}
