# requirements: database
"""A tenant's documents: read a failed one again, change or delete one. Passages and searches: f/portal_api/passages.

In: a request of the portal's page (f/common/portal_request.py). Out: what was done.
Uploading and listing are separate scripts: f/ingest/upload_document, f/portal_api/list_documents.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant
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
from f.common.uploads import delete_upload

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "delete": (EDITORS, delete),
            "read_again": (EDITORS, read_again),
            "update": (EDITORS, update),
            "set_speaker_notes": (EDITORS, set_speaker_notes),
        },
    )


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    return {"deleted": delete_upload(conn, member, id_field(fields, "document_id"))}


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes whether the chatbot may send the file itself to customers; also of a new version of it that is still being read."""
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            b"update documents set sendable = %s where id in (select versions_of(%s)) and origin = 'upload'",
            [fields.get("sendable") is True, id_field(fields, "document_id")],
        )
    if not done.rowcount:
        raise not_found()
    return {"updated": fields["document_id"]}


def set_speaker_notes(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes whether speakers' notes of presentations are read. It counts for documents that are read from now on."""
    wanted = fields.get("speaker_notes") is True
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"update tenants set speaker_notes = %s where id = %s", [wanted, member["tenant_id"]])
    return {"speaker_notes": wanted}


def read_again(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Reads a failed document again."""
    document_id = id_field(fields, "document_id")
    with as_tenant(conn, member["tenant_id"]):
        found = conn.execute(
            b"update documents set state = 'received', error = null, started_at = null, updated_at = now()"
            b" where id = %s and state = 'failed' returning id",
            [document_id],
        ).fetchone()
    if found is None:
        raise not_found()
    return {"run": start_ingestions(conn, member["tenant_id"]).get(document_id)}
