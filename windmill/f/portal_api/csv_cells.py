"""A table as CSV that no spreadsheet program runs, whatever its separator is.

A program splits a line where its locale says: at commas, at semicolons in Spain and Germany, at tabs. It ignores quotes that are not at the
edge of what it takes for a cell, so text after any separator can become a cell of its own, and a cell that begins like a formula is run.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

# What a cell may begin with without it showing: spaces, quotes, and characters of no width. No separator is among them: each begins a cell of its
# own, and a customer's message of nothing but tabs would be looked through once for each of them.
_UNSEEN = (
    r"(?:[^\S\t\r\n]|[\"'\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb])*+"
)
# The signs that begin a formula, also as East Asian keyboards write them (programs read those as the plain ones), and the minus sign.
_SIGNS = "=+@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20-"
_FORMULA = re.compile(rf"(^|[,;:|\t\r\n])(?={_UNSEEN}[{_SIGNS}])")


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """The whole table, every cell in quotes."""
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(header)
    table.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as text; an apostrophe stands before whatever could begin a formula."""
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return _FORMULA.sub(r"\1'", text)
