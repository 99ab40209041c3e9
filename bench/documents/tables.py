"""The cells of a truth table that can be read from chunks.

A binding is a label, a column and a value that a reader of one chunk puts together. A label owns what follows it up to the next label of its
table; on a line of its own with nothing behind it, what stands before it. Where a table needs its columns, a value belongs to the last of the table's
headers between it and what stands before it (a bar, a line's end, another value); in bare text without such names, to the header
that stands at its place in the line of headers above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bench.documents.outcomes import MISSING, RIGHT, WRONG, Outcome, closest
from bench.documents.text import any_of, compiled, views

FOLLOWS, FOLLOWS_AT_ONCE = (
    150,
    40,
)  # a value on a later line is its label's; so near that a wrong one would be believed
BLOCK = 300  # labelled values on the lines under a label that stands alone
MOST_CELLS, MOST_EMPTY = 14, 5  # judged of one table


@dataclass
class Binding:
    """`column` is a number from 1; `sure` if a wrong value would be believed."""

    label: str
    column: int
    value: str
    chunk: str
    sure: bool


@dataclass
class Table:
    """One table of the truth with what the others of its document add: sections, and values that belong elsewhere."""

    spec: dict[str, Any]
    sections: tuple[str, ...]
    values: tuple[str, ...]
    headers: frozenset[str]
    bindings: list[Binding] = field(default_factory=list)

    @property
    def rows(self) -> list[list[str]]:
        return self.spec["rows"]

    def read(self, chunk: str) -> None:
        joined, labelled = views(chunk, self.headers)
        text = labelled if self.spec["columns"] else joined
        keys = list(any_of(tuple(r[0] for r in self.rows)).finditer(text))
        for n, key in enumerate(keys):
            end = keys[n + 1].start() if n + 1 < len(keys) else len(text)
            label = next(
                (r[0] for r in self.rows if compiled(r[0]).fullmatch(text, key.start(), key.end())), None
            )
            if label is None or not self._in_section(text, key.start()):
                continue
            if self.spec["columns"]:
                self._read_columns(text, key, end, label, chunk, _one_on_line(keys, n, text))
            else:
                alone = _one_on_line(keys, n, text)
                self._read_values(text, key, end, label, chunk, alone)

    def _in_section(self, text: str, at: int) -> bool:
        """The nearest section named before, or on the same line, is this table's."""
        if "under" not in self.spec:
            return True
        start, stop = _line(text, at)
        names = list(any_of(self.sections).finditer(text, start, stop)) or list(
            any_of(self.sections).finditer(text, 0, at)
        )
        return (
            bool(names)
            and compiled(self.spec["under"]).fullmatch(text, names[-1].start(), names[-1].end()) is not None
        )

    def _read_values(
        self, text: str, key: re.Match[str], end: int, label: str, chunk: str, alone: bool
    ) -> None:
        for column in range(1, len(self.spec["header"])):
            values = any_of(tuple(r[column] for r in self.rows))
            start, stop = _line(text, key.start())
            match = values.search(text, key.end(), end)
            before = list(values.finditer(text, start, key.start())) if alone else []
            if before and (not match or match.start() >= stop):
                self._bind(label, column, before[-1], text, chunk, sure=False)
            elif match and (match.start() < stop or match.start() - key.end() <= FOLLOWS):
                sure = match.start() < stop or match.start() - key.end() <= FOLLOWS_AT_ONCE
                self._bind(label, column, match, text, chunk, sure)

    def _read_columns(
        self, text: str, key: re.Match[str], end: int, label: str, chunk: str, alone: bool
    ) -> None:
        start, stop = _line(text, key.start())
        values = any_of(self.values)
        before = list(values.finditer(text, start, key.start())) if alone else []
        here = before + list(values.finditer(text, key.end(), min(end, stop)))
        if not here and end > stop:
            here = list(values.finditer(text, stop, min(end, key.end() + BLOCK)))
        previous, named = start if before else key.end(), False
        for n, match in enumerate(here):
            line = _line(text, match.start())
            edge = max(_bar_before(text, match.start(), line[0]), previous)
            words = text[edge : match.start()]
            columns = self._named(words) if "|" in text[slice(*line)] else []
            if len(columns) > 1:  # one cell for several columns: a value for each, or nobody can tell
                bar = text.find("|", match.end(), line[1])
                cell = [m for m in here[n:] if m.start() < (bar if bar >= 0 else line[1])]
                pairs = list(zip(columns, cell, strict=True)) if len(cell) == len(columns) else []
            else:
                column = self._column(words) or self._only_column(text[slice(*line)])
                if not column and edge == key.end():
                    column = self._column_before(text, key)
                pairs = [(column, match)] if column else []
            previous = match.end()
            named = named or bool(pairs) or len(columns) > 1
            for column, value in pairs:
                self._bind(label, column, value, text, chunk, sure=True)
        if here and not named and "|" not in text[start:stop]:
            for column, match in zip(self._columns_above(text[:start]), here, strict=False):
                self._bind(label, column, match, text, chunk, sure=True)

    def _columns_above(self, text: str) -> list[int]:
        """The columns of the last line that names two or more and holds no value: what a reader of bare text counts along.

        So `9-17 9-13` under `Mon Tue Wed` is read as Monday's and Tuesday's, whatever cells were empty on the page.
        """
        for line in reversed(text.split("\n")):
            columns = self._named(line)
            if len(columns) >= 2 and not any_of(self.values).search(line):
                return columns
        return []

    def _column_before(self, text: str, key: re.Match[str]) -> int:
        """The header that stands before the label: "Tuesday, Pharmacy: 9-17"."""
        start, _ = _line(text, key.start())
        before = [m.end() for m in any_of(self.values).finditer(text, start, key.start())]
        return self._only_column(
            text[max(_bar_before(text, key.start(), start), *before, start) : key.start()]
        )

    def _column(self, words: str) -> int:
        """The column whose header's words all stand here, the one named last; 0 for none."""
        best = (0, 0, 0)
        for column, header in enumerate(self.spec["header"]):
            if not column or not header:
                continue
            found = [[m.end() for m in compiled(w).finditer(words)] for w in header.split()]
            if all(found):
                best = max(best, (max(f[-1] for f in found), len(found), column))
        return best[2]

    def _named(self, words: str) -> list[int]:
        """The columns that are named here, in their order; of headers that hold one another the longer."""
        headers = self.spec["header"]
        found = [m.span() for m in any_of(tuple(headers[1:])).finditer(words)]
        columns = [
            next((c for c, h in enumerate(headers) if c and h and compiled(h).fullmatch(words, *s)), 0)
            for s in found
        ]
        return list(dict.fromkeys(c for c in columns if c))

    def _only_column(self, line: str) -> int:
        """The one column that a line names; 0 if it names none or several."""
        named = [
            c
            for c, h in enumerate(self.spec["header"])
            if c and h and all(compiled(w).search(line) for w in h.split())
        ]
        return named[0] if len(named) == 1 else 0

    def _bind(self, label: str, column: int, match: re.Match[str], text: str, chunk: str, sure: bool) -> None:
        candidates = self.values if self.spec["columns"] else tuple(r[column] for r in self.rows)
        value = next(
            (v for v in candidates if v and compiled(v).fullmatch(text, match.start(), match.end())), ""
        )
        self.bindings.append(Binding(label, column, value, chunk, sure))

    def outcomes(self, chunks: list[str]) -> list[Outcome]:
        filled = [
            (r, c) for r in range(len(self.rows)) for c in range(1, len(self.rows[r])) if self.rows[r][c]
        ]
        empty = [
            (r, c) for r in range(len(self.rows)) for c in range(1, len(self.rows[r])) if not self.rows[r][c]
        ]
        out = [self._outcome(r, c, chunks) for r, c in _spread(filled, MOST_CELLS)]
        if self.spec["columns"]:
            good = {b.label for b in self.bindings if b.value in self._truths(b.label, b.column)}
            out += [self._empty(r, c, good) for r, c in _spread(empty, MOST_EMPTY)]
        return out

    def _truths(self, label: str, column: int) -> set[str]:
        return {r[column] for r in self.rows if r[0] == label and r[column]}

    def _outcome(self, row: int, column: int, chunks: list[str]) -> Outcome:
        label, value, header = self.rows[row][0], self.rows[row][column], self.spec["header"][column]
        wanted = " / ".join(
            p for p in (self.spec.get("under", ""), label, header if self.spec["columns"] else "", value) if p
        )
        mine = [b for b in self.bindings if b.label == label and b.column == column]
        false = next((b for b in mine if b.sure and b.value not in self._truths(label, column)), None)
        name = f"{self.spec['id']}, row {row + 1}, column {column + 1}"
        if false:
            return Outcome(name, WRONG, wanted, false.chunk, false.value)
        if any(b.value == value for b in mine):
            return Outcome(name, RIGHT, wanted)
        return Outcome(name, MISSING, wanted, closest(chunks, [label, value, header]))

    def _empty(self, row: int, column: int, good: set[str]) -> Outcome:
        """An empty cell: wrong if a value is read there, right if not and the row is readable otherwise."""
        label, header = self.rows[row][0], self.spec["header"][column]
        false = next((b for b in self.bindings if b.label == label and b.column == column), None)
        name, wanted = (
            f"{self.spec['id']}, row {row + 1}, column {column + 1}",
            f"{label} / {header} / (empty)",
        )
        if false:
            return Outcome(name, WRONG, wanted, false.chunk, false.value)
        return Outcome(name, RIGHT if label in good else MISSING, wanted)


def _line(text: str, at: int) -> tuple[int, int]:
    stop = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if stop < 0 else stop


def _bar_before(text: str, at: int, start: int) -> int:
    """Where the cell begins that `at` lies in: behind a bar or semicolon, or the line's start."""
    return max(text.rfind("|", start, at), text.rfind(";", start, at), start - 1) + 1


def _one_on_line(keys: list[re.Match[str]], n: int, text: str) -> bool:
    start, stop = _line(text, keys[n].start())
    return sum(start <= k.start() < stop for k in keys) == 1


def _spread(items: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """`most` of the items, evenly, with the first and the last."""
    if len(items) <= most:
        return items
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)]
