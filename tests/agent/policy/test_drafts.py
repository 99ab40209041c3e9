"""A reply is read as a call, as the same object in text, and as text with marks in every spelling."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import json
import time
from typing import Any

import pytest

from f.agent.policy.claims import Claim
from f.agent.policy.drafts import of_call, of_text, of_torn
from f.agent.policy.marks import in_one_spelling, without_marks

MARKS = "[S1] 【S1】 (S1) [s1] **[S1]** [[S1]] {S1} 〔S1〕 [^S1] [Source:S1] [S1:p2] 【1†source】 [1] （S1）"
CALL = {
    "kind": "answer",
    "text": "You have 30 days. It costs EUR 6.",
    "claims": [{"says": "30 days", "source": "[S2]", "quote": "within 30 days"}],
}


def test_a_call() -> None:
    draft = of_call(CALL)
    assert draft and draft.kind == "answer" and draft.claims == (Claim("30 days", "S2", "within 30 days"),)
    assert draft.sentences == (("You have 30 days.", ("S2",)), ("It costs EUR 6.", ()))


@pytest.mark.field_reply("model-2")
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(CALL),
        f"```json\n{json.dumps(CALL)}\n```",
        json.dumps({"name": "reply", "arguments": CALL}),
        json.dumps(CALL)[: json.dumps(CALL).index('", "claims')],
    ],
    ids=["object", "fenced", "named", "cut off"],
)
def test_the_same_object_as_text(text: str) -> None:
    draft = of_text(text)
    assert draft and draft.text == CALL["text"]


@pytest.mark.parametrize(
    "arguments",
    [{}, {"text": ""}, {"kind": "answer"}, {"text": None, "claims": "none"}, {"claims": [1, None, "x"]}],
)
def test_a_call_that_says_nothing(arguments: dict[str, object]) -> None:
    assert of_call(arguments) is None


def test_a_schema_that_is_not_kept() -> None:
    draft = of_call({"text": "Hello", "kind": "greeting", "claims": [1, {"source": 3}, "x"]})
    assert draft and draft.kind is None and draft.text == "Hello"


@pytest.mark.field_reply("model-3")
@pytest.mark.parametrize(
    "mark",
    MARKS.split(),
)  # fmt: skip
@pytest.mark.parametrize("place", ["You have 30 days {}.", "You have 30 days. {}", "You have 30 days.{}"])
def test_a_mark_in_any_spelling(mark: str, place: str) -> None:
    draft = of_text(place.format(mark))
    assert draft and draft.sentences == (("You have 30 days.", ("S1",)),)
    assert draft.text == "You have 30 days."


@pytest.mark.field_reply("right-9")
@pytest.mark.field_reply("model-3")
@pytest.mark.parametrize(
    "mark",
    ["[S1, S2]", "[S1,S2]", "[S1][S2]", "[S1] [S2]", "[S1 and S2]", "【S1】【S2】", "[S1; S2]", "(S1, S2)"],
)
def test_two_passages(mark: str) -> None:
    draft = of_text(f"Arno and Pino {mark}.")
    assert draft and draft.sentences[0][1] == ("S1", "S2")
    assert draft.text == "Arno and Pino."


def test_the_opening_hours_have_a_mark() -> None:
    draft = of_text("We open at 8:15 [S0].")
    assert draft and draft.sentences == (("We open at 8:15.", ("hours",)),)


@pytest.mark.parametrize(
    "text",
    [
        "See [our page](https://lamps.example).",
        "Size S1 or S2?",
        "Model S10 (S10) costs nothing",
        "Use (10) or [ ]",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert "lamps" not in text or "https://lamps.example" in without_marks(text)
    assert "S1" not in text or "S1" in without_marks(text)


@pytest.mark.field_reply("model-3")
@pytest.mark.parametrize(
    "text",
    [
        "You have 30 days [Source S1, p. 2].",
        "You have 30 days [Returns, S1].",
        "You have 30 days [[S1]](#S1).",
        "You have 30 days \\[S1\\].",
        "You have 30 days `[S1]`.",
        "You have 30 days <cite>S1</cite>.",
        "You have 30 days <sup>[S1]</sup>.",
        'You have 30 days <source id="S1"/>.',
        "You have <co: S1>30 days</co: S1>.",
        "You have 30 days 〖S1〗.",
        "You have 30 days \ue200cite\ue202S1\ue201.",
        "You have 30 days — S1.",
        "According to S1, you have 30 days.",
        "You have 30 days [S1].\n\nSources: [S1]",
        "You have 30 days.\n\n**Sources:**\n- [S1] Returns, page 2",
        "Source: S1\n\nYou have 30 days.",
    ],
)
def test_a_mark_in_any_spelling_names_its_passage_and_is_not_read(text: str) -> None:
    draft = of_text(text)
    assert draft and draft.text == "You have 30 days."
    assert {mark for _, marks in draft.sentences for mark in marks} == {"S1"}


@pytest.mark.parametrize(
    "text",
    [
        "Sources of light: lamps.",
        "Our source: Lake S.",
        "Per item it costs EUR 5.",
        "See room S in building 1.",
        "References: Galaxy S23 12 EUR, S24 14 EUR",
        "References:\nGalaxy S23 12 EUR\nS24 14 EUR",
        "References:\nS23 costs 12 EUR",
        "Passage S4 is closed today.",
        "Passages\nS4 is closed today.",
        "Sources of supply: see rack S12 and S13.",
        "Our plan [Basic S1 package] is 10 EUR",
        "Per S7 bis Grunewald",
        "Take the train. S7 goes to Grunewald.",
        "We sell two. Galaxy S23 and its successor — S24.",
        "We sell two: S23 and\nits successor. S24",
        "References: S23, S24",
        "Per S23, the price is 12 EUR.",
    ],
)
def test_what_only_looks_like_a_mark_or_a_list_of_sources_stays(text: str) -> None:
    known = ("S1", "S2", "S4", "S7", "S12", "S13")  # passages that this turn has
    for draft in (of_text(text, known), of_call({"text": text, "kind": "talk"}, known)):
        assert draft and draft.text == text


@pytest.mark.parametrize("known", [None, ("S1", "S2")])
@pytest.mark.parametrize(
    "listed",
    [
        "Sources: S1, S2",
        "Sources:\n- S1: Returns\n- S2: Shipping",
        "References: [S1] Returns, [S2] Shipping",
        "Fuentes:\n\n1. [S1] Devoluciones\n2. [S2] Envíos",
    ],
)
def test_a_list_of_sources_goes_and_names_them(listed: str, known: Any) -> None:
    draft = of_text(f"You have 30 days.\n\n{listed}", known)
    assert draft and draft.sentences == (("You have 30 days.", ("S1", "S2")),)


@pytest.mark.parametrize(
    "text", ["Sources" + "\n" * 4000 + "x", "\n" * 4000, "Sources:" + "\n" * 4000 + "x", "x" + "*" * 4000]
)
def test_marks_are_looked_for_in_linear_time(text: str) -> None:
    began = time.process_time()
    in_one_spelling(text)
    without_marks(text)
    assert time.process_time() - began < 0.2


CLAIMED = {"says": "30 days", "source": "S1", "quote": "within 30 days"}


@pytest.mark.field_reply("server-1")
@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "Answer", "text": "30 days.", "claims": json.dumps([CLAIMED])},
        {"kind": "answer", "text": "30 days.", "claims": CLAIMED},
        {"kind": "answer", "content": "30 days.", "claims": [CLAIMED]},
        {"reply": {"kind": "answer", "text": "30 days.", "claims": [CLAIMED]}},
        {"kind": "answer", "text": ["30 days."], "claims": [CLAIMED]},
        {"kind": "answer", "text": '{"text": "30 days."}', "claims": [CLAIMED]},
    ],
)
def test_a_reply_however_its_fields_are_written(arguments: dict[str, Any]) -> None:
    draft = of_call(arguments)
    assert draft and (draft.kind, draft.text) == ("answer", "30 days.")
    assert [claim.source for claim in draft.claims] == ["S1"]


def test_what_can_be_read_of_a_torn_reply() -> None:
    torn = f'{{"claims": [{json.dumps(CLAIMED)}, {{"says": "x"], "kind": "answer", "text": "30 days. And th'
    assert of_torn(torn, cut=False) == {"text": "30 days. And th", "kind": "answer", "claims": [CLAIMED]}
    assert of_torn('{"kind": "answer", "claims": [', cut=False) is None


@pytest.mark.parametrize(
    ("torn", "text"),
    [
        ('{"text":"Caf\\u00', "Caf"),
        ('{"text":"Caf\\u', "Caf"),
        ('{"text":"Caf\\', "Caf"),
        ('{"text":"Caf\\u00e9 \\ud83d', "Café \ufffd"),
        ('{"text":"A \\\\u', "A \\u"),
        ('{"text":"It\\\'s fine","claims":[{"says":"x","source":null,"quote":"y"}]}', "It's fine"),
        ('{"text":"A \\q \\u12 \\d","claims":[', "A q u12 d"),
        ('{"text":"Say "hi" to us.","claims":[', 'Say "hi" to us.'),
        ('{"text":"We open at 9. Book here: https://x.example/a","claims":[{"says":"We', "We open at 9. Book here: https://x.example/a"),
        ('{"text":"We open at 9. Book here: https://x.example/a",', "We open at 9. Book here: https://x.example/a"),
        ('{"text":"We open at 9. Book here: https://x.exa', "We open at 9."),
    ],
)  # fmt: skip
def test_a_text_is_cut_only_where_its_own_end_is_missing(torn: str, text: str) -> None:
    read, draft = of_torn(torn, cut=True), of_text(torn, cut=True)
    assert read and read["text"] == text
    assert draft and draft.text == text
