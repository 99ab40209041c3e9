"""Nothing of a model's inside goes out: thoughts, control tokens, calls written as text, endless repetition."""

# ruff: noqa: RUF001 - control tokens of several models
from __future__ import annotations

import json
from typing import Any

import pytest

from f.models.model_text import calls_in, without_repetition, without_thoughts, without_tokens
from f.models.providers import cleaned
from f.models.types import ModelError

TOOLS = [{"type": "function", "function": {"name": name}} for name in ("search_knowledge_base", "reply")]


def clean(text: str) -> Any:
    message = {"role": "assistant", "content": text}
    return cleaned({"text": text, "tool_calls": [], "message": message, "input_tokens": 1, "output_tokens": 1, "cut": False}, TOOLS)  # fmt: skip


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
    ],
)
def test_thoughts_and_tokens(text: str) -> None:
    assert clean(text)["text"] == "Hello!"


@pytest.mark.field_reply("model-1")
@pytest.mark.parametrize(
    "text", ["<think>only thoughts", "<think>a</think>", "<|channel|>analysis<|message|>hm", "<|im_end|>"]
)
def test_thoughts_alone_are_an_empty_reply(text: str) -> None:
    with pytest.raises(ModelError, match="empty"):
        clean(text)


ASKED = {"name": "search_knowledge_base", "arguments": {"question": "returns"}}


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
    ],
)
def test_a_call_written_as_text_is_a_call(text: str) -> None:
    completion = clean(text)
    assert [(c["name"], c["arguments"]) for c in completion["tool_calls"]] == [
        ("search_knowledge_base", {"question": "returns"})
    ]
    assert completion["text"] == ""
    back = completion["message"]["tool_calls"][0]
    assert back["id"] == completion["tool_calls"][0]["id"] and json.loads(back["function"]["arguments"]) == {
        "question": "returns"
    }


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
        ("Ha ha ha! Yes. Yes.", "Ha ha ha! Yes. Yes."),
        ("Gladly!\n• Bread: 5 €.\n• Cake: 9 €.", "Gladly!\n• Bread: 5 €.\n• Cake: 9 €."),
        ("1. am 2. November\n2. am 30. November", "1. am 2. November\n2. am 30. November"),
    ],
)
def test_repetition(text: str, once: str) -> None:
    assert without_repetition(text) == once


def test_a_hundred_kilobytes_are_cleaned_in_time() -> None:
    for text in ("<think>" * 15_000, "a" * 100_000, "{" * 100_000, "[S1" * 30_000, "<|" * 50_000):
        assert len(without_repetition(without_tokens(without_thoughts(text)))) <= 100_000
