"""Whether an answer is what its case expects: by code, and by a model only where the words differ and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any, NamedTuple

from f.cases.expected import Answer, Expected, word_end
from f.cases.expected import Source as Wanted
from f.common.figures.amounts import Figure, alike, same
from f.common.figures.finder import figures
from f.common.figures.segments import folded, ranged, sentences, terms
from f.common.problems import Message, message
from f.documents.contradictions import Source, contradictions, statements

ENOUGH = 0.6  # of an entry's words, where no model judges
SHOULD = {
    "answered": message("case_should_answer"),
    "unanswered": message("case_should_refuse"),
    "handed_off": message("case_should_hand_off"),
}
# Says of each claim whether the words say it; None: it can't tell.
Judge = Callable[[list[str], str], list[bool] | None]


class Platform(NamedTuple):
    """What a judge needs of the operator's: the resources `llm` and `settings`, and the key to the businesses' own keys."""

    llm: dict[str, Any]
    settings: dict[str, Any]
    master_key: str


class Judged(NamedTuple):
    """`findings`: why it is red; of a green one, what is worth a word."""

    state: str  # green, red, error
    findings: list[Message]


def judged(expected: Expected, answer: Answer, judge: Judge | None = None, question: str = "") -> Judged:
    if answer["outcome"] == "failed":
        return Judged("error", [message("case_failed", problem=answer["problem"] or message("run_failed"))])
    if answer["outcome"] != expected["outcome"]:
        return Judged("red", [SHOULD[expected["outcome"]]])
    if expected["outcome"] != "answered":
        return Judged("green", [])
    found = [
        message("case_said", words=words)
        for words in expected["must_not_say"]
        if says(words, answer["said"]) == 1
    ]
    missing = not_said(expected["must_say"], answer["said"], judge)
    found += [message("case_not_said", words=words) for words in missing]
    found += [
        message("case_contradiction", said=said, other=other)
        for said, other in contradicted(expected, answer, question)
    ]
    if expected["tool"] and not called(expected["tool"], answer):
        found.append(message("case_tool", tool=expected["tool"]))
    notes = sources_of(expected, answer, bool(missing))
    red = [note for note in notes if note["code"] != "case_other_source"]
    return Judged("red", found + red) if found or red else Judged("green", notes)


def not_said(wanted: list[str], said: str, judge: Judge | None) -> list[str]:
    """The entries that an answer does not say."""
    shares = {words: says(words, said) for words in wanted}
    doubtful = [words for words, share in shares.items() if 0 <= share < 1]
    told = judge(doubtful, said) if judge and doubtful else None
    if told is None:
        told = [shares[words] >= ENOUGH for words in doubtful]
    agreed = dict(zip(doubtful, told, strict=True))
    return [words for words, share in shares.items() if share < 0 or not agreed.get(words, True)]


def says(words: str, said: str) -> float:
    """How much of an entry a text says: 1 all of it, -1 a figure of it is missing, else the share of its words that stand there."""
    if folded(words) and folded(words) in folded(said) and not figures(words):
        return 1
    wanted, there = figures(words), ranged(figures(said), said)
    if any(not any(_same(one, other) for other in there) for one in wanted):
        return -1
    rest = terms(_without(words, wanted))
    share = len(rest & terms(said)) / len(rest) if rest else 1.0
    return 1 if wanted and share >= ENOUGH else share


def contradicted(expected: Expected, answer: Answer, question: str) -> list[tuple[str, str]]:
    """The first two sentences of an answer of which one says what must be said, and the other one another figure for the same."""
    wanted = [figure for words in expected["must_say"] for figure in figures(words)]
    parts = sentences(answer["said"]) if wanted else []
    for one, other in permutations(parts, 2):
        if not any(same(figure, said) for figure in wanted for said in figures(one)):
            continue
        if says_otherwise(one, other, terms(question)) or contradictions(
            statements(Source("", "", one)), statements(Source("", "", other))
        ):
            return [(one, other)]
    return []


def says_otherwise(one: str, other: str, asked: frozenset[str]) -> bool:
    """Whether a sentence answers the question as the other one does, with no word of its own, but for its figures: all of them are others."""
    mine, theirs = figures(one), figures(other)
    about, words = terms(_without(one, mine)), terms(_without(other, theirs))
    if not theirs or not asked & about or not asked & about <= words <= about | asked:
        return False
    return all(
        any(alike(value, said) for said in mine) and not any(same(value, said) for said in mine)
        for value in theirs
    )


def _same(one: Figure, other: Figure) -> bool:
    # A bare number says less than one with its unit: "30" is not "30 days".
    return same(one, other) and (bool(other.unit) or not one.unit or one.unit in ("clock", "date", "weekday"))


def _without(text: str, found: list[Figure]) -> str:
    letters = list(text)
    for figure in found:
        end = word_end(text, figure.end)
        letters[figure.start : end] = " " * (end - figure.start)
    return "".join(letters)


def called(tool: str, answer: Answer) -> bool:
    """Whether the tool has answered. One that has refused in its own words has, where the customer got those."""
    return any(call["tool"] == tool and not call["gone"] for call in answer["tools"])


def sources_of(expected: Expected, answer: Answer, facts_missing: bool) -> list[Message]:
    """What to say of the sources. The same facts from another document are as good; an answer without any source is not."""
    source = expected["source"]
    if source is None or any(cites(citation, source) for citation in answer["citations"]):
        return []
    title = source.get("title") or source.get("url") or "?"
    if not answer["citations"]:
        return [message("case_no_source", source=title)]
    others = ", ".join(dict.fromkeys(str(c["document"]) for c in answer["citations"]))
    proven = any(figures(words) for words in expected["must_say"]) and not facts_missing
    if proven:
        return [message("case_other_source", source=title, other=others)]
    return [message("case_source", source=title, other=others)]


def cites(citation: dict[str, object], source: Wanted) -> bool:
    names = {str(name).casefold() for name in (source.get("title"), source.get("url")) if name}
    return bool(
        names & {str(citation.get(key)).casefold() for key in ("document", "url") if citation.get(key)}
    )
