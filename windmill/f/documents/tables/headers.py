"""Tells a table's header from its rows: by the document's own mark, or because its cells are of another kind than those below.

A row's place alone proves nothing: most two-column tables of small businesses have no header at all.
"""

# Letters of many scripts and their marks are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from f.documents.tables.header_words import begins_with_day, names_columns

_MONEY = re.compile(
    r"[€$£¥₹₺₪₽฿₫₩₴₱元円]|\b(?:eur|usd|gbp|chf|tl|try|zł|pln|kč|czk|kr|sek|nok|dkk|ft|huf|lei|ron|лв|руб|грн|дин|kn|rs|inr|aed|mad|dh)\b\.?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\s\d.,:%'’+()/-]*\d[\s\d.,:%'’+()/-]*")
_TIME = re.compile(
    r"\d{1,2}[:h]\d{0,2}\b|\d{1,2}(?::\d\d)?\s*(?:am|pm)\b|\d{1,2}(?:[.:]\d\d)?\s*[-–]\s*\d{1,2}(?:[.:]\d\d)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-](?:\d{2,4})?")
_YEAR = re.compile(r"(?:19|20)\d\d")
# What stands in a cell as a value and never names a column.
_VALUE_WORDS = (
    "closed free included yes no none n/a gratis frei kostenlos geschlossen ja nein inklusive cerrado incluido sí si fermé gratuit compris inclus"
    " oui non chiuso gratuito incluso fechado grátis incluído sim não gesloten inbegrepen nee zamknięte bezpłatnie tak nie kapalı ücretsiz evet"
    " hayır zavřeno zdarma ano ne stängt ingår закрыто бесплатно да нет κλειστά δωρεάν ναι όχι 休み 無料 定休日 免费 关闭 סגור חינם مغلق مجاني"
    " đóng ปิด ฟรี बंद निःशुल्क - – — x ✓ ✔ ✗"
)
_VALUES = frozenset(_VALUE_WORDS.split())
_PRICE = re.compile(
    r"(?:price|cost|fee|rate|preis|kosten|gebühr|prix|tarif|precio|coste|prezzo|costo|preço|prijs|cena|opłata|fiyat|ücret|pris|цена|стоимость|τιμή|料金|価格|价格|giá|السعر|מחיר)",
    re.IGNORECASE,
)
_FIGURES = frozenset({"money", "percent", "time", "date", "year", "number"})
_NAMES = frozenset({"text", "mixed"})


def kind(cell: str) -> str:
    """What a cell holds: "", text, mixed (words with figures), money, percent, time, date, year or number."""
    text = cell.strip()
    if not any(map(str.isdigit, text)):
        return "text" if text else ""
    if _YEAR.fullmatch(text):
        return "year"
    if "%" in text and _NUMBER.fullmatch(text):
        return "percent"
    if _DATE.fullmatch(text):
        return "date"
    if _NUMBER.fullmatch(_TIME.sub("0", text)):
        return "time" if _TIME.search(text) else "number"
    if _NUMBER.fullmatch(_MONEY.sub("", text)):
        return "money"
    return "mixed"


def is_value(cell: str) -> bool:
    """True for a word that is an answer, as "closed" or "free"."""
    return cell.strip().casefold() in _VALUES


def says_price(text: str) -> bool:
    """True for a text with a figure and a currency."""
    return any(map(str.isdigit, text)) and bool(_MONEY.search(text))


def has_figures(row: Sequence[str]) -> bool:
    """True if a cell is a price, a time, a number; years name columns, too."""
    return any(kind(cell) in _FIGURES - {"year"} for cell in row)


def looks_like_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """True if this row's cells are of another kind than those of the rows below it."""
    filled = [place for place, cell in enumerate(row) if cell]
    below = [one for one in below if sum(map(bool, one)) > 1]
    if len(filled) < 2 or not below or any(is_value(row[place]) for place in filled):
        return False
    first = next(place for one in below for place, cell in enumerate(one) if cell)
    labels = [one[first] for one in below if first < len(one) and one[first]]
    if first < len(row) and begins_with_day(row[first]) and any(map(begins_with_day, labels)):
        return False  # the first of the days' rows
    names = [place for place in filled if place > first] or filled
    kinds = {place: kind(row[place]) for place in names}
    columns = {place: [one[place] for one in below if place < len(one) and one[place]] for place in names}
    if any(kinds[place] in _FIGURES for place in names):
        return _counts_on([row[place] for place in names], below, names)
    if kind(row[first] if first < len(row) else "") in _FIGURES:
        return False
    alone = len(names) == 1
    differing = [
        place
        for place in names
        if _differs(kinds[place], columns[place], alone) or _is_price(row[place], columns[place])
    ]
    known = [place for place in names if columns[place]]
    if differing and len(differing) * 2 >= len(known):
        return True
    figures = [place for place in known if all(kind(cell) in _FIGURES for cell in columns[place])]
    if len(figures) > 1 and len({row[place] for place in names}) == len(names):
        return True  # an export's many columns of words beside its prices and amounts
    if len(names) < 2 or any(row[place] in columns[place] for place in names):
        return False
    # Figures before each row, and a word or nothing above them; or the names of days.
    if sum(kind(label) in _FIGURES for label in labels) * 2 > len(labels):
        return True
    if names_columns([cell for cell in row if cell]) and not any(
        names_columns(list(filter(None, one))) for one in below[:3]
    ):
        return True
    return len(names) > 1 and _only_names(row, names, columns, first)


def _differs(name: str, cells: Sequence[str], alone: bool) -> bool:
    """True if most cells of a column are figures, or answers beside figures; all of them where no other column speaks."""
    figures = sum(kind(cell) in _FIGURES for cell in cells)
    if not figures:
        return False
    answers = sum(is_value(cell) for cell in cells)
    if alone:
        return name == "text" and figures + answers == len(cells)
    return (figures + answers) * 2 > len(cells)


def _is_price(name: str, cells: Sequence[str]) -> bool:
    """True for the word "price" above cells most of which hold a figure, among words: "90, half board 115"."""
    figures = sum(any(map(str.isdigit, cell)) for cell in cells)
    return figures * 2 > len(cells) and bool(_PRICE.match(name))


def _counts_on(names: Sequence[str], below: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    """True for years, sizes or days that go up in steps, above cells that don't."""
    kinds = {kind(name) for name in names}
    if len(kinds) != 1 or len(names) < 2:
        return False
    under = Counter(kind(one[place]) for one in below for place in places if place < len(one) and one[place])
    if not under:
        return False
    if kinds <= {"year", "date"}:
        return len(set(names)) == len(names) and not kinds & set(under)
    if kinds != {"number"} or not all(name.isdigit() for name in names) or not _climbs(names):
        return False
    rows = [[one[place] for place in places if place < len(one) and one[place].isdigit()] for one in below]
    climbing = sum(_climbs(one) for one in rows if len(one) > 1)
    if _steps(names) and len(names) > 2:
        return under["number"] == 0 or not all(_steps(one) for one in rows if len(one) > 2)
    return under["number"] == 0 or (len(names) > 2 and climbing * 2 < len(rows))


def _climbs(names: Sequence[str]) -> bool:
    values = [int(name) for name in names if len(name) < 16]
    return len(values) == len(names) > 1 and all(a < b for a, b in pairwise(values))


def _steps(names: Sequence[str]) -> bool:
    values = [int(name) for name in names]
    return len({b - a for a, b in pairwise(values)}) == 1 and values[1] > values[0]


def _only_names(row: Sequence[str], names: Sequence[int], columns: dict[int, list[str]], first: int) -> bool:
    """For a table of words alone: its header's cells are short, all different, and come in no row; the cells below are longer, or repeat."""
    if len({row[place] for place in names}) < len(names) or any(kind(row[p]) != "text" for p in names):
        return False
    if any(row[place] in columns[place] for place in names) or max(len(row[p]) for p in names) > 40:
        return False
    if first < len(row) and not row[first]:
        return True
    told = 0
    for place in names:
        cells = columns[place]
        if not cells:
            continue
        longer = sum(map(len, cells)) / len(cells) >= 1.6 * len(row[place])
        told += longer or len(set(cells)) < len(cells) or any(kind(cell) == "mixed" for cell in cells)
    return told * 2 >= len(names)
