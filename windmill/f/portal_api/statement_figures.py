# requirements: database
"""The figures of a service statement and the rows behind each, from the service records (sql/functions/statements.sql).

Whoever calls is in a transaction of the tenant.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from f.common.database import Connection
from f.common.portal_request import Fields, not_found, text_field
from f.portal_api.statement_words import Words

NUMBERS = (
    b"select b.phone_number_id, b.name, to_char(coalesce((select min(r.at) from service_records r where r.phone_number_id = b.phone_number_id"
    b" and r.tenant_id = b.tenant_id), now()) at time zone 'utc', 'YYYY-MM') as first_month from chatbots b order by b.name, 1"
)
CHAIN = (
    b"select c.seq::int as seq, encode(c.hash, 'hex') as hash, c.chained_at::text as chained_at, (select count(*)::int from service_records r"
    b" where r.tenant_id = c.tenant_id and r.phone_number_id = c.phone_number_id and r.seq is null) as waiting"
    b" from service_chains c where c.phone_number_id = %s"
)
# In one statement, so both are of one moment.
BOTH = (
    b"select statement_figures(%s, %s, %s) as figures,"
    b" (select coalesce(jsonb_agg(f), '[]') from statement_faults(%s, %s, %s, %s) f) as faults"
)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
FAULTS = 20
PAGE = 50
SPAN = b"(%(number)s, %(begin)s, %(end)s)"
MESSAGES = (
    b"with page as (select * from served_messages"
    + SPAN
    + b" m where %(wish)s = 'came' or m.ending = %(wish)s"
    b" or %(wish)s = 'doubled' and m.doubled or %(wish)s = 'overtaken' and m.overtaken"
    b" or m.ending = 'answered' and %(wish)s = 'outcome:' || coalesce(m.reason, 'other')"
    b" or m.ending = 'ended' and %(wish)s = 'reason:' || m.reason order by m.came_at, m.key limit %(most)s offset %(after)s)"
    b" select s.came_at::text as at, s.ending, s.reason, coalesce(t.run_id, i.run_id)::text as run_id, c.id::text as contact_id,"
    b" coalesce(c.staff_name, c.name) as name from page s left join turns t on t.id = s.turn_id left join lateral (select x.contact_id, x.run_id"
    b" from inbound_messages x where x.phone_number_id = %(number)s and x.received_at = s.came_at"
    b" and service_key(x.phone_number_id, x.message_id) = s.key) i on true"
    b" left join contacts c on c.id = coalesce(t.contact_id, i.contact_id) order by s.came_at, s.key"
)
PARTS = (
    b"select p.at::text as at, p.state as ending, t.run_id::text as run_id, c.id::text as contact_id, coalesce(c.staff_name, c.name) as name"
    b" from served_parts"
    + SPAN
    + b" p left join turns t on t.id = p.turn_id left join contacts c on c.id = t.contact_id"
    b" where p.state = %(wish)s or %(wish)s = 'under_way' and p.state in ('pending', 'waiting', 'sending', 'unknown')"
    b" order by p.at, p.turn_id, p.part limit %(most)s offset %(after)s"
)
CHARGES = (
    b"select h.at::text as at, case when h.billable then 'billed' else 'free' end as ending, h.usd::float8 as usd,"
    b" t.run_id::text as run_id, c.id::text as contact_id, coalesce(c.staff_name, c.name) as name"
    b" from served_charges"
    + SPAN
    + b" h left join served_parts(%(number)s, %(begin)s::timestamptz - interval '31 days', %(end)s) p"
    b" on p.message = h.key left join turns t on t.id = p.turn_id left join contacts c on c.id = t.contact_id"
    b" where %(wish)s = 'charged' or %(wish)s = 'billed' and h.billable or %(wish)s = 'free' and not h.billable"
    b" or %(wish)s = 'copies' and h.copy or %(wish)s = 'unpriced' and h.billable and h.usd is null"
    b" or %(wish)s = 'cost:meta' and h.usd > 0 order by h.at, h.key limit %(most)s offset %(after)s"
)
TURNS = (
    b"select s.at::text as at, case when t.id is not null then s.outcome end as outcome, s.usd::float8 as usd, s.seconds::float8 as seconds,"
    b" t.run_id::text as run_id, c.id::text as contact_id, coalesce(c.staff_name, c.name) as name"
    b" from served_turns"
    + SPAN
    + b" s left join turns t on t.id = s.turn_id left join contacts c on c.id = t.contact_id"
    b" where %(wish)s in ('p50', 'p95') and s.seconds is not null and s.outcome like any (array['answered', 'unanswered', 'hand%%'])"
    b" or %(wish)s = 'cost:model' and s.usd > 0"
    b" order by case when %(wish)s = 'cost:model' then s.usd else s.seconds end desc, s.turn_id limit %(most)s offset %(after)s"
)
COSTS = (
    b"select r.at::text as at, (r.facts ->> 'usd')::float8 as usd from service_records r where r.phone_number_id = %(number)s"
    b" and r.tenant_id = current_tenant() and r.kind = 'cost' and r.at >= %(begin)s and r.at < %(end)s"
    b" and %(wish)s = 'cost:' || (r.facts ->> 'part') order by r.at, r.id limit %(most)s offset %(after)s"
)
# Which rows are behind a figure, by the figure or what its name begins with.
BEHIND = {
    MESSAGES: ("came", "answered", "ended", "open", "lost", "doubled", "overtaken", "outcome:", "reason:"),
    PARTS: ("sent", "delivered", "read", "failed", "cancelled", "under_way"),
    CHARGES: ("charged", "billed", "free", "copies", "unpriced", "cost:meta"),
    TURNS: ("p50", "p95", "cost:model"),
    COSTS: ("cost:",),
}


class Span(NamedTuple):
    """A number's month. `running`: it is not over."""

    number: str
    name: str
    begin: datetime
    end: datetime
    running: bool


def span_of(fields: Fields, numbers: list[dict[str, Any]]) -> Span | None:
    """Which number and month a request is about: without a wish, the first number and this month. None: there is no number."""
    wished, now = text_field(fields, "phone_number_id", 40), datetime.now(UTC)
    number = next((n for n in numbers if wished in ("", n["phone_number_id"])), None)
    month = MONTH.fullmatch(text_field(fields, "month", 10) or f"{now:%Y-%m}")
    if month is None or (number is None and wished):
        raise not_found()
    if number is None:
        return None
    year, in_year = int(month[1]), int(month[2])
    begin, end = (datetime(year + m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in (in_year - 1, in_year))
    if begin > now:
        raise not_found()
    return Span(number["phone_number_id"], number["name"], begin, end, end > now)


def of(conn: Connection, span: Span, words: Words) -> dict[str, Any]:
    """The statement: its sections with figures, each {name, label, value, unit}; what contradicts it; where its chain ends."""
    values = [span.number, span.begin, span.end]
    made = conn.execute(BOTH, [*values, *values, FAULTS + 1]).fetchone()
    assert made is not None
    figures, faults = made["figures"], made["faults"]
    return {
        "phone_number_id": span.number,
        "name": span.name,
        "month": f"{span.begin:%Y-%m}",
        "note": words["so_far"] if span.running else None,
        "title": words["title"],
        "sections": [section for section in sections(figures, words) if section["figures"]],
        "faults": [told(fault, words) for fault in faults[:FAULTS]],
        "more_faults": len(faults) > FAULTS,
        "verdict": words["contradicted" if faults else "checked"],
        "chain": conn.execute(CHAIN, [span.number]).fetchone(),
    }


def told(fault: dict[str, Any], words: Words) -> dict[str, Any]:
    """A fault in words, with both sides of what differs."""
    what, how = words[f"what:{fault['what']}"], words[f"fault:{fault['fault']}"]
    before, now = fault["recorded"] or {}, fault["live"] or {}
    differs = {
        name: [before.get(name), now.get(name)]
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    }
    return {"words": f"{what} {fault['id']} {how}", "differs": differs if before and now else {}}


def sections(figures: dict[str, Any], words: Words) -> list[dict[str, Any]]:
    """What is nought is shown only where that says something."""
    messages, parts, meta, times = (figures[name] for name in ("messages", "parts", "meta", "times"))
    cost = {**figures["cost"], "meta": meta["usd"]}

    def counts(
        source: dict[str, Any], always: tuple[str, ...], others: tuple[str, ...] = (), prefix: str = ""
    ) -> Any:
        names = [*always, *(name for name in others if source.get(name))]
        return [figure(f"{prefix}{name}", source[name], "count", words) for name in names]

    def section(name: str, shown: list[dict[str, Any]]) -> dict[str, Any]:
        return {"name": name, "title": words[name], "figures": shown}

    of_messages = ("came", "answered", "ended", "open", "lost", "doubled", "overtaken")
    outcomes, reasons = (tuple(sorted(figures[name])) for name in ("outcomes", "reasons"))
    seconds = {name: times[f"{name}_s"] for name in ("p50", "p95") if times[f"{name}_s"] is not None}
    money = [figure(f"cost:{part}", cost[part], "usd", words) for part in sorted(cost)]
    shared = figures["shared"]
    return [
        section("messages", counts(messages, of_messages)),
        section("outcomes", counts(figures["outcomes"], outcomes, prefix="outcome:")),
        section("reasons", counts(figures["reasons"], reasons, prefix="reason:")),
        section("times", [figure(name, value, "seconds", words) for name, value in seconds.items()]),
        section("meta", counts(parts, ("sent", "delivered", "read", "failed"), ("cancelled", "under_way"))
                + counts(meta, ("copies",))),
        section("charges", [figure("charged", meta["delivered"], "count", words),
                            *counts(meta, ("billed", "free"), ("unpriced",))]),
        section("cost", [*money, figure("total", sum(cost.values()), "usd", words, rows=False)]),
        section("shared", [figure(f"cost:{part}", shared[part], "usd", words, rows=False) for part in sorted(shared)]),
    ]  # fmt: skip


def figure(name: str, value: float, unit: str, words: Words, rows: bool = True) -> dict[str, Any]:
    """`unit`: count, seconds or usd; `rows`: whether rows are behind it."""
    label = words.get(name) or words[f"{name.partition(':')[0]}:other"]
    return {"name": name, "label": label, "value": value, "unit": unit, "rows": rows}


def rows_of(conn: Connection, span: Span, wish: str, after: int, words: Words) -> dict[str, Any]:
    """The rows behind a figure, from the one after so many on."""
    values = {
        "number": span.number,
        "begin": span.begin,
        "end": span.end,
        "wish": wish,
        "most": PAGE + 1,
        "after": after,
    }
    query = query_of(wish)
    rows = conn.execute(query, values).fetchall() if query else []
    return {"rows": [labelled(row, words) for row in rows[:PAGE]], "more": len(rows) > PAGE}


def query_of(wish: str) -> bytes | None:
    for query, names in BEHIND.items():
        if wish in names or (":" in wish and f"{wish.partition(':')[0]}:" in names):
            return query
    return None


def labelled(row: dict[str, Any], words: Words) -> dict[str, Any]:
    """The row's end in words."""
    ending, reason, outcome = row.pop("ending", None), row.pop("reason", None), row.pop("outcome", None)
    names = {
        "ended": f"reason:{reason}",
        "answered": f"outcome:{reason}",
        None: f"outcome:{outcome}" if outcome else "",
    }
    name = names.get(ending, ending) or ""
    words_of_it = words.get(name) or words.get(f"{name.partition(':')[0]}:other", "")
    return {**row, "ending": words_of_it}
