"""Finds tables in plain text and Markdown, and says each row with its header: tables with a rule of dashes, tabs, or columns set with blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.rows import Row, lines

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$")
_BAR = re.compile(r"(?<!\\)\|")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\(<?([^\s()<>]{1,500})>?(?:\s+\"[^\"\n]{0,200}\")?\)")
_DEFINITION = re.compile(
    r"^ {0,3}\[([^\[\]\n]{1,100})\]:[ \t]*<?([^\s<>]{1,500})>?(?:[ \t]+[\"'(][^\n]{0,200})?$\n?", re.MULTILINE
)
_REFERENCE = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\](?:\[([^\[\]\n]{0,100})\])")
_STRUCK = re.compile(
    r"(?<!~)~~(?![\s~])([^\n]{0,100}?)(?<![\s~])~~(?!~)|<(s|del|strike)>[^\n<]{0,100}</\2>", re.IGNORECASE
)
_LEFT = re.compile(r"[\s|*+#>-]*(?:\d{1,3}[.)])?[\s|]*")  # of a line all of whose words are struck out
_BORDER = re.compile(r"\s*\+(?:[-=:]{2,}\+)+\s*")
_DRAWN = str.maketrans("┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝─━═│┃║", "+" * 18 + "---" + "|||")
_GAP = re.compile(r"\S(?: {2,}|\t+)\S")
_MARK = re.compile(r"\s*(?:[-*+•#>]|\d{1,3}[.)])\s")
_FEWEST = 3  # lines that make a table without marks
_WIDEST = 400


def with_rows(text: str, marked: bool) -> str:
    """The text with its tables as rows. marked: as Markdown, whose comments and struck-out words nobody reads and whose links have their address
    behind them."""
    if marked:
        text = _with_references(_COMMENT.sub("", text))
    found: list[str] = []
    block: list[str] = []
    fenced = False
    for line in [*text.split("\n"), ""]:
        fence = bool(_FENCE.match(line))
        fenced ^= fence
        if line.strip() and not fenced and not fence:
            block += _unstruck(line) if marked else [line]
            continue
        found += _read(block, marked)
        block = []
        found.append(line)
    return "\n".join(found[:-1])


def with_tabs(lines_of_it: Iterable[str]) -> Iterator[str]:
    """Paragraphs, one a line; such as stand in columns by tabs become rows."""
    block: list[str] = []
    for line in lines_of_it:
        if "\t" in line.strip():
            block.append(line)
            continue
        yield from _tabbed(block)
        block = []
        yield line.strip("\t")
    yield from _tabbed(block)


def _tabbed(block: list[str]) -> Iterator[str]:
    rows = _set_rows(block)
    wide = max(map(len, rows), default=0) > 2  # a label and its value need no help
    yield from lines(rows) if wide else (line.strip() for line in block)


def _with_references(text: str) -> str:
    """Links whose addresses stand at the end of the text, as links that have them at once."""
    addresses = {found[1].casefold(): found[2] for found in _DEFINITION.finditer(text)}
    if not addresses:
        return text

    def linked(found: re.Match[str]) -> str:
        address = addresses.get((found[2] or found[1]).casefold())
        return f"[{found[1]}]({address})" if address else found[0]

    return _REFERENCE.sub(linked, _DEFINITION.sub("", text))


def has_struck_out(text: str) -> bool:
    """True if Markdown strikes words out."""
    return _STRUCK.search(text) is not None


def _unstruck(line: str) -> list[str]:
    """The line without its struck-out words; none where nothing else stands in it."""
    left = _STRUCK.sub("", line)
    return [] if left != line and _LEFT.fullmatch(left) else [left]


def _read(block: list[str], marked: bool) -> Iterator[str]:
    """A block of lines between blank ones."""
    start = place = 0
    while place < len(block):
        end, rows = _ruled(block, place) or _drawn(block, place) or (0, [])
        if not end:
            place += 1
            continue
        yield from _untabled(block[start:place], marked)
        yield from lines(rows)
        start = place = end
    yield from _untabled(block[start:], marked)


def _untabled(block: list[str], marked: bool) -> Iterator[str]:
    """Lines that no mark makes a table."""
    if rows := _set_rows(block):
        yield from lines(rows)
    else:
        yield from (_linked(line) if marked else line for line in block)


def _ruled(block: list[str], start: int) -> tuple[int, list[list[str]]] | None:
    """Markdown's table that begins at a line, with a rule of dashes below its header: the line after its last, its rows."""
    if start + 1 >= len(block) or "|" not in block[start] or not _RULE.match(block[start + 1]):
        return None
    end = next((n for n in range(start + 2, len(block)) if "|" not in block[n]), len(block))
    return end, [Row(_cells(block[start]), "header"), *map(_cells, block[start + 2 : end])]


def _drawn(block: list[str], start: int) -> tuple[int, list[list[str]]] | None:
    """The same of a table drawn with characters, which begins with +---+ or ┌──┐."""
    if not _BORDER.fullmatch(block[start].translate(_DRAWN)):
        return None
    plain = []
    for line in block[start:]:
        drawn = line.translate(_DRAWN)
        if not _BORDER.fullmatch(drawn) and drawn.strip()[:1] != "|":
            break
        plain.append(drawn)
    # A grid: what stands between two borders is one row.
    whole = any("=" in line for line in plain if _BORDER.fullmatch(line))
    found: list[list[list[str]]] = []  # by row, the cells of each of its lines
    header, begins = 0, True
    for line in plain:
        if _BORDER.fullmatch(line):
            header, begins = header or len(found), True
            continue
        cells = _cells(line)
        if not begins and (whole or _goes_on(cells)):
            found[-1].append(cells)
        else:
            found.append([cells])
        begins = False
    rows = [[" ".join(filter(None, cell)) for cell in zip_longest(*of, fillvalue="")] for of in found]
    if 0 < header < len(rows):
        rows[:header] = [Row(row, "header") for row in rows[:header]]
    return start + len(plain), rows


def _goes_on(cells: list[str]) -> bool:
    """True for the rest of the row above, whose name is said. Figures in all other cells are a row of their own."""
    return not cells[0] and not (all(cells[1:]) and any(map(str.isdigit, "".join(cells[1:]))))


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    return [cell_text(_linked(cell.replace("\\|", "/"))) for cell in _BAR.split(line)]


def _linked(line: str) -> str:
    return _LINK.sub(lambda found: with_address(found[1], found[2]), line)


def _set_rows(block: list[str]) -> list[list[str]]:
    """The cells of lines that are set in columns; [] for other lines."""
    if len(block) < _FEWEST or any("|" in line or len(line) > _WIDEST or _MARK.match(line) for line in block):
        return []
    if sum(bool(_GAP.search(line)) for line in block) < max(_FEWEST, 0.8 * len(block)):
        return []
    if all("\t" in line for line in block):
        return [
            [cell_text(cell) for cell in re.split("\t+" if _even(block) else "\t", line)] for line in block
        ]
    whole = [line.expandtabs() for line in block]
    width = max(map(len, whole))
    blank = [all(place >= len(line) or line[place] == " " for line in whole) for place in range(width)]
    edges = [0, *(place for place in range(1, width) if blank[place - 1] and not blank[place])]
    starts = [place for n, place in enumerate(edges) if n == 0 or (place > 1 and blank[place - 2])]
    if len(starts) < 2:
        return []
    ends = [*starts[1:], width]
    return [[cell_text(line[a:b]) for a, b in zip(starts, ends, strict=True)] for line in whole]


def _even(block: list[str]) -> bool:
    """True if tabs in a row only reach the next column: each line has as many stretches of them, and no name of a column is left out."""
    if block[0].startswith("\t") and not all(line.startswith("\t") for line in block):
        return False
    return len({len(re.findall("\t+", line.strip())) for line in block}) == 1
