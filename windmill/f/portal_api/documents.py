# requirements: embeddings
"""A tenant's documents: search them, read a failed one again, change or delete one.

In: a request of the portal's page (f/common/portal_request.py). Out: the passages that match a question, or what was done.
Uploading and listing are separate scripts: f/ingest/upload_document, f/portal_api/list_documents.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    ANYONE,
    EDITORS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    text_field,
)
from f.common.windmill import start_flow

postgresql = dict[str, Any]
c_embeddings = dict[str, Any]


@answer_page
def main(request: str, db: postgresql, embeddings: c_embeddings) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "search": (ANYONE, lambda conn, member, fields: search(conn, member, fields, embeddings)),
            "delete": (EDITORS, delete),
            "read_again": (EDITORS, read_again),
            "update": (EDITORS, update),
            "set_speaker_notes": (EDITORS, set_speaker_notes),
        },
    )


def search(conn: Connection, member: Member, fields: Fields, embeddings: c_embeddings) -> dict[str, Any]:
    """The passages that the chatbot would see for a question. `used` false: the question is too far from all of them, and it sees none."""
    from pgvector import Vector

    from f.models import metering
    from f.models.embeddings import embed

    question = text_field(fields, "question", 1000).strip()
    if not question:
        raise Refused("question_missing")
    with as_tenant(conn, member["tenant_id"]):
        if one(conn, "select tenant_usage() ->> 'reached'", []):
            raise Refused("plan_month")
        model = conn.execute(
            b"select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = %s",
            [member["tenant_id"]],
        ).fetchone()
    assert model is not None, "tenants.embedding_model names a row of embedding_models"
    (vector,) = embed([question], embeddings, model["query_model"], model["dimensions"])
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(metering.COUNT.encode(), metering.of_texts([question], model["query_model"]))
        passages = conn.execute(
            b"select document_id::text, citation(document_id, page) as source, heading, passage, relevance,"
            b" fits as used from evidence(%s, %s::vector, %s, 5)",
            [question, Vector(vector).to_text(), model["id"]],
        ).fetchall()
    return {"passages": passages}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Deletes an uploaded file. A web page or a Q&A pair would come back with the next reading: it is deleted at its origin."""
    document_id = id_field(fields, "document_id")
    with as_tenant(conn, member["tenant_id"]):
        found = conn.execute(
            b"select title, origin from documents where id = %s for update", [document_id]
        ).fetchone()
        if found is None:
            raise not_found()
        if found["origin"] != "upload":
            raise Refused("not_an_upload")
        conn.execute(b"delete from documents where id = %s", [document_id])
    return {"deleted": found["title"]}


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes whether the chatbot may send the file itself to customers."""
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            b"update documents set sendable = %s where id = %s and origin = 'upload'",
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
