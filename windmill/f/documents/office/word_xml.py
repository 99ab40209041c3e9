"""Looks into the XML of a Word document: what is inside what, and what is switched on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from f.documents.tables.cells import with_address

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LINK = re.compile(r'HYPERLINK\s+"([^"]{1,2000})"')
BOX = f"{W}txbxContent"
AROUND = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_UNSEEN = ("vanish", "strike", "dstrike")
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def follow_field(run: Any, parts: list[str], links: list[tuple[int, str]]) -> None:
    """Puts the address of a link that is a field behind its words, where the field ends."""
    for one in run:
        kind = one.get(f"{W}fldCharType") if one.tag == f"{W}fldChar" else ""
        if kind == "begin":
            links.append((len(parts), ""))
        elif one.tag == f"{W}instrText" and links:
            links[-1] = (links[-1][0], links[-1][1] + (one.text or ""))
        elif kind == "end" and links:
            start, instruction = links.pop()
            if found := LINK.search(instruction):
                parts[start:] = [with_address("".join(parts[start:]), found[1])]


def is_on(switch: Any) -> bool:
    """A switch is on where it stands, unless it says that it is off."""
    return switch is not None and switch.get(f"{W}val") not in ("0", "false", "off")


def hides(properties: Any) -> bool:
    """True for hidden and struck-out text."""
    return properties is not None and any(is_on(properties.find(f"{W}{name}")) for name in _UNSEEN)


def is_raised(run: Any) -> bool:
    align = run.find(f"{W}rPr/{W}vertAlign")
    return align is not None and align.get(f"{W}val") == "superscript"


def is_layout(table: Any) -> bool:
    """True for a table that holds others of several rows: a page laid out in columns, whose cells are read one after the other."""
    inner = (one for one in table.iter(f"{W}tbl") if one is not table)
    return any(len(one.findall(f"{W}tr")) > 1 for one in inner)


def is_bold(cell: Any) -> bool:
    """True if all that stands in a cell is bold."""
    runs = [run for run in cell.iter(f"{W}r") if any((text.text or "").strip() for text in run.iter(f"{W}t"))]
    return bool(runs) and all(is_on(run.find(f"{W}rPr/{W}b")) for run in runs)


def has_bit(look: str | None) -> bool:
    """The first row's bit of a table's look, as older programs write it."""
    try:
        return bool(int(look or "0", 16) & 0x20)
    except ValueError:
        return False


def outermost(one: Any, tag: str) -> Iterator[Any]:
    """The elements with this tag that are not inside another one, nor in what older programs would show instead."""
    for child in one:
        if child.tag == tag:
            yield child
        elif child.tag != FALLBACK:
            yield from outermost(child, tag)


def breaks(paragraph: Any) -> Iterator[Any]:
    rendered = next(paragraph.iter(f"{W}lastRenderedPageBreak"), None)
    if rendered is not None:
        yield rendered
        return
    for found in paragraph.iter(f"{W}br"):
        if found.get(f"{W}type") == "page":
            yield found


def inside(one: Any, tag: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row, also where they stand inside a content control; not those of a table in a cell."""
    for child in one:
        if child.tag == tag:
            yield child
        elif child.tag in AROUND:
            yield from inside(child, tag)
