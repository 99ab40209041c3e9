"""Limits of a source that a reply keeps silent about: from, up to, at least, only, except, if.

Words for them, in the languages that customers write most; a language that is missing only means that this look does not see it.
"""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from f.agent.policy.quoted import in_least
from f.common.figures.amounts import Figure, amount, money, same, span_around
from f.common.figures.finder import figures, numbers_in_words, single_lengths
from f.common.figures.polarity import denies, negates, restricts
from f.common.figures.segments import kind_of, names, terms
from f.common.figures.words import PERIODS, SIZES

LEAST_BEFORE = """
from over above more\\s+than at\\s+least minimum min\\.? starting\\s+at ab über mindestens mind\\.? desde a\\s+partir\\s+de más\\s+de mínimo
al\\s+menos
à\\s+partir\\s+de dès plus\\s+de au\\s+moins da dai dal oltre più\\s+di almeno minimo acima\\s+de mais\\s+de vanaf boven meer\\s+dan minstens
minimaal od
powyżej ponad co\\s+najmniej nad více\\s+než alespoň nejméně от свыше более минимум не\\s+менее від понад більше från över minst fra over yli
vähintään
από άνω\\s+των πάνω\\s+από τουλάχιστον من فوق أكثر\\s+من ابتداء\\s+من מעל dari mulai minimal di\\s+atas từ trên peste 满 滿 超过 超過 ≥ >
"""
LEAST_AFTER = """
and\\s+(?:above|over|more|up) or\\s+(?:more|over|above|older) und\\s+mehr oder\\s+mehr o\\s+más y\\s+más ou\\s+plus et\\s+plus o\\s+più ou\\s+mais
of\\s+meer i\\s+więcej a\\s+více и\\s+более и\\s+больше ve\\s+üzeri ve\\s+üstü üzeri üstü itibaren 以上 以降 から 이상 부터 초과 起 \\+
"""
MOST_BEFORE = """
up\\s+to at\\s+most no\\s+more\\s+than maximum max\\.? under below less\\s+than until within bis(?:\\s+zu)? höchstens maximal unter
innerhalb(?:\\s+von)? hasta dentro\\s+de
como\\s+máximo máximo menos\\s+de jusqu['’]à au\\s+plus moins\\s+de dans\\s+les fino\\s+a al\\s+massimo massimo
meno\\s+di entro até no\\s+máximo tot hoogstens
maximaal onder binnen do maks\\.? najwyżej poniżej nejvýše méně\\s+než до не\\s+более максимум менее не\\s+більше протягом högst upp\\s+till under
inom
op\\s+til opp\\s+til højst høyst enintään alle έως μέχρι κάτω\\s+των το\\s+πολύ حتى أقل\\s+من خلال עד פחות\\s+מ sampai maksimal di\\s+bawah đến
tối\\s+đa dưới
până\\s+la sub 最多 最大 不超过 不超過 ≤ <
"""
MOST_AFTER = """
or\\s+(?:less|under|fewer|younger) oder\\s+weniger o\\s+menos ou\\s+moins o\\s+meno ou\\s+menos of\\s+minder i\\s+mniej ve\\s+altı altı kadar
içinde 以下 以内 内 まで 未満
이하 까지 미만 이내 之内
"""
# Words that make a limit of a point of time rather than of a length.
UNTIL = r"until|till|up\s+to|bis|hasta|jusqu['’]à|fino\s+a|até|tot|do|до|upp?\s+till|op\s+til|opp\s+til|έως|μέχρι|حتى|עד|sampai|đến|până\s+la"
BACKWARDS = re.compile(
    r"(?<![^\W\d_])(?:before(?:hand)?|prior|in\s+advance|vor|vorher|davor|zuvor|im\s+voraus|antes|antelación|anticipación|antecedência|avant|à\s+l['’]avance"
    r"|prima|anticipo|voor|vooraf|van\s+tevoren|przed|wcześniej|до|раніше|раньше|önce\w*|före|innan|inden|før|ennen|aiemmin|πριν|před|předem|înainte"
    r"|prije|prie[šs]|pirms|enne|abans|sebelum\w*|trước|kabla|قبل|לפני|पहले)(?![^\W\d_])|[^\W\d_]*előtt|前|전|ก่อน"
)
INNER_CAPITAL = re.compile(r"\b[A-Z][^\W\d_]*[a-z][A-Z]\w*")  # UniSalute
FAR = 10  # a limit is at most so many times the customer's figure, or a tenth of it
PRICE = 50  # from here on a bare number of the customer's may be a price
NEAR = 26  # letters
MOST_WORDS = 0.75  # of a limit's words, where a reply says the same of something else: "in Nairobi only"
CLAUSE = re.compile(r"[,;，；、،]\s?")


def _pattern(words: str, before: bool) -> re.Pattern[str]:
    either = "|".join(sorted(words.split(), key=len, reverse=True))
    article = r"(?:\s+(?:the|der|den|dem|la|los|las|le|les|i|gli|o|os|as))?"
    if before:
        return re.compile(rf"(?<![^\W\d_])(?:{either}){article}\s*$", re.IGNORECASE)
    return re.compile(rf"^\s*['’]?(?:[^\W\d_]{{1,12}}\s*)?['’]?(?:{either})(?![a-zà-ÿ])", re.IGNORECASE)


UNTIL_BEFORE = _pattern(UNTIL, True)
PATTERNS = (
    ("most", _pattern(MOST_BEFORE, True), _pattern(MOST_AFTER, False)),
    ("least", _pattern(LEAST_BEFORE, True), _pattern(LEAST_AFTER, False)),
)


def direction(text: str, figure: Figure) -> str:
    """`least` or `most`, where the words beside a figure make it a limit; '' where they don't."""
    before, after = text[max(0, figure.start - NEAR) : figure.start], text[figure.end : figure.end + NEAR]
    for of, _, behind in PATTERNS:
        if behind.search(after):
            return of
    return next((of for of, ahead, _ in PATTERNS if ahead.search(before)), "")


def broken(reply: str, pieces: Iterable[str], asked: Sequence[Figure]) -> Iterable[tuple[Figure, Figure]]:
    """Figures of the customer's that break a limit of these sentences of a source of which the reply says nothing: 14 people, from 15."""
    if negates(reply):
        return
    told = [*figures(reply), *single_lengths(reply)]
    words = {float(number) for number in numbers_in_words(reply)}
    for piece in pieces:
        there = figures(piece)
        limits = [(f, _allowed(of, piece)) for f in there if (of := direction(piece, f))]
        for limit, of in limits:
            alone = sum(kind_of(f) == kind_of(limit) for f, _ in limits) == 1
            named = any(_names_limit(f, limit) for f in told)
            if not alone or named or amount(limit) & words:
                continue
            for figure in asked:
                if _breaks(figure, limit, of) and not any(same(figure, f) for f in there):
                    yield figure, limit


def _allowed(of: str, piece: str) -> str:
    """The direction in which a limit lets something through: "under 16s are not admitted" is one from 16 on."""
    return {"most": "least", "least": "most"}[of] if denies(piece) else of


def turned(statement: str, pieces: Iterable[str]) -> Iterable[Figure]:
    """Figures that a statement makes a limit of the one kind, and its source of the other: 24 guests or more, where it is up to 24.

    A price has two sides (free from 75, 5.95 below), and so has a length with something after it (monthly up to 6 months, then yearly).
    """
    if negates(statement):
        return
    told = figures(statement)
    priced = [f for f in told if money(f.unit)]
    for figure in told:
        of = "" if money(figure.unit) else direction(statement, figure)
        theirs = [
            direction(piece, f)
            for piece in pieces
            if not priced or figure.unit == "clock" or any(same(f, g) for f in priced for g in figures(piece))
            for f in figures(piece)
            if same(f, figure)
            and not negates(_clause(piece, f))
            and kind_of(f) == kind_of(figure)
            and not (f.unit in SIZES and any(g.start > f.end for g in figures(piece)))
            and not (_until_before(statement, figure) and _until_before(piece, f))
        ]
        if of and theirs and all(other and other != of for other in theirs):
            yield figure


def _until_before(text: str, figure: Figure) -> bool:
    """Whether a length of time is one before something, and the latest moment: until 3 days before is at least 3 days before."""
    if figure.unit not in PERIODS:
        return False
    before, after = text[max(0, figure.start - NEAR) : figure.start], text[figure.end : figure.end + NEAR]
    backwards = BACKWARDS.search(after.casefold()) or BACKWARDS.search(before.casefold()[-8:])
    latest = (
        direction(text, figure) == "least"
        or UNTIL_BEFORE.search(before)
        or re.match(r"\W*\w{0,6}(?:まで|까지)", after)
    )
    return bool(backwards and latest)


def _clause(text: str, figure: Figure) -> str:
    """The words around a figure, up to the next comma on either side."""
    start, end = span_around(text, figure, CLAUSE)
    return text[start:end]


def expired(piece: str, today: date) -> Figure | None:
    """The day until which something held by this sentence of a source, where it has passed; a day without a year is none."""
    days = [f for f in figures(piece) if f.unit == "date"]
    last = days[-1] if days else None
    if not last or direction(piece, last) != "most":
        return None
    ends = [
        date(int(key[11:]), int(key[5:7]), int(key[8:10]))
        for key in last.keys
        if key.startswith("date:") and len(key) > 11
    ]
    return last if ends and max(ends) < today else None


def _names_limit(figure: Figure, limit: Figure) -> bool:
    alike = figure.unit in SIZES or kind_of(figure) == kind_of(limit) or not figure.unit
    return alike and (same(limit, figure) or bool(in_least(figure) & in_least(limit)))


def _breaks(figure: Figure, limit: Figure, of: str) -> bool:
    mine, theirs = _sizes(figure, limit)
    if not mine or not theirs or max(*mine, *theirs) > FAR * max(min(*mine, *theirs), 0.01):
        return False
    return max(mine) < min(theirs) if of == "least" else min(mine) > max(theirs)


def _sizes(figure: Figure, limit: Figure) -> tuple[set[float], set[float]]:
    """Two figures as numbers that can be compared; empty where they can't."""
    bare = not figure.unit
    if money(limit.unit) and (money(figure.unit) or (bare and max(amount(figure), default=0) >= PRICE)):
        return amount(figure), amount(limit)
    if (figure.unit in SIZES and limit.unit in SIZES) and SIZES[figure.unit][0] == SIZES[limit.unit][0]:
        return in_least(figure), in_least(limit)
    if (bare or figure.unit == "year") and limit.unit in ("", "year"):
        return amount(figure), amount(limit)
    return set(), set()


def left_out(reply: str, pieces: Iterable[str], about: frozenset[str]) -> Iterable[str]:
    """Parts of these sentences of a source that set a limit or a condition, where the reply has neither.

    `about`: words of the reply and the question. A part that names something else is not about what the reply says.
    """
    limited = any(direction(reply, figure) for figure in figures(reply))
    if limited or negates(reply) or restricts(reply):
        return
    for part in (part for piece in pieces for part in piece.split("; ")):
        named = names(part) | {term for word in INNER_CAPITAL.findall(part) for term in terms(word)}
        rest = terms(part) - named
        elsewhere = named and len(rest) > 2 and len(rest & terms(reply)) >= MOST_WORDS * len(rest)
        covered = any(same(f, g) for f in figures(part) if money(f.unit) for g in figures(reply))
        if restricts(part) and not covered and (not named or named & about or elsewhere):
            yield part
