# requirements:
# psycopg[binary]==3.3.9
# httpx2==2.16.2
# pgvector==0.5.1
"""What a tenant's staff does with its documents: try a question, read a failed one again, delete one.

In: a request of the portal's page (f/common/portal_request.py). Out: the passages that match a question, or what was done.
Uploading and listing are scripts of their own: f/ingest/upload_document, f/portal_api/list_documents.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import ANYONE, EDITORS, Ask, Member, Refused, an_id, not_found, serve, text
from f.common.windmill import start_flow

postgresql = dict[str, Any]
c_embeddings = dict[str, Any]


def main(request: str, db: postgresql, embeddings: c_embeddings) -> dict[str, Any]:
    return serve(
        request,
        db,
        {
            "search": (ANYONE, lambda conn, member, ask: search(conn, member, ask, embeddings)),
            "delete": (EDITORS, delete),
            "again": (EDITORS, again),
            "save": (EDITORS, save),
        },
    )


def search(conn: Connection, member: Member, ask: Ask, embeddings: c_embeddings) -> dict[str, Any]:
    """The passages that the chatbot would see for a question. `used` false: the question is too far from all of them, and it sees none."""
    from pgvector import Vector

    from f.models.embeddings import embed

    question = text(ask, "question", 1000).strip()
    if not question:
        raise Refused("bad_request", "Write a question first.")
    with as_tenant(conn, member["tenant_id"]):
        model = conn.execute(
            b"select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = %s",
            [member["tenant_id"]],
        ).fetchone()
    assert model is not None, "tenants.embedding_model names a row of embedding_models"
    (vector,) = embed([question], embeddings, model["query_model"], model["dimensions"])
    with as_tenant(conn, member["tenant_id"]):
        passages = conn.execute(
            b"select document_id::text, citation(document_id, page) as source, heading, passage, relevance,"
            b" fits as used from evidence(%s, %s::vector, %s, 5)",
            [question, Vector(vector).to_text(), model["id"]],
        ).fetchall()
    return {"passages": passages}


def delete(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Deletes an uploaded file. A web page or a typed answer would come back with the next reading: it is deleted where it comes from."""
    document_id = an_id(ask, "document_id")
    with as_tenant(conn, member["tenant_id"]):
        found = conn.execute(
            b"select title, origin from documents where id = %s for update", [document_id]
        ).fetchone()
        if found is None:
            raise not_found()
        if found["origin"] != "upload":
            raise Refused("not_upload", "This is kept with its website or its question: delete it there.")
        conn.execute(b"delete from documents where id = %s", [document_id])
    return {"deleted": found["title"]}


def save(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Whether customers may be sent the file itself, where the chatbot sends files."""
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            b"update documents set sendable = %s where id = %s and origin = 'upload'",
            [ask.get("sendable") is True, an_id(ask, "document_id")],
        )
    if not done.rowcount:
        raise not_found()
    return {"saved": ask["document_id"]}


def again(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Reads a document again that could not be read."""
    document_id = an_id(ask, "document_id")
    with as_tenant(conn, member["tenant_id"]):
        found = conn.execute(
            b"update documents set state = 'received', error = null, updated_at = now()"
            b" where id = %s and state = 'failed' returning id",
            [document_id],
        ).fetchone()
    if found is None:
        raise not_found()
    run = start_flow(
        "f/ingest/ingest_document", {"document_id": document_id, "tenant_id": member["tenant_id"]}
    )
    return {"run": run}
