"""Tool calls that a model wrote as text, in the syntax of its family: they become calls, and no customer reads one.

Each family has its marks, but inside of them stand only a few forms: JSON with a name and arguments; a name, marks, and JSON; XML with
parameters; code. The marks tell where a call stands, and the forms what it says.
"""

# ruff: noqa: RUF001 - control tokens of several models
from __future__ import annotations

import re
from html import unescape
from typing import Any

from f.models.loose_json import as_object, end_of, value_at, values

REPLY = "reply"  # the function whose text the customer reads
TEXTS = ("text", "reply", "message", "response", "answer", "content")  # the names that models give that text
ATTEMPTS = 20  # brackets in a text that begin no value, before nobody looks any further
# The keys under which models write a call's name and its arguments.
NAMES = dict.fromkeys(("name", "tool", "tool_name", "function", "action", "recipient_name")).keys()
GIVEN = dict.fromkeys(("arguments", "parameters", "args", "input", "action_input", "params")).keys()
# Where calls stand, and nothing that a customer is to read.
_REGION = re.compile(
    r"<\s*((?:[\w-]+:)?(?:tool_calls?|function_calls?|tools?|functions?|invoke|tool_code|tool_use|toolcall))\b[^<>]*>.*?(?:<\s*/\s*\1\s*>|\Z)"
    r"|<start_function_call>.*?(?:<end_function_call>|\Z)"
    r"|<｜tool▁calls?▁begin｜>.*?(?:<｜tool▁calls▁end｜>|\Z)"
    r"|<\|tool_calls_section_begin\|>.*?(?:<\|tool_calls_section_end\|>|\Z)"
    r"|<\|tool_calls?(?:_begin|_start)?\|?>.*?(?:<\|?/?tool_calls?(?:_end)?\|>|\Z)"
    r"|<\|(?:START_ACTION|action_start|tools_prefix|python_start)\|>.*?(?:<\|(?:END_ACTION|action_end|tools_suffix|python_end)\|>|\Z)"
    r"|(?:\[TOOL_CALLS?\]|<\|python_tag\|>|<\|recipient\|>|✿FUNCTION✿).*\Z"
    r"|^>>>[ \t]*\w+[ \t]*\n\s{0,9}\{.*\Z"
    r"|^[^\w\n]{0,9}(?:Thought[ \t]*:[^\n]*\n\W{0,9})?Action[ \t]*:(?=[^\n]*\n\W{0,9}Action Input\s{0,3}:"
    r"|\s{0,9}(?:```\w*\s{0,9})?\[?\s{0,9}\{\s{0,9}[\"']).*\Z"
    r"|```(?:tool_code|tool_calls?|function_call)\b.*?(?:```|\Z)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_FENCE = re.compile(r"```(?:json|python|xml)?\s*([{\[\w].*?)```", re.DOTALL)
_AT_LINE = re.compile(r"^[ \t]*(?:-> ?)?(?=[{\[])", re.MULTILINE)
_XML = re.compile(
    r"<\s*(?:function|invoke|tool_call|tool)(?:\s*=|\s[^<>]*?\bname\s*=)\s*[\"']?([\w.:-]++)[\"']?[^<>]*+>(.*?)"
    r"(?:<\s*/\s*(?:function|invoke|tool_call|tool)\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_PARAMETER = re.compile(
    r"<\s*parameter(?:\s*=|\s[^<>]*?\bname\s*=)\s*[\"']?([\w.-]++)[\"']?[^<>]*+>(.*?)(?:<\s*/\s*parameter\s*>|(?=<\s*parameter\b)|\Z)"
    r"|<arg_key>([^<>]{1,200})</arg_key>\s*<arg_value>((?:(?!<arg_value>).)*?)</arg_value>",
    re.IGNORECASE | re.DOTALL,
)
_GAP = (
    r"(?:\s|<(?!arg_key)[^<>\n]{1,40}>|\[ARGS\]|\[CALL_ID\]\w*|```(?:json)?|Action Input\s*:|✿ARGS✿\s*:|\"?arguments\"?\s*[:=]"
    r"|commentary|json|[\"':])*+"
)
_KEYWORD = re.compile(r"\s*(?:,\s*)?(\w+)\s*=\s*")
# gpt-oss
_CHANNEL_CALL = re.compile(r"to=(?:functions\.)?([\w.-]+)[^{]{0,120}?<\|message\|>(?=\s*\{)", re.IGNORECASE)
_BEGIN = re.compile(r"[{\[]")


def calls_in(text: str, offered: set[str]) -> tuple[str, list[dict[str, Any]]]:
    """Tool calls that a model wrote as text, as {name, arguments}, and the text without them. Only tools that are offered are called."""
    if "&lt;" in text and re.search(r"&lt;/?(?:tool_call|function|invoke)", text):
        text = unescape(text)
    text = re.sub(r"<escape>|<\|\"\|>", '"', text.replace("｜DSML｜", ""))
    calls: list[dict[str, Any]] = []

    def of_region(match: re.Match[str]) -> str:
        calls.extend(_read(match[0], offered))
        return ""

    def of_fence(match: re.Match[str]) -> str:
        found = _read(match[1], offered)
        calls.extend(found)
        return "" if found or any(_is_call(value) for value in values(match[1])) else match[0]

    rest = _FENCE.sub(of_fence, _REGION.sub(of_region, text)).strip()
    if not calls:
        rest, calls = _without_json(rest, offered)
    if not calls:
        rest, calls = _without_code(rest, offered)
    return rest.strip(), calls


def channel_calls(text: str, offered: set[str]) -> list[dict[str, Any]]:
    """The calls of a text in channels (gpt-oss): each goes to a function by name."""
    found = []
    for match in _CHANNEL_CALL.finditer(text):
        name = known_name(match[1], offered)
        read = value_at(text, text.index("{", match.end()))
        if name and read and isinstance(read[0], dict):
            found.append({"name": name, "arguments": read[0]})
    return found


def known_name(name: str, offered: set[str]) -> str | None:
    """The offered tool that a model names, with a namespace, a number, a control token or quotes about it; None: there is none."""
    if name in offered:
        return name
    bare = re.split(r"<\||<｜", name)[0].strip(" \t\n\"'`")
    for each in (bare, re.sub(r":\d+$", "", bare)):
        for short in (each, each.rpartition(".")[2], each.rpartition(":")[2]):
            if short in offered:
                return short
            alike = [tool for tool in offered if tool.casefold() == short.casefold()]
            if len(alike) == 1:
                return alike[0]
    return None


def _read(body: str, offered: set[str]) -> list[dict[str, Any]]:
    """The calls in the text between a family's marks, in whichever of the forms it writes them."""
    found: list[dict[str, Any]] = []
    for match in _XML.finditer(body):
        if name := known_name(match[1], offered):
            found.append({"name": name, "arguments": _parameters(match[2])})
    return (
        found
        or _of_json(body, offered)
        or _of_names(body, offered)
        or _of_tags(body, offered)
        or _without_tags(body, offered)[1]
    )


def _of_json(body: str, offered: set[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    place = failed = 0
    while (begin := _BEGIN.search(body, place)) and failed < ATTEMPTS:
        read = value_at(body, begin.start())
        calls = _as_calls(read[0], offered) if read else []
        found.extend(calls)
        failed += not calls
        place = read[1] if read and calls else begin.end()
    return found


def _of_names(body: str, offered: set[str]) -> list[dict[str, Any]]:
    """Calls as a name and what follows it: JSON, XML's keys and values, or arguments of code."""
    names = _any_of(offered)
    if not names:
        return []
    call = re.compile(rf"(?<![\w/])({names})(?:\.call)?(?::\d+)?{_GAP}(?=[{{(]|<arg_key>)")
    found = []
    place = 0
    for _ in range(ATTEMPTS):
        if not (match := call.search(body, place)):
            break
        place, opens = match.end(), body[match.end()]
        end = end_of(body, place) if opens != "<" else None
        if opens == "{":
            read = value_at(body, place)
            arguments = read[0] if read and isinstance(read[0], dict) else None
        else:
            arguments = (
                _parameters(body[place:]) if opens == "<" else _keywords(body[place + 1 : (end or 0) - 1])
            )
        if arguments is not None and (opens == "<" or end):
            found.append({"name": match[1], "arguments": arguments})
            place = end or place
    return found


def _any_of(offered: set[str]) -> str:
    """An expression for the names of the tools; '' where none is offered."""
    return "|".join(map(re.escape, sorted(offered, key=len, reverse=True)))


def _of_tags(body: str, offered: set[str]) -> list[dict[str, Any]]:
    """A call as XML with tags for its name and its arguments."""
    named = re.search(r"<(?:tool_)?name>\s*([\w.-]+)\s*</", body)
    if named and (name := known_name(named[1], offered)):
        given = re.search(r"<(arguments|parameters|input|args)>((?:(?!<\1>).)*?)</\1>", body, re.DOTALL)
        return [{"name": name, "arguments": (as_object(given[2]) if given else None) or {}}]
    return []


def _without_json(text: str, offered: set[str]) -> tuple[str, list[dict[str, Any]]]:
    """JSON calls at the beginnings of lines, with or without prose before them, and the text without them."""
    calls: list[dict[str, Any]] = []
    kept, place = [], 0
    for tried, match in enumerate(_AT_LINE.finditer(text)):
        if match.end() < place or tried >= ATTEMPTS:
            continue
        read = value_at(text, match.end())
        found = _as_calls(read[0], offered) if read else []
        if read and (found or _is_call(read[0])):
            kept.append(text[place : match.start()])
            calls, place = [*calls, *found], read[1]
    return "".join([*kept, text[place:]]) if place else text, calls


def _without_code(text: str, offered: set[str]) -> tuple[str, list[dict[str, Any]]]:
    """A call written as code, as search_knowledge_base(question="…"), and nothing behind it; and the words before it."""
    names = _any_of(offered)
    found = (
        re.search(
            rf"(?:^|\n)[ \t]*(?:->[ \t]*)?[\[`]*(?:print\(\s*)?(?:[\w]+\.)?(?:{names})(?:\.call)?\s*\(", text
        )
        if names
        else None
    )
    if not found:
        return _without_tags(text, offered)
    end = end_of(text, found.end() - 1)
    if end is None or re.search(r"\w", text[end:]):
        return text, []
    return text[: found.start()], _of_names(text[found.start() :], offered)


def _without_tags(text: str, offered: set[str]) -> tuple[str, list[dict[str, Any]]]:
    """A call as <name><parameter>value</parameter></name>."""
    for name in offered:
        if f"<{name}>" in text and (
            found := re.search(rf"<{re.escape(name)}>(.*?)(?:</{re.escape(name)}>|\Z)", text, re.DOTALL)
        ):
            inside = re.findall(r"<(\w+)>((?:[^<]|<(?!\w+>))*?)</\1>", found[1], re.DOTALL)
            given = {key: _typed(value) for key, value in inside} or as_object(found[1]) or {}
            return f"{text[: found.start()]}{text[found.end() :]}", [{"name": name, "arguments": given}]
    return text, []


def _parameters(text: str) -> dict[str, Any]:
    found = {m[1] or m[3].strip(): _typed(m[2] if m[1] else m[4]) for m in _PARAMETER.finditer(text)}
    return found or as_object(text[text.find("{") :] if "{" in text else "") or {}


def _typed(value: str) -> Any:
    """A parameter between tags: a list or an object where it is written as one, or its text."""
    plain = value.strip()
    read = value_at(plain, 0) if plain[:1] in ("{", "[") else None
    return read[0] if read and read[1] == len(plain) else plain


def _keywords(inside: str) -> dict[str, Any]:
    """The arguments of code: an object, or name=value with quotes or without."""
    if inside.lstrip().startswith("{"):
        return as_object(inside) or {}
    found: dict[str, Any] = {}
    place = 0
    while match := _KEYWORD.match(inside, place):
        place = match.end()
        read = value_at(inside, place) if inside[place : place + 1] in ("{", "[", '"', "'") else None
        if read is None:
            end = inside.find(",", place)
            end = len(inside) if end < 0 else end
            read = (inside[place:end].strip(), end)
        found[match[1]], place = read
    return found


def _is_call(value: Any) -> bool:
    """Whether a value is a call, of whatever tool: no customer reads one."""
    if isinstance(value, list):
        return any(_is_call(item) for item in value)
    return isinstance(value, dict) and bool(value.keys() & NAMES) and bool(value.keys() & GIVEN)


def _as_calls(value: Any, offered: set[str]) -> list[dict[str, Any]]:
    """A value as calls: {name, arguments} in the spellings that models use, {tool: arguments}, a reply, or a list of them."""
    if isinstance(value, list):
        return [call for item in value for call in _as_calls(item, offered)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("tool_calls"), list):
        return _as_calls(value["tool_calls"], offered)
    if REPLY in offered and isinstance(value.get("text"), str) and value.keys() & {"kind", "claims"}:
        return [{"name": REPLY, "arguments": value}]
    function = value.get("function")
    inner: dict[str, Any] = function if isinstance(function, dict) else value
    named = next((inner[k] for k in NAMES if isinstance(inner.get(k), str)), None)
    called = known_name(named, offered) if named else None
    if called:
        given: Any = next((inner[k] for k in GIVEN if k in inner), {})
        return [{"name": called, "arguments": as_object(given) or {}}]
    alone = next(iter(value.items())) if len(value) == 1 else ("", None)
    return (
        [{"name": alone[0], "arguments": alone[1]}]
        if alone[0] in offered and isinstance(alone[1], dict)
        else []
    )
