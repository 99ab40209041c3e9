# requirements: embeddings
"""What the bot knows of a document: its passages as search has them, with page, heading and edits; why a question finds them.

In: a request of the portal's page (f/common/portal_request.py). Out: passages, or what was done. A correction is embedded at
once, and its figures are compared with those of other documents. It holds for the document's later versions while the text that was read
stays the same; otherwise it is listed as no longer fitting.
"""

from __future__ import annotations

import re
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
    whole_number_field,
)

postgresql = dict[str, Any]
c_embeddings = dict[str, Any]
AT_ONCE = 20
MARK = re.compile(r"[0-9a-f]{12}")
MOST_USED = 100  # passages that one answer names
BEFORE_USED = 3
MOST_NUMBER = 2**31 - 1  # of a page or a place
MOST_TOKENS = 400  # of a corrected passage: with title and heading it must fit into an embedding model's 512
DOCUMENT = (
    b"select id::text, title, filename, media_type, state, error, warnings, pages, origin, source_url as url, language,"
    b" origin = 'upload' and (media_type = 'application/pdf' or media_type like 'image/%%') as has_pictures from documents where id = %s"
)
FOUND = (
    b"select p.*, e.edited_by, e.edited_at::text, passage_mark(p.text) = any(%(used)s) as used from passages_of(%(id)s) p"
    b" left join passage_edits e on e.document_id = %(id)s and e.ordinal = p.ordinal"
    b" where %(words)s = '' or position(lower(unaccent(%(words)s)) in lower(unaccent(p.heading || ' ' || p.text))) > 0"
)


@answer_page
def main(request: str, db: postgresql, embeddings: c_embeddings) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_passages),
            "explain": (ANYONE, lambda conn, member, fields: explain(conn, member, fields, embeddings)),
            "edit": (EDITORS, lambda conn, member, fields: edit(conn, member, fields, embeddings)),
            "forget": (EDITORS, forget),
        },
    )


def list_passages(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """A part of the document's passages in order: from the place `from`, or from `page` on; with `words`, only those that hold them.

    `used`: the marks of passages, as a citation names them. `at_used`: from a little before the first of these on, where there is one.
    """
    document_id = id_field(fields, "document_id")
    words = text_field(fields, "words", 200).strip()
    with as_tenant(conn, member["tenant_id"]):
        document = conn.execute(DOCUMENT, [document_id]).fetchone()
        if document is None:
            raise not_found()
        place = {
            "id": document_id,
            "words": words,
            "page": whole_number_field(fields, "page", MOST_NUMBER),
            "first": whole_number_field(fields, "from", MOST_NUMBER),
            "used": marks_field(fields),
            "at_used": fields.get("at_used") is True,
            "before": BEFORE_USED,
        }
        rows = conn.execute(
            b"with found as ("
            + FOUND
            + b"), counted as (select f.*, (row_number() over (order by ordinal) - 1)::int as place,"
            b" (count(*) over ())::int as total from found f)"
            b" select ordinal, page, page_end, heading, text, source_text, left_out, edited_by, edited_at, used, place, total from counted"
            b" where place >= coalesce("
            b" (select greatest(min(place) - %(before)s, (select min(place) from counted where page = %(page)s))"
            b" from counted where used and %(at_used)s having min(place) is not null),"
            b" (select min(place) from counted where page >= nullif(%(page)s, 0)), %(first)s)"
            b" order by ordinal limit " + str(AT_ONCE).encode(),
            place,
        ).fetchall()
        total = rows[0]["total"] if rows else one(conn, "select count(*) from passages_of(%s)", [document_id])
        unfit = conn.execute(
            b"select id::text as edit_id, heading, source_text, text, left_out, edited_by, edited_at::text from passage_edits"
            b" where document_id = %s and ordinal is null order by edited_at desc limit 50",
            [document_id],
        ).fetchall()
    passages = [{key: value for key, value in row.items() if key != "total"} for row in rows]
    return {
        "document": document,
        "passages": passages,
        "total": total if rows or not words else 0,
        "no_longer_fit": unfit,
    }


def marks_field(fields: Fields) -> list[str]:
    """Marks of passages (passage_mark)."""
    marks = fields.get("used") or []
    if (
        not isinstance(marks, list)
        or len(marks) > MOST_USED
        or not all(isinstance(mark, str) and MARK.fullmatch(mark) for mark in marks)
    ):
        raise Refused("bad_request")
    return marks


def explain(conn: Connection, member: Member, fields: Fields, embeddings: c_embeddings) -> dict[str, Any]:
    """For a question the passages that are nearest, with rank, nearness, matching words, and whether the model would see them.

    With `document_id`, those of one document, too. `floor`: the relevance that at least one passage must reach; None: there is no floor.
    """
    from pgvector import Vector

    question = text_field(fields, "question", 1000).strip()
    if not question:
        raise Refused("question_missing")
    document_id = id_field(fields, "document_id") if fields.get("document_id") else None
    with as_tenant(conn, member["tenant_id"]):
        if one(conn, "select tenant_usage() ->> 'reached'", []):
            raise Refused("plan_month")
    model = model_of(conn, member)
    vector = vector_of(conn, member, question, embeddings, model, "query_model")
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select e.*, e.document_id::text as document_id, citation(e.document_id, e.page) as source"
            b" from explain_search(%s, %s::vector, %s, %s) e",
            [question, Vector(vector).to_text(), model["id"], document_id],
        ).fetchall()
    return {"passages": rows, "floor": model["floor"]}


def edit(conn: Connection, member: Member, fields: Fields, embeddings: c_embeddings) -> dict[str, Any]:
    """Corrects a passage (`text`; null: as it was read), leaves it out of answers or puts it back (`left_out`).

    `was`: the text that the editor saw.
    """
    from pgvector import Vector

    from f.common.tokens import count_tokens
    from f.documents.chunking import Chunk, context
    from f.documents.comparison import compare_passage

    document_id, ordinal = id_field(fields, "document_id"), whole_number_field(fields, "ordinal", MOST_NUMBER)
    was = text_field(fields, "was", 20_000)
    found = passage_at(conn, member, document_id, ordinal)
    text = text_field(fields, "text", 20_000).strip() if fields.get("text") is not None else found["source"]
    if not text:
        raise Refused("text_empty")
    tokens = count_tokens(text)
    if text != found["source"] and tokens > MOST_TOKENS:
        raise Refused("passage_too_long", tokens=tokens, most=MOST_TOKENS)
    model = model_of(conn, member)
    chunk = Chunk(
        ordinal=ordinal,
        page=1,
        page_end=1,
        char_start=0,
        char_end=0,
        heading=found["heading"],
        tokens=tokens,
        text=text,
    )
    vector = vector_of(conn, member, context(chunk, found["title"]), embeddings, model, "passage_model")
    with as_tenant(conn, member["tenant_id"]):
        done = one(
            conn,
            "select edit_passage(%s, %s, %s, %s, %s, %s, %s::smallint, %s::vector, %s)",
            [
                document_id,
                ordinal,
                was,
                text,
                fields.get("left_out") is True,
                tokens,
                model["id"],
                Vector(vector).to_text(),
                member["email"],
            ],
        )
    if not done:
        raise Refused("passage_changed")
    if fields.get("left_out") is not True:
        compare_passage(conn, member["tenant_id"], document_id, ordinal)
    return {"edited": ordinal}


def passage_at(conn: Connection, member: Member, document_id: str, ordinal: int) -> dict[str, Any]:
    """A passage's heading, text, text as it was read (`source`), and its document's title."""
    with as_tenant(conn, member["tenant_id"]):
        found = conn.execute(
            b"select p.heading, p.text, coalesce(p.source_text, p.text) as source, d.title"
            b" from passages_of(%(id)s) p join documents d on d.id = %(id)s where p.ordinal = %(ordinal)s",
            {"id": document_id, "ordinal": ordinal},
        ).fetchone()
    if found is None:
        raise not_found()
    return found


def forget(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Deletes an edit that no longer fits."""
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            b"delete from passage_edits where id = %s and ordinal is null", [id_field(fields, "edit_id")]
        )
    if not done.rowcount:
        raise not_found()
    return {"forgotten": fields["edit_id"]}


def model_of(conn: Connection, member: Member) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        model = conn.execute(
            b"select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = %s",
            [member["tenant_id"]],
        ).fetchone()
    assert model is not None, "tenants.embedding_model names a row of embedding_models"
    return model


def vector_of(
    conn: Connection, member: Member, text: str, embeddings: c_embeddings, model: dict[str, Any], kind: str
) -> list[float]:
    """The text's vector, which counts in the tenant's month. `kind`: query_model or passage_model."""
    from f.models import metering
    from f.models.embeddings import embed

    (vector,) = embed([text], embeddings, model[kind], model["dimensions"])
    metering.count_texts(conn, member["tenant_id"], [text], model[kind])
    return vector
