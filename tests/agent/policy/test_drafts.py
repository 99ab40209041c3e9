"""A reply is read as a call, as the same object in text, and as text with marks in every spelling."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import json
from typing import Any

import pytest

from f.agent.policy.claims import Claim
from f.agent.policy.drafts import of_call, of_text, of_torn
from f.agent.policy.marks import without_marks

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
    ],
)
def test_what_only_looks_like_a_list_of_sources_stays(text: str) -> None:
    draft = of_text(text)
    assert draft and draft.text == text


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
    assert of_torn(torn) == {"text": "30 days. And th", "kind": "answer", "claims": [CLAIMED]}
    assert of_torn('{"kind": "answer", "claims": [') is None
