# requirements: database
"""The figures of a tenant's conversations by day: sums by the hour are added up, so that a million messages are only some thousand rows.

Times to reply come from a histogram (the table insight_replies), within 5 %. Whoever calls is in a transaction of the tenant.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection

# Of each day, and of the halves `before` and `now`.
SPANS = (
    b" cross join lateral (values (s.day::text),"
    b" (case when s.day > (now() at time zone %(zone)s)::date - %(half)s then 'now' else 'before' end)) v(span)"
)
SINCE = b"(date_trunc('day', now() at time zone %(zone)s) - make_interval(days => %(days)s - 1)) at time zone %(zone)s"
OF_NUMBER = b"(%(number)s = '' or h.phone_number_id = %(number)s)"
SUMS = (
    b"with sums as (select (h.hour at time zone %(zone)s)::date as day, sum(messages_in) as messages_in, sum(messages_out) as messages_out,"
    b" sum(answered) as answered, sum(unanswered) as unanswered, sum(handoffs) as handoffs, sum(failed) as failed,"
    b" sum(response_s) / nullif(sum(responses), 0) as response_s, sum(cost_usd + meta_usd) as cost_usd, sum(meta_usd) as meta_usd"
    b" from insight_hours h"
    b" where h.tenant_id = current_tenant() and " + OF_NUMBER + b" and h.hour >= " + SINCE + b" group by 1)"
    b" select d::date::text as day, coalesce(messages_in, 0)::int as messages_in, coalesce(messages_out, 0)::int as messages_out,"
    b" coalesce(answered, 0)::int as answered, coalesce(unanswered, 0)::int as unanswered, coalesce(handoffs, 0)::int as handoffs,"
    b" coalesce(failed, 0)::int as failed, response_s::float8 as response_s, coalesce(cost_usd, 0)::float8 as cost_usd,"
    b" coalesce(meta_usd, 0)::float8 as meta_usd"
    b" from generate_series(("
    + SINCE
    + b") at time zone %(zone)s, date_trunc('day', now() at time zone %(zone)s), '1 day') d"
    b" left join sums s on s.day = d::date order by d"
)
REPLIES = (
    b"with s as (select (h.hour at time zone %(zone)s)::date as day, h.bucket, sum(h.replies) as replies from insight_replies h"
    b" where h.tenant_id = current_tenant() and "
    + OF_NUMBER
    + b" and h.hour >= "
    + SINCE
    + b" group by 1, 2),"
    b" counted as (select span, bucket, sum(sum(replies)) over (partition by span order by bucket) as up_to,"
    b" sum(sum(replies)) over (partition by span) as every from s" + SPANS + b" group by span, bucket)"
    b" select span, power(2, min(bucket) filter (where up_to >= 0.5 * every) / 8.0)::float8 as median_s,"
    b" power(2, min(bucket) filter (where up_to >= 0.95 * every) / 8.0)::float8 as p95_s from counted group by span"
)
WAITS = (
    b"with s as (select (h.created_at at time zone %(zone)s)::date as day, extract(epoch from h.answered_at - h.created_at) as seconds"
    b" from handoffs h join turns t on t.id = h.turn_id where h.tenant_id = current_tenant() and h.source <> 'operator'"
    b" and (%(number)s = '' or t.phone_number_id = %(number)s) and h.created_at >= " + SINCE + b")"
    b" select span, count(*)::int as handoffs_begun, count(seconds)::int as handoffs_met,"
    b" percentile_cont(0.5) within group (order by seconds)::float8 as handoff_median_s,"
    b" percentile_cont(0.95) within group (order by seconds)::float8 as handoff_p95_s from s"
    + SPANS
    + b" group by span"
)
# The staff's marks, and customers' reactions to the bot's messages.
FEEDBACK = (
    b"with s as (select (k.marked_at at time zone %(zone)s)::date as day, k.verdict as kind from answer_marks k join turns t on t.id = k.turn_id"
    b" where k.tenant_id = current_tenant() and (%(number)s = '' or t.phone_number_id = %(number)s) and k.marked_at >= "
    + SINCE
    + b" union all select (r.reacted_at at time zone %(zone)s)::date, reaction_kind(r.emoji) from reactions r join conversation_logs l"
    b" on l.phone_number_id = r.phone_number_id and l.message_id = r.message_id and l.direction = 'out' and l.model is distinct from 'human'"
    b" where r.tenant_id = current_tenant() and (%(number)s = '' or r.phone_number_id = %(number)s) and r.reacted_at >= "
    + SINCE
    + b" and r.emoji is not null)"
    b" select span, count(*) filter (where kind = 'good')::int as marked_good, count(*) filter (where kind = 'wrong')::int as marked_wrong,"
    b" count(*) filter (where kind = 'up')::int as thumbs_up, count(*) filter (where kind = 'down')::int as thumbs_down,"
    b" count(*) filter (where kind = 'other')::int as other_reactions from s" + SPANS + b" group by span"
)
# How many customers were asked to rate a conversation, how many did, and how, from 1 to 5.
RATINGS = (
    b"with s as (select (coalesce(q.rated_at, q.asked_at) at time zone %(zone)s)::date as day, q.score from ratings q"
    b" where q.tenant_id = current_tenant() and (%(number)s = '' or q.phone_number_id = %(number)s)"
    b" and coalesce(q.rated_at, q.asked_at) >= "
    + SINCE
    + b") select span, count(*)::int as ratings_asked, count(score)::int as ratings, avg(score)::float8 as rating from s"
    + SPANS
    + b" group by span"
)
# What Meta charges this month, of each number: `free` of `bound` free replies are sent, `billed` messages cost `usd`, `unpriced` of them have no
# known rate.
CHARGES = (
    b"select b.phone_number_id, b.name, free_replies() as bound, coalesce(sum(m.messages) filter (where m.category = 'service'"
    b" and m.type = 'free_customer_service'), 0)::int as free, coalesce(sum(m.billed), 0)::int as billed,"
    b" coalesce(sum(m.unpriced), 0)::int as unpriced, coalesce(sum(m.usd), 0)::float8 as usd"
    b" from chatbots b left join charge_months m on m.phone_number_id = b.phone_number_id and m.tenant_id = b.tenant_id"
    b" and m.month = date_trunc('month', now() at time zone 'utc') group by b.phone_number_id, b.name order by b.name, 1"
)
NO_RATINGS = {"ratings_asked": 0, "ratings": 0, "rating": None}
NO_FEEDBACK = dict.fromkeys(("marked_good", "marked_wrong", "thumbs_up", "thumbs_down", "other_reactions"), 0)
NO_TIMES = {"median_s": None, "p95_s": None}
NO_WAITS = {"handoffs_begun": 0, "handoffs_met": 0, "handoff_median_s": None, "handoff_p95_s": None}


def of(conn: Connection, days: int, zone: str, number: str) -> dict[str, Any]:
    """`days`: figures of each, with the median and the 95th percentile of the time to reply, and, of the handoffs that began that day, how many a
    person has met with words and how long the customers waited for those. `halves`: the same times of the later days (now) and of as many
    before, and the staff's marks and customers' reactions and ratings. All times in seconds. Raises InvalidParameterValue where there is no such
    time zone."""
    values = {"zone": zone, "days": days, "half": (days + 1) // 2, "number": number}
    sums = conn.execute(SUMS, values).fetchall()
    times = {row.pop("span"): row for row in conn.execute(REPLIES, values).fetchall()}
    feedback = {row.pop("span"): row for row in conn.execute(FEEDBACK, values).fetchall()}
    ratings = {row.pop("span"): row for row in conn.execute(RATINGS, values).fetchall()}
    waits = {row.pop("span"): row for row in conn.execute(WAITS, values).fetchall()}

    def span(name: str) -> dict[str, Any]:
        said = {**feedback.get(name, NO_FEEDBACK), **ratings.get(name, NO_RATINGS)}
        return {**times.get(name, NO_TIMES), **waits.get(name, NO_WAITS), **said}

    return {
        "days": [{**row, **span(row["day"])} for row in sums],
        "halves": {name: span(name) for name in ("before", "now")},
    }
