"""The invented businesses of tests/eval/businesses: their documents as ingestion cuts them, and their questions with known answers.

The form of a business's folder and of its cases.yaml is in tests/eval/README.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

BUSINESSES = Path(__file__).with_name("businesses")
HALVES = ("dev", "heldout")
KINDS = ("answer", "several", "follow_up", "unknown", "talk")
ANSWERABLE = ("answer", "several", "follow_up")
FIRST_WITHOUT_SPACES = (
    "\u0e00"  # Thai and what comes after it in Unicode is mostly written without spaces between words
)
GAP = " … "  # in a source: what stands between two phrases of one passage


@dataclass(frozen=True)
class Question:
    """One message of a customer and what a right answer holds.

    `has`: each must stand in the reply, `a|b` means one of them. `forbidden`: none may. `source`: for each passage that is needed a phrase
    that only it holds. `earlier`: the customer's messages before this one in the same conversation.
    """

    business: str
    half: str
    kind: str
    language: str
    text: str
    has: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """A chunk of a document with what ingestion stores and embeds."""

    document: str
    chunk: dict[str, Any]
    embedded: str


@dataclass(frozen=True)
class Business:
    """A business, its questions that stand alone, and its conversations."""

    slug: str
    name: str
    trade: str
    persona: str
    languages: list[str]
    questions: list[Question] = field(repr=False)
    conversations: list[list[Question]] = field(repr=False)

    @property
    def everything(self) -> Iterator[Question]:
        """Every message, conversations turn by turn."""
        yield from self.questions
        for turns in self.conversations:
            yield from turns

    def in_half(self, half: str) -> Business:
        """The same business with the questions of one half."""
        return replace(
            self,
            questions=[q for q in self.questions if q.half == half],
            conversations=[turns for turns in self.conversations if turns[0].half == half],
        )

    @property
    def documents(self) -> list[Path]:
        return sorted(p for p in (BUSINESSES / self.slug).iterdir() if p.name != "cases.yaml")

    @cached_property
    def passages(self) -> list[Passage]:
        """The documents, read and cut by the product's own code; a document's title is its file's name, as after an upload without a title."""
        from f.documents.chunking import chunks, context
        from f.documents.formats import pages

        found = []
        for path in self.documents:
            for chunk in chunks(pages(path.read_bytes(), path.name), title=path.stem):
                found.append(Passage(path.stem, dict(chunk), context(chunk, path.stem)))
        return found


def load(folder: Path = BUSINESSES) -> list[Business]:
    """Every business, by name of its folder. ValueError names a case that is not of the form."""
    return [_read(path) for path in sorted(folder.glob("*/cases.yaml"))]


def _read(path: Path) -> Business:
    slug, written = (
        path.parent.name,
        yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)),
    )
    questions = [_question(slug, case, case["half"], case["lang"], ()) for case in written["questions"]]
    conversations = []
    for conversation in written["conversations"]:
        turns: list[Question] = []
        for case in conversation["turns"]:
            earlier = tuple(turn.text for turn in turns)
            turns.append(_question(slug, case, conversation["half"], conversation["lang"], earlier))
        conversations.append(turns)
    return Business(slug=slug, questions=questions, conversations=conversations, **written["business"])


def _question(
    business: str, case: dict[str, Any], half: str, language: str, earlier: tuple[str, ...]
) -> Question:
    kind = case["kind"]
    if kind not in KINDS or half not in HALVES or (kind in ANSWERABLE) != bool(case.get("source")):
        raise ValueError(f"{business}: this case has no known kind, half or source: {case}")
    return Question(
        business=business,
        half=half,
        kind=kind,
        language=str(language),
        text=case["ask"],
        has=tuple(map(str, case.get("has", ()))),
        forbidden=tuple(map(str, case.get("not", ()))),
        source=tuple(case.get("source", ())),
        earlier=earlier,
    )


def holds_phrase(source: str, text: str) -> bool:
    """Whether all parts of a source stand in a text, however its lines are broken."""
    plain = " ".join(text.replace("\\n", " ").split())
    return all(" ".join(part.split()) in plain for part in source.split(GAP))


def folded(text: str) -> str:
    """Lower case, without accents, every script's digits as 0-9, "don't" as "do not": what two spellings of one fact share."""
    text = text.replace("\u2019", "'").replace("n't", " not").replace("cannot", "can not")
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (c for c in decomposed if not ("\u0300" <= c <= "\u036f"))
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in kept)


def holds_fact(alternatives: str, reply: str) -> bool:
    """Whether a reply holds one of `a|b`; `^a`: begins with it. A figure must stand alone: 30 is neither in 130 nor in 1.30.

    A word may have an ending, but not one of up to three letters: `no` is not in "now".
    """
    spoken = folded(reply)
    return any(re.search(_pattern(folded(one)), spoken) for one in alternatives.split("|"))


def _pattern(fact: str) -> str:
    if fact.startswith("^"):
        return r"\A\W*" + re.escape(fact[1:]) + r"(?!\w)"
    before = after = ""
    if fact[0].isdigit():
        before = r"(?<!\d)(?<!\d[.,:])"
    elif fact[0] < FIRST_WITHOUT_SPACES:
        before = r"(?<!\w)"
    if fact[-1].isdigit():
        after = r"(?!\d|[.,:]\d*[1-9])"
    elif len(fact) <= 3 and fact[0] < FIRST_WITHOUT_SPACES:
        after = r"(?!\w)"
    return before + re.escape(fact) + after
