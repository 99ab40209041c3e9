# requirements: whatsapp
"""Q&A pairs that a tenant's staff writes: live at once, or into the draft that the business's editors share (f/portal_api/qa_drafts).

What is live is ingested at once; unchanged pairs cost nothing. A request that changes a pair says what the person saw of it (`was`, its revision):
what somebody else has changed since is not overwritten.

In: a request of the portal's page (f/common/portal_request.py). Out: the pairs, or what was done.
"""

from __future__ import annotations

import json
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
from f.portal_api import qa_drafts

postgresql = dict[str, Any]
MOST_AT_ONCE = 500
# Of whom the page is: live pairs; for those who edit also the draft. `live`: what a drafted pair says live.
LIVE = "select id::text, question, answer, updated_by, updated_at::text from qa_pairs"
DRAFTED = """
    select p.id::text, p.question, p.answer, p.person as updated_by, p.at::text as updated_at, p.drafted, p.live,
           md5(row(p.question, p.answer)::text || p.drafted) as revision
    from (
        select s.*, case when d.pair_id is null then '' when q.id is null then 'added' else 'changed' end as drafted,
               case when d.pair_id is not null and q.id is not null
                    then jsonb_build_object('question', q.question, 'answer', q.answer) end as live
        from drafted_pairs() s left join qa_pair_drafts d on d.pair_id = s.id left join qa_pairs q on q.id = s.id
        union all
        select q.id, q.question, q.answer, d.person, d.changed_at, q.created_at, 'removed', null
        from qa_pair_drafts d join qa_pairs q on q.id = d.pair_id where d.question is null) p
"""


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
            "publish": (EDITORS, publish),
            **qa_drafts.ACTIONS,
        },
    )


def list_pairs(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The pairs, newest first, and the state of their document in the knowledge base.

    Those who edit get them as they would be with the draft: `drafted` is '' or what the draft does with the pair (added, changed, removed), `live`
    what a changed one says until then. `draft`: what is drafted in all, null: nothing. `version`: the number of what is live.
    """
    edits = member["role"] in EDITORS
    with as_tenant(conn, member["tenant_id"]):
        pairs = conn.execute(f"{DRAFTED if edits else LIVE} order by created_at desc, id".encode()).fetchall()
        document = conn.execute(
            b"select id::text, state, error, updated_at::text from documents d where origin = 'qa_pairs'"
            b" and not exists (select from documents n where n.replaces = d.id) order by created_at desc limit 1"
        ).fetchone()
        draft = qa_drafts.draft(conn) if edits else None
        version = one(conn, "select max(number) from qa_pair_versions", [])
    return {"pairs": pairs, "document": document, "draft": draft, "version": version}


def create(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Adds a pair, at once or (`draft`) to the draft."""
    question, answer = pair_fields(fields)
    with as_tenant(conn, member["tenant_id"]):
        lock(conn)
        refuse_same_question(conn, fields, question)
        if qa_drafts.wanted(fields):
            pair = qa_drafts.put(conn, member, None, question, answer)
        else:
            pair = one(
                conn,
                "insert into qa_pairs (tenant_id, question, answer, updated_by) values (%s, %s, %s, %s) returning id::text",
                [member["tenant_id"], question, answer, member["email"]],
            )
        document_id = after_change(conn, member, fields)
    return {"pair_id": pair, "document_id": start_ingestion(conn, member, document_id)}


def import_pairs(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Adds a list of pairs, at once or (`draft`) to the draft. An existing question gets the new answer. A drafted pair may name the unanswered
    question that it answers (`turn_id`): it becomes a case when the draft is published."""
    given = fields.get("pairs")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_AT_ONCE:
        raise Refused("pairs_count", most=MOST_AT_ONCE)
    pairs = [pair_fields(item if isinstance(item, dict) else {}) for item in given]
    with as_tenant(conn, member["tenant_id"]):
        lock(conn)
        added, changed = (
            import_drafted(conn, member, pairs)
            if qa_drafts.wanted(fields)
            else import_live(conn, member, pairs)
        )
        if qa_drafts.wanted(fields):
            qa_drafts.note_turns(conn, [(q, item) for (q, _), item in zip(pairs, given, strict=True)])
        document_id = after_change(conn, member, fields) if added + changed else None
    return {"added": added, "changed": changed, "document_id": start_ingestion(conn, member, document_id)}


def import_live(conn: Connection, member: Member, pairs: list[tuple[str, str]]) -> tuple[int, int]:
    """How many pairs are new, and how many have another answer now. A question that is drafted as a new one is that pair from now on."""
    added = changed = 0
    for question, answer in pairs:
        row = conn.execute(
            b"insert into qa_pairs as q (id, tenant_id, question, answer, updated_by) values (coalesce((select d.pair_id from qa_pair_drafts d"
            b" where md5(lower(d.question)) = md5(lower(%(question)s)) and not exists (select from qa_pairs l where l.id = d.pair_id)),"
            b" gen_random_uuid()), %(tenant)s, %(question)s, %(answer)s, %(by)s)"
            b" on conflict (tenant_id, md5(lower(question))) do update set answer = excluded.answer, updated_by = excluded.updated_by,"
            b" updated_at = clock_timestamp() where q.answer <> excluded.answer returning xmax = 0 as added",
            {
                "tenant": member["tenant_id"],
                "question": question,
                "answer": answer,
                "by": member["email"],
            },
        ).fetchone()
        added += bool(row and row["added"])
        changed += bool(row and not row["added"])
    return added, changed


def import_drafted(conn: Connection, member: Member, pairs: list[tuple[str, str]]) -> tuple[int, int]:
    given = [{"question": question, "answer": answer} for question, answer in pairs]
    done = conn.execute(
        b"select added, changed from draft_pairs(%s::jsonb, %s)", [json.dumps(given), member["email"]]
    ).fetchone()
    assert done is not None
    return done["added"], done["changed"]


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes a pair, in the draft (`draft`) or at once; then nothing of it is drafted any more."""
    question, answer = pair_fields(fields)
    pair_id = id_field(fields, "pair_id")
    with as_tenant(conn, member["tenant_id"]):
        lock(conn)
        refuse_overwriting(conn, fields, pair_id)
        refuse_same_question(conn, fields, question, pair_id)
        if qa_drafts.wanted(fields):
            qa_drafts.put(conn, member, pair_id, question, answer)
        else:
            done = conn.execute(
                b"update qa_pairs set question = %s, answer = %s, updated_by = %s, updated_at = clock_timestamp() where id = %s",
                [question, answer, member["email"], pair_id],
            )
            if not done.rowcount:  # it is drafted only
                raise not_found()
            qa_drafts.forget(conn, pair_id)
        document_id = after_change(conn, member, fields)
    return {"updated": pair_id, "document_id": start_ingestion(conn, member, document_id)}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Removes a pair, with the draft's publication (`draft`) or at once."""
    pair_id = id_field(fields, "pair_id")
    with as_tenant(conn, member["tenant_id"]):
        lock(conn)
        seen = refuse_overwriting(conn, fields, pair_id)
        if qa_drafts.wanted(fields):
            qa_drafts.put(conn, member, pair_id, None, None)
        else:
            conn.execute(b"delete from qa_pairs where id = %s", [pair_id])
            qa_drafts.forget(conn, pair_id)
        document_id = after_change(conn, member, fields)
    return {"deleted": seen["question"], "document_id": start_ingestion(conn, member, document_id)}


def publish(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    from f.portal_api.case_proposals import keep  # no other action needs it

    return qa_drafts.publish(conn, member, fields, keep)


def lock(conn: Connection) -> None:
    """One change of the pairs or of their draft at a time, so that what is looked at here still holds when it is written."""
    conn.execute(b"select lock_answers(current_tenant())")


def refuse_overwriting(conn: Connection, fields: Fields, pair_id: str) -> dict[str, Any]:
    """The pair as it stands, drafted or live. Refused where it is not there, or not as the person saw it (`was`)."""
    row = conn.execute(f"select * from ({DRAFTED}) p where id = %s".encode(), [pair_id]).fetchone()
    if row is None:
        raise not_found()
    if fields.get("was") and fields["was"] != row["revision"]:
        raise Refused("settings_changed", person=row["updated_by"] or "?")
    return row


def refuse_same_question(conn: Connection, fields: Fields, question: str, pair_id: str | None = None) -> None:
    """Refuses a question that another pair has: with the draft, or, where the change is to be live at once, without it, too."""
    here = "select id, question from drafted_pairs()"
    if not qa_drafts.wanted(fields):
        here += " union all select id, question from qa_pairs"
    other = f"select from ({here}) p where md5(lower(question)) = md5(lower(%s)) and id is distinct from %s"
    if conn.execute(other.encode(), [question, pair_id]).rowcount:
        raise Refused("question_exists")


def pair_fields(fields: Fields) -> tuple[str, str]:
    """The question, on one line, and its answer."""
    question, answer = (
        " ".join(text_field(fields, "question", 1000).split()),
        text_field(fields, "answer", 8000).strip(),
    )
    if not question or not answer:
        raise Refused("pair_incomplete")
    return question, answer


def after_change(conn: Connection, member: Member, fields: Fields) -> str | None:
    """Writes what has changed to its document. Returns the document to ingest, None if no pair is left."""
    most = one(conn, "select plan_limit('qa_pairs')", [])
    many = "select greatest((select count(*) from qa_pairs), (select count(*) from drafted_pairs()))"
    if one(conn, many, []) > most:
        raise Refused("plan_questions", most=most)
    if qa_drafts.wanted(fields):
        return qa_drafts.rewrite(conn, member)
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
