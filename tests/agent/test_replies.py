"""From a model's reply to what the customer reads: a second try with the reasons, words that are true in the end, one offer of a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.conftest import Bench, notes, places, tools_called
from tests.agent.vendors import UNKNOWN, call, calls, replied

QUESTION = "How long can I return an item?"
SEARCH = call("search_knowledge_base", {"question": QUESTION})
NOT_SURE = "I'm not sure about that"


def fed(bench: Bench, place: int) -> list[str]:
    """What the model was sent back before its answer at a place of the script."""
    messages = bench.openai.asked[place]["messages"]
    return [
        str(m["content"])
        for m in messages
        if m["role"] == "tool" or str(m["content"]).startswith("[platform]")
    ]


def test_a_reply_through_the_function(bench: Bench) -> None:
    right = replied("You have 30 days.", "answer", ("S1", "within 30 days of the day you received it"))
    result = bench.ask(QUESTION, SEARCH, right)
    assert result["reply"] == "You have 30 days." and result["answered"]
    assert places(result) == [{"document": "Returns", "page": 2}]


@pytest.mark.field_reply("right-10")
@pytest.mark.parametrize(
    "wrong", ["You have 45 days [S1].", replied("You have 45 days.", "answer", ("S1", "within 45 days"))]
)
def test_the_model_hears_why_and_tries_again(bench: Bench, wrong: Any) -> None:
    result = bench.ask(QUESTION, SEARCH, wrong, "You have 30 days [S1].")
    assert result["reply"] == "You have 30 days." and result["answered"]
    told = fed(bench, 2)[-1]
    assert "NOT sent" in told and "45" in told and "search again in other words" in told


@pytest.mark.field_reply("right-10")
def test_after_two_more_tries_the_words_say_no_more_than_is_true(bench: Bench) -> None:
    result = bench.ask(QUESTION, SEARCH, "You have 45 days [S1].")
    assert len(bench.openai.asked) == 4, "the search, the reply, and two second tries"
    assert result["reply"].startswith(NOT_SURE) and not result["answered"]
    assert "figure '45 days' in 'You have 45 days.'" in notes(result), "the trace names what was wrong"


def test_a_question_with_no_answer_is_said_to_be_unknown(bench: Bench) -> None:
    result = bench.ask(QUESTION, SEARCH, UNKNOWN)
    assert result["reply"].startswith("I'm sorry") and not result["answered"]


OFFER = "I'm sorry, I don't have that information. Shall I ask a colleague?"
BEFORE = [{"role": "user", "text": "Do you sell cars?"}, {"role": "assistant", "text": OFFER}]


@pytest.mark.field_reply("talk-9")
def test_a_person_is_offered_once(bench: Bench) -> None:
    assert OFFER in bench.ask("Do you sell bicycles?", UNKNOWN)["reply"]
    again = bench.ask("Do you sell bicycles?", UNKNOWN, history=BEFORE)["reply"]
    assert again.startswith("I'm sorry") and "colleague" not in again


@pytest.mark.field_reply("talk-9")
@pytest.mark.parametrize("no", ["No", "No thanks", "Nein, danke", "Ahora no", "不用了"])
def test_no_is_taken_for_no(bench: Bench, no: str) -> None:
    result = bench.ask(no, replied("All right! Anything else?", "talk"), history=BEFORE)
    assert result["reply"] == "All right! Anything else?" and result["answered"] and not result["handed_off"]


def test_a_part_that_is_not_known_does_not_hide_the_part_that_is(bench: Bench) -> None:
    text = "You have 30 days. Whether we sell cars I don't know."
    result = bench.ask(
        f"{QUESTION} And do you sell cars?", SEARCH, replied(text, "answer", ("S1", "within 30 days"))
    )
    assert result["reply"] == text and result["answered"]


@pytest.mark.field_reply("surroundings-1")
def test_a_handoff_waits_for_the_results_of_other_calls(bench: Bench) -> None:
    both = calls([("hand_off", {"reason": "a complaint"}), ("search_knowledge_base", {"question": QUESTION})])
    result = bench.live(QUESTION, both, "You have 30 days [S1].")
    assert not result["handed_off"] and result["reply"] == "You have 30 days."
    alone = bench.live(
        "I want a person", call("hand_off", {"reason": "asks for one"}), "A colleague takes over."
    )
    assert alone["handed_off"] == "model"


def test_a_reply_beside_other_calls_waits_for_their_results(bench: Bench) -> None:
    early = {"kind": "answer", "text": "You have 90 days.", "claims": []}
    both = calls([("reply", early), ("search_knowledge_base", {"question": QUESTION})])
    result = bench.ask(QUESTION, both, "You have 30 days [S1].")
    assert result["reply"] == "You have 30 days."
    assert any("Not sent" in words for words in fed(bench, 1))


@pytest.mark.field_reply("surroundings-2")
def test_the_same_call_again_costs_no_second_result(bench: Bench) -> None:
    result = bench.ask(QUESTION, SEARCH, SEARCH, "You have 30 days [S1].")
    first, second = fed(bench, 2)
    assert "30 days" in first and "30 days" not in second and len(second) < 300
    assert tools_called(result) == ["search_knowledge_base"] and result["answered"]


@pytest.mark.field_reply("surroundings-3")
def test_an_unknown_tool_is_no_look_up(bench: Bench) -> None:
    """Its name tells the model what there is, and nothing can rest on it."""
    result = bench.ask(QUESTION, call("get_returns", {"item": 1}), "You have a year!")
    assert "there is no tool 'get_returns'" in result["trace"][0]["outcome"]
    assert "search_knowledge_base" in tools_called(result), "the code searched in the end"
    assert not result["answered"] and "a year" not in result["reply"]


@pytest.mark.field_reply("model-1")
@pytest.mark.field_reply("model-3")
@pytest.mark.field_reply("model-4")
@pytest.mark.parametrize(
    ("said", "went_out"),
    [
        ("<think>They ask about returns.</think>You have 30 days [S1].", "You have 30 days."),
        ("You have 30 days 【S1】.", "You have 30 days."),
        ("You have 30 days **[S1]**", "You have 30 days"),
        ("You have 30 days [S1, S1].", "You have 30 days."),
        ("You have 30 days (S1).<|im_end|>", "You have 30 days."),
        ("You have 30 days [S1]. " * 40, "You have 30 days."),
    ],
)
def test_nothing_of_the_models_inside_goes_out(bench: Bench, said: str, went_out: str) -> None:
    result = bench.ask(QUESTION, SEARCH, said)
    assert result["reply"] == went_out and result["answered"]


@pytest.mark.field_reply("model-2")
def test_a_call_that_a_model_writes_as_text_is_made(bench: Bench) -> None:
    written = '<tool_call>{"name": "search_knowledge_base", "arguments": {"question": "return an item"}}</tool_call>'
    result = bench.ask(QUESTION, written, "You have 30 days [S1].")
    assert tools_called(result) == ["search_knowledge_base"] and result["reply"] == "You have 30 days."


@pytest.mark.field_reply("model-5")
def test_a_reply_in_another_language_is_asked_for_again(bench: Bench) -> None:
    german = "Sie können jeden Artikel innerhalb von 30 Tagen zurückgeben [S1]."
    question = "How long can I return an item that I have bought in your store?"
    result = bench.ask(question, SEARCH, german, "You can return any item within 30 days [S1].")
    assert result["reply"] == "You can return any item within 30 days."
    assert "the customer writes another language (en)" in fed(bench, 2)[-1]


@pytest.mark.field_reply("search-1")
@pytest.mark.parametrize(
    "question",
    ["express delivery how much", "how long do i have for returning a lamp??", "gift card valid how long"],
)
def test_questions_as_customers_type_them_reach_their_passage(bench: Bench, question: str) -> None:
    bench.ask(question, call("search_knowledge_base", {"question": question}), UNKNOWN)
    assert '"S1"' in fed(bench, 1)[0]


@pytest.mark.field_reply("talk-3")
def test_a_thank_you_is_no_question_without_an_answer(bench: Bench) -> None:
    result = bench.live("Vielen Dank, das hilft mir sehr!", replied("Sehr gerne!", "talk"))
    assert result["answered"] and result["reply"] == "Sehr gerne!" and tools_called(result) == []


def test_the_models_garbage_ends_in_the_chatbots_words(bench: Bench) -> None:
    for garbage in ("{" * 1000, replied(""), "<think>" * 100, '{"text": 3}', "\U0001d584" * 100_000):
        result = bench.ask(QUESTION, SEARCH, garbage)
        assert result["reply"] and not result["answered"] and (result["error"] or notes(result))
