# requirements: database
"""What a past time would have looked like with the draft, or with a version: turns are taken again in dry runs, and held against what was answered.
A shadow takes those that come.

In: a request of the portal's page (f/common/portal_request.py). Out: what it would cost, how far it is, what is otherwise, or what was done.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from f.cases.comparison import KINDS, Call
from f.cases.expected import USUAL
from f.cases.replays import begin_replay, calls_of
from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
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
    whole_number_field,
)
from f.models.prices import cost_usd
from f.portal_api.dry_runs import chosen_version, first_chatbot
from f.portal_api.version_settings import settings_at

postgresql = dict[str, Any]
c_settings = dict[str, Any]
MOST_DAYS, MOST_TURNS = 31, 1000
MOST_USD = 1000.0
PAGE = 20
LAST = b"""
    select r.id::text, r.version, r.shadow, r.from_at::text, r.to_at::text, r.of_turns, r.turns, r.estimated_usd::float8, r.most_usd::float8,
           r.spent_usd::float8, r.state, r.why, r.person, r.started_at::text, r.ended_at::text, sums.*, counts.kinds
    from replays r, lateral (
        select count(*)::int as total, count(*) filter (where x.state = 'done')::int as done,
               count(*) filter (where x.state = 'done' and t.outcome = 'handed_off')::int as handoffs_then,
               count(*) filter (where x.state = 'done' and x.answer ->> 'outcome' = 'handed_off')::int as handoffs,
               coalesce(sum((x.usd ->> 'model')::float8), 0) as model, coalesce(sum((x.usd ->> 'meta')::float8), 0) as meta,
               coalesce(sum((x.usd ->> 'model_then')::float8), 0) as model_then,
               coalesce(sum((x.usd ->> 'meta_then')::float8), 0) as meta_then
        from replay_results x join turns t on t.id = x.turn_id where x.replay_id = r.id) sums, lateral (
        select jsonb_object_agg(k, (select count(*) from replay_results x
                                    where x.replay_id = r.id and x.state = 'done' and k = any (x.kinds))) as kinds
        from unnest(%s::text[]) k) counts
    where r.phone_number_id = %s order by r.started_at desc limit 1
"""
RESULTS = b"""
    select t.id::text as turn_id, t.contact_id::text, coalesce(c.staff_name, c.name) as name, t.opened_at::text as at, t.question, t.outcome, t.trace,
           (select string_agg(l.body, e'\\n\\n' order by l.id) from conversation_logs l where l.turn_id = t.id and l.direction = 'out') as said,
           r.answer, r.kinds, r.reasons, r.usd
    from replay_results r join turns t on t.id = r.turn_id join contacts c on c.id = t.contact_id
    where r.replay_id = %s and r.state = 'done' and (%s = '' or %s = any (r.kinds) or %s = 'same' and r.kinds = '{}')
    order by r.kinds = '{}', t.opened_at desc, t.id limit %s offset %s
"""


@answer_page
def main(request: str, db: postgresql, settings: c_settings) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "get": (EDITORS, get),
            "estimate": (EDITORS, lambda conn, member, fields: estimate(conn, member, fields, settings)),
            "start": (EDITORS, lambda conn, member, fields: start(conn, member, fields, settings)),
            "stop": (EDITORS, stop),
            "list": (EDITORS, list_results),
        },
    )


def get(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The chatbot's newest replay as far as it is, with counts by kind: {last}; null: there is none."""
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, text_field(fields, "phone_number_id"))
        return {"last": conn.execute(LAST, [list(KINDS), number]).fetchone()}


def estimate(
    conn: Connection, member: Member, fields: Fields, settings_resource: c_settings
) -> dict[str, Any]:
    """What a replay would be: {turns, of_turns, usd, has_price}. `usd`: by what these turns cost then, at the prices of the version's model.

    Of a `shadow`: how many turns it takes at most, how many answers the last week had, and what as many as it takes would have cost.
    """
    version, shadow = chosen_version(conn, member, fields), fields.get("shadow") is True
    since, until = last_days(7) if shadow else last_days(days_field(fields))
    most = sample(fields)
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, text_field(fields, "phone_number_id"))
        found = one(
            conn,
            "select replay_estimate(%s, %s, %s, %s)",
            [number, since, until, MOST_TURNS if shadow else most],
        )
        live, chosen = (settings_at(conn, number, at).get("model") for at in ("", version))
    usd = float(found["usd"])
    if chosen and chosen != live:
        tokens = int(found["input_tokens"]), int(found["output_tokens"])
        usd = cost_usd(chosen, *tokens, settings_resource) or usd
    if shadow:
        usd *= most / max(found["turns"], 1)
    return {
        "turns": most if shadow else found["turns"],
        "of_turns": found["of_turns"],
        "usd": round(usd, 6),
        "has_price": bool(usd or not found["calls"]),
    }


def start(conn: Connection, member: Member, fields: Fields, settings_resource: c_settings) -> dict[str, Any]:
    """Begins a replay, which stops at `most_usd`: {"replay"}. `shadow`: of the turns of the next `days`, at most `turns`; there must be a draft, or
    a version other than what is live."""
    expected = estimate(conn, member, fields, settings_resource)
    most, shadow = fields.get("most_usd"), fields.get("shadow") is True
    if isinstance(most, bool) or not isinstance(most, int | float) or not 0 < most <= MOST_USD:
        raise Refused("replay_bound", most=int(MOST_USD))
    version = chosen_version(conn, member, fields)
    if shadow and not version:
        raise Refused("draft_empty")
    with as_tenant(conn, member["tenant_id"]):
        if one(conn, "select tenant_usage() ->> 'reached'", []):
            raise Refused("plan_month")
        number = first_chatbot(conn, text_field(fields, "phone_number_id"))
        # What is live now, also where something is published meanwhile.
        version = version or str(one(conn, "select live_version(%s)", [number]))
    since, until = last_days(days_field(fields))
    if shadow:
        since, until = until, until + (until - since)
    wanted = {
        "number": number,
        "version": version,
        "from_at": since,
        "to_at": until,
        "turns": sample(fields),
        "estimated_usd": expected["usd"],
        "most_usd": most,
        "person": member["email"],
        "shadow": shadow,
    }
    begun = begin_replay(conn, member["tenant_id"], wanted)
    if begun is None:
        raise not_found()
    if "running" in begun:
        raise Refused("replay_running")
    if "replay" not in begun:
        raise Refused("replay_nothing")
    with as_tenant(conn, member["tenant_id"]):
        action = "replays.shadow" if shadow else "replays.start"
        audit(conn, action, None, version=version, most_usd=most)
    return {"replay": begun["replay"]}


def stop(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Stops a replay; what is compared stays. One that has ended is as it is."""
    with as_tenant(conn, member["tenant_id"]):
        state = one(conn, "select end_replay(%s, true)", [id_field(fields, "replay")])
    if state is None:
        raise not_found()
    return {"state": state}


def list_results(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The turns that are compared, those that differ first: of a `kind`, of all, or ('same') of none; from the place `from` on."""
    replay, kind, first = (
        id_field(fields, "replay"),
        text_field(fields, "kind", 20),
        whole_number_field(fields, "from"),
    )
    if kind not in ("", "same", *KINDS):
        raise Refused("bad_request")
    with as_tenant(conn, member["tenant_id"]):
        if conn.execute(b"select from replays where id = %s", [replay]).fetchone() is None:
            raise not_found()
        rows = conn.execute(RESULTS, [replay, kind, kind, kind, PAGE + 1, first]).fetchall()
    return {"results": [side_by_side(row) for row in rows[:PAGE]], "more": len(rows) > PAGE}


def side_by_side(row: dict[str, Any]) -> dict[str, Any]:
    """A turn as it was and as it would be: `was`, `now` have outcome, said (as it is sent, with sources) and calls of the business's tools."""
    names = ("turn_id", "contact_id", "name", "at", "question", "kinds", "reasons", "usd")
    now = row["answer"]
    return {
        **{name: row[name] for name in names},
        "was": {
            "outcome": row["outcome"],
            "said": row["said"] or "",
            "calls": of_business(calls_of(row["trace"])),
        },
        "now": {
            "outcome": now["outcome"],
            "said": now["sent"],
            "calls": of_business(now["calls"]),
            "problem": now["problem"],
        },
    }


def of_business(calls: list[Call]) -> list[Call]:
    return [call for call in calls if call["tool"] not in USUAL]


def days_field(fields: Fields) -> int:
    return whole_number_field(fields, "days", MOST_DAYS) or 7


def last_days(days: int) -> tuple[datetime, datetime]:
    """From when to when."""
    now = datetime.now(UTC)
    return now - timedelta(days=days), now


def sample(fields: Fields) -> int:
    """How many turns at most: `turns`."""
    return whole_number_field(fields, "turns", MOST_TURNS) or MOST_TURNS
