"""What a reply stretches beyond its source: always and any, where the source has a limit; included, where it says without; free for a place that
pays; so much, where it is up to so much.

Words of closed classes, in the languages that customers write most; a language that is missing only means that this look does not see it.
"""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from f.agent.policy.assurances import CONTAINED, GENEROUS
from f.agent.policy.claims import Draft, Finding
from f.agent.policy.grounds import Grounds
from f.agent.policy.limits import direction
from f.agent.policy.offers import OFFER
from f.common.figures.amounts import Figure, amount, is_price, money, same
from f.common.figures.finder import figures
from f.common.figures.polarity import asks, denies, negates, restricts
from f.common.figures.segments import Source, is_passage, names, names_in_full, sentences, terms
from f.common.figures.tool_rows import flat
from f.common.figures.words import word_set

ALWAYS = word_set(
    """
    all any every always anytime anywhere whenever everyone anyone everything alle allen alles jede jeder jedem jeden jedes jederzeit immer überall
    todos todas todo toda cualquier cualquiera siempre tous toutes toute chaque toujours partout tutti tutte ogni qualsiasi qualunque sempre ovunque
    todos todas qualquer sempre elke ieder iedere altijd overal wszystkie wszystkich wszystkim każdy każda każde każdym każdej każdego zawsze dowolny
    dowolna dowolne dowolnym dowolnej wszędzie все всех всем любой любая любое любую любом всегда везде усі всі всіх будь-який будь-яку будь-яке
    будь-якій будь-якому завжди всюди tüm bütün her herkes daima hep alltid alla varje alltid altid hver alle hvert kaikki kaikissa aina jokainen
    vždy všechny všude každý toți toate mereu oricând oricare orice minden mindig bármikor bármelyik όλα όλες όλοι όλους πάντα κάθε semua setiap
    selalu kapan\\s+saja tất\\s+cả mọi luôn كل جميع دائما دائماً أي כל תמיד सभी हर हमेशा कभी\\s+भी sempre tots totes qualsevol yote wote kila daima
    """
)
ALWAYS_INSIDE = "所有|任何|随时|隨時|总是|都可以|いつでも|すべて|全て|どこでも|どの[^\\W]{1,6}でも|언제든|모든|항상|ทุก|เสมอ"
STRETCHED = re.compile(
    rf"(?<![^\W\d_-])(?:{'|'.join(sorted(ALWAYS, key=len, reverse=True))})(?![^\W\d_-])|{ALWAYS_INSIDE}",
    re.IGNORECASE,
)
# What comes on top of a price, or is left out of it.
WITHOUT = re.compile(
    r"(?<![^\W\d_])(?:without|excl\w*|ohne|zzgl|zuzüglich|exkl\w*|sin|sans|hors|senza|esclus\w*|sem|zonder|bez|oprócz|без|крім|utan|uden|ekskl\w*"
    r"|ilman|bez|fără|nélkül|χωρίς|hariç|tanpa|بدون|ללא|बिना|sense)(?![^\W\d_])|不含|别算|別|税抜|제외|별도",
    re.IGNORECASE,
)
PARTS = re.compile(r";\s|\s\|\s")


def stretched(draft: Draft, grounds: Grounds, sources: Mapping[str, Source]) -> Iterable[Finding]:
    """Findings on the sentences of a reply that say more than the words that they rest on."""
    if draft.kind in ("talk", "clarify", "unknown", "handoff"):
        return
    for sentence, marks in draft.sentences:
        if asks(sentence) or negates(sentence):
            continue
        quoted = bool(grounds.claims_of(sentence))
        pieces = grounds.pieces(sentence, marks) if quoted else _sentences_of(sources, marks)
        yield from _of_all(sentence, pieces, quoted)
        yield from _contained(sentence, pieces)
        yield from _free(sentence, _sentences_of(sources, _keys(grounds, sentence, marks)))
        yield from _at_most(sentence, pieces)


def _keys(grounds: Grounds, sentence: str, marks: tuple[str, ...]) -> list[str]:
    return [c.source for c in grounds.claims_of(sentence)] or list(marks)


def _sentences_of(sources: Mapping[str, Source], keys: Iterable[str]) -> list[str]:
    return [
        s for key in keys if key in sources and is_passage(key) for s in sentences(flat(sources[key].text))
    ]


def _of_all(sentence: str, pieces: list[str], quoted: bool) -> Iterable[Finding]:
    """Always, any: where what is quoted has a limit, and no such word."""
    if not quoted or not STRETCHED.search(sentence) or restricts(sentence):
        return
    if any(f.unit == "weekday" for f in figures(sentence)):
        return  # every other Saturday
    if any(STRETCHED.search(piece) for piece in pieces) or any(
        direction(sentence, f) for f in figures(sentence)
    ):
        return
    said = terms(sentence)
    limits = (p for p in pieces if (restricts(p) or denies(p)) and not names(p) & said)
    if limit := next(limits, ""):
        yield Finding("denied", sentence, limit)


def _contained(sentence: str, pieces: list[str]) -> Iterable[Finding]:
    """Included, where the source has the same figure or word behind a without."""
    if not CONTAINED.search(sentence):
        return
    told, words = figures(sentence), terms(sentence)
    for part in (part for piece in pieces for part in PARTS.split(piece)):
        for found in WITHOUT.finditer(part):
            behind = part[found.end() :].partition(",")[0]
            counted = any(same(f, g) for f in figures(behind) if not money(f.unit) for g in told)
            if (counted or terms(behind) & words) and not CONTAINED.search(part):
                yield Finding("denied", sentence, part)
                return


def _free(sentence: str, pieces: list[str]) -> Iterable[Finding]:
    """Free for what the sentence names, where every part of the source that names it has a price; or below the price from which it is free."""
    if not OFFER.search(sentence):
        return
    told = figures(sentence)
    if any(money(f.unit) for f in told):
        yield from _below(sentence, told, pieces)
        return
    parts = [part for piece in pieces for part in PARTS.split(piece)]
    named = names_in_full(f"- {sentence}") & frozenset().union(
        *(names_in_full(part) for part in parts), frozenset()
    )
    for name in named:
        of_it = [part for part in parts if name in terms(part)]
        if of_it and all(
            any(money(f.unit) for f in figures(part)) and not GENEROUS.search(part) and not OFFER.search(part)
            for part in of_it
        ):
            yield Finding("priced", sentence, of_it[0])
            return


def _below(sentence: str, prices: list[Figure], pieces: list[str]) -> Iterable[Finding]:
    """A price alone that is called free, below the one from which the source says so."""
    for piece in pieces if len(prices) == 1 else ():
        generous = GENEROUS.search(piece) or OFFER.search(piece)
        limits = (
            [f for f in figures(piece) if money(f.unit) and direction(piece, f) == "least"]
            if generous
            else []
        )
        if limits and all(max(amount(prices[0])) < min(amount(f)) for f in limits):
            yield Finding("confirmed", sentence, f"{prices[0].text} / {limits[0].text}")
            return


def _at_most(sentence: str, pieces: list[str]) -> Iterable[Finding]:
    """A sum or a share, where all that its source says is that it is no more than this."""
    for figure in figures(sentence):
        if not is_price(figure) or direction(sentence, figure):
            continue
        there = [(piece, f) for piece in pieces for f in figures(piece) if same(f, figure)]
        if there and all(direction(piece, f) == "most" for piece, f in there):
            yield Finding("limit", sentence, figure.text)
            return
