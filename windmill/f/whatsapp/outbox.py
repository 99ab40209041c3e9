# requirements: whatsapp
"""Sends the parts of a reply: each is a row in the outbox before it goes to Meta, and its outcome is written there.

PostgreSQL decides whether a part may be sent (take_part: the 24 hours, both rates) and what an error asks for (the table send_errors).
If the outcome of a request is lost, the part waits for a status before it is sent again.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from f.common.windmill import run_id
from f.whatsapp.graph_api import GraphApi, MediaError, Outcome, value_with_api

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.common.database import Database, TenantDatabase

UNREACHED = (1.0, 3.0, 9.0)  # seconds until each further try when no connection could be made
OF_STAFF = ("image", "video", "audio", "document")
TAKE = "select take_part(%s, %s, %s, make_interval(secs => %s))"
CLAIM = "select claim_part(%s, %s, %s, make_interval(secs => %s))"
PATIENCE_S = 240.0  # for the throttles; the step ends after 300 s


def queue_parts(turn: Turn, contents: list[dict[str, Any]]) -> int:
    """Writes a reply into the outbox, unless one is there already: then its parts stay. The number of its parts."""
    return int(
        turn.db.value("select queue_parts(%s, %s, %s::jsonb)", turn.id, turn.epoch, json.dumps(contents))
    )


def begin_reply(turn: Turn, contents: list[dict[str, Any]]) -> tuple[int, GraphApi | None]:
    """The same as a step's first act, in one round trip; also Meta's Graph API as turn.graph_api() gives it. Raises Overtaken."""
    asked = "select begin_reply(%s, %s, %s::jsonb)", turn.id, run_id(), json.dumps(contents)
    begun, api = value_with_api(turn.db, turn.context, turn.resources, *asked)
    turn.epoch = begun["epoch"]
    return begun["parts"], api


def send_part(turn: Turn, part: int, api: GraphApi) -> bool:
    """Sends one part; waits for the rates and tries again as long as the error table asks for it. True: it is sent, or was sent before."""
    unknown_wait = float(turn.resources["whatsapp"].get("unknown_wait_s") or 20)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        claim = turn.db.value(TAKE, turn.id, turn.epoch, part, unknown_wait)
        if claim["do"] == "wait" and "seconds" in claim:  # for the rates
            if time.monotonic() < deadline:
                time.sleep(min(claim["seconds"], 30) + 0.01)
                continue
            claim = turn.db.value(CLAIM, turn.id, turn.epoch, part, unknown_wait)
        if claim["do"] == "first":  # a status says meanwhile that an earlier part has failed
            if not send_part(turn, claim["part"], api):
                return False
            continue
        if claim["do"] == "done":
            return claim["state"] not in ("failed", "cancelled")
        if claim["do"] in ("stop", "cancelled"):
            print(f"part {part} is not sent: {claim['reason']}")
            return False
        if claim["do"] == "wait":
            time.sleep(0.5)
            continue
        outcome = send_request(turn.db, turn.phone_number_id, claim, api)
        retry_in = _record_outcome(turn, part, outcome, claim["attempt"])
        if outcome["state"] == "sent":
            return True
        print(f"part {part}: {outcome['state']}, {outcome['error']}")
        if retry_in is None and outcome["state"] == "refused":
            return False
        time.sleep(retry_in or 0)


def send_request(db: TenantDatabase, phone_number_id: str, claim: dict[str, Any], api: GraphApi) -> Outcome:
    """One request, of a claimed part's `content` and `send_id`. A file of the knowledge base or of the staff is uploaded to Meta first."""
    content = {key: value for key, value in claim["content"].items() if key != "instead"}
    kind = content["type"]
    try:
        if kind == "document" and "knowledge" in content["document"]:
            content = _upload_document(db, phone_number_id, content["document"]["knowledge"], api)
        elif kind in OF_STAFF and "file" in content[kind]:
            content = _upload_staff_file(db, content, api)
    except MediaError as error:
        return {"state": "refused", "message_id": None, "code": error.code or 131053, "error": str(error)}
    return api.send(content, claim["send_id"], run_id())


def _upload_document(
    db: TenantDatabase, phone_number_id: str, document_id: str, api: GraphApi
) -> dict[str, Any]:
    """A document or picture of the knowledge base as a message, where the tenant lets customers have it."""
    row = db.row(
        "select s.filename, s.mime_type, d.content from sendable_documents(%s) s join documents d using (id) where id = %s",
        phone_number_id,
        document_id,
    )
    if row is None:
        raise MediaError("wrong_type", "this document may not be sent to customers, or is not there any more")
    media_id = api.upload(row["filename"], row["mime_type"], row["content"])
    if row["mime_type"].startswith("image/"):
        return {"type": "image", "image": {"id": media_id}}
    return {"type": "document", "document": {"id": media_id, "filename": row["filename"][:240]}}


def _upload_staff_file(db: TenantDatabase, content: dict[str, Any], api: GraphApi) -> dict[str, Any]:
    """A message with a file of staff_files, as Meta takes it."""
    kind, part = content["type"], dict(content[content["type"]])
    row = db.row("select filename, mime_type, content from staff_files where id = %s", part.pop("file"))
    if row is None or row["content"] is None:
        raise MediaError("unreachable", "this file is not kept any more")
    mime_type = "audio/ogg; codecs=opus" if row["mime_type"] == "audio/ogg" else row["mime_type"]
    return {"type": kind, kind: {"id": api.upload(row["filename"], mime_type, row["content"]), **part}}


def _record_outcome(turn: Turn, part: int, outcome: Outcome, attempt: int) -> float | None:
    """Writes the outcome into the outbox. Seconds until the next try; None: there is none."""
    if outcome["state"] != "refused":
        _record_part(turn, turn.db, part, outcome["state"], outcome)
        return None
    waits: Any = UNREACHED
    action = None
    with turn.db.transaction() as db:
        if outcome["code"] is not None:
            rule = db.value("select send_error(%s)", outcome["code"])
            waits, action = rule["waits"], rule["action"]
        retry_in: float | None = waits[attempt - 1] if attempt <= len(waits) else None
        _record_part(turn, db, part, "failed" if retry_in is None else "pending", outcome)
        if retry_in is None and action == "template":
            replaced = db.value("select use_template(%s, %s, %s)", turn.id, turn.epoch, part)
            retry_in = 0.0 if replaced else None
        if retry_in is None and db.value(
            "select retry_at is not null from outbound_messages where turn_id = %s and part = %s",
            turn.id,
            part,
        ):
            retry_in = 0.0  # the same in words: plan_retry
    return retry_in


def _record_part(turn: Turn, db: Database, part: int, state: str, outcome: Outcome) -> None:
    db.value(
        "select record_part(%s, %s, %s, %s, %s, %s, %s)",
        turn.id,
        turn.epoch,
        part,
        state,
        outcome["message_id"],
        outcome["code"],
        outcome["error"],
    )
