"""What a reply adds to a true statement: a gift, a part, a service that no source has a word of, and a price for another length of time."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from f.agent.policy.assurances import CONTAINED
from f.agent.policy.claims import Draft, Finding
from f.agent.policy.offers import OFFER
from f.agent.policy.one_language import BEGINNING, in_one_language, plain
from f.common.figures.amounts import money, same
from f.common.figures.finder import figures, numbers_in_words, parts_in_words, single_lengths
from f.common.figures.polarity import asks, negates
from f.common.figures.segments import Segment, Source, is_passage
from f.common.figures.words import SIZES, units

PART = re.compile(
    r"[,;:(（、，؛،)]\s?|\s[-–—]\s|\s(?:and|plus|with|y|con|además|e|et|avec|ainsi|und|mit|sowie|oraz|i|z|en|met|ve|и|с|та|og|och|med|a|s|dan|com|amb)\s"
)
LONG = re.compile(r"[^\W\d_]{5,}")
LEAST = 2  # long words of a part
ITEM = re.compile(
    r",\s(?:(?:and|y|et|und|e|ve|dan|or|oder)\s)?|\s(?:and|y|und|et|e|or|oder|plus|with|con|mit|avec|com|met|ve|dan|och|og|med)\s"
)
MOST_OF_ITEM = 3  # words
WORD = re.compile(r"[^\W\d_]{4,}")
PERIODS = ("hour", "day", "week", "month", "year")
# "per" before the unit of a rate, and the words that say it alone.
PER = re.compile(
    r"\s*(?:(?:per|pro|par|por|al|la|le|the|ogni|na|za|om|pr|i|el|de|het|à|a|an|od|в|за|на|ανά|την|τον|το|ao|je|jede[nrs]?|every|each|om|i)\.?\s+|l['’]|all['’]|/\s?)([^\W\d_]+)",
    re.IGNORECASE,
)
ALONE = {
    "hour": r"hourly|stündlich|horari|oraria",
    "day": r"daily|täglich|tägig|diari|journali|quotidi|giornalier|dagelijks|dzienn|denn|günlük|harian|daglig",
    "week": r"weekly|wöchentlich|semana|settiman|hebdo|weke|tygodn|týden|недел|тижн|haftal|minggu|veck|ugentlig",
    "month": r"month|monat|mens[iu]|mensal|maand|miesięc|měsí|месяч|місяч|aylık|månad|måned|bulan|شهر|kuukau|μήνα|μηνια|חודש|महीने|月|월|개월",
    "year": r"year|annual|jähr|jahr|anual|annu|jaar|roczn|rok|roč|год|річн|yıl|år(?:lig|s)|tahun|سنو|vuosi|χρόνο|ετήσι|שנ[הת]|साल|年|년|연간",
}


def added(draft: Draft, sources: Mapping[str, Source]) -> Iterable[Finding]:
    """Parts of a statement about what is included or free of which no word stands in any source, nor was said; in the sources' own language."""
    passages = [s for s in sources.values() if is_passage(s.key)]
    if not in_one_language(draft.text, passages):
        return
    said = plain(" ".join(f"{s.context} {s.text}" for s in sources.values()))
    stated = [c.says for c in draft.claims if is_passage(c.source)] or [
        s for s, marks in draft.sentences if marks
    ]
    for statement in stated:
        if asks(statement) or negates(statement):
            continue
        whole = next((s for s, _ in draft.sentences if statement in s), statement)
        for part in PART.split(statement):
            words = LONG.findall(plain(part))
            counted = figures(part) or numbers_in_words(part) or single_lengths(part)
            generous = CONTAINED.search(whole) or OFFER.search(part)
            if (
                generous
                and len(words) >= LEAST
                and not counted
                and all(word[:BEGINNING] not in said for word in words)
            ):
                yield Finding("unmentioned", statement, part.strip())
                return


def listed(draft: Draft, sources: Mapping[str, Source]) -> Iterable[Finding]:
    """Items of a list of which no word stands in any source, nor was said, where other items do; in the sources' own language."""
    said = plain(" ".join(f"{s.context} {s.text}" for s in sources.values()))
    for sentence, marks in draft.sentences:
        passages = [sources[m] for m in marks if m in sources and is_passage(m)]
        if not passages or asks(sentence) or negates(sentence):
            continue
        if not in_one_language(sentence, passages):
            continue
        items = [item.strip(" .!") for item in ITEM.split(sentence) if item and item.strip(" .!")]
        heard = [any(w[:3] in said for w in WORD.findall(plain(item))) for item in items]
        counted = [
            bool(figures(i) or numbers_in_words(i) or parts_in_words(i) or single_lengths(i)) for i in items
        ]
        for place in range(1, len(items)):
            item = items[place]
            aside = any(counted[place : place + 2])  # that is, 20 June
            short = len(re.findall(r"[^\W\d_]+", item)) <= MOST_OF_ITEM and WORD.search(plain(item))
            if short and any(heard) and not heard[place] and not aside:
                yield Finding("unmentioned", sentence, item)
                return


def of_another_period(draft: Draft, evidence: Sequence[Segment]) -> Iterable[Finding]:
    """Prices that a reply gives for another length of time than all rows that hold them: 70 a week, where it is 70 a month."""
    named = {mark for _, marks in draft.sentences for mark in marks}
    for sentence, _ in draft.sentences if draft.kind != "talk" else ():
        verdicts = []
        for price in figures(sentence):
            rate = PER.match(sentence, price.end) if money(price.unit) and not asks(sentence) else None
            period = units().get(rate[1].casefold()) if rate else None
            rows = [
                s
                for s in evidence
                if s.source in named and any(same(price, f) and money(f.unit) for f in s.figures)
            ]
            if period in PERIODS and rows:
                periods = [_periods(row.text) for row in rows]
                verdicts.append(all(found and period not in found for found in periods))
        if verdicts and all(verdicts):
            yield Finding("misplaced", sentence, sentence)


def _periods(text: str) -> set[str]:
    """The lengths of time of which a row speaks, in any form of the word."""
    found = {f.unit for f in figures(text) if f.unit in SIZES}
    found |= {units().get(word, "") for word in re.findall(r"[^\W\d_]+", text.casefold())}
    found |= {period for period, words in ALONE.items() if re.search(words, text, re.IGNORECASE)}
    return found & set(PERIODS)
