"""What Meta charges for messages: .venv/bin/python windmill/deploy/rates.py [CARD.csv --since 2027-01-01]

Without a file it prints the rates of today and where they come from. With Meta's rate card as CSV (pricing page of the WhatsApp Business Platform)
it stores those rates as the operator's own, which count from that day on before the ones that Chatmill ships. The card's columns Market, Marketing,
Utility, Authentication, Service and Authentication-International are read, whatever stands above and beside them; `n/a` is no rate. Another
currency than US dollars needs --usd-per-unit. Nothing is stored when a row can't be read. Needs DATABASE_URL; what the environment lacks is
taken from .env.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy.environment import add_env_file, load, missing

# The card's columns and the categories of a status's `pricing`.
CATEGORIES = {
    "marketing": "marketing",
    "utility": "utility",
    "authentication": "authentication",
    "authentication-international": "authentication_international",
    "service": "service",
}
NO_RATE = ("", "n/a", "-")
STORE = (
    "insert into meta_rates (market, category, since, own, usd, source) values (%s, %s, %s, true, %s, %s)"
    " on conflict (market, category, since, own) do update set usd = excluded.usd, source = excluded.source"
)
TODAY = (
    "select distinct on (market, category) market, category, usd, since, source from meta_rates where since <= current_date"
    " order by market, category, own desc, since desc"
)


class CardError(Exception):
    """What is wrong with the card, as a sentence."""


def read_card(lines: list[str], usd_per_unit: Decimal) -> list[tuple[str, str, Decimal]]:
    """Market, category and US dollars of each rate on a card. Raises CardError with the number of the line."""
    rows = list(csv.reader(lines))
    head = next((n for n, row in enumerate(rows) if "market" in [cell.strip().lower() for cell in row]), None)
    if head is None:
        raise CardError("no line has the column Market: is this Meta's rate card as CSV?")
    columns = [cell.strip().lower().replace(" ", "-") for cell in rows[head]]
    places = {CATEGORIES[name]: place for place, name in enumerate(columns) if name in CATEGORIES}
    if not places:
        raise CardError(f"line {head + 1} names none of the columns {', '.join(CATEGORIES)}")
    rates: list[tuple[str, str, Decimal]] = []
    for number, row in enumerate(rows[head + 1 :], head + 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False)}
        currency = cells.get("currency", "$US")
        if usd_per_unit == 1 and "US" not in currency.upper():
            raise CardError(
                f"line {number} is in {currency}: say with --usd-per-unit how many dollars one is"
            )
        for category, place in places.items():
            written = row[place].strip() if place < len(row) else ""
            if written.lower() not in NO_RATE:
                rates.append((cells["market"], category, in_dollars(written, number) * usd_per_unit))
    if not rates:
        raise CardError("the card has no rates")
    return rates


def in_dollars(written: str, number: int) -> Decimal:
    try:
        rate = Decimal(written.strip("$€£ "))
    except InvalidOperation:
        rate = Decimal("nan")
    if not (rate.is_finite() and 0 <= rate < 10):
        raise CardError(f"line {number}: {written!r} is no rate for one message")
    return rate


def store(
    conn: psycopg.Connection[Any], rates: list[tuple[str, str, Decimal]], since: date, source: str
) -> int:
    """Stores the operator's rates, all or none; how many there are. Raises CardError where a market is unknown."""
    known = {
        row[0] for row in conn.execute("select market from meta_markets union select market from meta_rates")
    }
    unknown = sorted({market for market, _, _ in rates} - known)
    if unknown:
        names = ", ".join(unknown)
        raise CardError(
            f"no calling code is known of {names}: add it to meta_markets in sql/schema/charges.sql first"
        )
    with conn.transaction(), conn.cursor() as cursor:
        cursor.executemany(STORE, [(market, category, since, usd, source) for market, category, usd in rates])
    return len(rates)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("card", nargs="?", type=Path, help="Meta's rate card as CSV")
    parser.add_argument(
        "--since", type=date.fromisoformat, help="the first day of the card's rates, as 2027-01-01"
    )
    parser.add_argument(
        "--usd-per-unit", type=Decimal, default=Decimal(1), help="US dollars for one of the card's currency"
    )
    add_env_file(parser)
    arguments = parser.parse_args()
    if arguments.card and not arguments.since:
        parser.error("--since says from which day on the card's rates count")
    load(arguments.env_file)
    if problem := missing(("DATABASE_URL",), arguments.env_file):
        print(problem, file=sys.stderr)
        return 2
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as conn:
            if arguments.card:
                rates = read_card(arguments.card.read_text("utf-8-sig").splitlines(), arguments.usd_per_unit)
                count = store(conn, rates, arguments.since, arguments.card.name)
                print(f"{count} rates of {arguments.card.name} count from {arguments.since} on")
            else:
                for market, category, usd, since, source in conn.execute(TODAY):
                    print(f"{market:34} {category:28} {usd:9.4f} USD  since {since}, {source}")
    except (psycopg.Error, CardError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
