"""When a version that a share of the customers has is taken back by itself, and when its numbers prove nothing."""

from __future__ import annotations

import random
from math import comb
from typing import Any

import pytest

from f.common.problems import english
from tests.sql.conversation import Conversation, new_run
from tests.sql.test_shares import customers, opened, publish, share

FIGURES = ("bad", "customers", "turns", "others_bad", "others_turns")


def answer(talk: Conversation, phone: str, outcome: str = "answered") -> str:
    """A whole turn of this customer, as its steps make it."""
    talk.phone = phone
    run = new_run()
    turn = str(talk.open(talk.write(), run)["turn_id"])
    if outcome == "failed":
        epoch = talk.begin(turn, run, 9)
        talk.call("close_turn", turn, epoch, "failed", outcome, "{}")
    else:
        talk.close(turn, run, outcome)
    return turn


def answers(talk: Conversation, phones: list[str], good: int, bad: int, outcome: str) -> None:
    for n in range(good + bad):
        answer(talk, phones[n % len(phones)], outcome if n < bad else "answered")


@pytest.mark.parametrize("measure", ["handed_off", "failed"])
def test_what_does_worse_is_taken_back_and_the_business_told(talk: Conversation, measure: str) -> None:
    publish(talk, 25, persona="brief")
    inside, outside = customers(talk, 2, True, 4), customers(talk, 2, False, 5)
    answers(talk, outside, 39, 1, measure)
    answers(talk, inside, 10, 9, measure)
    assert talk.call("take_back_shares") == 0, "19 answers are too few"
    answer(talk, inside[0])
    assert talk.call("take_back_shares") == 1 and talk.call("take_back_shares") == 0
    found = share(talk)
    assert found["state"] == "taken_back" and found["why"]["measure"] == measure
    assert [found["why"][name] for name in FIGURES] == [9, 4, 20, 1, 40]
    assert (found["steps"][-1]["act"], found["steps"][-1]["person"]) == ("taken_back", None)
    assert "version" not in opened(talk, inside[1])
    (told,) = talk.rows(
        "select severity, subject, detail, tell_at is not null as told from notifications"
        " where tenant_id = %s and kind = 'share_taken_back'",
        talk.tenant,
    )
    assert (told["severity"], told["subject"], told["told"]) == ("critical", talk.bot, True)
    assert told["detail"]["version"] == 2
    words = {"handed_off": "Answers that ended with a person", "failed": "Answers that failed"}[measure]
    said = f"{words}: 9 of 20 with this version, 1 of 40 with what is live."
    assert english(told["detail"]["meaning"]) == said
    publish(talk, 25, persona="kind")
    settled = (
        "select settled_at is not null from notifications where tenant_id = %s and kind = 'share_taken_back'"
    )
    assert talk.one(settled, talk.tenant), "the next try is another one"


def test_thumbs_down_count_and_canned_words_do_not(talk: Conversation) -> None:
    publish(talk, 25, persona="brief")
    inside, outside = customers(talk, 2, True, 4), customers(talk, 2, False, 5)
    answers(talk, outside, 30, 0, "")
    turns = [answer(talk, inside[n % 4]) for n in range(20)]
    talk.rows(
        "insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, send_id, body)"
        " select tenant_id, contact_id, phone_number_id, id, 'out', 'to ' || id, gen_random_uuid(), 'x' from turns"
        " where id = any (%s) returning 1",
        turns[:10],
    )
    talk.rows(
        "insert into reactions (tenant_id, contact_id, phone_number_id, message_id, emoji, reacted_at, seq)"
        " select tenant_id, contact_id, phone_number_id, message_id, '👎', now(), 1 from conversation_logs"
        " where turn_id = any (%s) and direction = 'out' returning 1",
        turns,
    )
    talk.rows("update turns set say = 'limit_message' where id = %s returning 1", turns[19])
    assert talk.call("take_back_shares") == 0, "19 of a model"
    answer(talk, inside[0])
    assert talk.call("take_back_shares") == 1 and share(talk)["why"]["measure"] == "disliked"


def test_nobody_waits_for_a_look_and_a_look_waits_for_nobody(talk: Conversation) -> None:
    publish(talk, 25, persona="brief")
    inside, outside = customers(talk, 2, True, 4), customers(talk, 2, False, 5)
    answers(talk, outside, 20, 0, "")
    answers(talk, inside, 20, 0, "")
    hold = b"select from chatbots where phone_number_id = %s for no key update nowait"
    looks = talk.connect()
    with looks.transaction():
        looks.execute("select take_back_shares()")
        with talk.connect() as conn:
            conn.execute(hold, [talk.bot])
    answers(talk, inside, 0, 20, "failed")
    with talk.connect() as conn, conn.transaction():
        conn.execute(hold, [talk.bot])
        assert talk.call("take_back_shares") == 0 and share(talk)["state"] == "running", "somebody publishes"
    assert talk.call("take_back_shares") == 1


def test_a_share_is_looked_at_where_something_has_happened(talk: Conversation) -> None:
    def is_due() -> Any:
        query = (
            "select is_share_due(s) from version_shares s where phone_number_id = %s and state = 'running'"
        )
        return talk.one(query, talk.bot)

    def passes(time: str) -> None:
        for table, columns in (("turns", ["closed_at"]), ("version_shares", ["started_at", "looked_at"])):
            for column in columns:
                query = f"update {table} set {column} = {column} - %s::interval where phone_number_id = %s returning 1"
                talk.rows(query, time, talk.bot)

    publish(talk, 25, persona="brief")
    inside = customers(talk, 2, True, 4)
    answers(talk, inside, 19, 0, "")
    assert is_due() is False, "19 answers prove nothing"
    answer(talk, inside[0])
    assert is_due() is True and talk.call("take_back_shares") == 0
    passes("2 minutes")
    talk.rows(
        "update turns set closed_at = closed_at - interval '2 minutes' where phone_number_id = %s returning 1",
        talk.bot,
    )
    assert is_due() is False, "no turn has closed since"
    answer(talk, inside[0])
    assert is_due() is True and talk.call("take_back_shares") == 0
    talk.rows(
        "update version_shares set started_at = now() - interval '30 days' where phone_number_id = %s returning 1",
        talk.bot,
    )
    passes("1 hour")
    answer(talk, inside[0])
    assert is_due() is False, "a month's figures move slowly"
    passes("1 hour")
    answer(talk, inside[0])
    assert is_due() is True


@pytest.mark.parametrize(
    ("margin", "figures", "worse"),
    [
        (10, (8, 5, 20, 3, 60), True),
        (10, (8, 5, 19, 3, 60), False),  # too few answers
        (10, (8, 2, 20, 3, 60), False),  # of two customers, who may just be like that
        (10, (8, 5, 20, 0, 0), False),  # nothing to hold it against
        (10, (20, 9, 20, 0, 2), False),  # two others say nothing
        (10, (7, 5, 20, 8, 60), False),  # may be chance
        (10, (60, 40, 1000, 10, 1000), False),  # no chance, but only five points
        (10, (120, 40, 1000, 10, 1000), True),
        (10, (0, 0, 5000, 0, 5000), False),
        (31, (8, 5, 20, 3, 60), True),
        (60, (8, 5, 20, 3, 60), False),
        (10, (5000, 900, 5000, 2500, 5000), True),
    ],
)
def test_small_numbers_prove_nothing(
    talk: Conversation, margin: int, figures: tuple[int, ...], worse: bool
) -> None:
    assert talk.one("select is_worse(%s, %s, %s, %s, %s, %s)", margin, *figures) is worse


def test_the_chance_is_fishers(talk: Conversation) -> None:
    draw = random.Random(7)
    for _ in range(40):
        turns, others = draw.randint(1, 60), draw.randint(0, 60)
        bad, others_bad = draw.randint(0, turns), draw.randint(0, others)
        most = min(turns, bad + others_bad)
        exact = sum(comb(turns, k) * comb(others, bad + others_bad - k) for k in range(bad, most + 1)) / comb(
            turns + others, bad + others_bad
        )
        found = talk.one("select chance_of_more(%s, %s, %s, %s)", bad, turns, others_bad, others)
        assert found == pytest.approx(exact, rel=1e-6)


def test_a_customer_who_is_erased_counts_no_more(talk: Conversation) -> None:
    publish(talk, 25, persona="brief")
    inside, outside = customers(talk, 2, True, 2), customers(talk, 2, False, 1)
    for outcome in ("handed_off", "unanswered", "failed", "answered"):
        answer(talk, inside[0], outcome)
        answer(talk, inside[1])
    for outcome in ("unanswered", "answered", "not_sent"):
        answer(talk, outside[0], outcome)
    rates = talk.call("share_rates", talk.bot, 2)
    assert {row["measure"]: (row["bad"], row["others_bad"]) for row in rates} == {
        "handed_off": (1, 0), "unanswered": (1, 1), "failed": (1, 0), "disliked": (0, 0)
    }  # fmt: skip
    assert {(row["turns"], row["others_turns"]) for row in rates} == {(8, 2)}, (
        "what WhatsApp refused is nobody's fault"
    )
    talk.rows("delete from contacts where tenant_id = %s and phone = %s returning 1", talk.tenant, inside[0])
    assert [row["turns"] for row in talk.call("share_rates", talk.bot, 2)] == [4] * 4


# Streams of answers, a quarter of them the share's: after how many answers in all each is taken back.
STREAMS = """
    with draws as materialized (
        select stream, n, random() < 0.25 as mine, random() as luck
        from generate_series(1, %s) stream, generate_series(1, 400) n),
    answers as (select stream, n, mine, luck < case when mine then %s else %s end as bad from draws),
    sums as (
        select stream, n, mine, count(*) filter (where mine) over w as turns, count(*) filter (where mine and bad) over w as bad,
               count(*) filter (where not mine) over w as others, count(*) filter (where not mine and bad) over w as others_bad
        from answers window w as (partition by stream order by n))
    select stream, min(n) filter (where is_worse(10, bad::int, bad::int, turns::int, others_bad::int, others::int)) as after
    from sums where mine group by stream
"""


def taken_back_after(talk: Conversation, streams: int, rate: float, others: float) -> list[int | None]:
    talk.one("select setseed(0.25)")
    return [row["after"] for row in talk.rows(STREAMS, streams, rate, others)]


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3])
def test_a_harmless_change_is_not_taken_back_by_chance(talk: Conversation, rate: float) -> None:
    assert taken_back_after(talk, 20, rate, rate) == [None] * 20


def test_a_fault_is_taken_back_soon(talk: Conversation) -> None:
    found = taken_back_after(talk, 20, 0.5, 0.1)
    assert all(after is not None and after <= 200 for after in found), found
