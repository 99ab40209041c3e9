"""Servers that speak OpenAI's API as they really do: what they leave out, double, or write otherwise changes nothing for the customer."""

# ruff: noqa: RUF001 - replies in other letters
from __future__ import annotations

import re
from typing import Any

import pytest

from f.agent.language import foreign_letters
from tests.agent.conftest import Bench, tools_called
from tests.agent.vendors import Raw, call, openai_error, openai_shape

QUESTION = "How long can I return an item?"
ASKED = {"question": QUESTION}
SEARCH = call("search_knowledge_base", ASKED)
RIGHT = "You have 30 days [S1]."


def message(**fields: Any) -> Raw:
    """An answer whose message is changed below what the API's description says."""
    body = openai_shape({"text": None})
    body["choices"][0]["message"] |= fields
    return Raw(body=body)


def tool_call(arguments: Any = '{"question": "return an item"}', **fields: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "type": "function",
        "function": {"name": "search_knowledge_base", "arguments": arguments},
        **fields,
    }


def without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


CALLS: dict[str, list[dict[str, Any]]] = {
    "arguments are an object": [tool_call({"question": "return an item"})],
    "arguments are encoded twice": [tool_call('"{\\"question\\": \\"return an item\\"}"')],
    "no id": [without(tool_call(), "id")],
    "the id is null": [tool_call(id=None)],
    "the id is empty": [tool_call(id="")],
    "no type": [without(tool_call(), "type")],
    "the type is null": [tool_call(type=None)],
    "one id twice": [tool_call(), tool_call('{"question": "gift cards"}')],
    "a long id": [tool_call(id="chatcmpl-tool-" + "x" * 60)],
}


@pytest.mark.field_reply("server-1")
@pytest.mark.field_reply("server-2")
@pytest.mark.field_reply("server-3")
@pytest.mark.parametrize("made", CALLS.values(), ids=CALLS)
def test_a_call_however_it_is_written(bench: Bench, made: list[dict[str, Any]]) -> None:
    result = bench.ask(QUESTION, message(tool_calls=made), RIGHT)
    assert result["reply"] == "You have 30 days." and tools_called(result) == ["search_knowledge_base"] * len(
        made
    )
    back = bench.openai.asked[1]["messages"]
    ids = [c["id"] for m in back if m["role"] == "assistant" for c in m["tool_calls"]]
    assert ids == [m["tool_call_id"] for m in back if m["role"] == "tool"] and len(set(ids)) == len(made)
    assert all(re.fullmatch("[A-Za-z0-9]{9}", each) for each in ids), "Mistral takes no other form"


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": RIGHT}],
        [{"type": "text", "text": "You have "}, {"type": "text", "text": "30 days [S1]."}],
        [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": RIGHT}],
        [RIGHT],
    ],
    ids=["one part", "two parts", "thoughts", "a string"],
)
def test_content_in_parts(bench: Bench, content: Any) -> None:
    assert bench.ask(QUESTION, SEARCH, message(content=content))["reply"] == "You have 30 days."


@pytest.mark.field_reply("server-4")
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_come_back_with_their_calls_and_go_no_further(bench: Bench, field: str) -> None:
    result = bench.ask(
        QUESTION,
        message(tool_calls=[tool_call()], **{field: "They ask about returns."}),
        message(content=RIGHT, **{field: "Done."}),
    )
    (back,) = [m for m in bench.openai.asked[1]["messages"] if m["role"] == "assistant"]
    assert back[field] == "They ask about returns." and result["reply"] == "You have 30 days."


@pytest.mark.field_reply("server-4")
def test_thoughts_do_not_go_to_another_vendors_model(bench: Bench) -> None:
    bench.set(fallbacks=[{"model": "gpt-4o"}])
    first = message(tool_calls=[tool_call()], reasoning_content="They ask about returns.")
    result = bench.ask(QUESTION, first, Raw(520, {"oops": 1}), RIGHT)
    assert result["reply"] == "You have 30 days."
    assert "reasoning_content" not in str(bench.openai.asked[-1]["messages"])


@pytest.mark.field_reply("server-6")
def test_two_messages_of_one_role_are_one(bench: Bench) -> None:
    past = [
        {"role": "user", "text": "Hello"},
        {"role": "user", "text": "are you there?"},
        {"role": "assistant", "text": "Yes."},
        {"role": "assistant", "text": "How can I help?"},
    ]
    bench.ask(QUESTION, SEARCH, RIGHT, history=past)
    sent = [(m["role"], m.get("content")) for m in bench.openai.asked[0]["messages"][1:]]
    assert sent == [
        ("user", "Hello\nare you there?"),
        ("assistant", "Yes.\nHow can I help?"),
        ("user", QUESTION),
    ]
    bench.ask(QUESTION, SEARCH, RIGHT, history=[{"role": "user", "text": "Hello"}])
    assert [m["role"] for m in bench.openai.asked[0]["messages"]] == ["system", "user"]


@pytest.mark.field_reply("server-5")
def test_an_empty_answer_is_asked_again(bench: Bench) -> None:
    result = bench.ask(QUESTION, SEARCH, message(content=None), RIGHT)
    assert result["reply"] == "You have 30 days." and result["error"] is None


@pytest.mark.field_reply("server-5")
def test_after_two_empty_answers_the_next_model_is_asked(bench: Bench) -> None:
    bench.set(fallbacks=[{"model": "gpt-4o"}])
    answer = lambda body: RIGHT if body["model"] == "gpt-4o" else message(content="")  # noqa: E731
    result = bench.ask(QUESTION, SEARCH, answer)
    assert result["reply"] == "You have 30 days." and result["model"] == "gpt-4o"
    assert [body["model"] for body in bench.openai.asked].count("gpt-4o-mini") == 3


@pytest.mark.field_reply("server-7")
@pytest.mark.parametrize("choices", [[], None])
def test_no_choices(bench: Bench, choices: Any) -> None:
    bench.set(fallbacks=[{"model": "gpt-4o"}])
    broken = Raw(body={**openai_shape(""), "choices": choices})
    result = bench.ask(QUESTION, SEARCH, broken, RIGHT)
    assert result["reply"] == "You have 30 days." and result["model"] == "gpt-4o"


@pytest.mark.field_reply("server-8")
def test_a_model_that_goes_on_calling_may_only_reply_in_the_end(bench: Bench) -> None:
    """Some servers ignore tool_choice, so none is sent: the last round offers only the function `reply`."""
    bench.set(max_rounds=3)
    result = bench.ask(QUESTION, SEARCH, call("search_knowledge_base", {"question": "gift cards"}), RIGHT)
    assert all("tool_choice" not in body for body in bench.openai.asked)
    assert [t["function"]["name"] for t in bench.openai.asked[-1]["tools"]] == ["reply"]
    assert result["reply"] == "You have 30 days."


@pytest.mark.field_reply("surroundings-5")
def test_a_chatbots_options_go_to_its_model(bench: Bench) -> None:
    bench.set(reasoning_effort="low", max_output_tokens=500, temperature=0.2, tool_choice_required=True)
    bench.ask(QUESTION, SEARCH, RIGHT)
    first, second = bench.openai.asked
    assert (first["reasoning_effort"], first["max_tokens"], first["temperature"]) == (
        "low",
        500,
        pytest.approx(0.2),
    )
    assert first["tool_choice"] == "required" and "tool_choice" not in second


def test_what_is_not_set_is_not_sent(bench: Bench) -> None:
    bench.ask(QUESTION, SEARCH, RIGHT)
    assert set(bench.openai.asked[0]) == {"model", "messages", "tools"}


@pytest.mark.field_reply("surroundings-5")
@pytest.mark.parametrize("name", ["tool_choice", "temperature", "reasoning_effort"])
def test_an_option_that_a_server_does_not_take_is_left_out(bench: Bench, name: str) -> None:
    bench.set(reasoning_effort="low", temperature=0.2, tool_choice_required=True)

    def step(body: Any) -> Any:
        if name in body:
            return openai_error(400, f"Unsupported parameter: '{name}'")
        return RIGHT if body["messages"][-1]["role"] == "tool" else SEARCH

    assert bench.ask(QUESTION, step)["reply"] == "You have 30 days."


@pytest.mark.field_reply("surroundings-5")
def test_geminis_options(bench: Bench) -> None:
    bench.set(
        provider="gemini",
        model="gemini-2.5-flash",
        max_output_tokens=500,
        temperature=0.2,
        reasoning_effort="low",
        tool_choice_required=True,
    )
    bench.gemini.says(SEARCH, RIGHT)
    bench.ask(QUESTION)
    first, second = (body["generationConfig"] for body in bench.gemini.asked)
    assert (
        first["maxOutputTokens"] == 500
        and first["temperature"] == pytest.approx(0.2)
        and list(first["thinkingConfig"].values()) == [1024]
    )
    modes = [body["toolConfig"]["functionCallingConfig"]["mode"] for body in bench.gemini.asked]
    assert modes == ["ANY", "AUTO"] and second["maxOutputTokens"] == 500


def test_a_reply_that_a_length_limit_cut_off_ends_with_its_last_sentence(bench: Bench) -> None:
    torn = '{"kind": "answer", "text": "You have 30 days [S1]. After tha'
    result = bench.ask(QUESTION, SEARCH, {"calls": [("reply", torn)], "finish": "length"})
    assert result["reply"] == "You have 30 days." and result["citations"]


def test_a_call_that_can_not_be_read_is_no_look_up(bench: Bench) -> None:
    result = bench.ask(QUESTION, call("search_knowledge_base", '{"question": "ret'), RIGHT)
    assert result["reply"] == "You have 30 days.", "the code has searched"


@pytest.mark.field_reply("model-5")
@pytest.mark.parametrize(
    "other",
    ["您有30天的时间可以退货 [S1]。", "You have 30 天可以 [S1].", "У вас есть 30 дней [S1]."],
)
def test_a_reply_in_letters_that_nobody_used_is_asked_again(bench: Bench, other: str) -> None:
    assert bench.ask(QUESTION, SEARCH, other, RIGHT)["reply"] == "You have 30 days."


def test_a_reply_is_never_lost_for_its_letters_alone(bench: Bench) -> None:
    """In the last round there is no other one."""
    bench.set(max_rounds=2)
    assert bench.ask(QUESTION, SEARCH, "У вас есть 30 дней [S1].")["reply"] == "У вас есть 30 дней."


@pytest.mark.parametrize(
    ("text", "known", "foreign"),
    [
        ("5 \u03bc", ["5 \u00b5g"], None),
        ("5 \u00b5", ["5 \u03bcg"], None),
        ("Our tea is called Ω, and costs 5 EUR.", [], None),
        ("Die Filterfeinheit ist 5 μg je Liter.", [], None),
        ("У вас есть 30 дней", ["30 days"], "ru"),
        ("您有30天", ["30 days"], "zh"),
    ],
)
def test_one_letter_is_no_other_language(text: str, known: list[str], foreign: str | None) -> None:
    assert foreign_letters(text, known) == foreign


@pytest.mark.parametrize(
    "text", ["Observation: you have 30 days [S1].", 'You have 30 days: "parameters": none [S1].']
)
def test_ordinary_words_give_nothing_away(bench: Bench, text: str) -> None:
    assert bench.ask(QUESTION, SEARCH, text, RIGHT)["reply"] == text.replace(" [S1]", "")


@pytest.mark.field_reply("model-2")
@pytest.mark.parametrize(
    "inside",
    [
        "I'll use search_knowledge_base.",
        "<|some_new_token> 30 days [S1].",
        '30 days [S1]. {"name": "reply", "arguments": {"x": 1}}',
        '30 days [S1]. {"kind": "answer", "claims": []}',
        "30 days [S1].\nAction Input: x\nObservation: y",
    ],
)
def test_what_no_cleaning_knows_is_not_sent_either(bench: Bench, inside: str) -> None:
    assert bench.ask(QUESTION, SEARCH, inside, RIGHT)["reply"] == "You have 30 days."
