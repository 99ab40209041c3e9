# requirements:
# psycopg[binary]==3.3.9
"""Takes a document from a member of a tenant's staff, stores it, and starts its ingestion.

In: a request of the portal's page (f/common/members.py): the file in base64, its name, a title if it should have another one, the id of the
document that it replaces if it does. Out: the document's id, its state, and a sentence for the person.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from pathlib import PurePath
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.members import EDITORS, Ask, Member, an_id, not_found, serve, text
from f.common.windmill import start_flow

postgresql = dict[str, Any]
MAX_BYTES = 50_000_000


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(request, db, {"upload": (EDITORS, upload)})


def upload(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Stores the file; the same file again is recognised, unless its first try failed."""
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
        if replaces and not conn.execute(b"select from documents where id = %s", [replaces]).rowcount:
            raise not_found()
        digest = hashlib.sha256(content).digest()
        known = conn.execute(
            b"select id, title, state from documents where sha256 = %s for update", [digest]
        ).fetchone()
        if known and known["state"] != "failed":
            return {
                "document_id": str(known["id"]),
                "state": known["state"],
                "known": True,
                "message": f"This file is here already, as “{known['title']}”.",
            }
        if refusal := one(conn, "select admit_document(%s, %s)", [len(content), replaces]):
            return refused(refusal)
        document_id = stored(conn, member, [title, name, digest, len(content), content, replaces])
    run = start_flow(
        "f/ingest/ingest_document", {"document_id": document_id, "tenant_id": member["tenant_id"]}
    )
    return {
        "document_id": document_id,
        "state": "received",
        "run": run,
        "message": "Stored. It can answer as soon as it is read.",
    }


def stored(conn: Connection, member: Member, values: list[Any]) -> str:
    row = conn.execute(
        b"insert into documents (tenant_id, uploaded_by, title, filename, sha256, size_bytes, content, replaces)"
        b" values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (tenant_id, sha256) do update"
        b" set state = 'received', error = null, updated_at = now() returning id::text",
        [member["tenant_id"], member["email"], *values],
    ).fetchone()
    assert row is not None
    return str(row["id"])


def refused(sentence: str) -> dict[str, Any]:
    return {"document_id": None, "state": "refused", "message": sentence}
