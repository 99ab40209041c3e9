"""Finds the figures of a text, in every language and script: amounts, times, dates, weekdays, telephone numbers, links, codes.

A figure may be read in more than one way (10.30 is a decimal or a time), so it has a set of `keys`; two figures are the same when they share a key
and their units do not contradict each other. Words for weekdays, months, units and currencies come from Unicode's CLDR (locale_words.py).
"""

# ruff: noqa: RUF001 - digits and marks of many scripts
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from f.common.figures.amounts import Figure, money, readings
from f.common.figures.cjk import (
    CJK_CLOCK,
    CJK_DAYS,
    CJK_NUMBER,
    CJK_PRICE,
    cjk_clock,
    cjk_days,
    cjk_number,
    cjk_parts,
    cjk_price,
)
from f.common.figures.dates import Take, take_dates
from f.common.figures.one_of import one_of
from f.common.figures.units import NUMBER, take_compounds, unit_beside
from f.common.figures.words import (
    CODES,
    LONG,
    MULTIPLIERS,
    ONES,
    PARTS,
    day_periods,
    languages_of_numbers,
    languages_of_units,
    number_words,
    short_weekday_names,
    units,
    weekday_names,
    words,
)

LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"'）)\]]+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|info|shop|store|example|eu|io|app|[a-z]{2})(?:/[^\s<>\"'）)\]]*)?(?![\w@.-]*@)",
    re.IGNORECASE,
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![A-Za-z0-9_.,/-])\+?\(?\d(?:[ \u00a0./()-]{0,2}\d){6,14}(?![A-Za-z0-9_/]|[.,:]\d)")
# Two times, two amounts with thousands, or two numbers that may be years or postcodes: 9.30-18.00, 3.500-5.500, 3004-3014.
SPAN = re.compile(
    r"\d{1,2}[.:]\d\d\s?[-–]\s?\d{1,2}[.:]\d\d|\d{1,3}(?:[.,]\d{3})+\s?[-–]\s?\d{1,3}(?:[.,]\d{3})+|1?\d{3,4}–\d{3,4}|([1-9])\d{3}-\1\d{3}"
)
# Scripts that set spaces; a code may stand right behind a word of the others: 番号はHB-302.
ALPHABET = r"0-9A-Za-zÀ-\u058f_-"
CODE = re.compile(
    rf"(?<![{ALPHABET}])(?=[A-Z0-9-]*[A-Z][A-Z0-9-]*\d|[A-Z0-9-]*\d[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*(?![{ALPHABET}])"
)
NUMBERED = re.compile(r"[A-Z]{1,5}-?\d")  # 20KG is a weight
ALWAYS = re.compile(r"(?<![\d/.,:-])24\s?h?\s?/\s?(?:7|24)(?:\s?h)?(?![\d/.,:-]\d|\d)", re.IGNORECASE)
MULTIPLIER = re.compile(
    rf"[ \u00a0]?({one_of(MULTIPLIERS)})(?![^\W\d_])\.?",
    re.IGNORECASE,
)
CLOCK = re.compile(
    r"(?<![\d.,:])(\d{1,2})(?:[:.h]([0-5]\d))?\s?([ap])\.?\s?m\b\.?|(?<![\d.,:])(\d{1,2}):([0-5]\d)(?::\d\d)?(?![\d:])|(?<![\d.,:])(\d{1,2})\s?h\s?([0-5]\d)(?![\w])"
    r"|(?<![\d.,:])(\d{1,2})(?:\.([0-5]\d))?\s?uhr\b",
    re.IGNORECASE,
)
JOINT = r"\s*(?:[-–—~/&+]|(?<=\s)[aeày](?=\s))\s*"  # between two weekdays in two small letters


def latin(text: str) -> str:
    """The text with the digits of any script as 0 to 9, letter by letter."""
    if text.isascii():
        return text
    text = re.sub(r"\d", lambda found: str(int(found[0])), text)
    return text.translate({0x066B: ".", 0x066C: ",", 0xFF0C: ",", 0xFF1A: ":", 0xFF0E: "."})


def figures(text: str) -> list[Figure]:
    """The figures of a text in their order. What one reading has taken is not read again."""
    return list(_figures(text))


@lru_cache(maxsize=2000)
def _figures(text: str) -> tuple[Figure, ...]:
    text = latin(text)
    found: list[Figure] = []
    taken = [False] * len(text)

    def take(start: int, end: int, keys: set[str], unit: str) -> None:
        if keys and not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            found.append(Figure(text[start:end], start, end, frozenset(keys), unit))

    for match in MAIL.finditer(text) if "@" in text else ():
        take(*match.span(), {f"mail:{match[0].lower()}"}, "mail")
    for match in LINK.finditer(text):
        if "." in match[0] and not match[0].replace(".", "").isdigit() and not _abbreviation(match[0]):
            take(*match.span(), {f"link:{_link(match[0])}"}, "link")
    for match in ALWAYS.finditer(text):
        taken[match.start() : match.end()] = [True] * len(match[0])  # says no more than "day and night"
    take_dates(text, take)
    _take_phones(text, take)
    for match in CODE.finditer(text):
        inside = text[: match.start()][-1:].isalnum() or text[match.end() :][:1].isalnum()
        if (
            not re.fullmatch(r"\d+[A-Z]|[AP]M-\d{1,2}", match[0])
            and match[0].strip("0123456789-") not in CODES
            and (not inside or NUMBERED.match(match[0]))
        ):
            take(*match.span(), {f"code:{match[0].replace('-', '').lower()}"}, "code")
    for match in CJK_CLOCK.finditer(text):
        take(*match.span(), cjk_clock(match), "clock")
    for match in CJK_DAYS.finditer(text):
        take(*match.span(), {f"weekday:{day}" for day in cjk_days(match)}, "weekday")
    clocks = list(CLOCK.finditer(text))
    halves = bool(clocks) and _says_the_half(text)
    for match in clocks:
        take(match.start(), match.end(), _clock(match, halves), "clock")
    take_compounds(text, take)
    _take_numbers(text, taken, take)
    _take_weekdays(text, take)
    return tuple(sorted(found, key=lambda figure: figure.start))


def _says_the_half(text: str) -> bool:
    """Whether it says of a time which half of the day it is in: 5:00-6:00 pm."""
    return bool(re.search(r"\b[ap]\.?\s?m\b|[晚夜]", text, re.IGNORECASE) or day_periods().search(text))


def _take_phones(text: str, take: Take) -> None:
    for match in PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        spans = SPAN.fullmatch(match[0].strip("()"))
        if (
            not spans
            and not re.match(r"\d{4}\s*\(", match[0])
            and len(digits) >= 7
            and (match[0][0] in "+(" or re.search(r"\d[ \u00a0./-]\d", match[0]) or len(digits) >= 9)
        ):
            take(*match.span(), {f"phone:{digits}"}, "phone")


def _free_numbers(text: str, taken: list[bool]) -> Iterator[re.Match[str]]:
    """The numbers of what no other figure has taken: of B197 129,83 the second one."""
    place = 0
    while match := NUMBER.search(text, place):
        place = match.end()
        if not any(taken[slice(*match.span())]):
            yield match
        elif taken[match.start()]:
            place = next((i for i in range(*match.span()) if not taken[i]), match.end())
            while place < len(text) and text[place - 1 : place].isdigit() and text[place].isdigit():
                place += 1


CENTS_BEHIND = re.compile(r"(?:[ \u00a0]|(?<=[€$£]))(\d\d)(?![\d.,:]*\d|[ \u00a0]?[\w%])")


def _take_numbers(text: str, taken: list[bool], take: Take) -> None:
    for match in CJK_PRICE.finditer(text):
        take(*match.span(), {cjk_price(match)}, units().get(match[5], ""))  # 圓 may be of several countries
    for match in _free_numbers(text, taken):
        start, end = match.span()
        number = match[0]
        many = MULTIPLIER.match(text, end)
        unit, begin, finish = unit_beside(text, start, many.end() if many else end)
        cents = (
            CENTS_BEHIND.match(text, finish) if money(unit) and number.isdigit() and finish > end else None
        )
        if cents:  # 13 francs 50
            number, finish = f"{number}.{cents[1]}", cents.end()
        keys = readings(re.sub(r"['’ \u00a0\u202f]", "", number))
        if many:  # 6 mil pesos, Rp117 ribu, 2,9 jt
            keys, finish = multiplied(keys, many[1]), max(finish, many.end())
        if unit not in ("", "hour", "clock"):
            keys = {key for key in keys if not key.startswith(("at ", "date:"))}
        take(begin, finish, keys, unit)
    for match in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)?", text):
        value = words("numbers").get(match[0].casefold())
        if value:
            unit, _, finish = unit_beside(text, match.start(), match.end(), spelled=True)
            of_unit = languages_of_units().get(text[match.end() : finish].strip().casefold())
            if unit and (of_unit is None or of_unit & languages_of_numbers()[match[0].casefold()]):
                take(match.start(), finish, {value}, unit)
    for match in CJK_NUMBER.finditer(text):
        unit, _, finish = unit_beside(text, match.start(), match.end(), spelled=True)
        if unit and (spelled := cjk_number(match[0])):
            take(match.start(), finish, {str(spelled)}, unit)


def multiplied(keys: set[str], word: str) -> set[str]:
    """The readings of a number with a word for thousands or millions behind it."""
    factor = MULTIPLIERS[word.casefold()]
    return {f"{float(key) * factor:.0f}" for key in keys if key.replace(".", "", 1).isdigit()}


def single_lengths(text: str) -> list[Figure]:
    """The lengths of time that a text spells with a word for one, a half or a quarter: one month, half an hour."""
    found = []
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match[0].casefold()
        part = PARTS.get(word, "")
        if word in ONES or part:
            article = part and re.match(r"\s+(?:an?|one)\b", text[match.end() :])  # half an hour
            after = match.end() + (article.end() if article else 0)
            unit, _, end = unit_beside(text, match.start(), after, spelled=True)
            if unit in ("hour", *LONG):
                keys = frozenset({part or "1"})
                found.append(Figure(text[match.start() : end], match.start(), end, keys, unit))
    return found


def numbers_in_words(text: str) -> set[int]:
    """The small numbers that a text writes in words, in any language: what may count something."""
    found = {number_words().get(word) for word in re.findall(r"[^\W\d_]+", text.casefold())}
    return {int(value) for value in found if value} | {cjk_number(m[0]) for m in CJK_NUMBER.finditer(text)}


def parts_in_words(text: str) -> set[float]:
    """The halves, quarters and other fractions that a text speaks of, in any language."""
    found = {float(PARTS[word]) for word in re.findall(r"[^\W\d_]+|半", text.casefold()) if word in PARTS}
    return found | cjk_parts(text)


def _take_weekdays(text: str, take: Take) -> None:
    pattern, names = weekday_names()
    whole = list(pattern.finditer(text))
    for match in whole:
        day = names.get(match[0].casefold()) or names.get(match[0].lower())
        take(*match.span(), {f"weekday:{day}"} if day else set(), "weekday")
    pattern, short = short_weekday_names()
    near = list(pattern.finditer(text))
    named = [m for m in whole if all(m.end() <= n.start() or n.end() <= m.start() for n in near)]
    near = sorted([*near, *named], key=lambda match: match.start())  # terça a domingo
    days = set()
    for before, after in pairwise(near):
        between = text[before.end() : after.start()]
        listed = before[0][0].isupper() or min(len(before[0]), len(after[0])) > 2
        joint = (
            r"\s*(?:[-–—~/&+,]|(?<=\s)(?:[aeàyi]|und|and|et|og|och|en|bis|to)(?=\s))\s*" if listed else JOINT
        )
        if (before[0][0].isupper() == after[0][0].isupper() or "–" in between) and re.fullmatch(
            joint, between
        ):
            days |= {before, after}
    for match in near:
        if match in named:
            continue
        begins = re.search(r"(?:^|[\n|,;:(•])\s*$", text[: match.start()])
        if (
            match in days
            or (begins and days and match[1][0].isupper())
            or (
                begins
                and re.match(
                    r"\.?:?\s*\d{1,2}[:.h]\d\d|\s*[:|](?!\s*\d{4}-)|\s+\d{1,2}(?:\s*[-–]\s*\d|\s*h(?![^\W\d_]))",
                    text[match.end() :],
                )
            )
        ):
            keys = {f"weekday:{day}" for day in short.get(match[1].casefold(), ())}
            take(*match.span(), keys, "weekday")


def _abbreviation(word: str) -> bool:
    return all(len(part) <= 1 for part in word.rstrip(".").split("."))


def _link(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.lower()).rstrip("/.,;:!?")


def _clock(match: re.Match[str], halves: bool) -> set[str]:
    hour, minute = (
        (match[1] or match[4] or match[6] or match[8]),
        (match[2] or match[5] or match[7] or match[9] or "00"),
    )
    at = int(hour)
    if at > 24:
        return set()
    if match[3] and at < 13:  # 15:00 am Montag is no half of the day
        return {f"at {at % 12 + (12 if match[3].lower() == 'p' else 0)}:{minute}"}
    return {f"at {at}:{minute}", *({f"at {at + 12}:{minute}"} if halves and at < 12 else ())}
