# requirements: database
"""Q&A pairs that a tenant's staff writes. A change is ingested at once; unchanged pairs cost nothing.

In: a request of the portal's page (f/common/portal_request.py). Out: the pairs, or what was done.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.ingestion import start_ingestions
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

postgresql = dict[str, Any]
MOST_AT_ONCE = 500


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_pairs),
            "create": (EDITORS, create),
            "import": (EDITORS, import_pairs),
            "update": (EDITORS, update),
            "delete": (EDITORS, delete),
        },
    )


def list_pairs(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The pairs, newest first, and the state of their document in the knowledge base."""
    with as_tenant(conn, member["tenant_id"]):
        pairs = conn.execute(
            b"select id::text, question, answer, updated_by, updated_at::text from qa_pairs order by created_at desc, id"
        ).fetchall()
        document = conn.execute(
            b"select id::text, state, error, updated_at::text from documents d where origin = 'qa_pairs'"
            b" and not exists (select from documents n where n.replaces = d.id) order by created_at desc limit 1"
        ).fetchone()
    return {"pairs": pairs, "document": document}


def create(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    question, answer = pair_fields(fields)
    with as_tenant(conn, member["tenant_id"]):
        check_plan(conn, 1)
        row = conn.execute(
            b"insert into qa_pairs (tenant_id, question, answer, updated_by) values (%s, %s, %s, %s)"
            b" on conflict (tenant_id, md5(lower(question))) do nothing returning id::text",
            [member["tenant_id"], question, answer, member["email"]],
        ).fetchone()
        if row is None:
            raise Refused("question_exists")
        document_id = update_document(conn, member)
    return {"pair_id": row["id"], "document_id": start_ingestion(conn, member, document_id)}


def import_pairs(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Adds a list of pairs. An existing question gets the new answer."""
    given = fields.get("pairs")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_AT_ONCE:
        raise Refused("pairs_count", most=MOST_AT_ONCE)
    pairs = [pair_fields(item if isinstance(item, dict) else {}) for item in given]
    added = updated = 0
    with as_tenant(conn, member["tenant_id"]):
        for question, answer in pairs:
            row = conn.execute(
                b"insert into qa_pairs as q (tenant_id, question, answer, updated_by) values (%s, %s, %s, %s)"
                b" on conflict (tenant_id, md5(lower(question))) do update set answer = excluded.answer, updated_by = excluded.updated_by,"
                b" updated_at = clock_timestamp() where q.answer <> excluded.answer returning xmax = 0 as added",
                [member["tenant_id"], question, answer, member["email"]],
            ).fetchone()
            added += bool(row and row["added"])
            updated += bool(row and not row["added"])
        check_plan(conn, 0)
        document_id = update_document(conn, member) if added + updated else None
    return {"added": added, "changed": updated, "document_id": start_ingestion(conn, member, document_id)}


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    question, answer = pair_fields(fields)
    pair_id = id_field(fields, "pair_id")
    with as_tenant(conn, member["tenant_id"]):
        other = b"select from qa_pairs where md5(lower(question)) = md5(lower(%s)) and id <> %s"
        if conn.execute(other, [question, pair_id]).rowcount:
            raise Refused("question_exists")
        done = conn.execute(
            b"update qa_pairs set question = %s, answer = %s, updated_by = %s, updated_at = clock_timestamp() where id = %s",
            [question, answer, member["email"], pair_id],
        )
        if not done.rowcount:
            raise not_found()
        document_id = update_document(conn, member)
    return {"updated": pair_id, "document_id": start_ingestion(conn, member, document_id)}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        gone = conn.execute(
            b"delete from qa_pairs where id = %s returning question", [id_field(fields, "pair_id")]
        ).fetchone()
        if gone is None:
            raise not_found()
        document_id = update_document(conn, member)
    return {"deleted": gone["question"], "document_id": start_ingestion(conn, member, document_id)}


def pair_fields(fields: Fields) -> tuple[str, str]:
    """The question, on one line, and its answer."""
    question, answer = (
        " ".join(text_field(fields, "question", 1000).split()),
        text_field(fields, "answer", 8000).strip(),
    )
    if not question or not answer:
        raise Refused("pair_incomplete")
    return question, answer


def check_plan(conn: Connection, more: int) -> None:
    most = one(conn, "select plan_limit('qa_pairs')", [])
    if one(conn, "select count(*) from qa_pairs", []) + more > most:
        raise Refused("plan_questions", most=most)


def update_document(conn: Connection, member: Member) -> str | None:
    """Writes the changed pairs to their document. Returns the document to ingest, None if no pair is left."""
    row = conn.execute(
        b"select document_id::text, refusal from qa_pairs_changed(%s)", [member["email"]]
    ).fetchone()
    assert row is not None
    if row["refusal"]:
        raise Refused.of(row["refusal"])  # rolls the transaction back, and so undoes the change
    return row["document_id"]  # type: ignore[no-any-return]


def start_ingestion(conn: Connection, member: Member, document_id: str | None) -> str | None:
    """Starts the ingestion after the change is committed. Two runs for one document do no harm."""
    if document_id:
        start_ingestions(conn, member["tenant_id"])
    return document_id
