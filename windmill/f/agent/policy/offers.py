"""Words for a gift or a lower price: small talk may not promise one that no source names.

Words that also mean other things are left out, or stand in a phrase: "free" rooms are available ones.
"""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.derived import EMERGENCY
from f.common.figures.finder import figures
from f.common.figures.polarity import asks, negates

WHOLE = r"""
free of charge|for free|on the house|half price|half-price|discount|discounts|special offer|special price|voucher for|gratis
kostenlos\w*|umsonst|halben preis|rabatt\w*|sonderpreis\w*|gutschein über|gratuite?s?|gratuitement|offert à tous|remise de|réduction\w*
moitié prix|descuentos?|rebajas?|mitad de precio|precio especial|grátis|descontos?|metade do preço|preço especial|sconti|sconto
metà prezzo|prezzo speciale|gratuit[oaie]|korting\w*|halve prijs|bezpłatn\w*|za darmo|zniżk\w*|rabatu|pół ceny|бесплатн\w*|скидк\w*
полцены|безкоштовн\w*|знижк\w*|півціни|ücretsiz\w*|bedava|indirim\w*|yarı fiyat\w*|halva priset|rabatter|halv pris|zdarma|slev[auy]
ingyen\w*|kedvezmény\w*|ilmaiseksi|alennuksen|δωρεάν|έκπτωση|δώρο|مجان\w*|خصم|تخفيض|חינם|הנחה|मुफ़्त|मुफ्त|छूट|miễn phí|giảm giá
"""
INSIDE = "免费|免費|折扣|优惠|優惠|半价|半價|無料|割引|半額|무료|할인|반값|ฟรี|ส่วนลด"
OFFER = re.compile(rf"(?<!\w)(?:{'|'.join(WHOLE.split(chr(10))[1:-1])})(?!\w)|{INSIDE}", re.IGNORECASE)


def unsupported(draft: Draft, texts: Sequence[str]) -> Iterable[Finding]:
    """Sentences of plain talk that promise a gift or a lower price of which nothing that was said before speaks. A helpline may be free."""
    if any(OFFER.search(text) for text in texts):
        return
    if any(f.text in EMERGENCY for f in figures(draft.text)):
        return
    for sentence, _ in draft.sentences:
        found = OFFER.search(sentence)
        if found and not asks(sentence) and not negates(sentence):
            yield Finding("figure", sentence, found[0])
