"""The kind of a setting that is a table: rows with the same few short texts, such as links, products and contact cards."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from f.common.setting_kinds import EMAIL, PHONE, URL, Kind, SettingError, text_of

MOST_ROWS = 100
DIGITS = re.compile(r"[0-9]{1,40}")
SCREEN = re.compile(r"[A-Za-z_]{1,60}")
# Meta takes no emoji on the button of a form.
BUTTON = re.compile("[^\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
# What a form calls a field, and what the contact does: "full_name = name, mail = email".
PAIRS = re.compile(r"\s*[\w.-]{1,40}\s*=\s*[^=,]{1,40}(,\s*[\w.-]{1,40}\s*=\s*[^=,]{1,40})*")


class Cell(NamedTuple):
    """One text of a row. `form`: what a value that is not empty must match."""

    longest: int
    form: re.Pattern[str] | None = None
    needed: bool = True


class Rows(Kind):
    """[{column: text, …}, …]; the first column's texts are all different. Rows without any text are left out."""

    page = "Row[]"
    is_json = True

    def __init__(self, **cells: Cell) -> None:
        self.cells = cells

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise SettingError("list_too_long", field=name, most=MOST_ROWS)
        rows: list[dict[str, str]] = []
        for number, given in enumerate(value, 1):
            if not isinstance(given, dict) or not given.keys() <= self.cells.keys():
                raise SettingError("row_incomplete", field=name, row=number)
            row = {
                key: text_of(name, given.get(key), cell.longest).strip() for key, cell in self.cells.items()
            }
            if any(row.values()):
                self._refuse(name, number, row, rows)
                rows.append({key: text for key, text in row.items() if text})
        return rows

    def _refuse(self, name: str, number: int, row: dict[str, str], before: list[dict[str, str]]) -> None:
        for key, cell in self.cells.items():
            if cell.needed and not row[key]:
                raise SettingError("row_incomplete", field=name, row=number)
            if row[key] and cell.form and not cell.form.fullmatch(row[key]):
                raise SettingError("row_value", field=name, row=number, value=row[key][:100])
        first = next(iter(self.cells))
        if row[first].casefold() in (other[first].casefold() for other in before):
            raise SettingError("row_repeated", field=name, row=number, value=row[first])


LINKS = Rows(label=Cell(20), url=Cell(2000, URL))
PRODUCTS = Rows(name=Cell(60), id=Cell(100))
FORMS = Rows(
    purpose=Cell(200),
    id=Cell(40, DIGITS),
    button=Cell(20, BUTTON),
    screen=Cell(60, SCREEN),
    fields=Cell(1000, PAIRS),
)
CARDS = Rows(name=Cell(100), phone=Cell(30, PHONE), email=Cell(320, EMAIL, needed=False))


def pairs(fields: str) -> dict[str, str]:
    """The contact's field by the form's, of a row of FORMS."""
    parted = (pair.split("=", 1) for pair in fields.split(",") if "=" in pair)
    return {of_form.strip(): of_contact.strip() for of_form, of_contact in parted}
