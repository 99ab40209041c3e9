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

import os
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.ingestion import start_ingestions
from f.common.portal_request import (
    EDITORS,
    Fields,
    Member,
    answer_page,
    handle_request,
    id_field,
    not_found,
)
from f.common.uploads import store_upload

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(request, db, {"upload": (EDITORS, upload), "forget": (EDITORS, forget)})


def upload(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Stores the file, unless the same file is stored already and was read."""
    taken = store_upload(conn, member, fields)
    answer = {
        "document_id": taken["document_id"],
        "state": taken["state"],
        "job": os.environ.get("WM_JOB_ID"),
    }
    if taken["known"] is not None:
        return {**answer, "known": taken["known"]}
    run = start_ingestions(conn, member["tenant_id"]).get(taken["document_id"])
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
