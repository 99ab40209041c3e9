# requirements: documents
"""Reads Excel workbooks as a reader sees them: values in their number format, links, merged cells; no hidden sheets, rows or columns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from f.common.problems import Message, message
from f.documents.clean import clean, raised
from f.documents.office import archive
from f.documents.office.sheet_boxes import box_rows
from f.documents.office.sheet_marks import Marks, has_marked_runs, sheet_marks
from f.documents.page import Limits, Page, Unreadable, combined
from f.documents.tables.cells import with_address
from f.documents.tables.number_formats import shown
from f.documents.tables.rows import Row, table_pages

_MOST_SPANNED = 50_000_000  # cells of a workbook, with the empty ones before the last one of each row
_WIDTH = 200  # columns that a row is filled up to
_MOST_NAMED = 8  # cells or columns that a warning names


def xlsx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A workbook, sheet after sheet, rows as they come. The first page of a sheet says what was left out."""
    archive.check(content, limits, streamed=("xl/worksheets/", "xl/sharedStrings"))
    book = archive.opened(lambda: _opened(archive.transitional(content)))
    number = 1
    sheets = _Sheets()
    hidden = [clean(sheet.title) for sheet in book.worksheets if sheet.sheet_state != "visible"]
    warnings = [message("sheets_left_out", names=_named(hidden))] if hidden else []
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            name = clean(sheet.title)
            marks = archive.opened(partial(sheet_marks, book._archive, sheet._worksheet_path))
            warnings += _left_out(name, marks)
            boxes = archive.opened(partial(box_rows, book._archive, sheet._worksheet_path))
            rows = chain(sheets.rows(sheet, marks), boxes)
            for one in archive.read(table_pages(name, rows, number, limits)):
                number += 1
                if sheets.struck:
                    warnings.append(message("page_text_struck", page=one["number"]))
                one["warning"] = combined(warnings)
                warnings, sheets.struck = [], False
                yield one
    finally:
        book.close()
    if number == 1:
        raise Unreadable("workbook_empty")


def _opened(content: bytes) -> Any:
    """The workbook, its shared texts without the words that are struck out in them."""
    import openpyxl
    from openpyxl.cell.rich_text import CellRichText

    rich = has_marked_runs(content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, rich_text=rich)
    texts = book.worksheets[0]._shared_strings if rich and book.worksheets else []
    for place, text in enumerate(texts):
        if isinstance(text, CellRichText):
            texts[place] = "".join(_run(one) for one in text)
    return book


def _run(run: Any) -> str:
    if isinstance(run, str):
        return run
    if run.font.strike:
        return ""
    return raised(run.text) if run.font.vertAlign == "superscript" else str(run.text)


def _left_out(name: str, marks: Marks) -> list[Message]:
    from openpyxl.utils import get_column_letter

    warnings = []
    if marks.hidden_columns:
        letters = [get_column_letter(column + 1) for column in sorted(marks.hidden_columns)]
        warnings.append(message("columns_left_out", sheet=name, names=_named(letters)))
    if marks.hidden_rows:
        rows = [str(row) for row in sorted(marks.hidden_rows)]
        warnings.append(message("rows_left_out", sheet=name, names=_named(rows)))
    if marks.empty:
        warnings.append(message("formulas_without_values", sheet=name, names=_named(marks.empty)))
    return warnings


def _named(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (", …" if more > 0 else "")


class _Sheets:
    """Reads a workbook's sheets. One stray cell may lie a million rows and 16,384 columns away from the others: empty cells are not looked
    at, and not without end."""

    def __init__(self) -> None:
        self._left = _MOST_SPANNED
        self._looks: dict[int, tuple[bool, bool]] = {}
        self.struck = False  # whether a cell was left out for it

    def rows(self, sheet: Any, marks: Marks) -> Iterator[list[str]]:
        """A sheet's rows; what stands in a cell that is merged over several rows is said in each of them."""
        width = min(sheet.max_column or 0, _WIDTH)
        sheet.reset_dimensions()  # or each row is filled up to the sheet's last column
        # By column: the last row and column that it holds for, and what.
        above: dict[int, tuple[int, int, str]] = {}
        hidden = marks.hidden_columns
        for number, cells in enumerate(sheet.iter_rows(), 1):
            self._left -= len(cells) + 1
            if self._left < 0:
                raise Unreadable("workbook_sparse")
            above = {column: one for column, one in above.items() if number <= one[0]}
            said = marks.said.get(number, {})
            if not above and not said and all(cell.value is None for cell in cells):
                if number not in marks.hidden_rows:
                    yield Row()
                continue
            row = [
                "" if self._is_struck(cell) else _shown(cell, marks.links.get((number, n), ""), said.get(n))
                for n, cell in enumerate(cells)
            ]
            row += [""] * (width - len(row))
            spans: dict[int, int] = {}
            for column, (_, right, text) in above.items():
                if column < len(row) and not row[column]:
                    row[column], spans[column] = text, right - column + 1
            for column, (last, right) in marks.merged.get(number, {}).items():
                if column < len(row) and row[column]:
                    spans[column] = right - column + 1
                    if last > number:
                        above[column] = (last, right, row[column])
            if number in marks.hidden_rows:
                continue
            mark = self._mark(cells, number, marks) if any(row) else "gone"
            whole = Row(row, mark, spans)
            yield whole.without(hidden) if hidden else whole

    def _mark(self, cells: Any, number: int, marks: Marks) -> str:
        """A header if all that stands in a row is bold; a title if it is one cell, bold or merged over others."""
        filled = [cell for cell in cells if cell.value is not None and not self._is_struck(cell)]
        if not filled or any(not isinstance(cell.value, str) and len(filled) == 1 for cell in filled):
            return ""
        bold = all(map(self._is_bold, filled))
        if len(filled) > 1:
            return "header" if bold else ""
        spans = any(last > column for column, (_, last) in marks.merged.get(number, {}).items())
        return "title" if bold or spans else ""

    def _is_bold(self, cell: Any) -> bool:
        return self._look(cell)[0]

    def _is_struck(self, cell: Any) -> bool:
        if cell.value is None or not self._look(cell)[1]:
            return False
        self.struck = True
        return True

    def _look(self, cell: Any) -> tuple[bool, bool]:
        """Whether a cell is bold, and whether it is struck out."""
        style = cell._style_id
        if style not in self._looks:
            font = cell.font
            self._looks[style] = (bool(font and font.b), bool(font and font.strike))
        return self._looks[style]


def _shown(cell: Any, address: str, said: str | None) -> str:
    """What a cell shows. `said`: a link's words, where no program has calculated its value."""
    if cell.value is None and not said:
        return ""
    text = shown(cell.value, cell.number_format) if cell.value is not None else clean(said or "")
    return with_address(text, address) if address else text
