# requirements:
# selectolax==1.0.2
# charset-normalizer==3.5.2
"""Reads a web page as a person would: its main part, with headings, lists and tables; no menus, no footers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from f.documents.clean import clean
from f.documents.page import Limits, Page, Unreadable, page
from f.documents.plain_text import decode
from f.documents.table_rows import cell_text, lines, spread

_NOT_TEXT = (
    "script, style, noscript, template, svg, nav, footer, aside, form, iframe, dialog, [hidden], [aria-hidden=true], [role=navigation],"
    " [role=dialog], [role=alertdialog], [style*='display:none' i], [style*='display: none' i]"
)
# What asks for consent: by the name that its author gave it, or by the tool that many sites use for it.
_CONSENT = re.compile(
    r"(cookie|gdpr|privacy).{0,3}(banner|consent|notice|bar|popup|modal|dialog|overlay|law|message|settings)|consent.{0,3}(banner|manager)"
    r"|cookiebot|onetrust|usercentrics|borlabs|didomi|cmplz|termly|iubenda-cs",
    re.IGNORECASE,
)
_BLOCK_TAGS = "address article blockquote dd div dl dt figcaption figure header hr main ol p section ul body details summary td th caption"
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SPACE = re.compile(r"\s+")
_ITEMS_APART = re.compile(r"\n\n- ")
_DEEPEST = 5_000
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)(?:[^<>]*(/)>)?")
# What has no end, or is ended by what follows it.
_UNENDED_TAGS = "a area base br col dd dt embed hr img input li link meta option p source tbody td tfoot th thead tr track wbr"
_UNENDED = frozenset(_UNENDED_TAGS.split())
_LEVELS = {f"h{level}": level for level in range(1, 7)}


def html_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The page's text as Markdown, one page."""
    title, text = read_html(_declared(content), limits.max_characters)
    if not text.strip():
        raise Unreadable("web_page_empty")
    yield page(1, text if text.startswith("# ") or not title else f"# {title}\n\n{text}")


def parsed(source: str) -> Any:
    """The page as a tree. Raises Unreadable where it nests too deep."""
    if _nests_too_deep(source):
        raise Unreadable("web_page_too_deep", most=_DEEPEST)
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(source)


def read_html(source: str, most: int) -> tuple[str, str]:
    """Title and text of a page. Raises Unreadable where it has more than `most` characters, or nests too deep."""
    tree = parsed(source)
    found = tree.css_first("title")
    title = " ".join(clean(found.text() if found else "").split())
    for node in tree.css(_NOT_TEXT):
        node.decompose()
    for node in tree.css("[id], [class]"):
        names = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"
        if _CONSENT.search(names) and node.tag not in ("html", "body", "main", "article"):
            node.decompose()
    mains = tree.css("main, [role=main]") or tree.css("article")
    root = mains[0] if len(mains) == 1 else tree.body
    parts: list[str] = []
    left = most
    for part in _walk(root) if root is not None else ():
        left -= len(part)
        if left < 0:
            raise Unreadable("too_many_characters", most=most)
        parts.append(part)
    lines_of_it = (_SPACE.sub(" ", line).strip() for line in "".join(parts).split("\n"))
    text = _ITEMS_APART.sub("\n- ", clean("\n".join(lines_of_it)))
    return title, text


def _nests_too_deep(source: str) -> bool:
    """A parser looks through all that is open at each new element: a hundred thousand open ones take it a minute, and no browser shows them."""
    if source.count("<") <= _DEEPEST:
        return False
    opened: Counter[str] = Counter()
    depth = shapes = 0
    for match in _TAG.finditer(source):
        ends, name, ends_itself = match[1], match[2].lower(), match[3]
        if name in _UNENDED:
            continue
        if ends:
            depth -= opened[name] > 0
            opened[name] -= opened[name] > 0
        elif ends_itself and opened["svg"]:  # outside of drawings nothing ends itself, and these may be long
            shapes += 1
        else:
            opened[name] += 1
            depth += 1
        if depth > _DEEPEST or shapes > 10 * _DEEPEST:
            return True
    return False


def _walk(node: Any) -> Iterator[str]:
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
        elif tag in _LEVELS:
            title = " ".join(one.text(separator=" ").split())
            yield f"\n\n{'#' * _LEVELS[tag]} {title}\n\n" if title else ""
        elif tag == "table" and not _is_layout(one):
            yield "\n"
            for line in lines(spread([_cell(cell) for cell in row] for row in _rows(one))):
                yield f"\n{line}"
            yield "\n\n"
        elif tag == "pre":
            yield f"\n\n{one.text()}\n\n"
        elif not tag.startswith("-") and tag != "head":
            mark = "\n- " if tag == "li" else "\n\n" if tag in _BLOCKS else ""
            yield mark
            stack.append("\n" if mark else "")
            stack += reversed(list(one.iter(include_text=True)))


def _is_layout(table: Any) -> bool:
    """True for a table that holds others, as old pages are laid out: its cells are read one after the other, each once."""
    return any(part.css_first("table") is not None for part in table.iter())


def _rows(table: Any) -> Iterator[list[Any]]:
    """A table's own rows, as cells. A parser puts each row into a part of its table, whatever the page says."""
    for part in table.iter():
        for row in part.iter():
            if row.tag == "tr":
                yield [cell for cell in row.iter() if cell.tag in ("th", "td")]


def _cell(cell: Any) -> tuple[str, int, int]:
    """A cell's text, and how many columns and rows it spans."""
    columns, rows = (str(cell.attributes.get(name) or "") for name in ("colspan", "rowspan"))
    return (
        cell_text(cell.text(separator=" ")),
        int(columns[:4]) if columns.isdecimal() else 1,
        int(rows[:4]) if rows.isdecimal() else 1,
    )


def _declared(content: bytes) -> str:
    text = decode(content)
    if text is None:
        raise Unreadable("text_encoding")
    return text
