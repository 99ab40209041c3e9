"""What the answer to a case must be, and how a case is made of an answer or of a correction.

Of a good answer the case keeps what does not depend on the wording: its figures, names and links, its source, the tool that it called.
"""

from __future__ import annotations

import re
from typing import Any, Literal, TypedDict

from f.common.figures.finder import figures
from f.common.figures.segments import names, sentences, terms

Outcome = Literal["answered", "unanswered", "handed_off"]
OUTCOMES: tuple[Outcome, ...] = ("answered", "unanswered", "handed_off")
# Calls that nearly every turn makes: they say nothing of the answer.
USUAL = (
    "search_knowledge_base",
    "hand_off",
    "remember_contact_details",
    "offer_choices",
    "reply",
    "react",
    "(note)",
)
MOST_WORDS = 12  # entries of a list
LONGEST = 2000  # characters of an entry
NAME = re.compile(
    r"(?<=[^\W_]\s)[A-ZÀ-ÞΑ-ΩА-Я][^\W_]{2,}|(?<=[,(]\s)[A-ZÀ-ÞΑ-ΩА-Я][^\W_]{2,}|(?<=[,(])[A-ZÀ-ÞΑ-ΩА-Я][^\W_]{2,}"
)
MOST_NAMES = 6  # a language that writes all nouns with capitals has more


class Source(TypedDict, total=False):
    """A document: by its id while it has it, by its title or its address after that."""

    id: str | None
    title: str
    url: str | None


class Expected(TypedDict):
    """must_say, must_not_say: words or figures, each in any wording of figures. source, tool: None where it does not matter."""

    outcome: Outcome
    must_say: list[str]
    must_not_say: list[str]
    source: Source | None
    tool: str | None


class Answer(TypedDict):
    """What became of a dry run. `said`: without the lines that name the sources. tools: [{tool, error, gone}]."""

    outcome: str  # also failed
    said: str
    citations: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    problem: Any  # a message, or words of the agent's; None: none
    usage: dict[str, Any]
    model: str


def without_sources(text: str, citations: list[dict[str, Any]]) -> str:
    """A reply without the lines under it that say where it comes from."""
    cited = [str(c.get("url") or c["document"]) for c in citations]
    lines = text.splitlines()
    while lines and (not lines[-1].strip() or _names_source(lines[-1], cited)):
        lines.pop()
    return "\n".join(lines).strip()


def _names_source(line: str, cited: list[str]) -> bool:
    line = line.strip()
    return any(
        line == name or (line.startswith("_") and name in line) or line.endswith(f"_, {name}")
        for name in cited
    )


def essentials(text: str) -> list[str]:
    """What of a reply must be said whatever its wording: figures with their units, links and names, each once."""
    found: dict[str, None] = {}
    for figure in figures(text):
        found[text[figure.start : word_end(text, figure.end)].strip(" .,;")] = None
    plain, known = " ".join(found), names(text)
    named = [word for sentence in sentences(text) for word in NAME.findall(sentence) if terms(word) <= known]
    if len(set(named)) <= MOST_NAMES:
        found.update({word: None for word in named if word not in plain})
    return list(found)[:MOST_WORDS]


def word_end(text: str, place: int) -> int:
    """Where the word ends that a figure ends in: an inflected name goes on behind it."""
    while place < len(text) and text[place].isalpha():
        place += 1
    return place


def of_answer(answer: Answer, is_good: bool, source: Source | None) -> Expected:
    """What a case made of an answer expects. Of a wrong one nobody knows yet what is right: it must not be said again."""
    outcome: Outcome = answer["outcome"] if answer["outcome"] in OUTCOMES else "answered"  # type: ignore[assignment]
    tool = next((call["tool"] for call in answer["tools"] if call["tool"] not in USUAL), None)
    if not is_good:
        figures_said = essentials(answer["said"]) if outcome == "answered" else []
        return Expected(outcome="answered", must_say=[], must_not_say=figures_said, source=None, tool=None)
    said: list[str] = []
    if outcome == "answered" and not (
        tool and not answer["citations"]
    ):  # what a tool says changes from day to day
        said = essentials(answer["said"]) or [answer["said"][:LONGEST]]
    return Expected(outcome=outcome, must_say=said, must_not_say=[], source=source, tool=tool)


def of_correction(words: str, source: Source) -> Expected:
    """What a case made of an answer that a person has written expects."""
    said = essentials(words) or [words[:LONGEST]]
    return Expected(outcome="answered", must_say=said, must_not_say=[], source=source, tool=None)
