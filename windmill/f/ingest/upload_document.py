# requirements: database
"""Stores a document that a member of a tenant's staff uploads, and starts its ingestion.

The file comes in this job's arguments, because the open-source edition has no other way in for a signed-in person. Once the page has the answer,
it asks a second job, action `forget`, to blank the first one: from then on PostgreSQL alone has the file. Where the page does not ask,
f/chatbot/clean_data blanks the job a minute later.
In: a request of the portal's page (f/common/portal_request.py): the file in base64, its name, optionally a title and the ID of the document
that it replaces. Out: the document's ID and state, the job to forget; `known`, the title, if the tenant has the same file already; or why the
file is refused.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode
from pathlib import PurePath
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.ingestion import start_ingestions
from f.common.portal_request import (
    EDITORS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    note_job,
    text_field,
)

postgresql = dict[str, Any]
MAX_BYTES = 50_000_000


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(request, db, {"upload": (EDITORS, upload), "forget": (EDITORS, forget)})


def upload(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Stores the file, unless the same file is stored already and was read. The SQL function take_upload() decides."""
    note_job(conn, 1)  # the file stands in this job's arguments until then
    try:
        content = b64decode(fields.get("file") or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Refused("upload_incomplete") from None
    if not content:
        raise Refused("file_empty")
    if len(content) > MAX_BYTES:
        raise Refused("file_too_large", size=round(len(content) / 1e6, 1), most=MAX_BYTES // 1_000_000)
    name = PurePath(text_field(fields, "filename").replace("\\", "/")).name[:200] or "document"
    title = text_field(fields, "title").strip()[:200] or PurePath(name).stem
    replaces = id_field(fields, "replaces") if fields.get("replaces") else None
    with as_tenant(conn, member["tenant_id"]):
        note_job(conn, 1)  # again, now as this tenant's: forget() asks for it
        taken = conn.execute(
            b"select document_id::text, state, known, refusal from take_upload(%s, %s, %s, %s, %s)",
            [member["email"], title, name, content, replaces],
        ).fetchone()
    if taken is None:
        raise not_found()
    if taken["refusal"]:
        raise Refused.of(taken["refusal"])
    document_id = taken["document_id"]
    answer = {"document_id": document_id, "state": taken["state"], "job": os.environ.get("WM_JOB_ID")}
    if taken["known"] is not None:
        return {**answer, "known": taken["known"]}
    run = start_ingestions(conn, member["tenant_id"]).get(document_id)
    return {**answer, "run": run}


def forget(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Blanks the job of a tenant's upload, when the page has its answer. A job that has not ended is left to clean_data."""
    from f.common.erasure import blank

    job = id_field(fields, "job")
    with as_tenant(conn, member["tenant_id"]):
        if not one(conn, "select is_noted_job(%s)", [job]):
            raise not_found()
    forgotten = blank(job) is not None
    if forgotten:
        conn.execute(b"select forget_jobs(array[%s::uuid])", [job])
    return {"forgotten": forgotten}
