"""What a reply's first statement rests on, and whether a no is more than a source that is silent."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from f.agent.policy.claims import Claim, Draft, Finding
from f.agent.policy.offers import OFFER
from f.agent.policy.one_language import akin
from f.agent.policy.placement import RARE
from f.agent.policy.quoted import whole_sentences
from f.common.figures.amounts import same
from f.common.figures.finder import figures, numbers_in_words
from f.common.figures.polarity import GERMAN, asks, denies, negates
from f.common.figures.segments import (
    ROW,
    Segment,
    Source,
    Weights,
    folded,
    is_passage,
    names,
    names_in_full,
    terms,
)
from f.common.figures.tool_rows import flat
from f.common.figures.words import SIZES, units

FIELD = re.compile(r'"[\w ]+"\s*:\s*("[^"]*"|[\w.-]+)')  # a field of JSON, and its value
LEAD = re.compile(r"^\W*[^\W\d_]+[,.:;!،、，。！]")  # "No, " at the beginning
ALONE = re.compile(r"\W*[^\W\d_]+\W*(?:[^\W\d_]+\W+)?")  # a word, or two as in "of course!"
CLAUSE = re.compile(r"[,;(（、，؛،]\s?|\s[-–—]\s")
SPACED = re.compile(r"(?<=[\u0e00-\u0eff])\s(?=[\u0e00-\u0eff])")  # Thai and Lao: what others do with a comma
AT_MOST = re.compile(
    r"\b(?:at most|at least|up to|from|starting at|ab(?= dem| der| \d)|à partir|a partir|desde)\b"
    r"|\b(?:no more than|max(?:imum|imal|imo)?|máx(?:imo)?|höchstens|mindestens|mind\.|massimo|hooguit|najwyżej|maks\w*)\b"
    r"|\b(?:en fazla|не более)\b|最大|最多|以内|まで",
    re.IGNORECASE,
)  # a limit refuses what is beyond it
SAME = 4  # letters at which two names begin alike
FEW = 3  # clauses of a sentence in another language that may all be meant
NEAR = 0.3  # how much nearer a row must be to a sentence than another one to be the one it rests on


class Grounds:
    """The sentences of one reply and of its sources."""

    def __init__(
        self,
        draft: Draft,
        sources: Iterable[Source],
        evidence: Sequence[Segment],
        weights: Weights,
        question: frozenset[str],
    ) -> None:
        self._draft, self._evidence, self._weights, self._question = draft, evidence, weights, question
        self._sources = {s.key: s for s in sources}

    @cached_property
    def first(self) -> tuple[str, tuple[str, ...]] | None:
        """The reply's first sentence that asks nothing, and the sources that it names."""
        return next((s for s in self._draft.sentences if not asks(s[0])), None)

    def problems(self) -> Iterable[Finding]:
        """A no that rests on a source that denies nothing, and a yes that rests on a source that denies it."""
        if self._draft.kind in ("unknown", "handoff"):
            return
        first = self.first
        if first and not _counts(first[0]):
            grounds = self.pieces(*first)
            stated = " ".join(c.says for c in self.claims_of(first[0]) if c.says in first[0]) or first[0]
            if not self.claims_of(first[0]) and not any(akin(first[0], g) for g in grounds):
                grounds = [s.text for s in self._evidence if s.source in first[1]]  # of another language
            if (
                grounds
                and negates(LEAD.sub("", stated))
                and not any(negates(ground) or AT_MOST.search(ground) for ground in grounds)
                and not any(OFFER.search(ground) for ground in grounds)  # what is free need not be paid
                and not self._says_what_there_is(first[0], grounds)
                and not self._consoles(stated, grounds)
                and not self._measures(grounds)
            ):
                yield Finding("polarity", first[0], grounds[0])
        yield from self._false_fields()
        if negates(self._draft.text):
            return
        for sentence, marks in self._draft.sentences:
            if asks(sentence) or (_counts(sentence) and not self.agrees(sentence)):
                continue
            denials = list(self._denials(sentence, marks))
            if denials and all(denials):
                yield Finding("denied", sentence, denials[0])

    def _false_fields(self) -> Iterable[Finding]:
        """Claims that say yes with a tool's field that is false: "the trip will go", from `"guaranteed": false`."""
        for claim in self._draft.claims:
            values = set() if is_passage(claim.source) else set(FIELD.findall(claim.quote))
            if values and values <= {"false", "null"}:
                said = next((s for s, _ in self._draft.sentences if claim.says in s), claim.says)
                if not negates(said):
                    yield Finding("denied", claim.says, claim.quote)

    def _says_what_there_is(self, sentence: str, grounds: list[str]) -> bool:
        """Whether a no comes beside what its source offers instead: "in velvet, so not in leather"."""
        plain = terms(" ".join(part for part in CLAUSE.split(sentence) if not negates(part))) - self._question
        return any(self._weights.of(word) > RARE for ground in grounds for word in terms(ground) & plain)

    def _consoles(self, sentence: str, grounds: list[str]) -> bool:
        """Whether a first sentence has words, and none of what was asked or found, and figures come later: "You're not alone!"."""
        said = terms(sentence)
        answered = any(_counts(later) for later, _ in self._draft.sentences if sentence not in later)
        return answered and bool(said) and not said & (self._question | terms(" ".join(grounds)))

    def _measures(self, grounds: list[str]) -> bool:
        """Whether the customer names a size where the source has a limit of the kind: 9 ft is not enough where 3 m are needed."""
        asked = _families(s.text for key, s in self._sources.items() if key == "customer")
        return bool(asked & _families(grounds))

    def misnamed(self, spoken: frozenset[str]) -> Iterable[Finding]:
        """Names of a reply that its quotes don't have, though other rows of the evidence do: UniSalute, where the quote is about Fasi.

        `spoken`: words of the conversation and the persona, which need no quote.
        """
        if self._draft.kind not in ("answer", None) or GERMAN.search(self._draft.text):
            return
        known = frozenset().union(*(names_in_full(f"- {s.text}") for s in self._evidence))
        for sentence, marks in self._draft.sentences:
            inside = frozenset().union(*(terms(sentence[f.start : f.end + 4]) for f in figures(sentence)))
            counted = frozenset().union(
                *(terms(w) for w in re.findall(r"[^\W\d_]+", sentence) if w.casefold() in units())
            )
            mine = {
                n for n in (names(sentence) & known) - inside - counted - spoken if self._weights.of(n) > RARE
            }
            if not mine:
                continue
            rests = self._words(sentence, marks)
            others = {n for n in rests & known if self._weights.of(n) > RARE} - terms(self._draft.text)
            begins = {word[:SAME] for word in rests}  # Chinese, and China
            if rests and others and not mine & rests and not any(n[:SAME] in begins for n in mine):
                yield Finding("misplaced", sentence, ", ".join(sorted(mine)))

    def _words(self, sentence: str, marks: tuple[str, ...]) -> frozenset[str]:
        """The words of what a sentence rests on: of its quotes and the sentences and whole rows that they stand in; of the passages that it names."""
        claims = self.claims_of(sentence)
        keys = [c.source for c in claims] or [m for m in marks if m in self._sources]
        if any(not is_passage(key) for key in keys):
            return frozenset()  # a tool or the conversation: a record has no sentences to tell apart
        texts = [self._sources[key].context for key in keys]
        for claim in claims:
            text = flat(self._sources[claim.source].text)
            label, colon, _ = text.partition(":")
            texts += [claim.quote, label if colon else "", *whole_sentences(text, claim.quote)]
            texts += [line for line in text.splitlines() if ROW.search(line)]
        if not claims:
            texts += [self._sources[key].text for key in keys]
        return terms("\n".join(texts))

    def agrees(self, sentence: str) -> bool:
        """Whether a sentence begins with a word that stands alone, which the customer has not said: "Yes, ". Or comes after one: "Yes! "."""
        before = [s for s, _ in self._draft.sentences]
        place = before.index(sentence) if sentence in before else 0
        lead = LEAD.match(sentence)
        word = lead[0] if lead else before[place - 1] if place else ""
        return bool(ALONE.fullmatch(word)) and not terms(word) & self._question

    def _denials(self, sentence: str, marks: tuple[str, ...]) -> Iterable[str]:
        """Of each thing that a sentence rests on: its words that deny what the sentence says; '' where there are none."""
        claims = self.claims_of(sentence)
        for claim in claims:
            pieces = whole_sentences(self._sources[claim.source].text, claim.quote)
            found = next(filter(None, (self._denial(sentence, piece, claim.quote) for piece in pieces)), "")
            yield found or self._denied_nearby(sentence, claim.source, [claim.quote, *pieces])
        if not claims and marks:
            grounds = self.pieces(sentence, marks)
            texts = [self._sources[mark].text for mark in marks if mark in self._sources]
            by_figures = grounds == self._by_figures(sentence, marks) and not any(
                akin(sentence, t) for t in texts
            )
            others = () if by_figures else (self._denied_nearby(sentence, mark, grounds) for mark in marks)
            nearby = next(filter(None, others), "")
            yield from (self._denial(sentence, piece, "") or nearby for piece in grounds)

    def _denied_nearby(self, sentence: str, key: str, pieces: list[str]) -> str:
        """Another sentence of the same passage that denies something of which the reply or the customer speaks, and these pieces don't."""
        if not self.agrees(sentence):
            return ""
        about = (terms(sentence) | self._question) - terms(" ".join(pieces))
        quoted = [folded(piece) for piece in pieces]
        for segment in self._evidence:
            text = folded(segment.text)
            if segment.source != key or any(text in piece or piece in text for piece in quoted):
                continue
            of = terms(segment.text.partition(":")[0]) if ":" in segment.text else names(segment.text)
            if of and not of & about:
                continue  # "not valid for Labuan Bajo", of which nobody speaks
            if denies(text) and any(self._weights.of(term) > RARE for term in terms(text) & about):
                return segment.text
        return ""

    def _denial(self, sentence: str, piece: str, quote: str) -> str:
        """The words of a source's sentence that deny what a reply says: those that are quoted, or others that speak of the same thing.

        What comes after a quote's end counts in another language, too: a quote that is cut short before the "not".
        """
        quoted = folded(quote).strip(" .。")
        parts = [part for part in CLAUSE.split(piece) if part.strip()]
        if not quoted:
            parts = [clause for part in parts for clause in SPACED.split(part)]
        words = terms(sentence)
        about = words | self._question
        one_language = akin(sentence, piece)
        if quoted:
            touched = [p for p in parts if folded(p).strip(" .。") in quoted or quoted in folded(p)]
        elif one_language:
            touched = [p for p in parts if words & terms(p)]
        else:
            touched = [p for p in parts if any(same(f, g) for f in figures(sentence) for g in figures(p))]
            if not touched and len(parts) <= FEW:  # of many none can be told from the others
                touched = parts
        spoken = [p for p in touched if terms(p) & about] if one_language else touched
        if one_language and not quoted and spoken:  # of two, the one that says most of the same
            most = max(len(terms(p) & words) for p in spoken)
            spoken = [p for p in spoken if len(terms(p) & words) == most]
        if denied := next(filter(denies, spoken or touched), ""):
            return denied
        for part in parts:
            if part not in touched and denies(part) and (terms(part) - terms(" ".join(touched))) & about:
                return part
        rest = folded(piece).partition(quoted)[2] if quoted else ""
        tail = rest if one_language else CLAUSE.split(rest.strip(" .,;"))[0]
        denied = negates(tail) if self.agrees(sentence) else denies(tail)
        return rest if denied and (not one_language or terms(rest) & about) else ""

    def of(self, sentence: str, marks: tuple[str, ...]) -> list[str]:
        """What is quoted for a sentence, in whole sentences; without quotes the passages that it names."""
        return self.quoted(sentence) or [self._sources[mark].text for mark in marks if mark in self._sources]

    def quoted(self, sentence: str = "") -> list[str]:
        """What is quoted for a sentence, or by the whole reply, in whole sentences."""
        return [
            g
            for c in self.claims_of(sentence)
            for g in whole_sentences(self._sources[c.source].text, c.quote)
        ]

    def claims_of(self, sentence: str) -> list[Claim]:
        return [
            c
            for c in self._draft.claims
            if c.quote.strip() and c.source in self._sources and (c.says in sentence or sentence in c.says)
        ]

    def pieces(self, sentence: str, marks: tuple[str, ...]) -> list[str]:
        """What a sentence of the reply rests on: the sentences quoted for it, whole; else those of its passages that its words are nearest to."""
        if self.claims_of(sentence):
            return self.quoted(sentence)
        words = terms(sentence) | self._question
        rows = [s for s in self._evidence if s.source in marks]
        nearness = {
            s: self._weights(words & (s.terms - terms(self._sources[s.source].context))) for s in rows
        }
        nearest = max(nearness.values(), default=0.0)
        if nearest < NEAR:
            return self._by_figures(sentence, marks) or [s.text for s in rows]
        return [s.text for s in rows if nearness[s] >= nearest - NEAR]

    def _by_figures(self, sentence: str, marks: tuple[str, ...]) -> list[str]:
        """The rows that have a figure of a sentence: what it rests on where no word tells, in another language."""
        told = figures(sentence)
        rows = [s for s in self._evidence if s.source in marks]
        return [s.text for s in rows if any(same(f, g) for f in told for g in s.figures)]


def _counts(sentence: str) -> bool:
    """Whether a sentence has figures: they are what it is about, and are held against the evidence by themselves."""
    return bool(figures(sentence) or numbers_in_words(sentence))


def _families(texts: Iterable[str]) -> set[str]:
    """What is measured in texts: lengths, weights, times."""
    return {SIZES[f.unit][0] for text in texts for f in figures(text) if f.unit in SIZES}
