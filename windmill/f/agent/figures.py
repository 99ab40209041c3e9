"""Finds the figures of a text, in every language and script: amounts, times, dates, weekdays, telephone numbers, links, codes.

A figure may be read in more than one way (10.30 is a decimal or a time), so it has a set of `keys`; two figures are the same when they share a key
and their units do not contradict each other. Words for weekdays, months, units and currencies come from Unicode's CLDR (locale_words.py).
"""

# ruff: noqa: RUF001 - digits and marks of many scripts
from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from f.agent.locale_words import WORDS

# How many of the smallest unit of its family a unit holds. Months and years have a family of their own, with 30 days to a month.
SIZES = {
    "minute": ("time", 1.0), "hour": ("time", 60.0), "day": ("time", 1440.0), "week": ("time", 10080.0),
    "month": ("months", 1.0), "year": ("months", 12.0),
    "g": ("mass", 1.0), "kg": ("mass", 1000.0), "mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0),
    "km": ("length", 1e6), "mile": ("length", 1609344.0), "ft": ("length", 304.8), "inch": ("length", 25.4),
    "lb": ("mass", 453.6), "oz": ("mass", 28.35), "ml": ("volume", 1.0), "l": ("volume", 1000.0),
}  # fmt: skip
MONTH_MINUTES = 30 * 1440.0
SYMBOLS = {
    "€": "EUR",
    "$": "$",
    "£": "GBP",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₴": "UAH",
    "₪": "ILS",
    "₩": "KRW",
    "₫": "VND",
    "฿": "THB",
    "¥": "¥",
    "₱": "PHP",
    "₦": "NGN",
}
CODES = frozenset(
    [
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "JPY",
        "CNY",
        "INR",
        "BRL",
        "MXN",
        "ARS",
        "CLP",
        "COP",
        "PEN",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "SEK",
        "NOK",
        "DKK",
        "ISK",
        "TRY",
        "RUB",
        "UAH",
        "ILS",
        "AED",
        "SAR",
        "EGP",
        "MAD",
        "ZAR",
        "NGN",
        "KES",
        "AUD",
        "CAD",
        "NZD",
        "SGD",
        "HKD",
        "KRW",
        "THB",
        "IDR",
        "VND",
        "PHP",
        "MYR",
    ]
)
# Spellings that CLDR does not list as one word, or that people type.
MORE_UNITS = {
    "h": "hour", "hrs": "hour", "uhr": "clock", "mins": "minute", "mes": "month", "kilo": "kg", "kilos": "kg", "litres": "l", "litre": "l", "metres": "m",
    "eur": "EUR", "usd": "USD", "gbp": "GBP", "dollar": "$", "dollars": "$", "pound": "GBP", "pounds": "GBP", "peso": "peso", "pesos": "peso", "zł": "PLN",
    "kč": "CZK", "tl": "TRY", "lira": "TRY", "rs": "INR", "chf": "CHF", "kr": "kr", "元": "CNY", "円": "JPY", "сом": "KGS", "грн": "UAH", "руб": "RUB",
    "franken": "CHF", "franc": "CHF", "francs": "CHF", "frank": "CHF", "franki": "CHF", "franków": "CHF", "franchi": "CHF", "francos": "CHF", "fr": "CHF",
    "ft": "ft", "feet": "ft", "foot": "ft", "miles": "mile", "mile": "mile", "inch": "inch", "inches": "inch", "zoll": "inch", "pulgadas": "inch", "pollici": "inch",
    "lb": "lb", "lbs": "lb", "oz": "oz",
    "percent": "%", "prozent": "%", "個月": "month", "週間": "week", "小時": "hour", "週": "week", "ヶ月": "month", "か月": "month",
}  # fmt: skip
SHORT_MONTHS = frozenset(
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
        "ene",
        "abr",
        "ago",
        "dic",
        "mai",
        "okt",
        "dez",
        "gen",
        "mag",
        "giu",
        "lug",
        "set",
        "ott",
        "out",
        "fev",
        "mrt",
        "mei",
    ]
)
BEFORE_NUMBERS = {
    "rs": "INR",
    "kr": "kr",
    "euro": "EUR",
    "euros": "EUR",
    "eur": "EUR",
    "usd": "USD",
    "rp": "IDR",
    "rm": "MYR",
    "fr": "CHF",
    "zł": "PLN",
    "tl": "TRY",
}
AMBIGUOUS = frozenset(["t", "j", "d", "s", "w", "a"])  # one letter: a unit only where it touches its number
# A letter with the vowel signs and accents that Python's \w leaves out.
LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a71\u0b82-\u0bd7\u0c00-\u0c56\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])"
LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"'）)\]]+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|info|shop|store|example|eu|io|app|[a-z]{2})(?:/[^\s<>\"'）)\]]*)?(?![\w@.-]*@)",
    re.IGNORECASE,
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d(?:[ \u00a0./()-]{0,2}\d){6,14}(?![\w/]|[.,:]\d)")
CODE = re.compile(
    r"(?<![\w-])(?=[A-Z0-9-]*[A-Z][A-Z0-9-]*\d|[A-Z0-9-]*\d[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w-])"
)
ISO_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
DAY_FIRST = re.compile(
    r"(?<![\d.,/-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d])|(?<![\d.,/-])(\d{1,2})/(\d{1,2})(?![\d/])"
)
CLOCK = re.compile(
    r"(?<![\d.,:])(\d{1,2})(?:[:.h]([0-5]\d))?\s?(?:uhr\b)?\s?([ap])\.?\s?m\b\.?|(?<![\d.,:])(\d{1,2}):([0-5]\d)(?::\d\d)?(?![\d:])|(?<![\d.,:])(\d{1,2})h([0-5]\d)(?![\w])"
    r"|(?<![\d.,:])(\d{1,2})(?:\.([0-5]\d))?\s?uhr\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d+(?:[.,:'’ \u00a0\u202f](?=\d{3}(?!\d))\d{3})*(?:[.,:]\d+)?")
BEFORE = re.compile(r"([^\W\d_]{1,10}\.?|[€$£₹₺₽₴₪₩₫฿¥₱₦]|[A-Z]{1,2}\$)(:?)[ \u00a0\u202f]?$")
RANGE = re.compile(r"\s?(?:[-–—x×]|to|bis|à|a|al|do|até|ile|till|–)\s?(?=\d)")
AFTER = re.compile(rf"[ \u00a0\u202f-]?({LETTER}+|[€$£₹₺₽₴₪₩₫฿¥₱₦%٪％])")
CJK_NUMBER = re.compile(r"[一二两兩三四五六七八九十百千]+(?=[^\W\d_])")
CJK_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"两": 2, "兩": 2}


class Figure(NamedTuple):
    """One figure of a text, at text[start:end]. `unit`: EUR, day, kg, %, clock, date, weekday, phone, link, mail, code; '' where none is written."""

    text: str
    start: int
    end: int
    keys: frozenset[str]
    unit: str


@cache
def meanings(kind: str) -> dict[str, frozenset[str]]:
    """What each word of one kind means, in all languages together."""
    found: dict[str, set[str]] = {}
    for line in WORDS.splitlines():
        _, of_kind, pairs = line.split(" ", 2)
        if of_kind == kind:
            for pair in pairs.split(";"):
                meaning, _, spellings = pair.partition("=")
                for word in spellings.split("|"):
                    found.setdefault(word, set()).add(meaning)
    return {word: frozenset(of) for word, of in found.items()}


@cache
def languages(kind: str) -> dict[str, frozenset[str]]:
    """Which languages have each word of one kind."""
    found: dict[str, set[str]] = {}
    for line in WORDS.splitlines():
        language, of_kind, pairs = line.split(" ", 2)
        if of_kind == kind:
            for pair in pairs.split(";"):
                for word in pair.partition("=")[2].split("|"):
                    found.setdefault(word, set()).add(language)
    return {word: frozenset(of) for word, of in found.items()}


@cache
def words(kind: str) -> dict[str, str]:
    """The words of one kind that mean the same in every language that has them."""
    return {word: next(iter(of)) for word, of in meanings(kind).items() if len(of) == 1}


@cache
def _units() -> dict[str, str]:
    known = {_bare(w): u for w, u in words("units").items() if " " not in w and len(w) > 1 and w != "an"}
    known |= {w: u for w, u in words("currencies").items() if " " not in w}
    return (
        known
        | MORE_UNITS
        | {code.lower(): code for code in CODES}
        | {"g": "g", "l": "l", "m": "m", "h": "hour"}
        | SYMBOLS
    )


@cache
def _days() -> tuple[re.Pattern[str], dict[str, str]]:
    """Weekdays by their names, whole; with other endings in languages that inflect them."""
    names = {
        w: d
        for w, d in words("weekdays").items()
        if len(w) >= 4 or (len(w) >= 2 and not w.isascii() and not re.match(r"[\u0370-\u04ff]", w))
    }
    stems = {
        (w[:-1] if len(w) > (4 if w[0] > "\u0400" else 5) and not re.search(r"[\u0590-\uffff]", w) else w): d
        for w, d in names.items()
    }
    shortest_last = sorted(stems, key=len, reverse=True)
    spaced = "|".join(re.escape(w) for w in shortest_last if not _unspaced(w))
    dense = "|".join(re.escape(w) for w in shortest_last if _unspaced(w) and len(w) > 1)
    return re.compile(
        rf"(?<![^\W\d_])(?:{spaced})(?=[^\W\d_]{{0,4}}(?![^\W\d_]))|(?:{dense})", re.IGNORECASE
    ), stems


@cache
def _short_days() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """Weekdays in two or three letters: only in a range or a list of days, where they can mean nothing else."""
    names = {
        w.rstrip("."): d
        for w, d in meanings("weekdays").items()
        if 2 <= len(w.rstrip(".")) <= 4 and w.rstrip(".").isalpha()
    }
    names |= {
        w.partition("-")[0]: d for w, d in meanings("weekdays").items() if w.endswith("-feira")
    }  # segunda a sexta
    either = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])({either})\.?(?![^\W_])", re.IGNORECASE), names


def _bare(word: str) -> str:
    """A word without the vowel points that Arabic and Hebrew may have or leave out."""
    return re.sub(r"[\u0591-\u05c7\u064b-\u065f\u0670]", "", word)


def _unspaced(word: str) -> bool:
    return bool(re.search(r"[\u0e00-\u0eff\u3040-\u9fff]", word))


@cache
def _months() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    names = {
        w.rstrip("."): m
        for w, m in meanings("months").items()
        if len(w.rstrip(".")) >= 3 and not w[0].isdigit()
    }
    either = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w])(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.|de|ni)?\s*(?:of\s+|de\s+|d[’'])?({either})\.?(?![^\W\d_])(?:\s+(?:de\s+|del\s+)?(\d{{4}}))?"
        rf"|(?<![^\W\d_])({either})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.,]\d)(?:,?\s+(\d{{4}}))?",
        re.IGNORECASE,
    ), names


CJK_DATE = re.compile(r"(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]")


def latin(text: str) -> str:
    """The text with the digits of any script as 0 to 9, letter by letter."""
    if text.isascii():
        return text
    text = re.sub(r"\d", lambda found: str(int(found[0])), text)
    return text.translate({0x066B: ".", 0x066C: ",", 0xFF0C: ",", 0xFF1A: ":", 0xFF0E: "."})


def figures(text: str) -> list[Figure]:
    """The figures of a text in their order. What one reading has taken is not read again."""
    text = latin(text)
    found: list[Figure] = []
    taken = [False] * len(text)

    def take(start: int, end: int, keys: set[str], unit: str) -> None:
        if keys and not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            found.append(Figure(text[start:end], start, end, frozenset(keys), unit))

    for match in MAIL.finditer(text):
        take(*match.span(), {f"mail:{match[0].lower()}"}, "mail")
    for match in LINK.finditer(text):
        if "." in match[0] and not match[0].replace(".", "").isdigit() and not _abbreviation(match[0]):
            take(*match.span(), {f"link:{_link(match[0])}"}, "link")
    for match in ISO_DATE.finditer(text):
        take(*match.span(), _date(match[1], match[2], match[3]), "date")
    for match in CJK_DATE.finditer(text):
        take(*match.span(), _date(match[1], match[2], match[3]), "date")
    pattern, names = _months()
    for match in pattern.finditer(text):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        if len(month) < 4 and not (
            month[0].isupper() or (match[1] and month.lower() in SHORT_MONTHS) or not month.isascii()
        ):
            continue  # a short word of another language
        keys = {key for of in names.get(month.lower().rstrip("."), ()) for key in _date(year, of, day)}
        take(*match.span(), keys, "date")
    for match in DAY_FIRST.finditer(text):
        day, month, year = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], None)
        take(*match.span(), _date(year, month, day) | _date(year, day, month), "date")
    for match in PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        spans = re.fullmatch(r"\d{1,2}[.:]\d\d\s?[-–]\s?\d{1,2}[.:]\d\d", match[0])
        if (
            not spans
            and len(digits) >= 7
            and (match[0][0] in "+(" or re.search(r"\d[ \u00a0./-]\d", match[0]) or len(digits) >= 9)
        ):
            take(*match.span(), {f"phone:{digits}"}, "phone")
    for match in CODE.finditer(text):
        if not re.fullmatch(r"\d+[A-Z]", match[0]) and match[0].strip("0123456789-") not in CODES:
            take(*match.span(), {f"code:{match[0].replace('-', '').lower()}"}, "code")
    halves = bool(re.search(r"\b[ap]\.?\s?m\b", text, re.IGNORECASE))  # 5:00-6:00 pm
    for match in CLOCK.finditer(text):
        take(match.start(), match.end(), _clock(match, halves), "clock")
    _take_numbers(text, taken, take)
    _take_weekdays(text, take)
    return sorted(found, key=lambda figure: figure.start)


def _take_numbers(text: str, taken: list[bool], take: object) -> None:
    for match in NUMBER.finditer(text):
        start, end = match.span()
        if any(taken[start:end]):
            continue
        number = match[0]
        unit, begin, finish = _unit(text, start, end)
        keys = readings(re.sub(r"['’ \u00a0\u202f]", "", number))
        if unit not in ("", "hour", "clock"):
            keys = {key for key in keys if not key.startswith(("at ", "date:"))}
        take(begin, finish, keys, unit)  # type: ignore[operator]
    for match in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)?", text):
        value = words("numbers").get(match[0].casefold())
        if value:
            unit, _, finish = _unit(text, match.start(), match.end(), spelled=True)
            of_unit = languages("units").get(text[match.end() : finish].strip().lower())
            if unit and (of_unit is None or of_unit & languages("numbers")[match[0].casefold()]):
                take(match.start(), finish, {value}, unit)  # type: ignore[operator]
    for match in CJK_NUMBER.finditer(text):
        unit, _, finish = _unit(text, match.start(), match.end(), spelled=True)
        if unit and (value := _cjk(match[0])):
            take(match.start(), finish, {str(value)}, unit)  # type: ignore[operator]


def numbers_in_words(text: str) -> set[int]:
    """The small numbers that a text writes in words, in any language: what may count something."""
    found = {words("numbers").get(word) for word in re.findall(r"[^\W\d_]+", text.casefold())}
    return {int(value) for value in found if value} | {_cjk(m[0]) for m in CJK_NUMBER.finditer(text)}


def _take_weekdays(text: str, take: object) -> None:
    pattern, names = _days()
    for match in pattern.finditer(text):
        day = names.get(match[0].lower()) or names.get(match[0].casefold())
        take(*match.span(), {f"weekday:{day}"} if day else set(), "weekday")  # type: ignore[operator,misc]
    pattern, short = _short_days()
    near = list(pattern.finditer(text))
    days = set()
    for before, after in pairwise(near):
        between = text[before.end() : after.start()]
        if before[1][0].isupper() == after[1][0].isupper() and re.fullmatch(
            r"\s*(?:[-–—~/&+]|,(?=\s?[^\W\d_]{2,3}\b)|(?<=\s)[aeàey](?=\s))\s*", between
        ):
            days |= {before, after}
    for match in near:
        begins = re.search(r"(?:^|[\n|,;(•])\s*$", text[: match.start()])
        if (
            match in days
            or (begins and days and match[1][0].isupper())
            or (
                begins
                and re.match(
                    r"\.?:?\s*\d{1,2}[:.h]\d\d|\s*[:|]|\s+\d{1,2}(?:\s*[-–]\s*\d|\s*h)", text[match.end() :]
                )
            )
        ):
            keys = {f"weekday:{day}" for day in short.get(match[1].lower(), ())}
            take(*match.span(), keys, "weekday")  # type: ignore[operator,misc]


def _abbreviation(word: str) -> bool:
    return all(len(part) <= 1 for part in word.rstrip(".").split("."))


def _link(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.lower()).rstrip("/.,;:!?")


def _date(year: str | None, month: str | None, day: str | None) -> set[str]:
    if not month or not day or not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        return set()
    short = f"date:{int(month):02d}-{int(day):02d}"
    return {short} if not year else {f"{short}/{(2000 + int(year)) if len(year) == 2 else int(year)}"}


def _clock(match: re.Match[str], halves: bool) -> set[str]:
    hour, minute = (
        (match[1] or match[4] or match[6] or match[8]),
        (match[2] or match[5] or match[7] or match[9] or "00"),
    )
    at = int(hour)
    if at > 24:
        return set()
    if match[3]:
        at = at % 12 + (12 if match[3].lower() == "p" else 0)
        return {f"at {at}:{minute}", *({f"at {at + 12}:{minute}"} if halves and at < 12 else ())}
    return {f"at {at}:{minute}", *({f"at {at + 12}:{minute}"} if halves and at < 12 else ())}


def readings(number: str) -> set[str]:
    """What a number may mean: 10.30 a decimal or a time, 24.12 a decimal or a day, 1.500 a decimal or a thousand and a half."""
    found: set[str] = set()
    thousands = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number)
    if thousands:
        found.add(re.sub(r"\D", "", number).lstrip("0") or "0")
    decimal = re.fullmatch(r"(\d+|\d{1,3}(?:[.,]\d{3})+)[.,](\d+)", number)
    if decimal and not (thousands and decimal[2] == "000"):
        found.add(f"{int(re.sub(r'[.,]', '', decimal[1]))}.{decimal[2]}".rstrip("0").rstrip("."))
    clock = re.fullmatch(r"(\d{1,2})[.:]([0-5]\d)", number)
    if clock and int(clock[1]) < 25:
        found |= {f"at {int(clock[1])}:{clock[2]}"}
    day = re.fullmatch(r"(\d{1,2})\.(\d{1,2})", number)
    if day:
        found |= _date(None, day[2], day[1])
    if number.isdigit():
        found.add(number.lstrip("0") or "0")
        if int(number) < 25:
            found.add(f"at {int(number)}:00")
            if 1 <= int(number) < 12:
                found.add(f"at {int(number) + 12}:00")
    return found


def _unit(text: str, start: int, end: int, spelled: bool = False) -> tuple[str, int, int]:
    """The unit written beside a number, and where both begin and end. In 50 to 90 % and 24 x 12 cm the last one's counts for all."""
    known = _units()
    if after := AFTER.match(text, end):
        spoken = (
            re.match(r"[a-z]+", after[1])
            if re.match(r"[a-z]+[^\x00-\x7f]", after[1]) and not re.search(r"[\u00c0-\u024f]", after[1])
            else None
        )
        word = spoken[0] if spoken else _bare(after[1].lower())
        if word in ("%", "٪", "％"):
            return "%", start, after.end()
        unit = known.get(word) or _dense_unit(after[1]) or _inflected(word)
        if unit and not (word in AMBIGUOUS and after.start(1) > end):
            return (
                unit,
                start,
                end if spoken or (_unspaced(after[1][:1]) and word not in known) else after.end(1),
            )
    if text[max(0, start - 1) : start] in ("%", "٪"):
        return "%", start - 1, end
    before = BEFORE.search(text[max(0, start - 14) : start])
    if before and not spelled:
        word = before[1].rstrip(".")
        unit = (
            "$"
            if word.endswith("$")
            else word
            if word in CODES
            else SYMBOLS.get(word) or BEFORE_NUMBERS.get(word.lower())
        )
        if before[2] and not unit:
            unit = known.get(word.lower())  # a tool's field: weight_kg: 4.35
        if unit and (not before[2] or unit):
            return unit, start if before[2] else start - len(before[0]), end
    if not spelled and (more := RANGE.match(text, end)) and (number := NUMBER.match(text, more.end())):
        unit, _, _ = _unit(text, number.start(), number.end())
        if (
            unit
            and unit not in ("clock", "date")
            and not (money(unit) and more[0].strip() in ("a", "x", "×"))
        ):
            return unit, start, end
    return "", start, end


def _inflected(word: str) -> str | None:
    """A unit with an ending that CLDR does not list."""
    known = _units()
    return next((known[word[:-n]] for n in (1, 2, 3) if len(word) - n >= 4 and word[:-n] in known), None)


def _dense_unit(word: str) -> str | None:
    """A unit at the beginning of a run of letters, in scripts that set no spaces between words."""
    if not _unspaced(word[:1]):
        return None
    known = _units()
    return next((known[word[:n]] for n in range(min(len(word), 4), 0, -1) if word[:n] in known), None)


def _cjk(number: str) -> int:
    total, digit = 0, 0
    for letter in number:
        if letter in CJK_DIGITS:
            digit = CJK_DIGITS[letter]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[letter]
            digit = 0
    return total + digit


def money(unit: str) -> bool:
    return unit in CODES or unit in SYMBOLS.values() or unit in ("kr", "peso")


def fits(one: str, other: str) -> bool:
    """Whether two units can be those of the same amount: one is not written, or they are the same."""
    if not one or not other or one == other:
        return True
    dollars = {"$", "USD", "MXN", "CAD", "AUD", "NZD", "ARS", "CLP", "COP", "SGD", "HKD", "peso"}
    if "$" in (one, other) or "peso" in (one, other):
        return {one, other} <= dollars
    return {one, other} in (
        {"¥", "JPY"},
        {"¥", "CNY"},
        {"kr", "SEK"},
        {"kr", "NOK"},
        {"kr", "DKK"},
        {"kr", "ISK"},
        {"hour", "clock"},
    )


def same(one: Figure, other: Figure) -> bool:
    """Whether two figures say the same."""
    if one.unit == "phone" or other.unit == "phone":
        return _same_phone(one, other)
    if one.unit == "link" and other.unit == "link":
        mine, theirs = (next(iter(f.keys)) for f in (one, other))
        return mine == theirs or theirs.startswith(f"{mine}/")
    if one.unit == "date" and other.unit == "date":
        return bool({k[:10] for k in one.keys} & {k[:10] for k in other.keys}) and _years_fit(one, other)
    return bool(one.keys & other.keys) and fits(
        one.unit if one.unit not in ("date", "clock") else "",
        other.unit if other.unit not in ("date", "clock") else "",
    )


def _years_fit(one: Figure, other: Figure) -> bool:
    mine, theirs = ({k[11:] for k in f.keys} for f in (one, other))
    return "" in mine or "" in theirs or bool(mine & theirs)


def _same_phone(one: Figure, other: Figure) -> bool:
    mine, theirs = (re.sub(r"\D", "", f.text) for f in (one, other))
    return (
        len(mine) >= 5
        and len(theirs) >= 5
        and (mine.lstrip("0").endswith(theirs.lstrip("0")) or theirs.lstrip("0").endswith(mine.lstrip("0")))
    )


def amount(figure: Figure) -> set[float]:
    """A figure as numbers; empty where it is none."""
    if figure.unit in ("phone", "link", "mail", "code", "date", "weekday", "clock"):
        return set()
    return {float(key) for key in figure.keys if key.replace(".", "", 1).isdigit()}
