"""How quickly the portal's pages come up for a business with a million logged messages: its scripts, called as a worker calls them.

    make bench-insights            1,000,000 messages of one business, 250,000 of others
    make bench-insights QUICK=1    50,000 and 12,500

What is measured is each script's main() from the request to the answer: connecting, row-level security, SQL, and what Python makes of it. Not in
it: Windmill's own time to start a job (make bench-turn). The last line is one JSON object. Exits non-zero only when it could not measure.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import sys
import time
from typing import Any

import psycopg

from bench.retrieval_database import APP_PASSWORD, connect, database
from local.portal.wire import request
from local.postgres import PostgresError

OWNER = "owner@bench.example"
DAYS = 365
WORDS = [
    *("lamp", "order", "delivery", "invoice", "return", "opening", "hours", "price"),
    *("table", "chair", "shipping", "refund", "size", "colour", "garden"),
]
STATIC: dict[str, dict[str, Any]] = {
    "f.portal_api.insights": {"embeddings": {"base_url": "http://127.0.0.1:9"}},
    "f.portal_api.conversations": {"whatsapp": {}, "master_key": ""},
}
# Page, script, action, fields. {contact} is the busiest conversation.
QUERIES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("Who am I", "f.portal_api.me", "get", {}),
    ("The bell", "f.portal_api.notifications", "count", {}),
    ("Insights, 30 days", "f.portal_api.insights", "get", {"days": 30, "zone": "Europe/Madrid"}),
    ("Insights, 90 days", "f.portal_api.insights", "get", {"days": 90, "zone": "Europe/Madrid"}),
    (
        "Insights, 180 days, one number",
        "f.portal_api.insights",
        "get",
        {"days": 180, "phone_number_id": "bench"},
    ),
    ("Insights, questions in vain", "f.portal_api.insights", "list_unanswered", {}),
    ("Conversations", "f.portal_api.conversations", "list", {}),
    ("Conversations, page 20", "f.portal_api.conversations", "list", {"skip": 950}),
    ("Conversations, waiting", "f.portal_api.conversations", "list", {"waiting": True}),
    ("Conversations, a rare word", "f.portal_api.conversations", "list", {"search": "zeppelin"}),
    ("Conversations, a common word", "f.portal_api.conversations", "list", {"search": "lamp"}),
    ("A conversation", "f.portal_api.conversations", "get", {"contact_id": "{contact}"}),
    ("Export, 20,000 messages", "f.portal_api.conversations", "export", {}),
]
BUILD = """
create temp table size as select %(tenant)s::uuid as tenant, %(number)s::text as number, %(messages)s::int as messages, %(contacts)s::int as contacts;
insert into contacts (tenant_id, phone, name, last_seen_at)
    select tenant, '346' || lpad(n::text, 8, '0'), 'Customer ' || n, now() - n * interval '1 minute' from size, generate_series(1, contacts) n;
create temp table people as select row_number() over (order by id) - 1 as n, id from contacts, size where tenant_id = tenant;
create unique index on people (n);
insert into turns (tenant_id, contact_id, phone_number_id, state, run_id, lease_until, opened_at, closed_at, outcome, question, trace, usage)
    select tenant, p.id, number, 'done', gen_random_uuid(), now(), at, at + interval '2 seconds',
           case when k %% 50 = 0 then 'unanswered' when k %% 97 = 0 then 'handed_off' else 'answered' end,
           'Where is my ' || (%(words)s::text[])[k %% 15 + 1] || ' number ' || k, '[{"tool": "search_knowledge_base", "ms": 60, "error": false}]',
           '{"cost_usd": 0.0021, "calls": 2, "ms": 1800}'
    from size, generate_series(1, messages / 2) k, people p,
        lateral (select now() - (k::float8 / (messages / 2)) * make_interval(days => %(days)s) as at) t
    where p.n = (k::bigint * 7919) %% contacts;
"""
LOG = """
insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, send_id, body, citations, model, status,
                               created_at)
    select t.tenant_id, t.contact_id, t.phone_number_id, t.id, s.direction, case s.direction when 'in' then t.id::text end,
           case s.direction when 'out' then t.id end,
           case s.direction when 'in' then t.question else 'It says: ' || t.question || ' is answered on the page about deliveries and returns.' end,
           case s.direction when 'out' then '[{"document": "Returns", "page": 2}]'::jsonb end, case s.direction when 'out' then 'bench' end,
           case s.direction when 'out' then 'read' end, t.opened_at
    from turns t, size, (values ('in'), ('out')) s(direction) where t.tenant_id = size.tenant order by t.opened_at;
insert into insight_hours as h (tenant_id, phone_number_id, hour, answered, unanswered, handoffs, response_s, responses, cost_usd)
    select tenant_id, phone_number_id, date_trunc('hour', closed_at, 'UTC'), count(*) filter (where outcome = 'answered'),
           count(*) filter (where outcome = 'unanswered'), count(*) filter (where outcome = 'handed_off'), 2 * count(*), count(*), 0.0021 * count(*)
    from turns, size where tenant_id = tenant group by 1, 2, 3
    on conflict (tenant_id, hour, phone_number_id) do update set answered = excluded.answered, unanswered = excluded.unanswered,
        handoffs = excluded.handoffs, response_s = excluded.response_s, responses = excluded.responses, cost_usd = excluded.cost_usd;
insert into insight_replies (tenant_id, phone_number_id, hour, bucket, replies)
    select tenant_id, phone_number_id, hour, bucket, responses / 4 + 1 from insight_hours, size, unnest(array[4, 8, 12, 20]) bucket
    where tenant_id = tenant;
insert into question_vectors (turn_id, tenant_id, model_id, embedding)
    select t.id, t.tenant_id, m.id, (select array_agg(sin(n * (hashtext(t.question) %% 40))) from generate_series(1, m.dimensions) n)::vector
    from turns t join size on t.tenant_id = tenant join tenants n on n.id = t.tenant_id join embedding_models m on m.name = n.embedding_model
    where t.outcome = 'unanswered' and t.closed_at > now() - interval '60 days';
insert into handoffs (tenant_id, contact_id, turn_id, source, reason, paused_until)
    select t.tenant_id, t.contact_id, t.id, 'model', 'bench', now() from turns t, size where t.tenant_id = tenant and t.outcome = 'handed_off';
drop table size, people;
"""


def build(url: str, name: str, messages: int) -> str:
    """A business with its year of conversations; returns its id. The triggers count messages as in a running product."""
    with connect(url) as conn:
        row = conn.execute(
            b"insert into tenants (name, embedding_model) values (%s, 'multilingual-e5-small') returning id::text",
            [name],
        ).fetchone()
        assert row is not None
        tenant = str(row["id"])
        conn.execute(
            b"insert into chatbots (phone_number_id, tenant_id, name) values (%s, %s, %s)",
            [name, tenant, name],
        )
        values = {
            **{"tenant": tenant, "number": name, "messages": messages, "contacts": max(50, messages // 40)},
            **{"words": WORDS, "days": DAYS},
        }
        for statement in BUILD.strip().split(";\n"):
            conn.execute(statement.rstrip(";").encode(), values if "%" in statement else None)
        for statement in LOG.replace("%%", "%").strip().split(";\n"):
            conn.execute(statement.rstrip(";").encode())
    return tenant


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, round(share * (len(times) - 1)))]


def measure(db: dict[str, Any], contact: str, repeats: int) -> list[dict[str, Any]]:
    """Each page's script `repeats` times, after one call that nobody counts."""
    os.environ["WM_END_USER_EMAIL"] = OWNER
    found = []
    for page, script, action, fields in QUERIES:
        asked = request(action, **{k: contact if v == "{contact}" else v for k, v in fields.items()})
        main = importlib.import_module(script).main
        times = []
        for turn in range(repeats + 1):
            started = time.monotonic()
            answer = main(asked, db=db, **STATIC.get(script, {}))
            if turn:
                times.append(1000 * (time.monotonic() - started))
            if answer.get("ok") is not True:
                raise RuntimeError(f"{page}: {answer.get('message')}")
        figures = {"p50_ms": round(statistics.median(times), 1), "p95_ms": round(percentile(times, 0.95), 1)}
        found.append({"page": page, **figures})
        print(f"{page:<32}{figures['p50_ms']:>10}{figures['p95_ms']:>10}", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    quick = bool(os.environ.get("QUICK"))
    parser.add_argument(
        "--messages", type=int, default=50_000 if quick else 1_000_000, help="default %(default)s"
    )
    parser.add_argument("--repeats", type=int, default=5 if quick else 20, help="default %(default)s")
    arguments = parser.parse_args()
    try:
        with database() as (url, app_url):
            started = time.monotonic()
            tenant = build(url, "bench", arguments.messages)
            build(url, "others", arguments.messages // 4)
            contact = prepared(url, tenant)
            print(f"built in {time.monotonic() - started:.0f} s\n{'page':<32}{'p50 ms':>10}{'p95 ms':>10}")
            address = psycopg.conninfo.conninfo_to_dict(app_url)
            db = {name: address.get(name) for name in ("host", "port", "dbname")}
            rows = measure(
                {**db, "user": "chatbot_app", "password": APP_PASSWORD}, contact, arguments.repeats
            )
    except (PostgresError, psycopg.Error, RuntimeError) as problem:
        print(f"Nothing was measured: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    slowest = max(row["p95_ms"] for row in rows)
    print(
        json.dumps(
            {"bench": "insights", "messages": arguments.messages, "slowest_p95_ms": slowest, "pages": rows}
        )
    )
    return 0


def prepared(url: str, tenant: str) -> str:
    """Statistics as autovacuum would have made them, somebody to ask as, and the busiest conversation."""
    with connect(url) as conn:
        conn.execute(b"vacuum analyze")
        conn.execute(
            b"insert into tenant_members (tenant_id, email, role) values (%s, %s, 'owner')", [tenant, OWNER]
        )
        row = conn.execute(
            b"select contact_id::text as id from turns where tenant_id = %s group by 1 order by count(*) desc limit 1",
            [tenant],
        ).fetchone()
    assert row is not None
    return str(row["id"])


if __name__ == "__main__":
    sys.exit(main())
