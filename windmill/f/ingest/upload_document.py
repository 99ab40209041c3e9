# requirements: database
"""Takes a document from a member of a tenant's staff, stores it, and starts its ingestion.

In: a request of the portal's page (f/common/portal_request.py): the file in base64, its name, a title if it should have another one, the id of the
document that it replaces if it does. Out: the document's id, its state, and a sentence for the person.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from pathlib import PurePath
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import EDITORS, Ask, Member, an_id, not_found, serve, text
from f.common.windmill import start_flow

postgresql = dict[str, Any]
MAX_BYTES = 50_000_000


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(request, db, {"upload": (EDITORS, upload)})


def upload(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Stores the file; the same file again is recognised, unless its first try failed. What is decided is in take_upload()."""
    try:
        content = b64decode(ask.get("file") or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        return refused("The file did not arrive whole. Try again.")
    if not content:
        return refused("The file is empty.")
    if len(content) > MAX_BYTES:
        return refused(
            f"The file has {len(content) / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB can be uploaded."
        )
    name = PurePath(text(ask, "filename").replace("\\", "/")).name[:200] or "document"
    title = text(ask, "title").strip()[:200] or PurePath(name).stem
    replaces = an_id(ask, "replaces") if ask.get("replaces") else None
    with as_tenant(conn, member["tenant_id"]):
        taken = conn.execute(
            b"select document_id::text, state, known, refusal from take_upload(%s, %s, %s, %s, %s)",
            [member["email"], title, name, content, replaces],
        ).fetchone()
    if taken is None:
        raise not_found()
    if taken["refusal"]:
        return refused(taken["refusal"])
    document_id = taken["document_id"]
    if taken["known"] is not None:
        return {
            "document_id": document_id,
            "state": taken["state"],
            "known": True,
            "message": f"This file is here already, as “{taken['known']}”.",
        }
    run = start_flow(
        "f/ingest/ingest_document", {"document_id": document_id, "tenant_id": member["tenant_id"]}
    )
    return {
        "document_id": document_id,
        "state": "received",
        "run": run,
        "message": "Stored. It can answer as soon as it is read.",
    }


def refused(sentence: str) -> dict[str, Any]:
    return {"document_id": None, "state": "refused", "message": sentence}
