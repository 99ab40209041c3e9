"""What makes a case red, and what of an answer a case keeps."""

from __future__ import annotations

from typing import Any

import pytest

from f.cases.asking import answer_of, tools_of
from f.cases.causes import causes, more_versions
from f.cases.expected import Answer, Expected, essentials, of_answer, without_sources
from f.cases.judgement import judged
from f.cases.word_judge import verdicts
from f.models.yes_no import answers

RETURNS = {"document": "Returns", "page": 2}


def answer(said: str, outcome: str = "answered", *tools: dict[str, Any], cites: Any = (RETURNS,)) -> Answer:
    return Answer(
        outcome=outcome,
        said=said,
        citations=list(cites),
        tools=list(tools),
        problem=None,
        usage={},
        model="m",
    )


def expected(**other: Any) -> Expected:
    base: dict[str, Any] = {
        "outcome": "answered",
        "must_say": [],
        "must_not_say": [],
        "source": None,
        "tool": None,
    }
    return Expected(**{**base, **other})  # type: ignore[typeddict-item]


def codes(wanted: Expected, given: Answer, judge: Any = None) -> tuple[str, list[str]]:
    found = judged(wanted, given, judge)
    return found.state, [finding["code"] for finding in found.findings]


@pytest.mark.parametrize(
    ("must_say", "said"),
    [
        ("30 days", "Within 30 days you may send it back."),
        ("EUR 11.90", "Express costs 11,90 €."),
        ("10:00 to 21:00", "We open at 10 am and close at 9 pm."),
        ("two photographs", "Please send 2 photographs of the damage."),
        ("Adeslas", "We work with Sanitas, Adeslas and DKV."),
        ("free in Spain and Portugal", "Your first return is **free** in Spain and in Portugal."),
        ("+34 960 000 101", "Call 960 000 101."),
        ("Monday", "von Montag bis Freitag"),
    ],
)
def test_the_same_in_another_form_is_green(must_say: str, said: str) -> None:
    assert codes(expected(must_say=[must_say]), answer(said)) == ("green", [])


@pytest.mark.parametrize(
    ("must_say", "said"),
    [
        ("30 days", "Within 14 days you may send it back."),
        ("30 days", "It costs EUR 30."),
        ("EUR 11.90", "Express costs EUR 19.90."),
        ("10:00 to 21:00", "We open at 10:00 and close at 20:00."),
        ("Adeslas", "We work with Sanitas and DKV."),
        ("packaging has been opened", "We take back every pillow."),
        ("www.casa-lumen.example", "See our web site."),
    ],
)
def test_another_figure_name_or_fact_is_red(must_say: str, said: str) -> None:
    assert codes(expected(must_say=[must_say]), answer(said)) == ("red", ["case_not_said"])


def test_what_must_not_be_said_is_red() -> None:
    wanted = expected(must_not_say=["14 days", "no returns"])
    assert codes(wanted, answer("You have 30 days."))[0] == "green"
    assert codes(wanted, answer("You have 14 days.")) == ("red", ["case_said"])
    assert codes(wanted, answer("There are no returns.")) == ("red", ["case_said"])


def test_an_answer_that_contradicts_itself_is_red() -> None:
    wanted = expected(must_say=["EUR 11.90"])
    twice = "Express delivery costs EUR 11.90. Express delivery costs EUR 19.90."
    assert codes(wanted, answer(twice)) == ("red", ["case_contradiction"])
    other = "Express delivery costs EUR 11.90. The delivery of large items costs EUR 39."
    assert codes(wanted, answer(other)) == ("green", [])
    visit = expected(must_say=["30 minutes"])
    asked = "How long does a first visit last?"
    both = "A first visit lasts 20 minutes. A first visit lasts 30 minutes and a follow-up visit 15 minutes."
    assert judged(visit, answer(both), question=asked).state == "red"
    apart = "A visit to the shop lasts 20 minutes. A first visit lasts 30 minutes and a follow-up visit 15 minutes."
    assert judged(visit, answer(apart), question=asked).state == "green"
    dear = "Delivery costs EUR 4.90. Express delivery costs EUR 11.90."
    assert judged(wanted, answer(dear), question="How much does express delivery cost?").state == "green"
    assert codes(expected(must_say=["3 days"]), answer(f"In 3 days. {twice}")) == ("green", [])


@pytest.mark.parametrize("outcome", ["answered", "unanswered", "handed_off"])
def test_another_outcome_is_red(outcome: str) -> None:
    for wanted in ("answered", "unanswered", "handed_off"):
        state = codes(expected(outcome=wanted), answer("x", outcome))[0]
        assert state == ("green" if wanted == outcome else "red")
    assert codes(expected(outcome=outcome), answer("", "failed"))[0] == "error"


def test_the_source_counts_unless_another_one_says_the_same_figures() -> None:
    wanted = expected(must_say=["30 days"], source={"title": "Returns"})
    other = {"document": "Questions and answers"}
    assert codes(wanted, answer("30 days")) == ("green", [])
    assert codes(wanted, answer("30 days", cites=[other])) == ("green", ["case_other_source"])
    assert codes(wanted, answer("30 days", cites=[])) == ("red", ["case_no_source"])
    words = expected(must_say=["free in Spain"], source={"title": "Returns"})
    assert codes(words, answer("It is free in Spain.", cites=[other])) == ("red", ["case_source"])
    page = expected(source={"url": "https://shop.example/returns", "title": "Old title"})
    by_address = {"document": "New title", "url": "https://shop.example/returns"}
    assert codes(page, answer("x", cites=[by_address])) == ("green", [])


def test_a_tool_that_is_gone_was_not_called() -> None:
    refused = {"tool": "get_order", "error": True, "outcome": "error: order 7 was not found"}
    gone = {"tool": "get_order", "error": True, "outcome": "error: there is no tool 'get_order'"}
    wanted = expected(tool="get_order")
    assert codes(wanted, answer("x", "answered", *tools_of([refused], answered=True)))[0] == "green"
    for trace, answered in ([gone], True), ([refused], False), ([], True):
        assert codes(wanted, answer("x", "answered", *tools_of(trace, answered))) == ("red", ["case_tool"])


def test_a_model_judges_only_where_words_differ() -> None:
    asked: list[list[str]] = []

    def judge(statements: list[str], said: str) -> list[bool]:
        asked.append(statements)
        return [True] * len(statements)

    wanted = expected(must_say=["14 days", "the seal is broken"])
    assert codes(wanted, answer("Not once it was opened."), judge) == ("red", ["case_not_said"])
    assert asked == [["the seal is broken"]], "a figure that is missing is no matter of words"
    assert codes(expected(must_say=["the seal is broken"]), answer("It was opened."), judge)[0] == "green"
    assert codes(expected(must_say=["the seal is broken"]), answer("x"), lambda *_: None)[0] == "red"
    assert verdicts(answers('Here: ["yes", "no"]', 2)) == [True, False]
    assert verdicts(answers("Sure: [no, Yes]", 2)) == [False, True], "as small models write a list"
    assert verdicts(answers('["yes"]', 2)) is None and verdicts(answers("yes", 1)) is None
    assert verdicts(answers('["perhaps"]', 1)) is None


def test_a_case_keeps_the_figures_names_and_links_of_a_good_answer() -> None:
    said = "We work with Adeslas, Sanitas and DKV. Parking is free for 90 minutes, from Monday to Friday."
    assert essentials(said) == ["90 minutes", "Monday", "Friday", "Adeslas", "Sanitas", "DKV"]
    assert essentials("See www.casa-lumen.example.") == ["www.casa-lumen.example"]
    made = of_answer(answer("You have 30 days."), True, {"title": "Returns"})
    assert made["must_say"] == ["30 days"] and made["source"] == {"title": "Returns"}
    assert of_answer(answer("That is not possible."), True, None)["must_say"] == ["That is not possible."]
    assert of_answer(answer("No idea.", "unanswered"), True, None)["must_say"] == []
    wrong = of_answer(answer("You have 14 days."), False, {"title": "Returns"})
    assert (wrong["must_say"], wrong["must_not_say"], wrong["source"]) == ([], ["14 days"], None)


def test_what_a_tool_says_changes_from_day_to_day() -> None:
    order = {"tool": "get_order", "error": False, "gone": False}
    made = of_answer(answer("Order CL-7 arrives on 3 May.", "answered", order, cites=[]), True, None)
    assert (made["must_say"], made["tool"]) == ([], "get_order")


def test_the_lines_that_name_sources_are_no_part_of_an_answer() -> None:
    page = {"document": "Prices", "url": "https://shop.example/prices"}
    text = "You have 30 days.\n\n_Returns, p. 2_\n_Prices_, https://shop.example/prices"
    assert without_sources(text, [RETURNS, page]) == "You have 30 days."
    assert without_sources("_Returns_ are free.\nSee you.", [RETURNS]) == "_Returns_ are free.\nSee you."


def test_a_run_without_an_answer_has_failed() -> None:
    ended: dict[str, Any] = {"answer": None, "sent": [], "ended": "no chatbot has this phone_number_id"}
    assert answer_of(ended)["outcome"] == "failed"


def result(version: str, state: str, case: str = "c", **more: Any) -> dict[str, Any]:
    return {"case_id": case, "version": version, "state": state, **more}


def test_the_setting_that_does_it_is_named() -> None:
    draft = ["handoff_keywords", "persona"]
    assert more_versions(draft) == ["", "draft:handoff_keywords", "draft:persona"]
    assert more_versions(["persona"]) == [""] and more_versions(list("abcdef")) == [""]
    alone = [
        result("draft", "red"),
        result("", "green"),
        result("draft:persona", "green"),
        result("draft:handoff_keywords", "error"),
    ]
    assert causes(alone, "draft", draft, {}) == {"c": {"kind": "settings", "settings": ["handoff_keywords"]}}
    together = [
        row if row["version"] != "draft:handoff_keywords" else {**row, "state": "green"} for row in alone
    ]
    assert causes(together, "draft", draft, {}) == {"c": {"kind": "settings", "settings": draft}}


def test_what_was_red_before_is_no_fault_of_the_draft() -> None:
    changes = [
        {"what": "tenant_tools.update", "subject": "orders"},
        {"what": "documents.delete", "subject": "Returns"},
    ]
    rows = [
        result("draft", "red", green_answer=answer("30 days"), answer=answer("I don't know.", cites=[])),
        result("", "red"),
    ]
    found = causes(rows, "draft", ["persona"], {"c": changes})["c"]
    assert found["kind"] == "before"
    assert [change["subject"] for change in found["changes"]] == ["Returns", "orders"], "its document first"
