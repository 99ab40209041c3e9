"""The questions of `make eval` are what they claim to be: enough of every kind, in two like halves, each with its passage in the documents."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from bench.retrieval import words
from tests.eval.judge import outcome
from tests.eval.question_set import ANSWERABLE, HALVES, Business, Question, holds_fact, holds_phrase, load

BUSINESSES = load()
MESSAGES = [message for business in BUSINESSES for message in business.everything]


def test_there_is_enough_of_everything() -> None:
    kinds = Counter(message.kind for message in MESSAGES)
    assert len(BUSINESSES) >= 7 and len(MESSAGES) >= 330
    assert len({message.language for message in MESSAGES}) >= 10
    assert sum(len(business.conversations) for business in BUSINESSES) >= 60
    assert all(2 <= len(turns) <= 4 for business in BUSINESSES for turns in business.conversations)
    assert kinds["unknown"] >= 0.14 * len(MESSAGES) and kinds["talk"] >= 0.08 * len(MESSAGES)
    assert kinds["several"] >= 20 and kinds["follow_up"] >= 60


def test_the_halves_are_alike() -> None:
    for sort in ("kind", "business"):
        counted = [Counter(getattr(m, sort) for m in MESSAGES if m.half == half) for half in HALVES]
        for value in counted[0] | counted[1]:
            assert abs(counted[0][value] - counted[1][value]) <= max(4, 0.1 * counted[0][value]), value
    texts = [{(m.business, m.text) for m in MESSAGES if m.half == half} for half in HALVES]
    assert not texts[0] & texts[1]


@pytest.mark.parametrize("business", BUSINESSES, ids=lambda business: business.slug)
def test_each_source_is_one_passage_and_holds_the_figures(business: Business) -> None:
    assert 8 <= len(business.passages) <= 40
    for question in (q for q in business.everything if q.kind in ANSWERABLE):
        needed = [
            [p.embedded for p in business.passages if holds_phrase(phrase, p.embedded)]
            for phrase in question.source
        ]
        assert all(len(found) == 1 for found in needed), question
        whole = " ".join(found[0] for found in needed)
        for fact in question.has:
            if all(one[0].isdigit() for one in fact.split("|")):
                assert holds_fact(fact, whole), (question, fact)


@pytest.mark.parametrize(
    ("fact", "reply", "holds"),
    [
        ("30", "You have 30 days.", True),
        ("30", "That is 130.", False),
        ("30", "It costs 1.30.", False),
        ("30", "At 8:30.", False),
        ("30", "30.", True),
        ("30", "EUR 30.00", True),
        ("30", "EUR 30.50", False),
        ("11.90|11,90", "11,90 €", True),
        ("9:30", "ab 9:30 Uhr", True),
        ("20", "२० रुपये", True),
        ("1450", "١٤٥٠ درهم", True),
        ("gratis|free", "Das ist gratis.", True),
        ("no", "I know.", False),
        ("no", "No, sorry.", True),
        ("no", "Now we are open.", False),
        ("не", "Не працюємо", True),  # noqa: RUF001
        ("no|not", "We don\u2019t take it.", True),
        ("^yes", "Yes, of course.", True),
        ("^yes", "¡Yes!", True),
        ("^yes", "No. Yes is for dogs.", False),
        ("não|nao", "NAO aceitamos", True),
        ("deliver", "We delivered it", True),
        ("ฟรี", "ติดฟิล์มใสให้ฟรี", True),
    ],
)  # fmt: skip
def test_a_fact_is_found_in_a_reply(fact: str, reply: str, holds: bool) -> None:
    assert holds_fact(fact, reply) is holds


def result(reply: str, **other: Any) -> dict[str, Any]:
    return {"reply": reply, "answered": True, "error": None, "handed_off": None, **other}


@pytest.mark.parametrize(
    ("kind", "answer", "expected"),
    [
        ("answer", result("It costs 12."), "right"),
        ("answer", result("It costs 14."), "wrong"),
        ("answer", result("It costs 12, or 99 elsewhere."), "wrong"),
        ("answer", result("I don't know.", answered=False), "refused"),
        ("answer", result("Sorry.", error="HTTP 500", answered=False), "failed"),
        ("unknown", result("It costs 12."), "made_up"),
        ("unknown", result("I don't know.", answered=False), "right"),
        ("unknown", result("A colleague will write.", handed_off="rule"), "right"),
        ("talk", result("Hello!"), "right"),
        ("talk", result("I couldn't find that.", answered=False), "refused"),
    ],
)
def test_what_becomes_of_a_question(kind: str, answer: dict[str, Any], expected: str) -> None:
    has = ("12",) if kind == "answer" else ()
    question = Question("shop", "dev", kind, "en", "how much", has=has, forbidden=("99",), source=())
    assert outcome(question, answer) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("सदस्यता की फीस", ["सदस्यता", "की", "फीस"]),
        ("Straße, 12.5 €", ["straße", "12", "5"]),
        ("ราคา", ["รา", "าค", "คา"]),
        ("退货", ["退货"]),
        ("কত টাকা", ["কত", "টাকা"]),
    ],
)
def test_the_rivals_words_are_what_people_call_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_messages_look_typed() -> None:
    """Few begin with a capital and end with a mark, as sentences written for a test do."""
    tidy = [m for m in MESSAGES if re.match(r"[A-ZÀ-Ž¿]", m.text) and m.text[-1] in ".?!"]
    assert len(tidy) < 0.05 * len(MESSAGES)
