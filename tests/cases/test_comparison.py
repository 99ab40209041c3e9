"""In what an answer that would be given now differs from the one that was given."""

from __future__ import annotations

from typing import Any

import pytest

from f.cases.comparison import Compared, Reply, compared

QUESTION = "My parcel cost EUR 75: how long can I return it?"
RETURNS, PRICES = {"document": "Returns", "page": 2}, {"document": "Prices", "page": 1}
LOOKED = {"tool": "get_order", "arguments": {"id": "CL-1"}}
BOOKED = {"tool": "book", "arguments": {"day": "Monday"}, "would": True}


def reply(said: str = "30 days.", outcome: str = "answered", *calls: Any, cites: Any = (RETURNS,)) -> Reply:
    return Reply(
        outcome=outcome, said=said, citations=list(cites), calls=list(calls), messages=1, cost_usd=0.01
    )


def differ(was: Reply, now: Reply) -> Compared:
    return compared(was, now, QUESTION, 0.002)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("30 days.", "You have thirty days, with pleasure.\n\n_Returns, p. 2_"),
        ("30 days.", "Tienes 30 días."),
        ("It is EUR 1,200.", "It costs 1200 euros."),
        ("30 days for your EUR 75 parcel.", "30 days."),
        ("1. Pack it\n2. Send it within 30 days", "Pack it, and send it within 30 days."),
        ("We deliver to Valencia and to Madrid.", "Yes, Valencia and Madrid are where we deliver."),
        ("Thanks!", "You are welcome, have a nice day."),
    ],
)
def test_other_words_are_no_other_answer(then: str, now: str) -> None:
    assert differ(reply(then), reply(now)) == ([], [])


@pytest.mark.parametrize(
    ("then", "now", "reason"),
    [
        ("30 days.", "14 days.", "figures"),
        ("30 days, or EUR 5 later.", "30 days.", "figures"),
        ("Look at https://a.example/x", "Look at https://b.example/y", "figures"),
        ("We deliver to Valencia.", "We don't deliver to Valencia.", "denies"),
        ("Sí, hacemos envíos a Canarias.", "No hacemos envíos a Canarias.", "denies"),
        ("Our store is beside the old harbour bridge.", "Please write your order's number here.", "words"),
    ],
)
def test_another_answer_says_why(then: str, now: str, reason: str) -> None:
    assert differ(reply(then), reply(now)) == (["changed"], [reason])


def test_a_source_may_have_company_but_not_be_another_one() -> None:
    both = reply(cites=[RETURNS, PRICES])
    assert differ(reply(), both) == ([], [])
    assert differ(reply(), reply(cites=[PRICES])) == (["changed"], ["sources"])
    assert differ(reply(), reply(cites=[])) == (["lost_source"], [])
    assert differ(reply(cites=[]), reply()) == ([], [])


def test_a_handoff_and_the_bot_s_own_words() -> None:
    handed = reply("A colleague answers here.", "handed_off", cites=[])
    assert differ(reply(), handed) == (["changed", "lost_source", "more_handoffs"], ["outcome"])
    assert differ(handed, reply()).kinds == ["changed"]
    assert differ(handed, reply("Eine Kollegin meldet sich in 5 Minuten.", "handed_off", cites=[])) == (
        [],
        [],
    )


def test_no_answer_is_nothing_else() -> None:
    assert differ(reply(), reply("", "failed", cites=[])) == (["failed"], [])
    assert differ(reply("Sorry!", "failed", cites=[]), reply()) == (["changed"], ["outcome"])


def test_tools_are_those_of_the_business() -> None:
    def with_calls(*calls: Any) -> Reply:
        return reply("30 days.", "answered", *calls)

    search = {"tool": "search_knowledge_base", "arguments": {"question": "x"}}
    assert differ(with_calls(), with_calls(search)).kinds == []
    assert differ(with_calls(), with_calls(LOOKED)).kinds == ["other_tools"]
    assert differ(with_calls(LOOKED), with_calls({**LOOKED, "arguments": {"id": "CL-2"}})).kinds == []
    then = {"tool": "book", "arguments": {"day": "Monday"}}
    assert differ(with_calls(then), with_calls(BOOKED)).kinds == []
    assert differ(with_calls({**then, "arguments": {"day": "Friday"}}), with_calls(BOOKED)).kinds == [
        "other_tools"
    ]


def test_models_and_messages_cost() -> None:
    assert differ(reply(), {**reply(), "cost_usd": 0.012}).kinds == []
    assert differ(reply(), {**reply(), "cost_usd": 0.02}).kinds == ["costs_more"]
    assert differ(reply(), {**reply(), "messages": 3}).kinds == ["costs_more"]
    assert differ(reply(), {**reply(), "cost_usd": 0.001, "messages": 3}).kinds == []
