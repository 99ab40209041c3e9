"""What Meta charges: each delivered message once, by the country's rate, however its statuses come."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.whatsapp.conftest import NUMBER, Bot

SERVICE_FREE = {
    "billable": False,
    "pricing_model": "PMP",
    "category": "service",
    "type": "free_customer_service",
}
SERVICE_BILLED = {"billable": True, "pricing_model": "PMP", "category": "service", "type": "regular"}
NEW = itertools.count(1)


def status(message: str, name: str, pricing: dict[str, Any] | None = None, phone: str = "34600000001") -> Any:
    one: dict[str, Any] = {"id": message, "status": name, "recipient_id": phone}
    one["timestamp"] = str(int(datetime.now(UTC).timestamp()))
    return one | ({"pricing": pricing} if pricing else {})


def report(bot: Bot, *statuses: dict[str, Any], number: str = NUMBER) -> None:
    """Meta reports these statuses, each in a webhook of its own, and they are applied."""
    for one in statuses:
        value = {"metadata": {"phone_number_id": number}, "statuses": [one]}
        body = {"entry": [{"id": "w", "changes": [{"field": "messages", "value": value}]}]}
        bot.do(
            "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, %s, 'status', %s)",
            *(number, f"status:{one['id']}:{one['status']}:{next(NEW)}", json.dumps(body)),
        )
    while bot.rows("select apply_events(1000) as settled")[0]["settled"]:
        pass


def sums(bot: Bot) -> dict[tuple[str, str], tuple[int, int, Decimal]]:
    rows = bot.rows("select * from charge_months where tenant_id = %s", bot.tenant)
    return {(r["category"], r["type"]): (r["messages"], r["billed"], r["usd"]) for r in rows}


def spent(bot: Bot) -> Decimal:
    return bot.rows(
        "select coalesce(sum(cost_usd), 0) as usd from usage_months where tenant_id = %s", bot.tenant
    )[0]["usd"]


def test_a_delivered_reply_costs_its_countrys_utility_rate(bot: Bot) -> None:
    report(
        bot,
        status("m1", "sent", SERVICE_BILLED),
        status("m1", "delivered", SERVICE_BILLED),
        status("m1", "read"),
    )
    assert sums(bot) == {("service", "regular"): (1, 1, Decimal("0.020000"))}
    assert spent(bot) == Decimal("0.020000")
    (hour,) = bot.rows("select meta_usd from insight_hours where tenant_id = %s", bot.tenant)
    assert hour["meta_usd"] == Decimal("0.020000")


def test_what_is_only_sent_or_fails_costs_nothing(bot: Bot) -> None:
    report(
        bot,
        status("m1", "sent", SERVICE_BILLED),
        status("m2", "sent", SERVICE_BILLED),
        status("m2", "failed"),
    )
    assert not sums(bot)
    assert spent(bot) == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("named_by", ["sent", "delivered", "both"])
def test_statuses_may_come_in_any_order_and_twice(bot: Bot, order: tuple[int, ...], named_by: str) -> None:
    pricing = lambda name: SERVICE_BILLED if named_by in (name, "both") else None  # noqa: E731
    all_three = [status("m1", name, pricing(name)) for name in ("sent", "delivered", "read")]
    report(bot, *(all_three[place] for place in order))
    report(bot, *random.sample(all_three, 3))
    assert sums(bot) == {("service", "regular"): (1, 1, Decimal("0.020000"))}


def test_a_message_that_is_read_at_once_was_delivered(bot: Bot) -> None:
    report(bot, status("m1", "sent", SERVICE_BILLED), status("m1", "read"))
    assert sums(bot)[("service", "regular")][0] == 1


@pytest.mark.parametrize(
    ("phone", "market"),
    [
        ("34600111222", "Spain"), ("5511987654321", "Brazil"), ("12125550123", "North America"),
        ("18095550123", "Rest of Latin America"), ("12425550123", "Other"), ("79161234567", "Russia"),
        ("77011234567", "Other"), ("2348012345678", "Nigeria"), ("254712345678", "Rest of Africa"),
        ("85251234567", "Hong Kong"), ("37060112345", "Rest of Central & Eastern Europe"),
        ("+351 912 345 678", "Rest of Western Europe"), ("96170123456", "Rest of Middle East"), ("", "Other"),
    ],
)  # fmt: skip
def test_the_market_is_the_calling_codes(bot: Bot, phone: str, market: str) -> None:
    assert bot.one("select meta_market(%s)", phone) == market


def test_each_category_has_a_rate_in_each_market(bot: Bot) -> None:
    lacking = bot.rows(
        "select market, category from (select distinct market from meta_markets union select 'Other') m,"
        " unnest(array['service', 'utility', 'marketing', 'authentication']) category"
        " where meta_rate(market, category, '2026-12-01') is null"
    )
    assert lacking == []


def test_the_operators_own_rate_comes_first_from_its_day_on(bot: Bot) -> None:
    bot.do(
        "insert into meta_rates (market, category, since, own, usd, source) values"
        " ('Spain', 'service', '2026-11-01', true, 0.03, 'x'), ('Spain', 'service', '2026-12-01', true, 0.04, 'x')"
    )
    rate = lambda day: bot.one("select meta_rate('Spain', 'service', %s)", day)  # noqa: E731
    assert [rate("2026-10-31"), rate("2026-11-30"), rate("2026-12-01")] == [
        Decimal("0.0200"), Decimal("0.03"), Decimal("0.04"),
    ]  # fmt: skip


def test_a_category_without_a_rate_is_named_not_guessed(bot: Bot) -> None:
    report(bot, status("m1", "delivered", {"billable": True, "category": "hologram"}))
    (row,) = bot.rows("select * from charge_months where tenant_id = %s", bot.tenant)
    assert (row["category"], row["type"], row["billed"], row["unpriced"], row["usd"]) == (
        "hologram",
        "unknown",
        1,
        1,
        0,
    )


@pytest.mark.parametrize(
    "pricing", [7, [], {"category": {}}, {"category": ["service"]}, {"billable": True}, "service"]
)
def test_a_price_that_is_none_is_left(bot: Bot, pricing: Any) -> None:
    report(bot, status("m1", "delivered", pricing), status("m2", "delivered", SERVICE_FREE))
    assert sums(bot) == {("service", "free_customer_service"): (1, 0, Decimal(0))}


def test_messages_that_another_system_sends_from_the_number_count_too(bot: Bot) -> None:
    report(bot, status("not-ours", "delivered", SERVICE_FREE))
    assert sums(bot)[("service", "free_customer_service")][0] == 1


def test_free_replies_are_told_of_at_80_per_cent_and_at_the_end_once_each(bot: Bot) -> None:
    bound = bot.one("select free_replies()")
    for before, after in ((0, bound * 8 // 10 - 1), (bound * 8 // 10 - 1, bound * 8 // 10), (0, bound + 3)):
        report(bot, *(status(f"m{n}", "delivered", SERVICE_FREE) for n in range(before, after)))
    told = bot.rows(
        "select kind, count, detail from notifications where tenant_id = %s order by id", bot.tenant
    )
    assert [(n["kind"], n["count"], n["detail"]["used"]) for n in told] == [
        ("free_replies_near", 1, bound * 8 // 10), ("free_replies_used", 1, bound),
    ]  # fmt: skip
