"""Writes f/common/figures/locale_words.py from Unicode's CLDR: python windmill/deploy/locale_words.py [--check]

The words in which languages write weekdays, months, units, currencies and small numbers. Babel brings CLDR, num2words the numbers; neither is
needed where the product runs, because what it needs of them is written into one module. --check only says whether that module is current.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.numbers import get_currency_name
from babel.units import format_unit
from num2words import CONVERTER_CLASSES, num2words


def listed(words: str) -> list[str]:
    """The words of a table that is written as text."""
    return words.split()


TARGET = Path(__file__).resolve().parents[1] / "f" / "common" / "figures" / "locale_words.py"
LANGUAGES = listed(
    """
    ar bg bn ca cs da de el en es et eu fa fi fil fr gl he hi hr hu id is it ja ka kk ko lt lv mk ms nb nl pl pt ro ru sk sl sq sr sv sw ta
    te th tr uk ur uz vi zh
    """
)
# Seconds of each unit of time; months are a family of their own, because they have no fixed length.
UNITS = {
    "duration-minute": "minute", "duration-hour": "hour", "duration-day": "day", "duration-week": "week", "duration-month": "month",
    "duration-year": "year", "mass-gram": "g", "mass-kilogram": "kg", "length-millimeter": "mm", "length-centimeter": "cm",
    "length-yard": "yd", "length-meter": "m", "length-kilometer": "km", "volume-milliliter": "ml", "volume-liter": "l",
}  # fmt: skip
CURRENCIES = listed(
    """
    EUR USD GBP CHF JPY CNY INR BRL MXN ARS CLP COP PEN PLN CZK HUF RON BGN SEK NOK DKK ISK TRY RUB UAH ILS AED SAR EGP MAD ZAR NGN KES AUD
    CAD NZD SGD HKD KRW THB IDR VND PHP MYR
    """
)
# What several currencies are called alike: whose dollars they are need not be said.
FAMILIES = {
    "$": ("USD", "CAD", "AUD"), "peso": ("MXN", "ARS", "COP"), "kr": ("SEK", "NOK", "DKK"), "dirham": ("AED", "MAD"), "riyal": ("SAR", "QAR", "OMR"),
    "dinar": ("KWD", "JOD", "TND"), "rupee": ("INR", "PKR", "LKR"),
}  # fmt: skip
COUNTS = (1, 2, 3, 5, 11, 100, Decimal("1.5"))
NUMBERS = (*range(2, 32), 40, 50, 60, 70, 80, 90, 100)


def weekdays(language: str) -> Iterable[tuple[str, str]]:
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, name in get_day_names(width, context, language).items():
                yield name, str(number)


def months(language: str) -> Iterable[tuple[str, str]]:
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, name in get_month_names(width, context, language).items():
                yield name, str(number)


def periods(language: str) -> Iterable[tuple[str, str]]:
    """The halves of the day and its parts, as they stand beside a time: p.m., 下午, im Dezember nachmittags."""
    for widths in Locale.parse(language).day_periods.values():
        for width, names in widths.items():
            for period, name in names.items():
                short = re.sub(r"[\s.]", "", name)
                if (
                    period not in ("midnight", "noon")
                    and (width == "wide" or period in ("am", "pm"))
                    and (len(short) > 1)
                ):
                    yield name, "am" if period == "am" or period.startswith("morning") else "pm"


def units(language: str) -> Iterable[tuple[str, str]]:
    for unit, name in UNITS.items():
        for length in ("long", "short"):
            for count in COUNTS:
                written = format_unit(count, unit, length, locale=language)
                yield re.sub(r"[\d.,\u066b]+", "", written), name


def currencies(language: str) -> Iterable[tuple[str, str]]:
    """Names of one word: `euros`. A longer one (`Swiss francs`) says nothing that its code or symbol doesn't."""
    for code in CURRENCIES:
        for count in (None, *COUNTS):
            name = get_currency_name(code, count=count, locale=language)
            if " " not in name and "-" not in name:
                yield name, code
    for family, codes in FAMILIES.items():
        spelled = [
            " ".join(get_currency_name(c, count=n, locale=language) for n in (None, *COUNTS)) for c in codes
        ]
        shared = set.intersection(
            *({w.casefold() for w in re.findall(r"[^\W\d_]{3,}", names)} for names in spelled)
        )
        for word in shared:
            yield word, family


def numbers(language: str) -> Iterable[tuple[str, str]]:
    if language not in CONVERTER_CLASSES:
        return
    for number in NUMBERS:
        try:
            yield num2words(number, lang=language), str(number)
        except (NotImplementedError, OverflowError, IndexError, KeyError):
            return


def table(kind: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Words by what they mean: in lower case, without marks around them."""
    words: dict[str, set[str]] = defaultdict(set)
    for word, meaning in kind:
        clean = " ".join(re.sub(r"[\u200e\u200f\u061c.·]", "", word.casefold()).split()).strip(" ()-")
        if clean and not clean.isdigit():
            words[meaning].add(clean)
    return words


def merge_languages(tables: dict[str, dict[str, set[str]]]) -> str:
    """The words of all languages by what they mean: a line is meaning|word|word…; a word of two meanings (Mo, So) stands behind both: 0,6|so."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for words in tables.values():
        for meaning, spellings in words.items():
            for word in spellings:
                meanings[word].add(meaning)
    lines: dict[str, list[str]] = defaultdict(list)
    for word, of in meanings.items():
        lines[",".join(sorted(of))].append(word)
    return "\n".join("|".join([meaning, *sorted(words)]) for meaning, words in sorted(lines.items()))


def list_by_language(tables: dict[str, dict[str, set[str]]]) -> str:
    """The words by their language: a line is language|word|word…"""
    lines = [(language, sorted(set().union(*words.values()))) for language, words in tables.items()]
    return "\n".join("|".join([language, *words]) for language, words in lines)


def dict_literal(name: str, texts: dict[str, str]) -> str:
    body = "".join(f'    "{kind}": """\\\n{text}\n""",\n' for kind, text in texts.items())
    return f"{name} = {{\n{body}}}\n"


def module() -> str:
    tables: dict[str, dict[str, dict[str, set[str]]]] = {}
    for kind in (weekdays, months, periods, units, currencies, numbers):
        tables[kind.__name__] = {
            language: words for language in LANGUAGES if (words := table(kind(language)))
        }
    meanings = {kind: merge_languages(of).replace("\\", "") for kind, of in tables.items()}
    languages = {kind: list_by_language(tables[kind]).replace("\\", "") for kind in ("units", "numbers")}
    return (
        '"""Words for weekdays, months, units, currencies and small numbers. windmill/deploy/locale_words.py writes this file.\n\n'
        "From Unicode's CLDR; Unicode licence (unicode.org/license.txt). A line of MEANINGS: meaning|word|word…, of all languages together, because\n"
        "every turn reads them; of LANGUAGES: language|word|word…\n"
        '"""\n\n# ruff: noqa: E501, RUF001 - the scripts of many languages\nfrom __future__ import annotations\n\n'
        + dict_literal("MEANINGS", meanings)
        + dict_literal("LANGUAGES", languages)
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when the module is out of date"
    )
    check = parser.parse_args().check
    text = module()
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    if check:
        print("f/common/figures/locale_words.py is out of date: run `make bundle`")
        return 1
    TARGET.write_text(text)
    print("f/common/figures/locale_words.py written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
