"""What can be read from a document's chunks, each alone, held against the truth: right, wrong or missing.

A binding is a label, a column and a value that a reader of one chunk puts together. A label owns what follows it up to the next label of its
table; on a line of its own with nothing behind it, what stands before it. Where a table needs its columns, a value belongs to the last of the table's
headers between it and what stands before it (a bar, a line's end, another value); in bare text without such names, to the header
that stands at its place in the line of headers above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bench.documents.text import any_of, compiled, normalise, views

RIGHT, WRONG, MISSING = "right", "wrong", "missing"
NEAR = 250  # normalised characters within which the strings of a fact belong together
FOLLOWS, FOLLOWS_AT_ONCE = (
    150,
    40,
)  # a value on a later line is its label's; so near that a wrong one would be believed
BLOCK = 300  # labelled values on the lines under a label that stands alone
MOST_CELLS, MOST_EMPTY = 14, 5  # judged of one table


@dataclass
class Outcome:
    """What became of one fact. `wanted` in words; `closest`, the chunk that has most of it; `read`, what is read in its place."""

    id: str
    outcome: str
    wanted: str
    closest: str = ""
    read: str = ""


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
                self._read_columns(text, key, end, label, chunk)
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

    def _read_columns(self, text: str, key: re.Match[str], end: int, label: str, chunk: str) -> None:
        start, stop = _line(text, key.start())
        values = any_of(self.values)
        here = list(values.finditer(text, key.end(), min(end, stop)))
        if not here and end > stop:
            here = list(values.finditer(text, stop, min(end, key.end() + BLOCK)))
        previous, named = key.end(), False
        for n, match in enumerate(here):
            line_start, line_stop = _line(text, match.start())
            edge = (
                max(
                    text.rfind("|", 0, match.start()),
                    text.rfind(";", 0, match.start()),
                    line_start - 1,
                    previous - 1,
                )
                + 1
            )
            words = text[edge : match.start()]
            bar = text.find("|", match.end(), line_stop)
            columns = self._named(words) if "|" in text[line_start:line_stop] else []
            if (
                len(columns) > 1
            ):  # one cell for several columns: as many values, one for each, or nobody can tell
                cell = [m for m in here[n:] if m.start() < (bar if bar >= 0 else line_stop)]
                pairs = list(zip(columns, cell, strict=True)) if len(cell) == len(columns) else []
            else:
                column = self._column(words) or self._only_column(text[line_start:line_stop])
                if (
                    not column and edge == key.end()
                ):  # the header stands before the label: "Tuesday, Pharmacy: 9-17"
                    before = [m.end() for m in values.finditer(text, line_start, key.start())]
                    since = max(text.rfind("|", 0, key.start()) + 1, line_start, *before)
                    column = self._only_column(text[since : key.start()])
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
            found = self._named(line)
            if len(found) >= 2 and not any_of(self.values).search(line):
                return found
        return []

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
        """The columns that are named here, in their order; a name within another one ("day" in "half day") is none."""
        found = [
            (m.start(), m.end(), c)
            for c, h in enumerate(self.spec["header"])
            if c and h
            for m in [compiled(h).search(words)]
            if m
        ]
        return [
            c
            for start, end, c in sorted(found)
            if not any(b <= start and end <= e and e - b > end - start for b, e, _ in found)
        ]

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


def judge(truth: dict[str, Any], chunks: list[str]) -> list[Outcome]:
    """The outcome of each fact of a document."""
    out: list[Outcome] = []
    specs = truth.get("tables", [])
    sections = tuple(dict.fromkeys(t["under"] for t in specs if "under" in t))
    headers = frozenset(normalise(h).strip() for t in specs for h in t["header"] if h)
    headers |= frozenset(
        w for t in specs for h in t["header"] if h for w in [normalise(h.split()[-1]).strip()]
    )
    for spec in specs:
        # Tables that share their labels under different sections may be taken for one another; others may not.
        kin = [t for t in specs if t is spec or ("under" in t and "under" in spec)]
        values = tuple(dict.fromkeys(v for t in kin for r in t["rows"] for v in r[1:] if v))
        table = Table(spec, sections, values, headers)
        for chunk in chunks:
            table.read(chunk)
        out += table.outcomes(chunks)
    texts = [views(c, headers)[0] for c in chunks]
    for fact in truth.get("facts", []):
        wanted = " / ".join(fact["all"])
        found = any(together(t, fact) for t in texts)
        out.append(
            Outcome(fact["id"], RIGHT, wanted)
            if found
            else Outcome(fact["id"], MISSING, wanted, closest(chunks, fact["all"]))
        )
    something = any(o.outcome == RIGHT for o in out)
    for fact in truth.get("forbidden", []):
        wanted = "not: " + " / ".join(fact["all"])
        seen = next((c for c, t in zip(chunks, texts, strict=True) if together(t, fact)), None)
        if seen is not None:
            out.append(Outcome(fact["id"], WRONG, wanted, seen, " / ".join(fact["all"])))
        else:
            out.append(Outcome(fact["id"], RIGHT if something else MISSING, wanted))
    return out


def together(text: str, fact: dict[str, Any]) -> bool:
    """All strings stand within `near` characters, with none of `not` between."""
    first, *others = [list(compiled(s).finditer(text)) for s in fact["all"]]
    for match in first:
        spans = [match.span()]
        for matches in others:
            if not matches:
                return False
            spans.append(
                min((m.span() for m in matches), key=lambda s: max(s[0] - match.end(), match.start() - s[1]))
            )
        start, stop = min(s[0] for s in spans), max(s[1] for s in spans)
        own = sum(b - a for a, b in spans)
        if stop - start - own <= fact.get("near", NEAR) and not any(
            compiled(n).search(text, start, stop) for n in fact.get("not", [])
        ):
            return True
    return False


def closest(chunks: list[str], strings: list[str]) -> str:
    """The chunk that holds most of the strings; "" if none holds any."""
    wanted = [compiled(s) for s in strings if s]
    scored = [(sum(bool(p.search(normalise(c))) for p in wanted), c) for c in chunks]
    best = max(scored, key=lambda s: s[0], default=(0, ""))
    return best[1] if best[0] else ""


def _line(text: str, at: int) -> tuple[int, int]:
    stop = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if stop < 0 else stop


def _one_on_line(keys: list[re.Match[str]], n: int, text: str) -> bool:
    start, stop = _line(text, keys[n].start())
    return sum(start <= k.start() < stop for k in keys) == 1


def _spread(items: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """`most` of the items, evenly, with the first and the last."""
    if len(items) <= most:
        return items
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)]
