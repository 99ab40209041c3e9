"""Cleans what a model writes: its thoughts, its vendor's control tokens, tool calls written as text, and endless repetition never go further.

The one place between the vendors and the agent. Servers differ in what they leave in the text: what is handled here was seen in the field with
Ollama, llama.cpp, vLLM, LM Studio and the models that they serve.
"""

# ruff: noqa: RUF001 - control tokens of several models
from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

_THOUGHT = r"think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratchpad|inner_monologue|seed:think|antthinking|internal"
_OPEN = re.compile(
    rf"<\s*(?:{_THOUGHT})(?:\s[^<>]*)?>|\[\s*THINK\s*\]|◁think▷|<\|(?:begin_of_thought|START_THINKING|think)\|>|\ufeff?<｜think｜>",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    rf"<\s*/\s*(?:{_THOUGHT})\s*>|\[\s*/\s*THINK\s*\]|◁/think▷|<\|(?:end_of_thought|END_THINKING|/think)\|>|<｜/think｜>",
    re.IGNORECASE,
)
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(\w+)[^<]*(?:<\|(?:message|constrain)\|>[^<]*?)?<\|message\|>|<\|channel\|>\s*(\w+)\s*<\|message\|>",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"<\|[^<>|\n]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>(?:model|user)?|<\|?(?:eot_id|im_end|im_start|endoftext)\|?>"
    r"|</?(?:answer|response|final|output|final_answer)>",
    re.IGNORECASE,
)
SENTENCE = 25  # letters: a shorter piece may well come twice, as the month of two dates does
SHORT = 8
OFTEN = 3
_ROLE = re.compile(r"^\s*(?:\[platform\]|(?:assistant|model|bot|ai)\s*:)\s*", re.IGNORECASE)
_TAGGED = re.compile(
    r"<\s*(tool_calls?|function_calls?|tools?|function|invoke|tool_code|tool_use)\b[^<>]*>(.*?)(?:<\s*/\s*\1\s*>|\Z)"
    r"|\[TOOL_CALLS?\]\s*(.*)|<\|python_tag\|>(.*)|<｜tool▁calls?▁begin｜>(.*?)(?:<｜tool▁calls?▁end｜>|\Z)|```(?:json|tool_code|tool_call|python)?\s*(\{.*?\}|\[.*?\])\s*```",
    re.IGNORECASE | re.DOTALL,
)
_FUNCTION = re.compile(
    r"<\s*function\s*=\s*([\w.:-]+)\s*>(.*?)(?:<\s*/\s*function\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_SPOKEN = re.compile(
    r"(?:functions?\.|default_api\.|print\(\s*)?([A-Za-z_][\w.-]*)\s*\(\s*(\{.*\}|[a-z_]+\s*=\s*[\"'{\[].*)?\s*\)\s*\)?\s*$",
    re.DOTALL,
)
# The keys under which models write a call's name and its arguments.
NAMES = dict.fromkeys(("name", "tool", "tool_name", "function", "action", "recipient_name")).keys()
GIVEN = dict.fromkeys(("arguments", "parameters", "args", "input", "action_input", "params")).keys()
REPEATED = re.compile(r"(.{6,200}?)(?:\s*\1){3,}", re.DOTALL)


def without_thoughts(text: str) -> str:
    """The text without what the model thought aloud: closed or not, opened or not, in every form that servers leave in."""
    text = _final_channel(text)
    while opened := _OPEN.search(text):
        closed = _CLOSE.search(text, opened.end())
        text = text[: opened.start()] + (text[closed.end() :] if closed else "")
    closes = list(_CLOSE.finditer(text))  # the server has kept the opening mark for itself
    if closes:
        text = text[closes[-1].end() :]
    return text.strip()


def _final_channel(text: str) -> str:
    """Of a text in channels (gpt-oss), what was said on the final one; '' where nothing was."""
    found = list(re.finditer(r"<\|channel\|>\s*(\w+)", text))
    if not found:
        return text
    last = found[-1]
    if last[1].lower() != "final":
        return ""
    said = text[last.end() :]
    begin = said.find("<|message|>")
    return said[begin + len("<|message|>") :] if begin >= 0 else said


def without_tokens(text: str) -> str:
    """The text without control tokens and without a role's name before it."""
    return _ROLE.sub("", _TOKEN.sub("", text)).strip()


def without_repetition(text: str) -> str:
    """The text with a sentence that comes twice, and a piece that comes again and again, said once."""
    pieces = re.split(r"((?<=[.!?。！？؟।])\s+|\n+)", text)
    keys = [" ".join(piece.casefold().split()) for piece in pieces[::2]]
    times = Counter(keys)
    kept: list[str] = []
    seen: set[str] = set()
    for piece, key, space in zip(pieces[::2], keys, [*pieces[1::2], ""], strict=True):
        if key not in seen or len(key) < SHORT or (len(key) < SENTENCE and times[key] <= OFTEN):
            kept += [piece, space]
        seen.add(key)
    once = "".join(kept)
    return REPEATED.sub(r"\1", once).strip()


def calls_in(text: str, offered: set[str]) -> tuple[str, list[dict[str, Any]]]:
    """Tool calls that a model wrote as text, as {name, arguments}, and the text without them. Only tools that are offered are called."""
    calls: list[dict[str, Any]] = []

    def read(body: str, name: str = "") -> bool:
        found = [call for value in _values(body) for call in _as_calls(value, offered, name)]
        calls.extend(found)
        return bool(found)

    def of_function(match: re.Match[str]) -> str:
        read(match[2], match[1])
        return ""

    def of_tag(match: re.Match[str]) -> str:
        body = next((group for group in match.groups()[1:] if group is not None), "")
        fenced = match[6] is not None
        if read(body) or not fenced or any(_is_call(value) for value in _values(body)):
            if not calls and (spoken := _spoken(body, offered)):
                calls.append(spoken)
            return ""
        return match[0]

    rest = _TAGGED.sub(of_tag, _FUNCTION.sub(of_function, text)).strip()
    if not calls and rest[:1] in "{[":
        values = _values(rest)
        if values and (read(rest) or any(_is_call(value) for value in values)):
            rest = _after_values(rest)
    if not calls and (spoken := _spoken(rest, offered)):
        calls.append(spoken)
        rest = ""
    return rest.strip(), calls


def _is_call(value: Any) -> bool:
    """Whether a value is a call, of whatever tool: no customer reads one."""
    if isinstance(value, list):
        return any(_is_call(item) for item in value)
    return isinstance(value, dict) and bool(value.keys() & NAMES) and bool(value.keys() & GIVEN)


def _spoken(text: str, offered: set[str]) -> dict[str, Any] | None:
    """A call written as code, as search_knowledge_base(question="…"), and nothing else."""
    match = _SPOKEN.fullmatch(text.strip())
    if not match or match[1].rpartition(".")[2] not in offered:
        return None
    inside = (match[2] or "").strip()
    if inside.startswith("{"):
        values = _values(inside)
        arguments = values[0] if values and isinstance(values[0], dict) else {}
    else:
        arguments = {k: v for k, _, v in re.findall(r"(\w+)\s*=\s*([\"'])(.*?)\2", inside, re.DOTALL)}
    return {"name": match[1].rpartition(".")[2], "arguments": arguments}


def _values(text: str) -> list[Any]:
    """The JSON values at the beginning of a text, one after the other."""
    decoder, place = json.JSONDecoder(strict=False), 0
    found: list[Any] = []
    while place < len(text):
        if text[place] not in "{[":
            place += 1
            if found and text[place - 1] not in " \n\r\t,;":
                break
            continue
        try:
            value, place = decoder.raw_decode(text, place)
        except ValueError:
            break
        found.append(value)
    return found


def _after_values(text: str) -> str:
    decoder, place = json.JSONDecoder(strict=False), 0
    while place < len(text) and text[place] in "{[ \n\r\t,;":
        if text[place] in "{[":
            _, place = decoder.raw_decode(text, place)
        else:
            place += 1
    return text[place:]


def _as_calls(value: Any, offered: set[str], name: str = "") -> list[dict[str, Any]]:
    """A value as calls: {name, arguments} in the spellings that models use, or a list of them."""
    if isinstance(value, list):
        return [call for item in value for call in _as_calls(item, offered)]
    if not isinstance(value, dict):
        return []
    if name:
        return [{"name": name, "arguments": value}] if name in offered else []
    function = value.get("function")
    inner: dict[str, Any] = function if isinstance(function, dict) else value
    called = next(
        (inner[k] for k in NAMES if isinstance(inner.get(k), str)),
        None,
    )
    called = called.rpartition(".")[2] if called else None
    if called is None or called not in offered:
        return []
    given: Any = next(
        (inner[k] for k in GIVEN if k in inner),
        {},
    )
    if isinstance(given, str):
        values = _values(given)
        given = values[0] if values else {}
    return [{"name": called, "arguments": given if isinstance(given, dict) else {}}]
