"""Nothing of a model's inside goes out: thoughts, control tokens, calls written as text, endless repetition."""

# ruff: noqa: RUF001 - control tokens of several models
from __future__ import annotations

import json
import time
from typing import Any

import pytest

from f.models.model_text import without_repetition, without_thoughts, without_tokens
from f.models.openai_dialects import parsed
from f.models.providers import cleaned
from f.models.types import ModelError
from f.models.written_calls import calls_in, known_name

TOOLS = [{"type": "function", "function": {"name": name}} for name in ("search_knowledge_base", "reply")]


def clean(text: str, calls: Any = (), tools: Any = TOOLS) -> Any:
    message = {"role": "assistant", "content": text}
    given: Any = {
        "text": text,
        "tool_calls": list(calls),
        "message": message,
        "input_tokens": 1,
        "output_tokens": 1,
        "cut": False,
    }
    return cleaned(given, tools)


def replied(text: str, name: str = "text") -> Any:
    """The text of a proper call of `reply`, as it goes on. `name`: of its parameter."""
    given = {"kind": "talk", name: text, "claims": []}
    (call,) = clean("", [{"id": "1", "name": "reply", "arguments": given}])["tool_calls"]
    return call["arguments"][name]


@pytest.mark.field_reply("model-1")
@pytest.mark.parametrize(
    "text",
    [
        "<think>the customer wants a greeting</think>Hello!",
        "<THINK>\nhm\n</THINK>\n\nHello!",
        "<thinking>hm</thinking> Hello!",
        "<reasoning effort=high>hm</reasoning>Hello!",
        "the opening mark was kept by the server</think>Hello!",
        "<think>one</think>\n<think>two</think>Hello!",
        "Hello!<think>and now for something that never closes",
        "[THINK]hm[/THINK]Hello!",
        "◁think▷hm◁/think▷Hello!",
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>",
        "<|START_THINKING|>hm<|END_THINKING|>Hello!",
        "Hello!<|im_end|>",
        "<s>[INST]Hello![/INST]</s>",
        "assistant: Hello!",
        "<answer>Hello!</answer>",
        "Hello!<｜end▁of▁sentence｜>",
        "Hello!<end_of_turn>",
        "<pensamiento>El cliente saluda</pensamiento>Hello!",
        "<思考>用户问候</思考>\nHello!",
        "<chain_of_thought>hm</chain_of_thought>Hello!",
        "<internal_monologue>hm</internal_monologue>\nHello!",
        "<|thinking|>hm<|/thinking|>Hello!",
        "<think />Hello!",
        "&lt;think&gt;hm&lt;/think&gt;Hello!",
        "```thinking\nhm\n```\nHello!",
        '<details type="reasoning" done="true">\n<summary>Thought for 3 s</summary>\nhm\n</details>\nHello!',
        "<|channel>thought\nhm<channel|>Hello!",
        "analysisThe user greets.assistantfinalHello!",
        "Thought: they greet.\nFinal Answer: Hello!",
        "**Thinking:** they greet.\n\n**Answer:** Hello!",
        "<analysis>hm</analysis>\n<result>Hello!</result>",
        "<think>hm</think>\\boxed{Hello!}",
        "Hello!<|im_end|>\n<|im_start|>user\nAnd who are you?<|im_end|>",
        "Hello!<|im_end|>\n\nHuman: And who are you?",
        "Hello!</s>\nCustomer: thanks\nAssistant: You're welcome!",
    ],
)
def test_thoughts_and_tokens(text: str) -> None:
    assert clean(text)["text"] == "Hello!"


@pytest.mark.field_reply("model-1")
@pytest.mark.parametrize(
    "text",
    [
        *("<think>only thoughts", "<think>a</think>", "<|channel|>analysis<|message|>hm", "<|im_end|>"),
        *(
            "!" * 400,
            "G" * 500,
            "\ufffd" * 50,
            "\u200b\u200b",
            "null",
            "{}",
            "(no content)",
            "[Your answer here]",
        ),
    ],
)
def test_thoughts_alone_are_an_empty_reply(text: str) -> None:
    with pytest.raises(ModelError, match="empty"):
        clean(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "👍",
            "3",
            "Nein",
            "None",
            "Login:\nUser: anna\nPassword: as before",
            "<b>Hello</b> there",
            "Ha ha!",
        ),
        "You reach us two ways:\nHuman: write AGENT\nBot: just ask",
        "Prices:\nCustomer: 20 EUR\nAgent: 15 EUR\nBoth with breakfast.",
        "Steps:\nAction: [Save] then close.",
        "Steps:\n>>> Delivery\nWe bring it home.",
        "\n".join(f"• Item {number} of the long list costs {number} EUR." for number in range(1, 161)),
    ],
)
def test_an_ordinary_reply_stays_whole(text: str) -> None:
    assert clean(text)["text"] == text and replied(text) == text


@pytest.mark.parametrize("text", ["Analysis: we test it.\nAnswer: in two days.", "Model: X200"])
def test_a_call_of_reply_loses_no_words_to_labels(text: str) -> None:
    assert replied(text) == text


def test_a_call_of_reply_loses_control_tokens_and_thoughts() -> None:
    assert replied("<think>hm</think>Hello!<|im_end|>\n<|im_start|>user\nAnd you?") == "Hello!"
    assert replied("Hello!<|eot_id|>") == "Hello!"


@pytest.mark.parametrize("name", ["reply", "message", "answer"])
def test_the_text_of_a_reply_loses_them_under_each_name_that_models_give_it(name: str) -> None:
    assert replied("<think>hm</think>Hello!", name) == "Hello!"


def test_a_written_call_holds_nothing_that_postgresql_cannot_store() -> None:
    text = r'{"name": "search_knowledge_base", "arguments": {"question": "a\u0000b \ud83d"}}'
    (call,) = clean(text)["tool_calls"]
    question = call["arguments"]["question"]
    assert question.encode() and "\0" not in question and question.startswith("a")


ASKED = {"name": "search_knowledge_base", "arguments": {"question": "returns"}}


ONLY = json.dumps(ASKED["arguments"])


@pytest.mark.field_reply("model-2")
@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>{json.dumps(ASKED)}</tool_call>",
        f"<tool_call>\n{json.dumps(ASKED)}",
        f"<tool_calls>[{json.dumps(ASKED)}]</tool_calls>",
        json.dumps(ASKED),
        json.dumps([ASKED]),
        f"```json\n{json.dumps(ASKED)}\n```",
        f"[TOOL_CALLS] [{json.dumps(ASKED)}]",
        f"<|python_tag|>{json.dumps({'name': 'search_knowledge_base', 'parameters': {'question': 'returns'}})}",
        '<function=search_knowledge_base>{"question": "returns"}</function>',
        json.dumps({"type": "function", "function": {**ASKED, "arguments": json.dumps(ASKED["arguments"])}}),
        'search_knowledge_base(question="returns")',
        'search_knowledge_base({"question": "returns"})',
        f"<think>I'll search</think><tool_call>{json.dumps(ASKED)}</tool_call>",
        "<tool_call>\n<function=NAME>\n<parameter=question>\nreturns\n</parameter>\n</function>\n</tool_call>",
        '<minimax:tool_call>\n<invoke name="NAME">\n<parameter name="question">returns</parameter>\n</invoke>\n</minimax:tool_call>',
        '<｜DSML｜function_calls><｜DSML｜invoke name="NAME"><｜DSML｜parameter name="question" string="true">returns</｜DSML｜parameter>'
        "</｜DSML｜invoke></｜DSML｜function_calls>",
        "<tool_call>NAME\n<arg_key>question</arg_key>\n<arg_value>returns</arg_value>\n</tool_call>",
        f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>NAME<｜tool▁sep｜>{ONLY}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>NAME\n```json\n{ONLY}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        f"<|tool_calls_section_begin|><|tool_call_begin|>functions.NAME:0<|tool_call_argument_begin|>{ONLY}<|tool_call_end|><|tool_calls_section_end|>",
        f"<|channel|>analysis<|message|>hm<|end|><|start|>assistant to=functions.NAME<|channel|>commentary json<|message|>{ONLY}<|call|>",
        f"[TOOL_CALLS]NAME[CALL_ID]abc123def[ARGS]{ONLY}",
        '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "NAME", "parameters": {"question": "returns"}}]<|END_ACTION|>',
        f"Action: ```json\n[{json.dumps(ASKED)}]\n```",
        '<|python_start|>[NAME(question="returns")]<|python_end|>',
        '<|tool_call_start|>[NAME(question="returns")]<|tool_call_end|>',
        '```tool_code\nprint(default_api.NAME(question="returns"))\n```',
        "<start_function_call>call:NAME{question:<escape>returns<escape>}<end_function_call>",
        '<|tool_call>call:NAME{question:<|"|>returns<|"|>}<tool_call|>',
        f"Thought: I must search.\nAction: NAME\nAction Input: {ONLY}",
        "<tool_call>\n{'name': 'NAME', 'arguments': {'question': 'returns'}}\n</tool_call>",
        f"<tool_call>\n{json.dumps(ASKED)}}}\n</tool_call>",
        f">>>NAME\n{ONLY}",
        f"✿FUNCTION✿: NAME\n✿ARGS✿: {ONLY}\n✿RESULT✿",
        f"<|action_start|><|plugin|>{json.dumps(ASKED)}<|action_end|>",
        '<|tools_prefix|>[{"NAME": {"question": "returns"}}]<|tools_suffix|>',
        "<NAME>\n<question>returns</question>\n</NAME>",
        "<function_calls>\n<NAME>\n<question>returns</question>\n</NAME>\n</function_calls>",
        f"<tool_use>\n<name>NAME</name>\n<arguments>{ONLY}</arguments>\n</tool_use>",
        json.dumps({"tool_calls": [{"id": "1", "function": {**ASKED, "arguments": ONLY}}]}),
        f"&lt;tool_call&gt;{json.dumps(ASKED)}&lt;/tool_call&gt;",
    ],
)
def test_a_call_written_as_text_is_a_call(text: str) -> None:
    completion = clean(text.replace("NAME", "search_knowledge_base"))
    assert [(c["name"], c["arguments"]) for c in completion["tool_calls"]] == [
        ("search_knowledge_base", {"question": "returns"})
    ]
    assert completion["text"] == ""
    back = completion["message"]["tool_calls"][0]
    assert back["id"] == completion["tool_calls"][0]["id"] and json.loads(back["function"]["arguments"]) == {
        "question": "returns"
    }


@pytest.mark.field_reply("model-2")
@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "end_chat", "arguments": {}}</tool_call>',
        "<tool_call>\n<function=end_chat>\n</function>\n</tool_call>",
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.end_chat:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
        '[TOOL_CALLS]end_chat[ARGS]{"q": 1}',
        '```tool_code\nprint(google_search.search(queries=["returns"]))\n```',
        '\n{"name": "end_chat", "arguments": {}}',
    ],
)
def test_a_call_of_an_unknown_tool_goes_and_the_words_beside_it_stay(text: str) -> None:
    assert calls_in(f"You have 30 days.\n{text}", {"search_knowledge_base"}) == ("You have 30 days.", [])


REPLY = {
    "kind": "answer",
    "text": "30 days.",
    "claims": [{"says": "30 days", "source": "S1", "quote": "30 days"}],
}


@pytest.mark.field_reply("model-2")
@pytest.mark.parametrize(
    "text",
    [
        f"Here is my reply:\n{json.dumps(REPLY)}",
        f"Here it is:\n\n```json\n{json.dumps(REPLY)[:-1]},}}\n```",
        repr(REPLY),
        f"30 days [S1].\n\n{json.dumps(REPLY)}",
        f'-> reply(kind=answer, text="30 days.", claims={json.dumps(REPLY["claims"])})',
        f"<function=reply><parameter=kind>answer</parameter><parameter=text>30 days.</parameter><parameter=claims>{json.dumps(REPLY['claims'])}"
        "</parameter></function>",
        f"<|channel|>commentary to=functions.reply<|constrain|>json<|message|>{json.dumps(REPLY)}<|call|>",
    ],
)
def test_a_reply_written_as_text_keeps_its_claims(text: str) -> None:
    (made,) = clean(text)["tool_calls"]
    assert (made["name"], made["arguments"]) == ("reply", REPLY)


@pytest.mark.field_reply("server-1")
@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("{'question': 'returns', 'exact': True}", {"question": "returns", "exact": True}),
        ('{"question": "returns",}', {"question": "returns"}),
        ('{question: "returns"}', {"question": "returns"}),
        ('{"question": "returns"}\n\nI will search.', {"question": "returns"}),
        ('{"question": "returns"}<|im_end|>', {"question": "returns"}),
        ('```json\n{"question": "returns"}\n```', {"question": "returns"}),
        ('{}{"question": "returns"}', {"question": "returns"}),
        ('{"question": "returns"}{"question": "returns"}', {"question": "returns"}),
        ([{"question": "returns"}], {"question": "returns"}),
        (json.dumps(json.dumps(json.dumps({"question": "returns"}))), {"question": "returns"}),
        ('{"question": "re\nturns"}', {"question": "re\nturns"}),
        ("null", {}),
        ('{"question": "retu', '{"question": "retu'),
        ('{"question": "returns"}{"question": "gifts"}', '{"question": "returns"}{"question": "gifts"}'),
        ('{"amount": 5', '{"amount": 5'),
    ],
)
def test_arguments_however_they_are_written(given: Any, read: Any) -> None:
    """What is cut off or means two things is not guessed: the model is told, and calls again."""
    assert parsed(given) == read


@pytest.mark.parametrize(
    "name",
    [
        "functions.search_knowledge_base:0",
        "search_knowledge_base<|channel|>commentary",
        ' "Search_Knowledge_Base" ',
    ],
)
def test_a_tools_name_with_something_about_it(name: str) -> None:
    assert known_name(name, {"search_knowledge_base", "reply"}) == "search_knowledge_base"
    assert known_name("web_search", {"search_knowledge_base", "reply"}) is None


@pytest.mark.parametrize(
    "text", ['{"name": "format_disk", "arguments": {}}', "Our price list is {see page 2}", "reply (soon)!"]
)
def test_only_what_is_offered_is_called(text: str) -> None:
    assert calls_in(text, {"search_knowledge_base"})[1] == []


@pytest.mark.field_reply("model-4")
@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("You have 30 days. " * 40, "You have 30 days."),
        ("Gracias, hasta luego.\n" * 40, "Gracias, hasta luego."),
        ("您有三十天的时间退货。" * 40, "您有三十天的时间退货。"),
        ("and so on and " * 40, "and so on and"),
        ("\n".join(f"{n}. You have 30 days." for n in range(1, 40)), "1. You have 30 days."),
        ("Ha ha ha! Yes. Yes.", "Ha ha ha! Yes. Yes."),
        ("Gladly!\n• Bread: 5 €.\n• Cake: 9 €.", "Gladly!\n• Bread: 5 €.\n• Cake: 9 €."),
        ("1. am 2. November\n2. am 30. November", "1. am 2. November\n2. am 30. November"),
    ],
)
def test_repetition(text: str, once: str) -> None:
    assert without_repetition(text) == once


@pytest.mark.parametrize("text", ['["yes", "yes", "yes", "yes", "yes", "yes"]', "[]"])
def test_what_no_customer_reads_may_repeat_itself(text: str) -> None:
    """The judgements of a second model, which is offered no tools."""
    assert clean(text, tools=[])["text"] == text


def test_a_hundred_kilobytes_are_cleaned_in_time() -> None:
    began = time.process_time()
    for text in (
        "<think>" * 15_000,
        "a" * 100_000,
        "{" * 100_000,
        "[S1" * 30_000,
        "<|" * 50_000,
        "<tool_call>" * 9_000,
        "reply(" * 15_000,
    ):
        assert len(without_repetition(without_tokens(without_thoughts(text)))) <= 100_000
        calls_in(text, {"search_knowledge_base", "reply"})
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        "[TOOL_CALLS]reply" + '"arguments":' * 200,
        "\n" * 4000 + "x",
        "x" + "\n" * 4000 + "x",
        "Thought:" * 500 + "\n" * 4000,
        "<tool_call>reply" + "<arg_key>" * 5000,
        "<tool_call>" + "reply<arg_key>" * 4000,
        "<tool_call>" + "reply<arg_key>a</arg_key><arg_value>" * 1000,
        '{"text": "' + '\\"' * 4000,
        '<tool_call>{"a": "' + '\\"' * 4000,
        "<tool_call><function" + " " * 4000,
        "<tool_call><function=" + "a" * 4000,
        "```json\na" + "\n" * 4000,
        "<reply>" + "<a>" * 4000,
        "reply(" + " " * 4000 + ")",
    ],
    ids=range(14),
)
def test_calls_are_looked_for_in_linear_time(text: str) -> None:
    began = time.process_time()
    calls_in(text, {"search_knowledge_base", "reply"})
    assert time.process_time() - began < 0.1


def test_a_reply_without_end_ends_somewhere() -> None:
    """Holding a hundred kilobytes of claims against their sources takes minutes."""
    words = " ".join(f"Word{n} is nice." for n in range(7000))
    for completion in (clean(words), clean(json.dumps({"kind": "talk", "text": words, "claims": []}))):
        given = (
            completion["tool_calls"][0]["arguments"]["text"]
            if completion["tool_calls"]
            else completion["text"]
        )
        assert 15_000 < len(given) <= 20_000 and given.endswith(" is nice.") and completion["cut"]
