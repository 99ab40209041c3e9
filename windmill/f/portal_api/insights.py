# requirements: embeddings
"""Insights from a tenant's conversations: figures by day, topics, wrong answers, and unanswered questions, which can be asked again after an answer
was added.

In: a request of the portal's page (f/common/portal_request.py). Out: sums by day; groups of similar questions; IDs of dry runs.
"""

from __future__ import annotations

from typing import Any

import psycopg

from f.common.database import Connection, as_tenant
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
from f.portal_api import dry_runs, insight_figures

postgresql = dict[str, Any]
c_embeddings = dict[str, Any]
QUESTIONS = 200
MOST_DAYS = 366
TOPICS, EXAMPLES = 12, 3
WRONG = 50
ASKED_AGAIN = 5  # questions of one group


@answer_page
def main(request: str, db: postgresql, embeddings: c_embeddings) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "get": (ANYONE, get),
            "list_unanswered": (
                ANYONE,
                lambda conn, member, fields: list_unanswered(conn, member, embeddings),
            ),
            "list_topics": (
                ANYONE,
                lambda conn, member, fields: list_topics(conn, member, fields, embeddings),
            ),
            "list_wrong": (ANYONE, list_wrong),
            "dismiss": (EDITORS, dismiss),
            "ask_again": (EDITORS, ask_again),
            "get_answer": (EDITORS, get_answer),
        },
    )


def get(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Figures for each day in the person's time zone and for both halves of the days, of all numbers or of `phone_number_id`; this month's usage
    with its limits; the numbers with what Meta charges for them this month."""
    days, zone = days_of(fields), text_field(fields, "zone", 60) or "UTC"
    number = text_field(fields, "phone_number_id", 40)
    try:
        with as_tenant(conn, member["tenant_id"]):
            figures = insight_figures.of(conn, days, zone, number)
    except psycopg.errors.InvalidParameterValue:
        with as_tenant(conn, member["tenant_id"]):  # an unknown zone: better another clock than no chart
            figures = insight_figures.of(conn, days, "UTC", number)
    with as_tenant(conn, member["tenant_id"]):
        limits = conn.execute(
            b"select t.limits || (select jsonb_object_agg(name, plan_figure(t.limits, name)) from unnest(array['monthly_turns', 'monthly_tokens',"
            b" 'monthly_cost_usd']) name) as limits, coalesce(u.turns, 0) as turns, coalesce(u.input_tokens + u.output_tokens, 0) as tokens,"
            b" coalesce(u.cost_usd, 0)::float8 as cost_usd from tenants t left join usage_months u"
            b" on u.tenant_id = t.id and u.month = date_trunc('month', now() at time zone 'utc')::date"
        ).fetchone()
        numbers = conn.execute(insight_figures.CHARGES).fetchall()
    return {**figures, "month": limits, "numbers": numbers}


def days_of(fields: Fields) -> int:
    days = fields.get("days", 30)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise Refused("whole_number_out_of_range", field="days", least=1, most=MOST_DAYS)
    return days


def list_wrong(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The bot's answers of the last `days` that somebody of the staff has marked wrong, or that got a thumb down from the customer."""
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select turn_id::text, contact_id::text, name, question, answer, at::text, marks, thumb_down"
            b" from wrong_answers(now() - make_interval(days => %s), %s, %s)",
            [days_of(fields), text_field(fields, "phone_number_id", 40), WRONG + 1],
        ).fetchall()
    return {"answers": rows[:WRONG], "more": len(rows) > WRONG}


def list_topics(conn: Connection, member: Member, fields: Fields, embeddings: c_embeddings) -> dict[str, Any]:
    """What customers ask about: the newest questions of the last `days` in groups of similar ones, the largest first, each with how many found
    no answer. Greetings and thanks are no questions: nothing was looked up for them."""
    days = days_of(fields)
    with as_tenant(conn, member["tenant_id"]):
        model = model_of(conn)
        rows = conn.execute(
            b"select t.id, t.id::text as turn_id, left(t.question, 500) as question, t.outcome, q.turn_id is not null as embedded"
            b" from turns t left join question_vectors q on q.turn_id = t.id and q.model_id = %s"
            b" where t.tenant_id = current_tenant() and t.opened_at > now() - make_interval(days => %s)"
            b" and (%s = '' or t.phone_number_id = %s) and btrim(coalesce(t.question, '')) <> ''"
            b" and (t.outcome = 'unanswered' or t.outcome in ('answered', 'handed_off') and looked_up(t.trace))"
            b" order by t.opened_at desc limit %s",
            [model["id"], days, *[text_field(fields, "phone_number_id", 40)] * 2, QUESTIONS],
        ).fetchall()
    if new := [row for row in rows if not row["embedded"]]:
        embed_questions(conn, member, new, model, embeddings)
    groups = group(rows, similar(conn, member, rows, model["alike"]))
    return {
        "questions": len(rows),
        "topics": [
            {
                "question": one["question"],
                "asked": len(one["questions"]),
                "unanswered": sum(q["outcome"] == "unanswered" for q in one["questions"]),
                "examples": list(dict.fromkeys(q["question"] for q in one["questions"]))[:EXAMPLES],
            }
            for one in groups[:TOPICS]
        ],
    }


def model_of(conn: Connection) -> dict[str, Any]:
    """The embedding model of the tenant."""
    model = conn.execute(
        b"select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = current_tenant()"
    ).fetchone()
    assert model is not None, "tenants.embedding_model names a row of embedding_models"
    return model


def list_unanswered(conn: Connection, member: Member, embeddings: c_embeddings) -> dict[str, Any]:
    """The open questions of the last 60 days in groups of similar ones, the largest first, with their conversations."""
    with as_tenant(conn, member["tenant_id"]):
        model = model_of(conn)
        new = conn.execute(
            b"select t.id, t.question from turns t left join question_vectors q on q.turn_id = t.id and q.model_id = %s"
            b" where t.tenant_id = current_tenant() and t.outcome = 'unanswered' and t.closed_at > now() - interval '60 days'"
            b" and q.turn_id is null and btrim(coalesce(t.question, '')) <> '' order by t.closed_at desc limit %s",
            [model["id"], QUESTIONS],
        ).fetchall()
    if new:
        embed_questions(conn, member, new, model, embeddings)
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select t.id::text as turn_id, t.contact_id::text, c.name, c.username, left(t.question, 500) as question, t.closed_at::text as at,"
            b" answered_by_human(t.contact_id, t.closed_at) as answered_by_human"
            b" from question_vectors q join turns t on t.id = q.turn_id join contacts c on c.id = t.contact_id"
            b" where q.tenant_id = current_tenant() and q.settled_at is null and q.model_id = %s and t.outcome = 'unanswered'"
            b" and t.closed_at > now() - interval '60 days' order by t.closed_at desc, t.id limit %s",
            [model["id"], QUESTIONS],
        ).fetchall()
    return {"groups": group(rows, similar(conn, member, rows, model["alike"]))}


def similar(
    conn: Connection, member: Member, rows: list[dict[str, Any]], alike: float
) -> dict[tuple[int, int], float]:
    """How similar the pairs of questions are that are similar enough, by their places in `rows`."""
    with as_tenant(conn, member["tenant_id"]):
        pairs = conn.execute(
            b"with q as materialized (select u.turn_id, u.embedding, n from unnest(%s::uuid[]) with ordinality w(id, n)"
            b" join question_vectors u on u.turn_id = w.id)"
            b" select a.n - 1 as first, b.n - 1 as later, 1 - (a.embedding <=> b.embedding) as similarity from q a join q b on a.n < b.n"
            b" where 1 - (a.embedding <=> b.embedding) >= %s",
            [[row["turn_id"] for row in rows], alike],
        ).fetchall()
    return {(p["first"], p["later"]): p["similarity"] for p in pairs}


def embed_questions(
    conn: Connection, member: Member, new: list[dict[str, Any]], model: Any, embeddings: c_embeddings
) -> None:
    """Stores vectors of questions that have none yet."""
    from pgvector import Vector

    from f.models import metering
    from f.models.embeddings import embed

    for start in range(0, len(new), 50):
        some = new[start : start + 50]
        texts = [row["question"][:1000] for row in some]
        vectors = embed(texts, embeddings, model["query_model"], model["dimensions"])
        with as_tenant(conn, member["tenant_id"]), conn.cursor() as cursor:
            cursor.execute(metering.COUNT.encode(), metering.of_texts(texts, model["query_model"]))
            cursor.executemany(
                b"insert into question_vectors (turn_id, tenant_id, model_id, embedding) values (%s, %s, %s, %s::vector)"
                b" on conflict (turn_id) do update set model_id = excluded.model_id, embedding = excluded.embedding",
                [
                    (row["id"], member["tenant_id"], model["id"], Vector(vector).to_text())
                    for row, vector in zip(some, vectors, strict=True)
                ],
            )


def group(rows: list[dict[str, Any]], similarity: dict[tuple[int, int], float]) -> list[dict[str, Any]]:
    """Puts each question into the group whose first question is most similar to it, or into a new one; largest group first.

    `similarity`: of the pairs that are similar enough, by their places in `rows`.
    """
    groups: dict[int, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows):
        candidates = [first for first in groups if (first, number) in similarity]
        best = max(candidates, key=lambda first: similarity[first, number], default=number)
        groups.setdefault(best, []).append(row)
    largest = sorted(groups.values(), key=len, reverse=True)
    return [{"question": members[0]["question"], "questions": members} for members in largest]


def turn_ids(fields: Fields) -> list[str]:
    ids = fields.get("turn_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= QUESTIONS:
        raise Refused("questions_not_chosen")
    return [id_field({"turn_id": turn}, "turn_id") for turn in ids]


def questions_of(conn: Connection, turns: list[str]) -> list[str]:
    """The questions of the turns, each once. Refuses if one of the turns is not the tenant's."""
    rows = conn.execute(b"select id, question from turns where id = any(%s::uuid[])", [turns]).fetchall()
    if len(rows) != len(set(turns)):
        raise not_found()
    return list(dict.fromkeys(row["question"] for row in rows if row["question"]))


def dismiss(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Removes questions from the list: an answer was added (f/portal_api/qa_pairs), or none is wanted."""
    turns = turn_ids(fields)
    with as_tenant(conn, member["tenant_id"]):
        questions_of(conn, turns)
        conn.execute(
            b"update question_vectors set settled_at = now() where turn_id = any(%s::uuid[])", [turns]
        )
    return {"dismissed": len(turns)}


def ask_again(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Asks the questions of some turns in dry runs, before or after an answer was added: with what is live, or with a `version`."""
    version = dry_runs.chosen_version(conn, member, {"version": "live", **fields})
    purpose = "after" if fields.get("purpose") == "after" else "before"
    with as_tenant(conn, member["tenant_id"]):
        questions = questions_of(conn, turn_ids(fields))[:ASKED_AGAIN]
    return {
        "runs": [
            {"question": q, "run": dry_runs.start(conn, member, q, purpose=purpose, version=version)}
            for q in questions
        ]
    }


def get_answer(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    return dry_runs.result(conn, member, id_field(fields, "run"))
