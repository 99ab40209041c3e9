"""The model `offline-rules`: decides on tools by the tables, then answers from what the tools returned."""

import re

from local.models import files, intents, menu, order_words, sight, tables
from local.models.conversation import Conversation, read
from local.models.encoder import Encoder
from local.models.protocol import Call, ChatRequest, Reply, Tool, ToolResult
from local.models.ranking import best_sentences
from local.models.results import failure, first_json, orders, passages
from local.models.words import content_words

PICTURE = re.compile(r"\[image\]")
HANDOFF_NAMES = ("hand_off", "handoff")
SEARCH_NAMES = ("search_knowledge_base", "knowledge")
ORDER_NAMES = ("order",)
MOST_ORDERS_TOLD = 5


def _named(tools: list[Tool], parts: tuple[str, ...]) -> list[Tool]:
    """Tools whose name holds one of the parts; earlier parts first."""
    return [tool for part in parts for tool in tools if part in tool.name.lower()]


def _order_tools(tools: list[Tool]) -> tuple[Tool | None, Tool | None]:
    """The tool that takes an order's id, and the one that lists orders."""
    named = _named(tools, ORDER_NAMES)
    one = [tool for tool in named if tool.text_argument() and "list" not in tool.name.lower()]
    one.sort(
        key=lambda tool: (
            not any(verb in tool.name.lower() for verb in ("get", "status", "track", "find", "look"))
        )
    )
    lists = [tool for tool in named if "list" in tool.name.lower() and not tool.needs_arguments()]
    return (one[0] if one else None), (lists[0] if lists else None)


def _call(tool: Tool, text: str) -> Call:
    argument = tool.text_argument()
    return Call(tool.name, {argument: text} if argument else {})


def _calls(talk: Conversation, tools: list[Tool]) -> list[Call]:
    """The calls that a fresh message asks for."""
    handoff = _named(tools, HANDOFF_NAMES)
    if handoff and intents.wants_person(talk.message):
        return [_call(handoff[0], talk.message)]
    one, listing = _order_tools(tools)
    ids = intents.order_ids(talk) if one else []
    calls = [_call(one, identifier) for identifier in ids if one]
    if not ids and listing and intents.wants_my_orders(talk.message):
        calls = [Call(listing.name, {})]
    search = _named(tools, SEARCH_NAMES)
    if search:
        calls += [_call(search[0], question) for question in intents.questions(talk, about_order=bool(calls))]
    return calls


def _forced(wanted: ChatRequest, talk: Conversation) -> list[Call]:
    """The calls when the caller insists on one."""
    tools = wanted.tools
    if wanted.tool_choice != "required":
        tools = [tool for tool in tools if tool.name == wanted.tool_choice]
    return _calls(talk, tools) or [_call(tools[0], talk.message)]


def answer(wanted: ChatRequest, encoder: Encoder) -> Reply:
    """The model's next message."""
    talk = read(wanted)
    shown = sight.pictures(wanted.messages)
    if shown and not wanted.tools:  # asked to read a page, not to talk about a picture
        return Reply("\n".join(filter(None, map(sight.words_in, shown))))
    if wanted.tool_choice not in ("auto", "none") and not talk.results:
        return Reply(calls=_forced(wanted, talk))
    looked = " ".join(sight.seen(picture, intents.tongue(talk)) for picture in shown)
    if talk.results:
        offered = None
        if wanted.tool_choice != "none" and menu.wanted(talk.message, wanted.tools):
            offered = menu.show(talk.results, intents.tongue(talk))
        return offered or Reply(f"{looked} {_told(talk, encoder)}".strip())
    if shown and not content_words(PICTURE.sub("", talk.message)):
        return Reply(looked)
    return _fresh(wanted, talk)


def _fresh(wanted: ChatRequest, talk: Conversation) -> Reply:
    """The reaction to a message for which nothing was looked up yet."""
    polite = intents.courtesy(talk.message)
    if polite:
        return Reply(polite)
    tools = [] if wanted.tool_choice == "none" else wanted.tools
    search = _named(tools, SEARCH_NAMES)
    if search and menu.wanted(talk.message, tools):
        return menu.look_up(search[0], intents.tongue(talk))
    file = files.asked(talk.message, tools)
    if file:
        return file
    calls = _calls(talk, tools)
    if calls:
        return Reply(calls=calls)
    if _order_tools(tools)[0] and intents.wants_my_orders(talk.message):
        return Reply(order_words.ASK_FOR_ID[intents.tongue(talk)])
    return Reply(tables.DONT_KNOW)


def _told(talk: Conversation, encoder: Encoder) -> str:
    """One paragraph for each result; "I don't know." only when nothing else can be said."""
    language = intents.tongue(talk)
    added = talk.message if talk.is_follow_up() else ""
    told = [_tell(result, language, encoder, added) for result in talk.results]
    known = list(dict.fromkeys(text for text in told if text and text != tables.DONT_KNOW))
    return "\n\n".join(known) or tables.DONT_KNOW


def _tell(result: ToolResult, language: str, encoder: Encoder, added: str) -> str:
    """What one tool's result has to say to the customer."""
    value = first_json(result.text)
    name = result.call.name.lower()
    if any(part in name for part in HANDOFF_NAMES):
        return tables.HANDED_OFF[language]
    if name == files.SEND:
        return files.SAID[language]
    problem = failure(result.text, value)
    if any(part in name for part in ORDER_NAMES):
        if problem:
            return order_words.PROBLEMS[problem][language]
        found = orders(value)
        told = [order_words.describe(order, language) for order in found[:MOST_ORDERS_TOLD]]
        return "\n".join(told) or order_words.PROBLEMS["none"][language]
    found_passages = passages(value)
    if problem or not found_passages:
        return tables.DONT_KNOW
    question = next((text for text in result.call.arguments.values() if isinstance(text, str)), "")
    chosen = best_sentences(question, found_passages, encoder, added)
    if not chosen:
        return tables.DONT_KNOW
    pieces: list[str] = []
    for place, candidate in enumerate(chosen):
        pieces.append(candidate.whole)
        follows = chosen[place + 1] if place + 1 < len(chosen) else None
        if follows is None or follows.passage.id != candidate.passage.id:
            mark = candidate.passage.id
            pieces.append(mark if mark.startswith("[") else f"[{mark}]")
    return " ".join(pieces)
