# requirements: database
"""Files that somebody gives to the knowledge base, in the page or through the API: what is stored of them, and taken away."""

from __future__ import annotations

import binascii
from base64 import b64decode
from pathlib import PurePath
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import Fields, Member, Refused, id_field, not_found, note_job, text_field

MAX_BYTES = 50_000_000


def store_upload(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Stores `file`, in base64: {document_id, state, known}. The SQL function take_upload() decides. Raises Refused."""
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
        note_job(conn, 1)  # again, now as this tenant's: who forgets it asks for that
        taken = conn.execute(
            b"select document_id::text, state, known, refusal from take_upload(%s, %s, %s, %s, %s)",
            [member["email"], title, name, content, replaces],
        ).fetchone()
    if taken is None:
        raise not_found()
    if taken["refusal"]:
        raise Refused.of(taken["refusal"])
    return taken


def delete_upload(conn: Connection, member: Member, document_id: str) -> str:
    """Deletes an uploaded file; returns its title. A web page or a Q&A pair would come back with the next reading: it is deleted at its origin."""
    with as_tenant(conn, member["tenant_id"]):
        found = conn.execute(
            b"select title, origin from documents where id = %s for update", [document_id]
        ).fetchone()
        if found is None:
            raise not_found()
        if found["origin"] != "upload":
            raise Refused("not_an_upload")
        conn.execute(b"delete from documents where id = %s", [document_id])
    return str(found["title"])
