# requirements: whatsapp
"""A business's tests of its bot: questions with what their answers must be, and their runs.

In: a request of the portal's page (f/common/portal_request.py). Out: cases with their last results, a run as far as it has come, or what was done.
"""

from __future__ import annotations

import json
from typing import Any

from f.cases.expected import LONGEST, MOST_WORDS, OUTCOMES, Expected
from f.cases.runs import begin_run
from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    EDITORS,
    Fields,
    Member,
    Refused,
    answer_page,
    audit,
    handle_request,
    id_field,
    not_found,
    text_field,
)
from f.portal_api.case_proposals import MOST_CASES, free_title, insert, is_full, keep, once, proposed
from f.portal_api.dry_runs import first_chatbot, history_field

postgresql = dict[str, Any]
LIST = b"""
    select c.id::text, c.title, c.question, c.history, c.expected, c.origin, c.enabled, c.person, c.known_red,
           c.contact_id is not null as of_customer, c.updated_at::text as at,
           r.state as state, r.findings, r.cause, r.answer ->> 'said' as said, r.ended_at::text as asked_at
    from bot_cases c left join lateral (
        select o.* from case_results o where o.case_id = c.id and o.version = '' and o.ended_at is not null
        order by o.ended_at desc limit 1) r on true
    where c.phone_number_id = %s order by coalesce(r.state in ('red', 'error'), false) desc, c.created_at desc, c.id
"""
RUN = b"""
    select r.id::text, r.why, r.version, r.state, r.person, r.started_at::text, r.ended_at::text,
           (select count(*) from case_results s where s.run_id = r.id and s.version = r.version)::int as total,
           (select count(*) from case_results s where s.run_id = r.id and s.version = r.version
            and s.state in ('green', 'red', 'error'))::int as done
    from case_runs r where r.phone_number_id = %s and (%s::uuid is null or r.id = %s) and (%s::uuid is not null or r.version = '')
    order by r.started_at desc limit 1
"""
RED = b"""
    select c.id::text, c.title, c.question, c.known_red, s.state, s.findings, s.cause, s.answer ->> 'said' as said,
           s.answer -> 'citations' as citations, coalesce(l.answer, g.answer) ->> 'said' as before
    from case_results s join bot_cases c on c.id = s.case_id join case_runs r on r.id = s.run_id
    left join case_results l on l.run_id = s.run_id and l.case_id = s.case_id and l.version = '' and r.version <> ''
    left join lateral (select o.answer from case_results o join case_runs u on u.id = o.run_id where o.case_id = s.case_id
                       and o.state = 'green' and o.version in ('', u.version) and o.run_id <> s.run_id order by o.ended_at desc limit 1) g on true
    where s.run_id = %s and s.version = r.version and s.state in ('red', 'error') order by c.known_red, c.created_at, c.id
"""


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_cases),
            "propose": (AGENTS, propose),
            "create": (AGENTS, create),
            "update": (EDITORS, update),
            "keep_correction": (EDITORS, keep_correction),
            "delete": (EDITORS, delete),
            "run": (EDITORS, run),
            "get_run": (ANYONE, get_run),
        },
    )


def list_cases(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The cases of a chatbot with their last results with what is live, red ones first; and the last such run."""
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, text_field(fields, "phone_number_id"))
        cases = conn.execute(LIST, [number]).fetchall()
        last = conn.execute(RUN, [number, None, None, None]).fetchone()
    return {"cases": cases, "last": last}


def propose(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The case that an answer of the bot makes: a good one (`good`) is to be said again, a wrong one is not."""
    with as_tenant(conn, member["tenant_id"]):
        made = proposed(conn, id_field(fields, "answer_id"), fields.get("good") is True)
    return {
        "case": {
            name: made[name]
            for name in ("phone_number_id", "title", "question", "history", "expected", "said")
        }
    }


def create(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Adds a case. `answer_id`: the answer that it is made of, whose customer's words it holds; else the words are the staff's own."""
    values = given_case(fields, member)
    made: dict[str, Any] = {}
    with as_tenant(conn, member["tenant_id"]), once():
        if fields.get("answer_id"):
            made = proposed(conn, id_field(fields, "answer_id"), is_good=True)
        number = made.get("phone_number_id") or first_chatbot(conn, text_field(fields, "phone_number_id"))
        if is_full(conn, number):
            raise Refused("cases_count", most=MOST_CASES)
        values["title"] = values["title"] or free_title(conn, number, values["question"])
        return {"case_id": insert(conn, member, number, values, "mark" if made else "hand", made)}


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes a case. Where the staff write a customer's words anew, it no longer goes with that customer."""
    case_id, values = id_field(fields, "case_id"), given_case(fields, member)
    values["title"] = values["title"] or values["question"][:100]
    with as_tenant(conn, member["tenant_id"]), once():
        row = conn.execute(
            b"update bot_cases c set contact_id = case when c.question = %(question)s and c.history = %(history)s::jsonb then c.contact_id end,"
            b" title = %(title)s, question = %(question)s, history = %(history)s::jsonb, expected = %(expected)s::jsonb, enabled = %(enabled)s,"
            b" person = %(person)s, updated_at = now() from bot_cases old where c.id = %(id)s and old.id = c.id"
            b" returning c.id::text, old.contact_id::text as customer",
            {**values, "id": case_id},
        ).fetchone()
        if row is None:
            raise not_found()
        audit(conn, "cases.update", row["customer"], title=values["title"])  # its name may still be theirs
    return {"case_id": row["id"]}


def given_case(fields: Fields, member: Member) -> dict[str, Any]:
    """What the form gives of a case."""
    question = text_field(fields, "question", 2000).strip()
    if not question:
        raise Refused("question_missing")
    return {
        "title": text_field(fields, "title", 200).strip(),
        "question": question,
        "history": json.dumps(history_field(fields)),
        "expected": json.dumps(expected_field(fields)),
        "enabled": fields.get("enabled") is not False,
        "person": member["email"],
    }


def keep_correction(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Makes a case of an unanswered question (`turn_id`) and the answer that the staff have added. A second one of the same turn changes nothing."""
    turn, words = id_field(fields, "turn_id"), text_field(fields, "answer", 8000).strip()
    if not words:
        raise Refused("pair_incomplete")
    with as_tenant(conn, member["tenant_id"]):
        return {"case_id": keep(conn, member, turn, words)}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(
            b"delete from bot_cases where id = %s returning title, contact_id::text",
            [id_field(fields, "case_id")],
        ).fetchone()
        if row is None:
            raise not_found()
        audit(conn, "cases.delete", row["contact_id"], title=row["title"])
    return {"deleted": row["title"]}


def run(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Asks all enabled cases now, with what is live."""
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, text_field(fields, "phone_number_id"))
    begun = begin_run(conn, member["tenant_id"], number, "hand", person=member["email"])
    if begun is None:
        raise Refused("no_cases")
    return {"run": begun}


def get_run(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """How far a run is, and its red cases so far: {id, title, findings, cause, said, before}; `before`: what is said with what is live, or was
    said when it was green."""
    run_id = id_field(fields, "run")
    with as_tenant(conn, member["tenant_id"]):
        about = conn.execute(b"select phone_number_id from case_runs where id = %s", [run_id]).fetchone()
        if about is None:
            raise not_found()
        found = conn.execute(RUN, [about["phone_number_id"], run_id, run_id, run_id]).fetchone()
        red = conn.execute(RED, [run_id]).fetchall()
    return {"of": found, "red": red}


def expected_field(fields: Fields) -> Expected:
    """What the answer must be, checked. Refuses what the form can't give."""
    given = fields.get("expected")
    if not isinstance(given, dict) or given.get("outcome") not in OUTCOMES:
        raise Refused("bad_request")
    source = given.get("source")
    if source is not None and not isinstance(source, dict):
        raise Refused("bad_request")
    named = {name: text_field(source or {}, name, 1000).strip() for name in ("id", "title", "url")}
    return Expected(
        outcome=given["outcome"],
        must_say=words_field(given, "must_say"),
        must_not_say=words_field(given, "must_not_say"),
        source={name: value for name, value in named.items() if value} or None,  # type: ignore[typeddict-item]
        tool=text_field(given, "tool", 200).strip() or None,
    )


def words_field(given: dict[str, Any], name: str) -> list[str]:
    entries = given.get(name) or []
    if not isinstance(entries, list) or len(entries) > MOST_WORDS:
        raise Refused("list_too_long", field=name, most=MOST_WORDS)
    return [words for entry in entries if (words := text_field({name: entry}, name, LONGEST).strip())]
