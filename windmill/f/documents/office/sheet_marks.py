"""What an Excel sheet says of its cells beside their values: merged and hidden ones, links, formulas that nobody has calculated.

openpyxl knows this only with the whole sheet in memory, so the sheet's XML is looked through block by block.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

_PREFIX = rb"<(?:\w{1,20}:)?"
_ATTRIBUTES = rb"(?=[\s/>])([^<>]{0,2000})>"
_MARKS = re.compile(_PREFIX + rb"(row|col|mergeCell|hyperlink)" + _ATTRIBUTES)
_FORMULA = re.compile(
    _PREFIX
    + rb"c\b([^<>]{0,300})>\s*"
    + _PREFIX
    + rb"f\b[^<>]{0,300}(?:/>|>([^<]{0,8000})</(?:\w{1,20}:)?f>)\s*(<(?:\w{1,20}:)?v(?:\s*/>|></))?(</(?:\w{1,20}:)?c>)?"
)
_RUN = re.compile(_PREFIX + rb"(rPr|strike|vertAlign)\b")
_ATTRIBUTE = re.compile(rb"([\w:]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_RELATION = re.compile(r"<(?:\w{1,20}:)?Relationship\b[^<>]{0,5000}>")
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_LINK = re.compile(
    r"_?(?:xlfn\.)?HYPERLINK\(\s*\"([^\"]{1,2000})\"\s*(?:[,;]\s*\"([^\"]{1,2000})\")?", re.IGNORECASE
)
_KEPT = 12_000  # bytes at a block's end that may hold the start of a mark
_MOST = 20_000  # of merged cells, links and formulas

Place = tuple[int, int]  # row from 1, column from 0


@dataclass
class Marks:
    """merged: the last row and column, by the first ones. empty: cells whose formula has no value. said: by row, a link's words where it has none."""

    merged: dict[int, dict[int, Place]] = field(default_factory=lambda: defaultdict(dict))
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    links: dict[Place, str] = field(default_factory=dict)
    said: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    empty: list[str] = field(default_factory=list)


def sheet_marks(archive: zipfile.ZipFile, path: str) -> Marks:
    """The marks of one sheet. path: its part's."""
    found = Marks()
    targets = {one.get("Id", ""): one.get("Target", "") for one in relations(archive, path)}
    count = 0
    with archive.open(path) as part:
        for block, new in _blocks(part.read):
            for match in _MARKS.finditer(block):
                if match.end() > new and count < _MOST:
                    values = _values(match[2])
                    count += match[1] in (b"mergeCell", b"hyperlink")
                    _note(found, match[1].decode(), values, targets)
            for match in _FORMULA.finditer(block):
                if match.end() > new and count < _MOST:
                    count += 1
                    _formula(found, _values(match[1]).get("r", ""), match)
    return found


def has_marked_runs(content: bytes) -> bool:
    """True if words within a cell are struck out or raised. Of more runs than a library should keep in memory with their looks nothing is known."""
    runs, marked = 0, False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in (one for one in archive.namelist() if one.lower().endswith("sharedstrings.xml")):
            with archive.open(name) as part:
                for block, new in _blocks(part.read):
                    for found in _RUN.finditer(block):
                        if found.end() > new:
                            runs += found[1] == b"rPr"
                            marked = marked or found[1] != b"rPr"
                    if runs > _MOST:
                        return False
    return marked


def _blocks(read: object) -> Iterator[tuple[bytes, int]]:
    """Blocks with the end of the one before; what ends before the number was seen there."""
    rest = b""
    while block := read(1 << 20):  # type: ignore[operator]
        yield rest + block, len(rest)
        rest = (rest + block)[-_KEPT:]


def _values(attributes: bytes) -> dict[str, str]:
    return {
        name.decode().rpartition(":")[2]: html.unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(attributes)
    }


def _note(found: Marks, name: str, values: dict[str, str], targets: dict[str, str]) -> None:
    hides = values.get("hidden") in ("1", "true")
    if name == "row":
        if (hides or values.get("ht") == "0") and values.get("r", "").isdecimal():
            found.hidden_rows.add(int(values["r"]))
    elif name == "col":
        first, last = values.get("min", ""), values.get("max", "")
        if (hides or values.get("width") == "0") and first.isdecimal() and last.isdecimal():
            found.hidden_columns.update(range(int(first) - 1, min(int(last), 16_384)))
    elif area := _AREA.fullmatch(values.get("ref", "").replace("$", "")):
        row, column = int(area[2]), column_number(area[1])
        if name == "hyperlink":
            found.links[row, column] = targets.get(values.get("id", ""), "")
        elif area[3]:
            found.merged[row][column] = int(area[4]), column_number(area[3])


def _formula(found: Marks, place: str, match: re.Match[bytes]) -> None:
    area = _AREA.fullmatch(place)
    if not area:
        return
    link = _LINK.match(html.unescape((match[2] or b"").decode("utf-8", "replace")))
    if link:
        row, column = int(area[2]), column_number(area[1])
        found.links[row, column] = link[1]
        if match[3] or match[4]:
            found.said[row][column] = link[2] or link[1]
    elif (match[3] or match[4]) and place not in found.empty[-3:]:
        found.empty.append(place)


def column_number(letters: str) -> int:
    """A for 0, AA for 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def relations(archive: zipfile.ZipFile, path: str) -> list[dict[str, str]]:
    """What a sheet refers to, such as the addresses of its links and its drawings: Id, Type and Target of each. path: the sheet's part."""
    folder, name = posixpath.split(path)
    try:
        text = archive.read(f"{folder}/_rels/{name}.rels".lstrip("/")).decode("utf-8", "replace")
    except KeyError:
        return []
    return [_values(one.encode()) for one in _RELATION.findall(text)]
