# requirements: database
"""The draft of a business's Q&A pairs and their versions: a module of f/portal_api/qa_pairs.

A draft is read as what is live, but only dry runs that take it find it (sql/functions/qa_pairs.sql). It is published in one act, once the
cases of all the business's chatbots are green with it. Who acts on the draft says which revision of it they saw.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from f.cases.runs import DATABASE, begin_run
from f.common.database import Connection, as_tenant, one
from f.common.ingestion import start_ingestions
from f.common.portal_request import (
    EDITORS,
    OWNERS,
    Fields,
    Member,
    NotAllowed,
    Refused,
    id_field,
    not_found,
    text_field,
    whole_number_field,
)
from f.common.windmill import start_script

Keep = Callable[[Connection, Member, str, str], str | None]  # as f/portal_api/case_proposals.keep
PAIRS = "draft:qa_pairs"  # what is live, with the drafted pairs
COMPARE = "f/ingest/compare"
PAGE = 30
MOST = 2**31 - 1
SHOWN = 500  # differences
DOCUMENT = (
    b"select id::text, state, error from documents d where origin = 'qa_draft'"
    b" and not exists (select from documents n where n.replaces = d.id) order by created_at desc limit 1"
)


def wanted(fields: Fields) -> bool:
    """Whether a change is for the draft."""
    return fields.get("draft") is True


def draft(conn: Connection) -> dict[str, Any] | None:
    """What is drafted: {revision, added, changed, removed, person, at, document, replayed}; None: nothing. `document`: its state, None: no pair is
    left. `replayed`: the chatbots whose turns are being asked again with it."""
    row = conn.execute(
        b"select pairs_revision() as revision, count(*) filter (where q.id is null)::int as added,"
        b" count(*) filter (where q.id is not null and d.question is not null)::int as changed,"
        b" count(*) filter (where d.question is null)::int as removed, (array_agg(d.person order by d.changed_at desc))[1] as person,"
        b" max(d.changed_at)::text as at, array(select b.name from replays r join chatbots b using (phone_number_id)"
        b" where r.state = 'running' and r.draft ? 'qa_pairs' order by b.name) as replayed"
        b" from qa_pair_drafts d left join qa_pairs q on q.id = d.pair_id"
    ).fetchone()
    if row is None or row["revision"] is None:
        return None
    return {**row, "document": conn.execute(DOCUMENT).fetchone()}


def refuse_unread(conn: Connection) -> bool:
    """Whether pairs are drafted. Refused where they are not read whole: a dry run would answer without some of them."""
    if one(conn, "select pairs_revision()", []) is None:
        return False
    document = conn.execute(DOCUMENT).fetchone()
    if document:
        refuse_state(document)
    return True


def refuse_state(document: dict[str, Any]) -> None:
    if document["state"] == "failed":
        raise Refused("pairs_unread", problem=document["error"])
    if document["state"] != "drafted":
        raise Refused("pairs_being_read")


def put(
    conn: Connection, member: Member, pair_id: str | None, question: str | None, answer: str | None
) -> str:
    """Puts a pair into the draft; without question and answer it is to go. Returns its id."""
    made: str = one(
        conn,
        "insert into qa_pair_drafts (tenant_id, pair_id, question, answer, person) values (%s, coalesce(%s, gen_random_uuid()), %s, %s, %s)"
        " on conflict (tenant_id, pair_id) do update set question = excluded.question, answer = excluded.answer, person = excluded.person,"
        " changed_at = clock_timestamp() returning pair_id::text",
        [member["tenant_id"], pair_id, question, answer, member["email"]],
    )
    return made


def note_turns(conn: Connection, given: list[tuple[str, Fields]]) -> None:
    """Notes of drafted pairs, by their questions, which unanswered question each answers (`turn_id`), where the request names one."""
    for question, item in given:
        if not item.get("turn_id"):
            continue
        turn = id_field(item, "turn_id")
        if not conn.execute(b"select from turns where id = %s and outcome = 'unanswered'", [turn]).rowcount:
            raise not_found()
        conn.execute(
            b"update qa_pair_drafts set turn_id = coalesce(turn_id, %s) where md5(lower(question)) = md5(lower(%s))",
            [turn, question],
        )


def forget(conn: Connection, pair_id: str) -> None:
    """Takes a pair out of the draft that was changed live by somebody who saw what was drafted."""
    conn.execute(b"delete from qa_pair_drafts where pair_id = %s", [pair_id])


def rewrite(conn: Connection, member: Member) -> str | None:
    """Writes the draft to its document. Returns the document to ingest, None where nothing is drafted or no pair is left."""
    row = conn.execute(
        b"select document_id::text, refusal from qa_draft_changed(%s)", [member["email"]]
    ).fetchone()
    assert row is not None
    if row["refusal"]:
        raise Refused.of(row["refusal"])
    return row["document_id"]  # type: ignore[no-any-return]


def publish(conn: Connection, member: Member, fields: Fields, keep: Keep) -> dict[str, Any]:
    """Makes the drafted pairs live at once: {"version"}. `revision`: of the draft as the person saw it. `note`: what it is about. `keep` makes
    cases of the answers to unanswered questions.

    Where a chatbot of the business has cases, they are asked first: {"runs": [{phone_number_id, name, run, state}]}, those that are not green.
    Ask again when they have ended. An owner may give a `reason` to publish although one is red.
    """
    note, reason = text_field(fields, "note", 500).strip(), text_field(fields, "reason", 500).strip()
    if reason and member["role"] not in OWNERS:
        raise NotAllowed("role")
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"select lock_answers(current_tenant())")
        done = one(
            conn,
            "select publish_pairs(%s, %s, %s, %s)",
            [note, text_field(fields, "revision", 40) or None, reason, member["email"]],
        )
        for correction in done.get("corrections") or []:
            with suppress(Refused), conn.transaction():  # a case that can't be made stops no publication
                keep(conn, member, correction["turn"], correction["answer"])
    refuse_changed(done)
    if not done:
        raise Refused("draft_empty")
    if "state" in done:
        start_ingestions(conn, member["tenant_id"])
        refuse_state(done)
    if "tests" in done:
        runs = [asked(conn, member, test) for test in done["tests"]]
        if any(run["run"] is None for run in runs):  # its last case has just been switched off
            raise Refused("pairs_changed", person=member["email"])
        return {"runs": runs}
    if done["document"]:
        look_for_contradictions(member["tenant_id"], done["document"])
    return {"version": done["version"]}


def asked(conn: Connection, member: Member, test: dict[str, Any]) -> dict[str, Any]:
    """The run of a chatbot's cases, begun where there is none."""
    if test["state"] == "untested":
        run = begin_run(conn, member["tenant_id"], test["phone_number_id"], "publish", PAIRS, member["email"])
        return {**test, "run": run, "state": "running"}
    return test


def look_for_contradictions(tenant_id: str, document_id: str) -> None:
    """Drafted answers are compared with other documents once they are live, as any document is; at the latest with the next change."""
    try:
        start_script(COMPARE, {**DATABASE, "document_id": document_id, "tenant_id": tenant_id})
    except (OSError, RuntimeError, KeyError) as problem:
        print(f"document {document_id} can't be compared now: {problem}")


def discard(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Takes the draft back, or what is drafted of one pair (`pair_id`). `revision`: of the draft as the person saw it."""
    pair = id_field(fields, "pair_id") if fields.get("pair_id") else None
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"select lock_answers(current_tenant())")
        seen = text_field(fields, "revision", 40) or None
        refuse_changed(one(conn, "select discard_pairs(%s, %s, %s)", [seen, pair, member["email"]]))
    start_ingestions(conn, member["tenant_id"])
    return {"discarded": True}


def restore(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Makes the pairs of a version (`number`) the draft. `revision`: of the draft that it takes the place of, as the person saw it."""
    number = whole_number_field(fields, "number", MOST)
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"select lock_answers(current_tenant())")
        seen = text_field(fields, "revision", 40) or None
        done = one(conn, "select restore_pairs(%s, %s, %s)", [number, seen, member["email"]])
        if done is None:
            raise Refused("version_unknown", number=number)
        refuse_changed(done)
        now_drafted = draft(conn)
    start_ingestions(conn, member["tenant_id"])
    return {"draft": now_drafted}


def read_again(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Reads drafted answers again that could not be read."""
    with as_tenant(conn, member["tenant_id"]):
        found = conn.execute(
            b"update documents d set state = 'received', error = null, started_at = null, updated_at = now() where origin = 'qa_draft'"
            b" and state = 'failed' and not exists (select from documents n where n.replaces = d.id)"
        )
    if not found.rowcount:
        raise not_found()
    start_ingestions(conn, member["tenant_id"])
    return {"reading": True}


def versions(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The versions of the pairs, newest first, with how many pairs each has and in how many it is otherwise than the one before. `before`: only
    those with a smaller number; 0: all."""
    before = whole_number_field(fields, "before", MOST) or MOST
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select v.number, v.note, v.person, v.published_at::text as at, v.overruled ->> 'reason' as reason, ("
            b" select count(*)::int from pairs_at(v.number::text)) as pairs, (select count(distinct h.pair_id)::int from qa_pair_history h"
            b" where v.number in (h.since, h.until)) as changed from qa_pair_versions v"
            b" where v.number < %s order by v.number desc limit %s",
            [before, PAGE + 1],
        ).fetchall()
    return {"versions": rows[:PAGE], "more": len(rows) > PAGE}


def compare(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """In which pairs two versions differ, and what each says: {question, answer}, null where it has none. `one`, `other`: a number, 'draft', or
    'live'; 0: before there was any. `more`: there are others beyond the first."""
    names = [version_of_pairs(fields, name) for name in ("one", "other")]
    with as_tenant(conn, member["tenant_id"]):
        for name in names:
            if (
                int(name if name.isdecimal() else 0)
                and not conn.execute(b"select from qa_pair_versions where number = %s", [int(name)]).rowcount
            ):
                raise Refused("version_unknown", number=int(name))
        rows = conn.execute(
            b"select id::text, one, other from pairs_between(%s, %s) limit %s", [*names, SHOWN + 1]
        ).fetchall()
    return {"differences": rows[:SHOWN], "more": len(rows) > SHOWN}


def version_of_pairs(fields: Fields, name: str) -> str:
    value = text_field(fields, name, 10)
    if value in ("", "live"):
        return ""
    if value != "draft" and not (value.isascii() and value.isdecimal() and int(value) <= MOST):
        raise Refused("bad_request")
    return value


def refuse_changed(done: dict[str, Any]) -> None:
    """Refuses for what an SQL function has answered: somebody has changed the draft, or it does not fit the plan."""
    if "person" in done:
        raise Refused("pairs_changed", person=done["person"])
    if "refusal" in done:
        raise Refused.of(done["refusal"])


ACTIONS = {
    "discard": (EDITORS, discard),
    "restore": (EDITORS, restore),
    "read_again": (EDITORS, read_again),
    "versions": (EDITORS, versions),
    "compare": (EDITORS, compare),
}
