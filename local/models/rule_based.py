"""The model `offline-rule-based`: rules, not a language model. It looks up whatever is asked and answers with what it finds, word for word.

It greets and thanks back, asks the order tool about an order and the stock tool about a product, books, moves
and cancels appointments, takes orders back, hands off a customer who wants a person, and
says that it doesn't know when nothing fits. Each answer is a Draft, which is written as text with marks, or as the structured reply that the
caller asks for.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from local.models import appointments, phrases, returns
from local.models.encoder import Encoder
from local.models.media import pictures, words_seen
from local.models.passages import best_sentences, content_words
from local.models.protocol import (
    REPLY,
    Call,
    ChatRequest,
    Reply,
    Tool,
    ToolResult,
    calls_of,
    json_in,
    text_of,
    without_platform,
)

MOST_ORDERS = 5
MOST_QUESTIONS = 3
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Claim:
    """One statement of an answer: `quote` is copied letter by letter from what `source` (a passage's mark, or a tool's name) returned."""

    says: str
    source: str
    quote: str


@dataclass(frozen=True)
class Draft:
    """A reply before it is written in the form that the caller asked for. In `text` a passage's mark follows what rests on it."""

    kind: Literal["answer", "talk", "clarify", "unknown", "handoff"]
    text: str
    claims: tuple[Claim, ...] = ()


UNKNOWN = Draft("unknown", phrases.UNKNOWN)


@dataclass(frozen=True)
class Talk:
    """The parts of a conversation that the rules look at."""

    message: str
    offered: str  # what the assistant said just before
    results: list[ToolResult]
    tools: dict[str, Tool]

    def tool(self, part: str) -> Tool | None:
        return next((tool for name, tool in self.tools.items() if part in name), None)

    @property
    def language(self) -> str:
        words = _WORD.findall(self.message.lower())
        scores = {name: sum(word in known for word in words) for name, known in phrases.LANGUAGES.items()}
        return max(scores, key=lambda name: scores[name])


def read(wanted: ChatRequest) -> Talk:
    """Finds the customer's newest words, what came just before them, and what tools have returned since."""
    messages = wanted.messages
    last = max((place for place, m in enumerate(messages) if m["role"] == "user"), default=-1)
    first = last
    while first > 0 and messages[first - 1]["role"] == "user":
        first -= 1
    spoken = [without_platform(text_of(m.get("content"))) for m in messages[max(first, 0) : last + 1]]
    before = messages[first - 1] if first > 0 else {}
    calls = {key: call for m in messages[last + 1 :] for key, call in calls_of(m).items()}
    results = [
        ToolResult(calls[m["tool_call_id"]], text_of(m.get("content")))
        for m in messages[last + 1 :]
        if m["role"] == "tool"
    ]
    tools = {tool.name: tool for tool in wanted.tools} if wanted.tool_choice != "none" else {}
    if wanted.tool_choice in tools:
        tools = {wanted.tool_choice: tools[wanted.tool_choice]}
    message = re.sub(r"</?[A-Za-z][\w-]*>", "", "\n".join(spoken)).strip()
    return Talk(
        message, text_of(before.get("content")) if before.get("role") == "assistant" else "", results, tools
    )


def answer(wanted: ChatRequest, encoder: Encoder) -> Reply:
    """The model's next message."""
    talk = read(wanted)
    shown = [words_seen(picture) for picture in pictures(wanted.messages)]
    if shown and not wanted.tools:  # asked to read a page, not to talk about a picture
        return Reply("\n".join(filter(None, shown)))
    seen = " ".join(
        f"In the picture I see {words.rstrip('.')}." if words else "I see a picture." for words in shown
    )
    if not talk.results:
        calls = [] if seen and not content_words(talk.message.replace("[image]", "")) else look_up(talk)
        if not calls and wanted.tool_choice == "required" and REPLY not in talk.tools:
            calls = [next(iter(talk.tools.values())).call(talk.message)]
        if calls:
            return Reply(calls=calls)
    draft = report(talk, encoder) if talk.results else converse(talk)
    if seen:
        draft = replace(draft, text=f"{seen} {draft.text}") if talk.results else Draft("talk", seen)
    return write(draft, wanted)


def write(draft: Draft, wanted: ChatRequest) -> Reply:
    """The draft as the caller wants it: a JSON object, the arguments of the function `reply`, or plain text."""
    if wanted.structured:
        return Reply(json.dumps(asdict(draft), ensure_ascii=False))
    if wanted.tool_choice != "none" and any(tool.name == REPLY for tool in wanted.tools):
        return Reply(calls=[Call(REPLY, asdict(draft))])
    return Reply(draft.text)


def look_up(talk: Talk) -> list[Call]:
    """The calls that a fresh message asks for: a person, a file, orders, else a search."""
    if courtesy(talk.message):
        react = talk.tool("react")
        return [Call(react.name, {"emoji": "🙏"})] if react and thanks_warmly(talk.message) else []
    hand_off, search = talk.tool("hand_off"), talk.tool("search") or talk.tool("knowledge")
    if hand_off and wants_person(talk):
        return [hand_off.call(talk.message)]
    if file := wanted_file(talk):
        return [file]
    if appointment := appointments.wanted_call(talk.message, talk.offered, talk.tools, date.today()):
        return [appointment]
    if control := wanted_control(talk):
        return [control]
    stock = talk.tool("stock")
    if stock and stock.properties and phrases.ASKS_FOR_STOCK.search(talk.message):
        return [stock.call(talk.message)]
    returned = returns.wanted_call(talk.message, talk.offered, talk.tools)
    if not returned and "check_return" in talk.tools and returns.lacks_number(talk.message):
        return []
    orders = [returned] if returned else order_calls(talk)
    questions = [part.strip() for part in re.findall(r"[^?？\n]+[?？]?", talk.message) if part[-1] in "?？"]  # noqa: RUF001
    questions = [part for part in questions if len(content_words(part)) > 1]
    if orders:
        questions = [part for part in questions if not phrases.ORDER_WORD.search(part)]
    elif len(questions) < 2:
        questions = [" ".join(talk.message.split())]
    return orders + [search.call(part) for part in questions[:MOST_QUESTIONS] if search and part]


def wants_person(talk: Talk) -> bool:
    """Whether the customer asks for a person, or accepts the offer of one."""
    accepts = phrases.OFFERS_PERSON.search(talk.offered) and phrases.ACCEPTS.match(talk.message)
    return bool(accepts or phrases.ASKS_FOR_PERSON.search(talk.message))


def wanted_file(talk: Talk) -> Call | None:
    """The call that sends the file whose title the customer names."""
    tool = talk.tool("send_document")
    if tool is None or not phrases.ASKS_FOR_FILE.search(talk.message):
        return None
    for name, schema in tool.properties.items():
        for title in schema.get("enum") or []:
            if content_words(title) & content_words(talk.message):
                return Call(tool.name, {name: title})
    return None


def thanks_warmly(message: str) -> bool:
    words = set(_WORD.findall(message.lower()))
    thanked = any(words & known for known, _ in phrases.THANKS.values())
    return thanked and bool(phrases.GREAT_NEWS.search(message))


def wanted_control(talk: Talk) -> Call | None:
    """The call for what the customer asks for that is more than words; which one of several is the one whose name they say."""
    for name, (asks, _) in phrases.CONTROLS.items():
        tool = talk.tools.get(name)
        if tool is None or not re.search(asks, talk.message, re.IGNORECASE):
            continue
        for key, schema in tool.properties.items():
            names = schema.get("enum") or (schema.get("items") or {}).get("enum") or []
            named = [one for one in names if content_words(one) & content_words(talk.message)]
            if named:
                return Call(name, {key: named if schema.get("type") == "array" else named[0]})
        if not tool.properties:
            return Call(name, {})
    return None


def order_calls(talk: Talk) -> list[Call]:
    """Calls of the order tools, where the message holds an order's number or asks for "my order"."""
    tools = [tool for name, tool in talk.tools.items() if "order" in name]
    one = next((tool for tool in tools if tool.properties), None)
    every = next((tool for tool in tools if not tool.properties), None)
    numbers = phrases.ORDER_NUMBER.findall(talk.message)
    if phrases.ORDER_WORD.search(talk.message) or len(talk.message.split()) < 4:
        numbers += phrases.BARE_NUMBER.findall(talk.message)
    if one and numbers:
        return [one.call(number.lstrip("#")) for number in dict.fromkeys(numbers)][:MOST_ORDERS]
    return [Call(every.name, {})] if every and asks_for_orders(talk) else []


def asks_for_orders(talk: Talk) -> bool:
    return bool(phrases.MY_ORDER.search(talk.message) and phrases.ASKS_FOR_STATE.search(talk.message))


def courtesy(message: str) -> str | None:
    """The answer to a message that only greets or thanks, or holds a form's answers; emoji alone count as a greeting."""
    if message.startswith("[form"):
        return phrases.FORM_TAKEN
    words = set(_WORD.findall(message.lower()))
    for name, (greetings, hello) in phrases.COURTESY.items():
        thanks, welcome = phrases.THANKS[name]
        if words <= greetings | thanks:
            return welcome if words & thanks else hello
    return None


def converse(talk: Talk) -> Draft:
    """The reply to a message for which there is nothing to look up."""
    if polite := courtesy(talk.message):
        return Draft("talk", polite)
    if REPLY in talk.tools and wants_person(talk):
        return Draft("handoff", phrases.HANDED_OFF[talk.language])
    if "check_return" in talk.tools and returns.lacks_number(talk.message):
        return Draft("clarify", returns.WHICH[talk.language])
    return Draft("clarify", phrases.ASK_FOR_NUMBER[talk.language]) if asks_for_orders(talk) else UNKNOWN


def report(talk: Talk, encoder: Encoder) -> Draft:
    """What the tools returned, in one reply; it doesn't know only when none of them gave anything."""
    drafts = [report_one(result, talk.language, encoder) for result in talk.results]
    known = [draft for draft in dict.fromkeys(drafts) if draft.kind != "unknown"]
    if len(known) < 2:
        return known[0] if known else UNKNOWN
    claims = tuple(claim for draft in known for claim in draft.claims)
    return Draft("answer", "\n\n".join(draft.text for draft in known), claims)


def report_one(result: ToolResult, language: str, encoder: Encoder) -> Draft:
    """The part of the reply that rests on one tool's result."""
    name = result.call.name
    if "hand_off" in name:
        return Draft("handoff", phrases.HANDED_OFF[language])
    if name in phrases.CONTROLS and "error:" not in result.text:
        return Draft("talk", phrases.CONTROLS[name][1][language])
    if name == "react":
        return Draft("talk", phrases.THANKS[language][1])
    if name == "send_document":
        return Draft("talk", phrases.FILE_SENT[language])
    value = json_in(result.text)
    if "appointment" in name:
        return sentences(name, appointments.said(result, value, language))
    if "return" in name:
        lines, question = returns.said(result, value, language)
        draft = sentences(name, lines)
        return replace(draft, text=" ".join(filter(None, [draft.text, question])))
    if "order" in name and "not found" in result.text:
        said = phrases.NO_ORDER[language].format(number=next(iter(result.call.arguments.values()), ""))
        return Draft("answer", said, (Claim(said, name, "not found"),))
    if "order" in name:
        return report_orders(name, value)
    if "stock" in name:
        return report_stock(result, value, language)
    rows = value.get("passages", []) if isinstance(value, dict) else []
    question = next((text for text in result.call.arguments.values() if isinstance(text, str)), "")
    chosen = best_sentences(question, rows, encoder)
    if not chosen:
        return UNKNOWN
    claims = tuple(Claim(sentence.says, sentence.source, sentence.quote) for sentence in chosen)
    sources = [claim.source for claim in claims]
    marks = [
        f" [{one}]" if one != after else "" for one, after in zip(sources, [*sources[1:], ""], strict=True)
    ]
    return Draft("answer", " ".join(f"{c.says}{m}" for c, m in zip(claims, marks, strict=True)), claims)


def report_stock(result: ToolResult, value: Any, language: str) -> Draft:
    """How many there are of each product that was found."""
    claims = []
    for row in (value.get("stock") or [])[:MOST_ORDERS] if isinstance(value, dict) else []:
        number = row["in_stock"]
        words = phrases.IN_STOCK if number else phrases.OUT_OF_STOCK
        says = words[language].format(product=row["product"], number=number)
        counted = re.search(rf'"product":\s*"{re.escape(row["product"])}",\s*"in_stock":\s*\d+', result.text)
        quote = counted[0] if counted and number else str(row.get("availability") or row["product"])
        claims.append((says, quote))
    return sentences(result.call.name, claims)


def sentences(tool: str, lines: list[tuple[str, str]]) -> Draft:
    """A line for each sentence, which rests on a tool's words behind it."""
    claims = tuple(Claim(says, tool, quote) for says, quote in lines)
    return Draft("answer", "\n".join(says for says, _ in lines), claims) if lines else UNKNOWN


def report_orders(tool: str, value: Any) -> Draft:
    """Orders by one template: each field that holds something, under its name. An error or no order: unknown."""
    listed = value.get("orders", [value]) if isinstance(value, dict) and not value.get("error") else []
    orders = [order for order in listed if order.get("status")][:MOST_ORDERS]
    lines = []
    for order in orders:
        fields = {
            key: in_words(field)
            for key, field in order.items()
            if field and key not in ("order_id", "status")
        }
        lines.append(f"Order {order.get('order_id', '')} is {order['status']}.")
        lines[-1] += "".join(
            f" {key.replace('_', ' ').capitalize()}: {text}." for key, text in fields.items()
        )
    claims = tuple(Claim(line, tool, str(order["status"])) for line, order in zip(lines, orders, strict=True))
    return Draft("answer", "\n".join(lines), claims) if lines else UNKNOWN


def in_words(field: Any) -> str:
    """A field's value in words: 2 x Lamp, 1 x Rug."""
    if isinstance(field, list):
        return ", ".join(in_words(item) for item in field)
    return (
        " x ".join(str(field[key]) for key in sorted(field, reverse=True))
        if isinstance(field, dict)
        else str(field)
    )
