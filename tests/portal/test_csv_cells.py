"""An exported table, opened by programs that split its lines at different separators."""

from __future__ import annotations

import csv
import io
import time

import pytest

from f.portal_api.csv_cells import cell, csv_text

HARMLESS = ["hi", "1-2", "a=b", "Tel. 34600", "5 + 5", "", "me@example.org", "Größe; Farbe"]
FORMULAS = [
    "=cmd|'/C calc'!A0",
    "hi;=cmd|'/C calc'!A0;bye",
    "hi\t+1",
    "hi|@SUM(A1)",
    "line\n-1+cmd",
    "\uff1dcmd()",
    "hi;\uff0bcmd()",
    "\u200b=cmd()",
    "hi;\ufeff \u2060=cmd()",
    'hi;"=cmd()"',
    "\u22121+cmd()",
    "  =cmd()",
    "hi\t\n \r\t =cmd()",
    "\n\x0b\u2028=cmd()",
]
UNSEEN = ' \t\r\n"\u200b\u2060\ufeff'


def begins_a_formula(text: str) -> bool:
    return text.lstrip(UNSEEN)[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20\u2212")


def cells(line: str, separator: str) -> list[str]:
    """As a program splits: at every separator, whatever stands in quotes; and as the standard says."""
    return [
        *line.replace("\r", "\n").replace("\n", separator).split(separator),
        *next(csv.reader(io.StringIO(line))),
    ]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_begins_like_a_formula(formula: str, separator: str) -> None:
    line = csv_text(["text"], [["ana", formula, "end"]]).partition("\r\n")[2]
    assert not [text for text in cells(line, separator) if text and begins_a_formula(text)]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_every_cell_is_in_quotes() -> None:
    assert csv_text(["a", "b"], [["1;2", None]]) == '"a","b"\r\n"1;2",""\r\n'


@pytest.mark.parametrize("letter", ["\n", "\t", ";", " ", '"', "; \u200b"])
def test_a_long_message_of_nothing_visible_is_soon_done(letter: str) -> None:
    """A message of 50,000 tabs took minutes, and an export has 20,000 messages."""
    began = time.process_time()
    assert cell(letter * 50_000 + "hi").endswith("hi")
    assert time.process_time() - began < 2
