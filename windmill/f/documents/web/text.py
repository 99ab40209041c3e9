# requirements: documents
"""Reads a web page as a person would, who opens what is folded up: the whole page with headings, lists, tables and links' addresses.

What it says to search engines (opening hours, answers, products) is added where the page's text has it not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urljoin

from f.common.problems import message
from f.documents.clean import clean, raised
from f.documents.page import Limits, Page, Unreadable, page
from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.grid import spread
from f.documents.tables.rows import lines
from f.documents.web.charset import decode_page
from f.documents.web.json_ld import json_ld_lines
from f.documents.web.microdata import microdata
from f.documents.web.parts import STRUCK_ROW, take_out
from f.documents.web.signs import keep_sentences, name_panels, say_signs, shown
from f.documents.web.tree import parsed

_BLOCK_TAGS = (
    "address article blockquote dd div dl dt figcaption figure form fieldset button header hr"
    " main ol p section ul body details summary td th caption"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SPACE = re.compile(r"\s+")
_ITEMS_APART = re.compile(r"\n\n(?= *- )")
_INDENT = "\ue010"  # keeps its place until the blanks of the page are put together
_RIGHTS = re.compile(
    r"^[^\n]{0,60}(?:©|\(c\) ?(?:19|20)\d\d|all rights reserved|alle rechte vorbehalten|tous droits réservés)[^\n]{0,80}$",
    re.IGNORECASE,
)
_TRACKING = re.compile(r"(?<=[?&])(?:utm_\w+|fbclid|gclid)=[^&#]*&?")
_HEADING_MARK = re.compile(r"(?:^|(?<=\n))\s*#{1,6} ")
_APART = frozenset({"span", "label", "time", "data", "button", "output"})
_SET_OFF = frozenset({"b", "strong", "i", "em", "small"})
_TABLE_ROLES = frozenset({"table", "grid", "treegrid"})
_CELL_ROLES = "[role=columnheader], [role=rowheader], [role=cell], [role=gridcell]"
_LONGEST_CAPTION = 80
_MOST_ABOVE = 12  # elements that are looked at
_MOST_COUNTED = 200  # items of a list, with the blanks between them
_LEVELS = {f"h{level}": level for level in range(1, 7)}


class WebText(NamedTuple):
    """What a page says. `left_out`: what was not taken, as menus."""

    title: str
    text: str
    left_out: list[str]


def html_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The page's text as Markdown, one page."""
    source = decode_page(content)
    if source is None:
        raise Unreadable("text_encoding")
    title, text, left_out = read_page(source, limits.max_characters)
    if not text.strip():
        raise Unreadable("web_page_empty")
    warning = message("page_parts_left_out") if left_out else None
    yield page(1, text if "# " in text[:200] or not title else f"# {title}\n\n{text}", warning=warning)


def read_html(source: str, most: int, url: str = "") -> tuple[str, str]:
    """Title and text of a page. Raises Unreadable where it has more than `most` characters, or nests too deep."""
    found = read_page(source, most, url)
    return found.title, found.text


def read_page(source: str, most: int, url: str = "") -> WebText:
    """The page at `url`: links are joined to it, or to what the page itself declares as its base."""
    tree = parsed(source)
    found = tree.css_first("head title")  # a drawing may have one, too
    title = " ".join(clean(found.text() if found else "").split())
    declared = tree.css_first("base[href]")
    base = _joined(url, declared.attributes["href"] or "") if declared else url
    data = [script.text() for script in tree.css("script[type='application/ld+json' i]")]
    say_signs(tree)
    name_panels(tree)
    left_out = take_out(tree)
    keep_sentences(tree)
    data += microdata(tree)
    parts: list[str] = []
    left = most
    for part in _walk(tree.body, base) if tree.body is not None else ():
        left -= len(part)
        if left < 0:
            raise Unreadable("too_many_characters", most=most)
        parts.append(part)
    lines_of_it = (_SPACE.sub(" ", line).strip() for line in "".join(parts).split("\n"))
    lines_of_it = (line.replace(_INDENT, "  ") for line in lines_of_it)
    text = _ITEMS_APART.sub("\n", clean("\n".join(line for line in lines_of_it if not _RIGHTS.match(line))))
    return WebText(title, _with_data(text, data, most), left_out)


def _with_data(text: str, data: list[str], most: int) -> str:
    """What the page says to search engines only."""
    said = "".join(text.split()).casefold()
    for line in json_ld_lines(data):
        words = re.split(r": |; |\n|, ", line)
        if len(text) < most and not all("".join(word.split()).casefold() in said for word in words):
            text += f"\n\n{clean(line)}"
    return text.strip("\n")


def _joined(base: str, address: str) -> str:
    try:
        return _TRACKING.sub("", urljoin(base, address.strip())).rstrip("?&")
    except ValueError:  # no address, as a template's https://[your-domain]/
        return ""


def _walk(node: Any, base: str) -> Iterator[str]:
    """What is said below a node; a stack instead of recursion, because pages can nest without end."""
    stack: list[Any] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
            continue
        tag = one.tag or "-"  # <?xml:namespace …>, as in pages that Word wrote, has none
        if tag == "-text":
            yield _SPACE.sub(" ", one.text_content or "")
        elif tag == "br":
            yield "\n"
        elif tag == "sup" and (figures := raised(one.text())) != one.text():
            yield figures
        elif tag in _LEVELS:
            title = " ".join(one.text(separator=" ").split())
            yield f"\n\n{'#' * _LEVELS[tag]} {title}\n\n" if title else ""
        elif (tag == "table" and not _is_layout(one)) or (
            one.attributes.get("role") in _TABLE_ROLES and len(one.css("[role=row]")) > 1
        ):
            yield from _table(one, base)
        elif tag == "dl":
            stack += reversed(_definitions(one))
        elif tag == "img":
            yield shown(one)
        elif tag == "pre":
            yield f"\n\n{one.text()}\n\n"
        elif not tag.startswith("-") and tag != "head":
            mark = _bullet(one) if tag in ("li", "option") else "\n\n" if tag in _BLOCKS else ""
            yield mark
            stack.append(_address(one, base) if tag == "a" else "\n" if mark else "")
            stack += reversed(_children(one))


def _bullet(item: Any) -> str:
    """What stands before an item: its number or letter where its list has letters or begins with another number than 1; a text may name it."""
    above = item.parent
    indent = _INDENT * _depth(item)
    kind, start = (
        (above.attributes.get(name) or "" for name in ("type", "start")) if above is not None else ("", "")
    )
    if above is None or above.tag != "ol" or not (kind in ("a", "A") or start.isdecimal()):
        return f"\n{indent}- "
    place = int(start[:6]) if start.isdecimal() else 1
    before = item.prev
    for _ in range(_MOST_COUNTED):
        if before is None:
            break
        place += before.tag == "li"
        before = before.prev
    if before is not None:
        return f"\n{indent}- "
    letter = chr(ord(kind) + place - 1) if kind and 0 < place < 27 else ""
    return f"\n{indent}{letter}) " if letter else f"\n{indent}{place}. "


def _depth(item: Any) -> int:
    """How many items an item lies in."""
    found, one = 0, item.parent
    for _ in range(_MOST_ABOVE):
        if one is None:
            break
        found += one.tag == "li"
        one = one.parent
    return found


def _children(node: Any) -> list[Any]:
    """A node's children, a blank between parts that stand apart on the page, as a name and its price."""
    children = list(node.iter(include_text=True))
    if sum(one.tag in _APART or one.tag in _SET_OFF for one in children) < 2:
        return children
    found: list[Any] = children[:1]
    for before, after in pairwise(children):
        if _stand_apart(before, after):
            found.append(" ")
        found.append(after)
    return found


def _stand_apart(before: Any, after: Any) -> bool:
    """True for two boxes; where the one is merely set off, as in bold, if the other one is empty or one of them holds a figure."""
    if not all(one.tag in _APART or one.tag in _SET_OFF for one in (before, after)):
        return False
    one, other = before.text().strip(), after.text().strip()
    if before.tag in _APART and after.tag in _APART:
        return not len(one) == len(other) == 1
    return not one or not other or any(map(str.isdigit, one)) != any(map(str.isdigit, other))


def _address(link: Any, base: str) -> str:
    """What stands behind a link's words; nothing for a place on the same page."""
    target = clean(link.attributes.get("href") or "").strip()
    if not target or target.startswith("#"):
        return ""
    address = _joined(base, target)
    text = " ".join(link.text(separator=" ").split())
    if len(text) < 2 or address == base:  # a sign that leads on says nothing
        return ""
    return with_address(text, address)[len(text) :]


def _table(table: Any, base: str) -> Iterator[str]:
    title = table.css_first("caption")
    caption = cell_text(title.text(separator=" ")) if title is not None else ""
    rows = ((_mark(row), [_cell(cell, base) for cell in row]) for row in _rows(table))
    yield f"\n\n{caption}\n" if caption else "\n"
    for line in lines(spread(rows), caption[:_LONGEST_CAPTION]):
        yield f"\n{line}"
    yield "\n\n"


def _definitions(one: Any) -> list[Any]:
    """A list of terms: each one with what is said of it, on a line."""
    found: list[Any] = ["\n\n"]
    after = ""
    for child in (each for part in one.iter() for each in (part.iter() if part.tag == "div" else [part])):
        if child.tag == "dt":
            found += ["\n- " if after != "dt" else " / ", *_children(child)]
        elif child.tag == "dd":
            found += [": " if after == "dt" else "; ", *_children(child)]
        after = child.tag or ""
    return [*found, "\n\n"]


def _is_layout(table: Any) -> bool:
    """True for a table that holds others, as old pages are laid out: its cells are read one after the other, each once."""
    return any(part.css_first("table") is not None for part in table.iter())


def _rows(table: Any) -> Iterator[list[Any]]:
    """A table's own rows, as cells. A parser puts each row into a part of its table, whatever the page says. Boxes may have the roles of a table."""
    if table.tag != "table":
        yield from (row.css(_CELL_ROLES) for row in table.css("[role=row]"))
        return
    for part in table.iter():
        for row in part.iter():
            if row.tag == "tr":
                yield [cell for cell in row.iter() if cell.tag in ("th", "td")]


def _mark(row: list[Any]) -> str:
    """A header if all its cells are marked so, or stand in the table's head, or are bold; a title if one cell spans several columns."""
    if row and STRUCK_ROW in row[0].parent.attributes:
        return "gone"
    filled = [cell for cell in row if cell.text().strip()]
    if len(filled) == 1:
        return "title" if len(row) == 1 and (filled[0].attributes.get("colspan") or "1") != "1" else ""
    head = bool(row) and row[0].parent.parent is not None and row[0].parent.parent.tag == "thead"
    return (
        "header" if filled and (head or all(_names_column(cell) or _is_bold(cell) for cell in filled)) else ""
    )


def _names_column(cell: Any) -> bool:
    return cell.tag == "th" or cell.attributes.get("role") == "columnheader"


def _is_bold(cell: Any) -> bool:
    bold = cell.css_first("b, strong")
    return bold is not None and bold.text().strip() == cell.text().strip()


def _cell(cell: Any, base: str) -> tuple[str, int, int]:
    """A cell's text, and how many columns and rows it spans."""
    columns, rows = (str(cell.attributes.get(name) or "") for name in ("colspan", "rowspan"))
    parts = [
        part
        for child in _children(cell)
        for part in ([child] if isinstance(child, str) else _walk(child, base))
    ]
    text = _HEADING_MARK.sub("\n", "".join([f"{part}" for part in parts]).strip())
    return (
        cell_text(text),
        int(columns[:4]) if columns.isdecimal() else 1,
        int(rows[:4]) if rows.isdecimal() else 1,
    )
