"""In what a reply that would be given now differs from the one that was given: by its kind, its figures, its sources and its calls, not by its words.

By code alone: a model that says the same in other words changes nothing. Two replies without any figure differ where one denies and the other does
not, or where they share few words.
"""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple, TypedDict

from f.cases.expected import USUAL, without_sources
from f.common.figures.amounts import Figure, same
from f.common.figures.finder import figures
from f.common.figures.polarity import denies
from f.common.figures.segments import LISTED, terms

Kind = Literal["changed", "lost_source", "other_tools", "more_handoffs", "costs_more", "failed"]
KINDS: tuple[Kind, ...] = ("changed", "lost_source", "other_tools", "more_handoffs", "costs_more", "failed")
Reason = Literal["outcome", "figures", "sources", "denies", "words"]
DEARER = 1.2  # times what it cost: less is a matter of how a model words it
SHARED = 0.3  # of the words of the shorter reply
LEAST_WORDS = 3


class Call(TypedDict, total=False):
    """would: it was not made, because nothing may change."""

    tool: str
    arguments: Any
    would: bool


class Reply(TypedDict):
    """What a turn came to, or would. `said`: as it is sent. `messages`: how many it takes. cost_usd: of its models."""

    outcome: str  # answered, unanswered, handed_off, failed
    said: str
    citations: list[dict[str, Any]]
    calls: list[Call]
    messages: int
    cost_usd: float


class Compared(NamedTuple):
    """`reasons`: why it counts as changed."""

    kinds: list[Kind]
    reasons: list[Reason]


def compared(was: Reply, now: Reply, question: str, message_usd: float) -> Compared:
    """In what the reply differs. `message_usd`: what Meta takes for one message."""
    if now["outcome"] == "failed":
        return Compared(["failed"], [])
    reasons = changes(was, now, question)
    found: dict[Kind, bool] = {
        "changed": bool(reasons),
        "lost_source": bool(was["citations"]) and not now["citations"],
        "other_tools": other_tools(was["calls"], now["calls"]),
        "more_handoffs": now["outcome"] == "handed_off" != was["outcome"],
        "costs_more": cost(now, message_usd) > cost(was, message_usd) * DEARER,
    }
    return Compared([kind for kind, is_so in found.items() if is_so], reasons)


def cost(reply: Reply, message_usd: float) -> float:
    """What a reply costs, models and Meta, in US dollars."""
    return reply["cost_usd"] + reply["messages"] * message_usd


def changes(was: Reply, now: Reply, question: str) -> list[Reason]:
    if was["outcome"] != now["outcome"]:
        return ["outcome"]
    if was["outcome"] != "answered":  # in the chatbot's own words
        return []
    then, there = (without_sources(reply["said"], reply["citations"]) for reply in (was, now))
    asked = figures(question)
    mine, theirs = said_figures(then, asked), said_figures(there, asked)
    found: list[Reason] = []
    if lacks(mine, theirs) or lacks(theirs, mine):
        found.append("figures")
    sources, others = places(was["citations"]), places(now["citations"])
    if sources and others and not sources & others:
        found.append("sources")
    if not found and denies(then) != denies(there):
        found.append("denies")
    if not found and not mine and share(then, there) < SHARED:
        found.append("words")
    return found


def said_figures(text: str, asked: list[Figure]) -> list[Figure]:
    """What figures a reply gives: not the numbers of a list, and not those that the customer has named."""
    found = figures(LISTED.sub("", text))
    return [figure for figure in found if not any(same(figure, one) for one in asked)]


def lacks(figures_here: list[Figure], others: list[Figure]) -> bool:
    return any(not any(same(one, other) or same(other, one) for other in others) for one in figures_here)


def places(citations: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """The passages, as far as a citation names them: a page of a document, or an address."""
    return {(str(c["document"]), str(c.get("url") or c.get("page") or "")) for c in citations}


def share(one: str, other: str) -> float:
    """How much two texts have of each other's words; 1 where one of them has hardly any."""
    mine, theirs = terms(one), terms(other)
    fewer = min(len(mine), len(theirs))
    return 1.0 if fewer < LEAST_WORDS else len(mine & theirs) / fewer


def other_tools(was: list[Call], now: list[Call]) -> bool:
    """Whether other tools of the business would be called, or one that changes something with other arguments."""
    if {c["tool"] for c in was} - set(USUAL) != {c["tool"] for c in now} - set(USUAL):
        return True
    made = {_written(call) for call in was}
    return any(call.get("would") and _written(call) not in made for call in now)


def _written(call: Call) -> str:
    return f"{call['tool']} {json.dumps(call['arguments'], sort_keys=True, default=str)}"
