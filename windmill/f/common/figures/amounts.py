"""What figures mean: whether two say the same, their units, and their readings as numbers, times or days."""

from __future__ import annotations

import re
from typing import NamedTuple

from f.common.figures.words import AS_WRITTEN, CODES, SYMBOLS, word_set

DAYS = ("weekday", "date")  # units
BUDDHIST = 543  # years that Thailand's calendar is ahead
# What currencies of several countries are called alike.
FAMILIES = {
    "kr": word_set("SEK NOK DKK ISK"), "peso": word_set("MXN ARS CLP COP PHP"), "dirham": word_set("AED MAD"), "riyal": word_set("SAR QAR OMR"),
    "dinar": word_set("KWD JOD TND RSD"), "rupee": word_set("INR PKR LKR"),
}  # fmt: skip


CURRENCIES = frozenset(
    {*CODES, *SYMBOLS.values(), *(unit for unit in AS_WRITTEN.values() if len(unit) == 3 and unit.isupper())}
)


LAKHS = r"\d{1,2}(?:,\d\d)+,\d{3}(?!\d)"  # 1,50,000 in India


class Figure(NamedTuple):
    """One figure of a text, at text[start:end]. `unit`: EUR, day, kg, %, clock, date, weekday, phone, link, mail, code; '' where none is written."""

    text: str
    start: int
    end: int
    keys: frozenset[str]
    unit: str


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
        found |= date_keys(None, day[2], day[1])
    if re.fullmatch(LAKHS, number):
        found.add(number.replace(",", ""))
    if number.isdigit():
        found.add(number.lstrip("0") or "0")
        if int(number) < 25:
            found.add(f"at {int(number)}:00")
            if 1 <= int(number) < 12:
                found.add(f"at {int(number) + 12}:00")
    return found


def date_keys(year: str | None, month: str | None, day: str | None) -> set[str]:
    if not month or not day or not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        return set()
    short = f"date:{int(month):02d}-{int(day):02d}"
    if not year:
        return {short}
    of_era = int(year) + 2000 if len(year) == 2 else int(year)
    return {f"{short}/{of_era - BUDDHIST if of_era > BUDDHIST + 1900 else of_era}"}


def money(unit: str) -> bool:
    return unit in CURRENCIES or unit in FAMILIES


def is_price(figure: Figure) -> bool:
    """Whether it is what something costs, or a share of that."""
    return money(figure.unit) or figure.unit == "%"


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
        {"hour", "clock"},
    ) or any(other in FAMILIES.get(one, ()) for one, other in ((one, other), (other, one)))


def same(one: Figure, other: Figure) -> bool:
    """Whether two figures say the same."""
    if one.unit == "phone" or other.unit == "phone":
        return _same_phone(one, other)
    if one.unit == "link" and other.unit == "link":
        mine, theirs = (next(iter(f.keys)) for f in (one, other))
        return mine == theirs or theirs.startswith(f"{mine}/")
    if one.unit == "date" and other.unit == "date":
        days, others = ({k[:10] for k in f.keys if k.startswith("date:")} for f in (one, other))
        return bool(days & others) and _years_fit(one, other)
    return bool(one.keys & other.keys) and fits(
        one.unit if one.unit not in ("date", "clock") else "",
        other.unit if other.unit not in ("date", "clock") else "",
    )


def _years_fit(one: Figure, other: Figure) -> bool:
    mine, theirs = ({k[11:] for k in f.keys if k.startswith("date:")} for f in (one, other))
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


def alike(one: Figure, other: Figure) -> bool:
    """Whether two figures are of one kind, so that one could be taken for the other."""
    kinds = ("clock", "weekday", "date", "phone", "link", "mail", "code")
    if one.unit in kinds or other.unit in kinds:
        return one.unit == other.unit
    return fits(one.unit, other.unit) and bool(one.unit) == bool(other.unit)


def span_around(text: str, figure: Figure, ends: re.Pattern[str]) -> tuple[int, int]:
    """Where the part of a text begins and ends that holds a figure, between the nearest matches of a pattern on either side of it."""
    start = max((m.end() for m in ends.finditer(text) if m.end() <= figure.start), default=0)
    end = min((m.start() for m in ends.finditer(text) if m.start() >= figure.end), default=len(text))
    return start, end
