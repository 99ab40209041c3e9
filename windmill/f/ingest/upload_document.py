# requirements:
# psycopg[binary]==3.3.9
"""Takes a document from a member of a tenant's staff, stores it, and starts its ingestion.

In: the file's bytes and name, and a title if it should have another one. Out: the document's id, its state, and a sentence for the person.
Who is uploading is what Windmill says (WM_END_USER_EMAIL, set for apps only); the tenant follows from the membership, never from an argument:
`tenant_id` only chooses among the person's own tenants.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any

from f.common.database import as_tenant, connect
from f.common.members import member_of
from f.common.windmill import start_flow

postgresql = dict[str, Any]
MAX_BYTES = 50_000_000


def main(
    file: bytes, db: postgresql, filename: str = "document", title: str = "", tenant_id: str = ""
) -> dict[str, Any]:
    if not file:
        return refused("The file is empty.")
    if len(file) > MAX_BYTES:
        return refused(
            f"The file has {len(file) / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB can be uploaded."
        )
    name = PurePath(filename.replace("\\", "/")).name.replace("\x00", "")[:200] or "document"
    with connect(db) as conn:
        member = member_of(conn, tenant_id, roles={"owner", "editor"})
        with as_tenant(conn, member["tenant_id"]):
            digest = hashlib.sha256(file).digest()
            known = conn.execute(
                b"select id, title, state from documents where sha256 = %s for update", [digest]
            ).fetchone()
            if known and known["state"] != "failed":
                return {
                    "document_id": str(known["id"]),
                    "state": known["state"],
                    "message": f"This file is here already, as “{known['title']}”.",
                }
            row = conn.execute(
                b"insert into documents (tenant_id, title, filename, sha256, size_bytes, content, uploaded_by)"
                b" values (%s, %s, %s, %s, %s, %s, %s)"
                b" on conflict (tenant_id, sha256) do update set state = 'received', error = null, updated_at = now() returning id",
                [
                    member["tenant_id"],
                    title.strip()[:200] or PurePath(name).stem,
                    name,
                    digest,
                    len(file),
                    file,
                    member["email"],
                ],
            ).fetchone()
    assert row is not None
    document_id = str(row["id"])
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
