"""The conversations that a fresh demo begins with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.history import CLINIC_WEEK, PEOPLE, SHOP_WEEK, Exchange, moments, seed_history
from local.seed import SHOP, TENANTS

NOW = datetime(2026, 11, 20, 15, 9, tzinfo=UTC)


class Database:
    """As much of a stack as the history needs, with the demo's two tenants."""

    def __init__(self, url: str) -> None:
        self.url, self.ids = url, {}
        for tenant in TENANTS:
            (row,) = self.rows("insert into tenants (name) values (%s) returning id::text", tenant.name)
            self.ids[tenant.slug] = row["id"]
            values = [tenant.phone_number_id, row["id"], tenant.name]
            self.rows(
                "insert into chatbots (phone_number_id, tenant_id, name) values (%s, %s, %s) returning 1",
                *values,
            )

    def connect(self) -> Any:
        return psycopg.connect(self.url, row_factory=dict_row, autocommit=True)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.connect() as conn:
            found: list[dict[str, Any]] = conn.execute(query, values).fetchall()
        return found


@pytest.fixture(scope="module")
def database(new_product_database: Callable[[], str]) -> Any:
    made = Database(new_product_database())
    seed_history(made, made.ids, NOW)  # type: ignore[arg-type]
    return made


HOURS = """
select (hour at time zone 'utc')::date as day, sum(messages_in) as asked, sum(messages_out) as said, sum(answered) as answered,
       sum(unanswered) as unanswered, sum(handoffs) as handoffs, sum(failed) as failed
from insight_hours where tenant_id = %s group by 1 order by 1
"""


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.slug)
def test_no_day_and_no_chart_is_empty(database: Database, tenant: Any) -> None:
    days = database.rows(HOURS, database.ids[tenant.slug])
    assert [row["day"] for row in days] == [(NOW - timedelta(days=n)).date() for n in range(14, 0, -1)]
    assert all(row["asked"] and row["said"] and row["answered"] for row in days)
    for half in (days[:7], days[7:]):
        assert sum(row["unanswered"] for row in half) and sum(row["handoffs"] for row in half)
    assert not sum(row["failed"] for row in days)
    met = database.rows(
        "select answered_at - created_at as waited from handoffs where tenant_id = %s",
        database.ids[tenant.slug],
    )
    assert met and all(timedelta(0) < row["waited"] < timedelta(hours=1) for row in met)
    waiting = database.rows(
        "select from contacts where paused_until > now() and tenant_id = %s", database.ids[tenant.slug]
    )
    assert waiting == [], "nobody of the past waits for a person today"
    assert database.rows("select from notifications") == [], "and nobody is told of them"


# A utility message to each country of PEOPLE: Meta's card of July 2026 in dollars.
UTILITY = {"33": 0.0299, "351": 0.0171, "49": 0.055, "34": 0.02, "44": 0.022, "39": 0.0299}


def conversations(tenant: Any) -> list[tuple[Exchange, str]]:
    """All of the fortnight, each with the customer's phone."""
    week = SHOP_WEEK if tenant is SHOP else CLINIC_WEEK
    day = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    return [(week[n % len(week)], PEOPLE[n * 3 % len(PEOPLE)][1]) for n in range(len(moments(day)))]


def reckoned(tenant: Any) -> float:
    """By hand: what Meta charges for the templates. Its replies are free, and the demo's model costs nothing."""
    billed = [phone for exchange, phone in conversations(tenant) if exchange.template]
    return sum(price for phone in billed for code, price in UTILITY.items() if phone.startswith(code))


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.slug)
def test_the_months_cost_is_what_one_reckons_by_hand(database: Database, tenant: Any) -> None:
    written, by_hand = conversations(tenant), reckoned(tenant)
    (month,) = database.rows(
        "select cost_usd::float8 as usd from usage_months where tenant_id = %s and month = '2026-11-01'",
        database.ids[tenant.slug],
    )
    assert by_hand > 0 and month["usd"] == pytest.approx(by_hand)
    (lines,) = database.rows(
        "select sum(messages) filter (where type = 'free_customer_service') as free, sum(billed) as billed from charge_months"
        " where tenant_id = %s",
        database.ids[tenant.slug],
    )
    replies = len(written) + sum(bool(exchange.human) for exchange, _ in written)
    templates = sum(bool(exchange.template) for exchange, _ in written)
    assert (lines["free"], lines["billed"]) == (replies, templates)


def test_a_second_start_adds_nothing(database: Database) -> None:
    count = "select count(*) as n from conversation_logs"
    before = database.rows(count)
    seed_history(database, database.ids, NOW + timedelta(days=1))  # type: ignore[arg-type]
    assert database.rows(count) == before


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.slug)
def test_people_have_said_what_they_think_of_answers(database: Database, tenant: Any) -> None:
    """Both weeks have marks, reactions and ratings, so that Insights can set one beside the other."""
    of = database.ids[tenant.slug]
    for table, moment in (
        ("answer_marks", "marked_at"),
        ("reactions", "reacted_at"),
        ("ratings", "rated_at"),
    ):
        rows = database.rows(f"select {moment} as at from {table} where tenant_id = %s", of)
        weeks = {((NOW.date() - row["at"].date()).days - 1) // 7 for row in rows if row["at"]}
        assert weeks == {0, 1}, table
    shown = database.rows(
        "select emoji from reactions r join conversation_logs l using (phone_number_id, message_id) where r.tenant_id = %s",
        of,
    )
    assert {row["emoji"] for row in shown} >= {"👍", "👎"}, "each stands on a message"


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.slug)
def test_the_statement_of_the_past_is_whole_and_nothing_contradicts_it(
    database: Database, tenant: Any
) -> None:
    span = "%s, '2026-11-01', '2026-12-01'"
    bound = "with t as materialized (select set_config('app.tenant_id', %s, false))"
    names = [database.ids[tenant.slug], tenant.phone_number_id]
    (row,) = database.rows(f"{bound} select statement_figures({span}) as figures from t", *names)
    found = row["figures"]
    assert found["messages"]["came"] == found["messages"]["answered"] > 50
    assert (found["messages"]["lost"], found["meta"]["copies"], found["meta"]["billed"] > 0) == (0, 0, True)
    assert found["meta"]["usd"] == pytest.approx(reckoned(tenant)), "the statement's cost, too"
    assert database.rows(f"{bound} select f.* from t, statement_faults({span}, 5) f", *names) == []
