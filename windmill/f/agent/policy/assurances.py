"""Assurances of a reply that no source gives: what is guaranteed or promised, and what is included or free where its source has a price for it.

Beginnings of words, in the languages that customers write most. A language that is missing only means that this look does not see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.deeds import UNDONE, after_lead
from f.agent.policy.offers import OFFER
from f.agent.policy.quoted import whole_sentences
from f.common.figures.amounts import money
from f.common.figures.finder import figures
from f.common.figures.polarity import asks, negates
from f.common.figures.segments import Source
from f.common.figures.words import word_set

GUARANTEES = word_set(
    """
    guarant promise promised garant garanz aseguram te\\s+aseguro le\\s+aseguro les\\s+aseguro prometem prometo te\\s+prometo promett promets
    vous\\s+assure
    versprech versproch zusicher assicuriamo ti\\s+assicuro le\\s+assicuro vi\\s+assicuro asseguramos prometemos beloof beloven gwarant obiecuj
    zapewniam
    гарант обеща обіця söz\\s+ver (?:jeg|vi)\\s+lover (?:jag|vi)\\s+lovar slibuj zaruč takaam takuu lupaan lupaamme ígérem ígérjük εγγυ εγγύ υπόσχ
    υποσχ
    jamin menjamin dijamin garansi cam\\s+kết đảm\\s+bảo أضمن نضمن مضمون ضمان أعدك نعدك מבטיח מובטח गारंटी গ্যারান্টি promitem promit
    """
)
GUARANTEES_INSIDE = "保证|保證|必ず|保証(?![金人書料])|保障|반드시|보장|รับประกัน|การันตี"
INCLUDED = word_set(
    """
    includ inclu inbegr enthalten inklusiv compris compren inkluder ingår indgår medräkn medregn zawier wliczon dahil termasuk zahrn sisältyy sisälty
    περιλαμβ включен включ входит входят включно вход incluid incluso inclús benne tartalmaz bao\\s+gồm כלול כוללת כולל شامل يشمل تشمل مشمول शामिल
    """
)
INCLUDED_INSIDE = "包含|包括|含まれ|込み|포함|รวม"
# What a source may say in place of these words: free in any sense, a gift, a zero, "with".
GENEROUS = re.compile(
    r"\bfree\b|\bfrei\w*|kostenfrei|kostenlos|\bsin (?:coste|costo|cargo)|\bno (?:extra )?(?:charge|cost)|ohne aufpreis|\bsans (?:frais|suppl)"
    r"|\bsenza (?:cost|suppl|spes)|\bsem (?:custo|taxa)|zonder kosten|\bfri(?:tt?)?\b|\bin[ck]l\b|χωρίς χρέωση|δωρ|\bw cenie|безплатн|\b0\b"
    r"|gift|geschenk|regal|cadeau|omaggio|present|подар|подарун|hediye|\bgave\b|مجان|هدية|מתנה|साथ|[送赠贈]|サービス|증정|무료|免|wliczon",
    re.IGNORECASE,
)


def _words(stems: Iterable[str], inside: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![^\W\d_])(?:{'|'.join(sorted(stems, key=len, reverse=True))})|{inside}", re.IGNORECASE
    )


WARRANTY = re.compile(
    r"warrant|gwaranc|garanc|záruk|гаранти|garancia|takuu|保修|保固|보증|ضمان", re.IGNORECASE
)  # of a thing
GUARANTEED = _words(GUARANTEES, GUARANTEES_INSIDE)
CONTAINED = _words(INCLUDED, INCLUDED_INSIDE)


def unassured(draft: Draft, sources: Sequence[Source]) -> Iterable[Finding]:
    """Sentences that guarantee or promise something, where nothing that was looked up or said speaks of a guarantee. A warranty is one."""
    texts = [UNDONE.sub(" ", f"{s.context} {s.text}") for s in sources if s.key not in ("customer", "said")]
    if any(GUARANTEED.search(text) or WARRANTY.search(text) for text in texts):
        return
    if draft.kind in ("talk", "clarify", "handoff"):
        return  # "I promise that I am listening"
    rests = bool(draft.claims) or any(marks for _, marks in draft.sentences)
    for sentence, marks in draft.sentences:
        found = GUARANTEED.search(sentence) if rests or marks or figures(sentence) else None
        if found and not asks(sentence) and not negates(after_lead(sentence)):
            yield Finding("promise", sentence, found[0])


def priced(draft: Draft, sources: dict[str, Source]) -> Iterable[Finding]:
    """Claims that call something included or free, where the sentence that they quote has a price, and no word for either."""
    for claim in draft.claims:
        says = claim.says
        if claim.source not in sources or not claim.quote.strip() or asks(says) or negates(says):
            continue
        if not (OFFER.search(says) or CONTAINED.search(says)) or any(money(f.unit) for f in figures(says)):
            continue
        piece = " ".join([*whole_sentences(sources[claim.source].text, claim.quote), claim.quote])
        generous = OFFER.search(piece) or CONTAINED.search(piece) or GENEROUS.search(piece)
        if not generous and any(money(f.unit) for f in figures(piece)):
            yield Finding("priced", says, piece)
