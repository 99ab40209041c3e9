# requirements: database
"""Questions with their answers, typed by a tenant's staff. What changes is read into the knowledge base at once; what does not costs nothing.

In: a request of the portal's page (f/common/portal_request.py). Out: the pairs, or what was done.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import ANYONE, EDITORS, Ask, Member, Refused, an_id, not_found, serve, text
from f.common.windmill import start_flow

postgresql = dict[str, Any]
MOST_AT_ONCE = 500


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(
        request,
        db,
        {
            "list": (ANYONE, listed),
            "add": (EDITORS, add),
            "add_many": (EDITORS, add_many),
            "save": (EDITORS, save),
            "delete": (EDITORS, delete),
        },
    )


def listed(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """The pairs, newest first, and how far the knowledge base is with them."""
    with as_tenant(conn, member["tenant_id"]):
        pairs = conn.execute(
            b"select id::text, question, answer, updated_by, updated_at::text from qa_pairs order by created_at desc, id"
        ).fetchall()
        document = conn.execute(
            b"select id::text, state, error, updated_at::text from documents d where origin = 'qa_pairs'"
            b" and not exists (select from documents n where n.replaces = d.id) order by created_at desc limit 1"
        ).fetchone()
    return {"pairs": pairs, "document": document}


def add(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    question, answer = pair(ask)
    with as_tenant(conn, member["tenant_id"]):
        admit(conn, 1)
        row = conn.execute(
            b"insert into qa_pairs (tenant_id, question, answer, updated_by) values (%s, %s, %s, %s)"
            b" on conflict (tenant_id, md5(lower(question))) do nothing returning id::text",
            [member["tenant_id"], question, answer, member["email"]],
        ).fetchone()
        if row is None:
            raise known()
        document_id = changed(conn, member)
    return {"pair_id": row["id"], "document_id": begin(member, document_id)}


def add_many(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Takes a list; a question that is known gets its new answer."""
    given = ask.get("pairs")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_AT_ONCE:
        raise Refused("bad_request", f"Send from 1 to {MOST_AT_ONCE} questions at a time.")
    pairs = [pair(one_of_them if isinstance(one_of_them, dict) else {}) for one_of_them in given]
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
        admit(conn, 0)
        document_id = changed(conn, member) if added + updated else None
    return {"added": added, "changed": updated, "document_id": begin(member, document_id)}


def save(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    question, answer = pair(ask)
    pair_id = an_id(ask, "pair_id")
    with as_tenant(conn, member["tenant_id"]):
        other = b"select from qa_pairs where md5(lower(question)) = md5(lower(%s)) and id <> %s"
        if conn.execute(other, [question, pair_id]).rowcount:
            raise known()
        done = conn.execute(
            b"update qa_pairs set question = %s, answer = %s, updated_by = %s, updated_at = clock_timestamp() where id = %s",
            [question, answer, member["email"], pair_id],
        )
        if not done.rowcount:
            raise not_found()
        document_id = changed(conn, member)
    return {"saved": pair_id, "document_id": begin(member, document_id)}


def delete(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        gone = conn.execute(
            b"delete from qa_pairs where id = %s returning question", [an_id(ask, "pair_id")]
        ).fetchone()
        if gone is None:
            raise not_found()
        document_id = changed(conn, member)
    return {"deleted": gone["question"], "document_id": begin(member, document_id)}


def pair(ask: Ask) -> tuple[str, str]:
    """A question on one line, and its answer."""
    question, answer = " ".join(text(ask, "question", 1000).split()), text(ask, "answer", 8000).strip()
    if not question or not answer:
        raise Refused("bad_request", "Write the question and the answer.")
    return question, answer


def admit(conn: Connection, more: int) -> None:
    most = one(conn, "select plan_limit('qa_pairs')", [])
    if one(conn, "select count(*) from qa_pairs", []) + more > most:
        raise Refused("limit", f"Your plan holds {most} questions. Delete some, or ask for a larger plan.")


def known() -> Refused:
    return Refused("known", "This question is here already: change its answer instead.")


def changed(conn: Connection, member: Member) -> str | None:
    """The document to be ingested after the pairs have changed; None where none is left."""
    row = conn.execute(
        b"select document_id::text, refusal from qa_pairs_changed(%s)", [member["email"]]
    ).fetchone()
    assert row is not None
    if row["refusal"]:
        raise Refused("limit", row["refusal"])  # ends the transaction, and so undoes the change
    return row["document_id"]  # type: ignore[no-any-return]


def begin(member: Member, document_id: str | None) -> str | None:
    """Starts the ingestion once the change is committed. Two runs of one document do no harm."""
    if document_id:
        start_flow("f/ingest/ingest_document", {"document_id": document_id, "tenant_id": member["tenant_id"]})
    return document_id
