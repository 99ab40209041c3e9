# requirements: whatsapp
"""Cases made of an answer of the bot, or of a correction that the staff has written, and how they are stored. A module of the portal's scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from f.cases.asking import tools_of
from f.cases.expected import Answer, Source, of_answer, of_correction, without_sources
from f.common.database import Connection, one
from f.common.portal_request import Member, Refused, audit, not_found
from f.whatsapp.controls import in_words

LONGEST_TITLE = 100
MOST_CASES = 300  # of a chatbot
QA_DOCUMENT = "Questions and answers"
TURN = b"""
    select t.id::text, t.phone_number_id, t.contact_id::text, t.question, t.outcome, t.trace, t.error,
           (select jsonb_agg(l.body order by l.id) from conversation_logs l where l.turn_id = t.id and l.direction = 'out') as sent,
           (select l.citations from conversation_logs l where l.turn_id = t.id and l.direction = 'out' and l.citations is not null
            order by l.id limit 1) as citations,
           (select jsonb_agg(jsonb_build_object('role', case h.direction when 'in' then 'user' else 'assistant' end, 'text', h.body)
                             order by h.id)
            from (select b.id, b.direction, b.body from conversation_logs b
                  where b.contact_id = t.contact_id and b.phone_number_id = t.phone_number_id
                    and b.id < (select min(l.id) from conversation_logs l where l.turn_id = t.id)
                    and b.created_at > t.opened_at - interval '24 hours'
                  order by b.id desc limit 6) h) as history
    from turns t where t.id = %s and t.outcome in ('answered', 'unanswered', 'handed_off')
"""
DOCUMENT = (
    b"select id::text from documents where title = %s and source_url is not distinct from %s and state = 'ready'"
    b" order by created_at desc limit 1"
)


def proposed(conn: Connection, answer_id: str, is_good: bool) -> dict[str, Any]:
    """The case that an answer makes: its question, what was said before, and what is to be expected. Call it in the tenant's transaction."""
    turn = conn.execute(TURN, [answer_id]).fetchone()
    if turn is None:
        raise not_found()
    citations = turn["citations"] or []
    answer = Answer(
        outcome=turn["outcome"],
        said=without_sources("\n\n".join(_words(body) for body in turn["sent"] or []), citations),
        citations=citations,
        tools=tools_of(turn["trace"], answered=True),
        problem=None,
        usage={},
        model="",
    )
    expected = of_answer(answer, is_good, _source_of(conn, citations))
    return {
        "phone_number_id": turn["phone_number_id"],
        "contact_id": turn["contact_id"],
        "turn_id": turn["id"],
        "title": free_title(conn, turn["phone_number_id"], turn["question"] or ""),
        "question": (turn["question"] or "")[:2000],
        "history": [{**said, "text": _words(said["text"])} for said in turn["history"] or []],
        "expected": expected,
        "said": answer["said"],
    }


def corrected(conn: Connection, turn_id: str, words: str) -> dict[str, Any]:
    """The case that a correction of an unanswered question makes."""
    made = proposed(conn, turn_id, is_good=True)
    return {**made, "expected": of_correction(words, Source(title=QA_DOCUMENT))}


def keep(conn: Connection, member: Member, turn_id: str, words: str) -> str | None:
    """Stores the case that a correction makes; returns its id. None: the turn has one, its words are gone, or there is no room."""
    made = corrected(conn, turn_id, words)
    number = made["phone_number_id"]
    there = one(conn, "select exists (select from bot_cases where turn_id = %s)", [turn_id])
    if there or not made["question"] or is_full(conn, number):
        return None
    values = {
        "title": made["title"],
        "question": made["question"],
        "history": json.dumps(made["history"]),
        "expected": json.dumps(made["expected"]),
        "enabled": True,
        "person": member["email"],
    }
    with once():
        return insert(conn, member, number, values, "correction", made)


@contextmanager
def once() -> Iterator[None]:
    """Refuses a second case of the same title."""
    try:
        yield
    except psycopg.errors.UniqueViolation:
        raise Refused("case_title_exists") from None


def is_full(conn: Connection, number: str) -> bool:
    count: int = one(conn, "select count(*) from bot_cases where phone_number_id = %s", [number])
    return count >= MOST_CASES


def insert(
    conn: Connection, member: Member, number: str, values: dict[str, Any], origin: str, made: dict[str, Any]
) -> str:
    """Stores a new case, with the customer and the turn of what it is `made` of; returns its id."""
    customer, turn = made.get("contact_id"), made.get("turn_id")
    row = conn.execute(
        b"insert into bot_cases (tenant_id, phone_number_id, title, question, history, expected, enabled, person, origin, contact_id, turn_id)"
        b" values (%(tenant)s, %(number)s, %(title)s, %(question)s, %(history)s::jsonb, %(expected)s::jsonb, %(enabled)s, %(person)s,"
        b" %(origin)s, %(customer)s, %(turn)s) returning id::text",
        {
            **values,
            "tenant": member["tenant_id"],
            "number": number,
            "origin": origin,
            "customer": customer,
            "turn": turn,
        },
    ).fetchone()
    assert row
    audit(conn, "cases.create", customer, title=values["title"])
    return str(row["id"])


def free_title(conn: Connection, number: str, question: str) -> str:
    """The question, in short; with a number where another case is called so."""
    plain = " ".join(question.split())[:LONGEST_TITLE] or "?"
    free: str = one(  # PostgreSQL says which titles are the same: its small letter for İ is not Python's
        conn,
        "select t.title from (select %s as title, 1 as n union all select %s || ' (' || n || ')', n from generate_series(2, %s) n) t"
        " where not exists (select from bot_cases c where c.phone_number_id = %s and lower(c.title) = lower(t.title)) order by t.n limit 1",
        [plain, plain, MOST_CASES + 2, number],
    )
    return free


def _source_of(conn: Connection, citations: list[dict[str, Any]]) -> Source | None:
    if not citations:
        return None
    first = citations[0]
    row = conn.execute(DOCUMENT, [first["document"], first.get("url")]).fetchone()
    source = Source(title=first["document"], id=row["id"] if row else None)
    if first.get("url"):
        source["url"] = first["url"]
    return source


def _words(body: str) -> str:
    """What a message of the log says: one that is more than text is logged as the Graph API takes it."""
    if not body.startswith('{"'):
        return body
    try:
        return in_words(json.loads(body))
    except (ValueError, KeyError, TypeError):
        return body
