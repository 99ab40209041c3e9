"""Numbers, dates and durations as a sheet shows them, by their number format: €12.50, 00042, 26:30.

Marks for thousands and decimals are the English ones, as they stand in the format itself. A date whose order depends on the reader's own
computer is shown as year, month, day.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from f.documents.tables.cells import cell_text

_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[(h+|m+|s+)\]|\[([<>=]+)([\d.-]+)\]|\[[^\]]*\]|(am/pm|a/p|y+|m+|d+|h+|s+(?:\.0+)?)|(.)',
    re.IGNORECASE | re.DOTALL,
)
_FRACTION = re.compile(r" *(?:(?P<whole>[0#?]+) +)?[0#?]+ ?/ ?(?P<of>[0#?]+|[1-9]\d{0,3})(?P<rest>[^0#?/]*)")
_OTHER_ORDER = frozenset({"mm-dd-yy", "m/d/yy h:mm", "d-mmm-yy", "d-mmm", "mmm-yy"})
_TESTS = {
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "=": lambda a, b: a == b,
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b, "<>": lambda a, b: a != b,
}  # fmt: skip
_LONGEST_FORMAT = 300

Token = tuple[str, str]  # what it is (text, elapsed, test, date, sign), and its characters


def shown(value: object, code: str) -> str:
    """A cell's value as the sheet shows it."""
    if value is None or isinstance(value, bool | str) or not code or len(code) > _LONGEST_FORMAT:
        return cell_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return cell_text(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return cell_text(_moment(value, code))
    if isinstance(value, int | float):
        return cell_text(_number(value, code))
    return cell_text(value)


@lru_cache(maxsize=500)
def _sections(code: str) -> list[list[Token]]:
    """A format's parts: for positive numbers, negative ones, zero, text."""
    found: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code):
        text, escaped, currency, elapsed, test, limit, date, sign = match.groups()
        if sign == ";":
            found.append([])
        elif text or escaped or currency:
            found[-1].append(("text", text or escaped or currency))
        elif elapsed:
            found[-1].append(("elapsed", elapsed.lower()))
        elif test:
            found[-1].append(("test", f"{test} {limit}"))
        elif date:
            found[-1].append(("date", date.lower()))
        elif sign:
            found[-1].append(("sign", sign))
        elif match[0].startswith("_"):
            found[-1].append(("text", " "))
    return found


def _number(value: float, code: str) -> str:
    sections = _sections(code)
    tests = [[t for k, t in one if k == "test"] for one in sections]
    negative = value < 0
    if any(tests):
        place = next((n for n, one in enumerate(tests) if all(_holds(value, t) for t in one)), 0)
    elif len(sections) > 2 and value == 0:
        place = 2
    else:
        place = 1 if negative and len(sections) > 1 else 0
        negative = negative and place == 0
    section = [one for one in sections[place] if one[0] != "test"]
    signs = "".join(text for kind, text in section if kind == "sign")
    if "general" in code.lower() or "@" in signs or re.search(r"[eE][+-]", signs):
        return cell_text(value)
    if any(kind in ("date", "elapsed") for kind, _ in section):
        return cell_text(value)
    fraction = _FRACTION.fullmatch(signs)
    if "/" in signs and not fraction:
        return cell_text(value)
    if not re.search(r"[0#?]", signs):
        return "".join(text for _, text in section)
    text = _fraction(abs(value), section, fraction) if fraction else _digits(abs(value), section, signs)
    return f"-{text}" if negative and re.search(r"[1-9]", text) else text


def _holds(value: float, test: str) -> bool:
    sign, limit = test.split(" ")
    return sign in _TESTS and bool(_TESTS[sign](value, float(limit)))


def _digits(value: float, section: list[Token], signs: str) -> str:
    pattern = re.sub(r"[^0#?.,]", "", signs)
    whole, _, part = pattern.partition(".")
    # Commas behind the last place: so many thousands.
    thousands = sum(len(places) - len(places.rstrip(",")) for places in (whole, part))
    scaled = Decimal(repr(value)) * 100 ** signs.count("%") / 1000**thousands
    places = sum(character in "0#?" for character in part)
    rounded = (
        str(scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
        if places
        else str(scaled.quantize(Decimal(1), ROUND_HALF_UP))
    )
    integer, _, decimals = rounded.partition(".")
    kept = max((n for n, c in enumerate(re.sub(r"[^0#?]", "", part), 1) if c == "0"), default=0)
    decimals = (
        "" if "%" in signs and set(decimals) == {"0"} else decimals[:kept] + decimals[kept:].rstrip("0")
    )
    if set(integer) == {"0"} and "0" not in whole:
        integer = ""
    integer = integer.zfill(whole.count("0"))
    marks = whole.rstrip(",")
    grouped = f"{int(integer or 0):,}" if "," in marks and integer else integer
    return "".join(_filled(section, grouped, decimals, sum(c in "0#?" for c in marks), "," in marks))


def _fraction(value: float, section: list[Token], places: re.Match[str]) -> str:
    """1 1/2: with the format's denominator, or the nearest one that has no more digits than its places."""
    of = places["of"]
    fixed = of[0] in "123456789"
    number = Fraction(repr(value))
    if fixed:
        number = Fraction(int(number * int(of) + Fraction(1, 2)), int(of))
    else:
        number = number.limit_denominator(10 ** min(len(of), 4) - 1)
    whole, rest = divmod(number, 1) if places["whole"] is not None else (0, number)
    parts = [str(whole)] if whole or not rest else []
    if rest:
        scale = int(of) // rest.denominator if fixed else 1
        parts.append(f"{rest.numerator * scale}/{rest.denominator * scale}")
    before, after, place = "", "", 0
    for kind, text in section:
        if place >= places.start("rest"):
            after += text
        elif kind == "text" and place <= places.start("whole" if places["whole"] else 0):
            before += text
        place += len(text) * (kind == "sign")
    return f"{before}{' '.join(parts)}{after}"


def _filled(section: list[Token], integer: str, decimals: str, places: int, grouped: bool) -> Iterator[str]:
    """The format's characters with the figures in their places, the first of which takes all that are too many."""
    taken, after, done = 0, False, False
    for kind, text in section:
        if kind != "sign" or text not in "0#?.,":
            yield text
        elif text == ".":
            after = True
            yield "." if decimals else ""
        elif after:
            yield "" if done else decimals
            done = True
        elif text != ",":
            taken += 1
            if grouped:
                yield integer if taken == places else ""
            else:
                end = len(integer) - (places - taken)
                start = 0 if taken == 1 else max(end - 1, 0)
                yield integer[start : max(end, 0)]


def _moment(value: datetime.datetime | datetime.date | datetime.time | datetime.timedelta, code: str) -> str:
    section = _sections(code)[0]
    parts = [text for kind, text in section if kind in ("date", "elapsed")]
    if isinstance(value, datetime.timedelta):
        return _elapsed(value.total_seconds(), section if any(k == "elapsed" for k, _ in section) else [])
    named = any(text.startswith(("mmm", "ddd")) for text in parts)
    foreign = named and re.search(r"\[\$[^\]]*-(?!0*4?09\])", code)
    whole_day = isinstance(value, datetime.datetime) and value.time() == datetime.time()
    if whole_day and code.lower().startswith(
        "yyyy-mm-dd h"
    ):  # as programs write a day that people didn't format
        return cell_text(value)
    if code.lower() in _OTHER_ORDER or foreign or not parts or any(kind == "elapsed" for kind, _ in section):
        return cell_text(value)
    return "".join(_dated(value, section, any(text in ("am/pm", "a/p") for text in parts)))


def _elapsed(seconds: float, section: list[Token]) -> str:
    """A duration, whose first unit holds all of it: 26:30."""
    total = round(seconds)
    section = section or [("elapsed", "h"), ("sign", ":"), ("date", "mm")]
    found, unit = [], ""
    for kind, text in section:
        if kind == "elapsed":
            unit = text[0]
            size = {"h": 3600, "m": 60, "s": 1}[unit]
            found.append(f"{total // size:0{len(text)}d}")
        elif kind == "date" and text[0] in "ms":
            found.append(f"{total // 60 % 60 if text[0] == 'm' else total % 60:0{len(text.split('.')[0])}d}")
        else:
            found.append(text)
    return "".join(found)


def _dated(
    value: datetime.datetime | datetime.date | datetime.time, section: list[Token], half: bool
) -> Iterator[str]:
    dates = [text for kind, text in section if kind == "date"]
    place = -1
    for kind, text in section:
        if kind != "date":
            yield text
            continue
        place += 1
        before = dates[place - 1][0] if place else ""
        after = dates[place + 1][0] if place + 1 < len(dates) else ""
        yield _unit(value, text, text[0] == "m" and len(text) < 3 and (before == "h" or after == "s"), half)


def _unit(
    value: datetime.datetime | datetime.date | datetime.time, text: str, minutes: bool, half: bool
) -> str:
    """One unit of a date. The time alone has no day, and a day alone no time: what is asked of it in vain is ""."""
    if text in ("am/pm", "a/p"):
        return ("AM", "PM")[value.hour >= 12] if isinstance(value, datetime.datetime | datetime.time) else ""
    if minutes or text[0] in "hs":
        if not isinstance(value, datetime.datetime | datetime.time):
            return ""
        hour = (value.hour % 12 or 12) if half else value.hour
        number = value.minute if minutes else hour if text[0] == "h" else value.second
        return f"{number:0{min(len(text.split('.')[0]), 2)}d}"
    if not isinstance(value, datetime.date):
        return ""
    if text[0] == "y":
        return f"{value.year % 100:02d}" if len(text) < 3 else str(value.year)
    number, names = (value.month, ("%b", "%B")) if text[0] == "m" else (value.day, ("%a", "%A"))
    return f"{number:0{len(text)}d}" if len(text) < 3 else value.strftime(names[len(text) > 3])
