# requirements: documents
"""Reads a table in a text file: comma, semicolon, tab or bar between its cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from f.documents.page import Limits, Page, Unreadable
from f.documents.plain_text import decode
from f.documents.tables.rows import cell_text, table_pages

_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)\r?\n")  # Excel's own first line
# How people keep Excel from taking a telephone number for a sum: ="+49 30 …" and '+49 30 …
_ESCAPED = re.compile(r"""^(?:="([^"]*)"|'(?=[+=@\d-])(.*))$""", re.DOTALL)
_MOST_MARKS = 10_000_000  # cells and lines: a row of a cell each costs a hundred bytes


def csv_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The rows, each with the header's names."""
    text = decode(content)
    if text is None:
        raise Unreadable("text_encoding")
    text = text.lstrip("\ufeff").replace("\x00", "")
    declared = _SEPARATOR.match(text)
    delimiter = declared[1] if declared else _delimiter(text)
    text = text[declared.end() :] if declared else text
    if text.count(delimiter) + text.count("\n") + text.count("\r") > _MOST_MARKS:
        raise Unreadable("table_too_large")
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = table_pages("", ([cell_text(_ESCAPED.sub(r"\1\2", c)) for c in row] for row in reader), 1, limits)
    try:
        first = next(found, None)
        if first is None:
            raise Unreadable("table_empty")
        yield first
        yield from found
    except csv.Error as error:
        raise Unreadable("table_unreadable", line=reader.line_num) from error


def _delimiter(text: str) -> str:
    """The mark that cuts the first lines into the same number of cells, two at least."""
    first = [line for line in text[:20_000].splitlines()[:20] if line.strip()]

    def cells(mark: str) -> int:
        counts = [len(row) for row in csv.reader(first, delimiter=mark)]
        return max(set(counts), key=counts.count) * counts.count(counts[0]) if counts and counts[0] > 1 else 0

    try:
        return max(_DELIMITERS, key=cells)
    except csv.Error:
        return ","
