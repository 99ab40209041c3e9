"""Reads workbooks as Excel 2003 saves them in XML, and as many programs still export them, also under a name that ends in .xls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from f.common.problems import message
from f.documents.page import Limits, Page, Unreadable, combined
from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.grid import spread
from f.documents.tables.rows import table_pages

_S = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"
WORKBOOK = f"{_S}Workbook"
_WIDEST = 200  # columns that a row is filled up to


def workbook_pages(root: Any, limits: Limits) -> Iterator[Page]:
    """Sheet after sheet; without hidden ones, which the first page names."""
    sheets = root.findall(f"{_S}Worksheet")
    hidden = [
        one
        for one in sheets
        if one.findtext(f"{_X}WorksheetOptions/{_X}Visible", "") in ("SheetHidden", "SheetVeryHidden")
    ]
    names = ", ".join(cell_text(one.get(f"{_S}Name")) for one in hidden)
    warnings = [message("sheets_left_out", names=names)] if hidden else []
    number = 1
    for sheet in sheets:
        table = sheet.find(f"{_S}Table")
        if sheet in hidden or table is None:
            continue
        for one in table_pages(cell_text(sheet.get(f"{_S}Name")), spread(_rows(table)), number, limits):
            one["warning"] = combined(warnings)
            warnings, number = [], number + 1
            yield one
    if number == 1:
        raise Unreadable("workbook_empty")


def _rows(table: Any) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Each row's mark, and its cells with the columns and rows that each one spans. A row or cell may say its number, after a gap."""
    hidden = _hidden_columns(table)
    last = 0
    for row in table.findall(f"{_S}Row"):
        at = _number(row, "Index", last + 1)
        if at > last + 1:
            yield "", []
        last = at
        if row.get(f"{_S}Hidden") == "1":
            continue
        cells: list[tuple[str, int, int]] = []
        place = 1
        for cell in row.findall(f"{_S}Cell"):
            start = min(_number(cell, "Index", place), _WIDEST)
            cells += [("", 1, 1)] * (start - place - sum(place <= one < start for one in hidden))
            wide, high = 1 + _number(cell, "MergeAcross", 0), 1 + _number(cell, "MergeDown", 0)
            if start not in hidden:
                cells.append((_text(cell), wide, high))
            place = max(start, place) + wide
        yield "", cells


def _hidden_columns(table: Any) -> set[int]:
    found: set[int] = set()
    place = 1
    for column in table.findall(f"{_S}Column"):
        place = _number(column, "Index", place)
        after = place + 1 + min(_number(column, "Span", 0), _WIDEST)
        if column.get(f"{_S}Hidden") == "1":
            found.update(range(place, after))
        place = after
    return found


def _text(cell: Any) -> str:
    data = cell.find(f"{_S}Data")
    if data is None:
        return ""
    text = "".join(data.itertext())
    if data.get(f"{_S}Type") == "DateTime":
        text = (
            text.removesuffix(".000").removesuffix("T00:00:00").removeprefix("1899-12-31T").replace("T", " ")
        )
    return with_address(cell_text(text), cell.get(f"{_S}HRef") or "")


def _number(one: Any, name: str, otherwise: int) -> int:
    value = one.get(f"{_S}{name}", "")
    return int(value) if value.isdecimal() and len(value) < 8 else otherwise
