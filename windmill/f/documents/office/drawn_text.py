# requirements: documents
"""What charts and SmartArt of Word and PowerPoint say: their data lie in parts of their own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from f.documents.clean import clean
from f.documents.tables.cells import cell_text
from f.documents.tables.rows import Row, lines

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_POINTS = 5_000


def drawn_lines(element: Any, part: Any) -> Iterator[str]:
    """Lines for the charts and the SmartArt below an element, and for what a canvas says in itself.

    part: of python-docx or python-pptx, which knows their parts.
    """
    for drawing in element.iter(f"{_WORD}drawing"):
        yield from _said(drawing)
    for reference in element.iter(f"{_C}chart", f"{_DIAGRAM}relIds"):
        is_chart = reference.tag == f"{_C}chart"
        identity = reference.get(f"{_R}id" if is_chart else f"{_R}dm")
        related = part.rels.get(identity) if identity else None
        if related is None or related.is_external:
            continue
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(related.target_part.blob, parser)
        yield from _chart(root) if is_chart else _diagram(root)


def _said(drawing: Any) -> Iterator[str]:
    """A line for each paragraph of a drawing's own text, which is no text box of Word's."""
    loose = (text for text in drawing.iter(f"{_A}t") if next(text.iterancestors(f"{_A}p"), None) is None)
    for one in list(itertools.chain(drawing.iter(f"{_A}p"), loose))[:_MOST_POINTS]:
        if text := " ".join(clean("".join(one.itertext(f"{_A}t"))).split()):
            yield text


def _diagram(root: Any) -> Iterator[str]:
    for point in list(root.iter(f"{_DIAGRAM}pt"))[:_MOST_POINTS]:
        text = " ".join(clean("".join(paragraph.itertext())) for paragraph in point.iter(f"{_A}p"))
        if text.strip() and point.get("type") not in ("pres", "parTrans", "sibTrans"):
            yield f"- {text.strip()}"


def _chart(root: Any) -> Iterator[str]:
    """The chart's title, then a row for each category with the value of each series."""
    title = root.find(f"{_C}chart/{_C}title")
    name = " ".join(clean("".join(p.itertext())) for p in title.iter(f"{_A}p")) if title is not None else ""
    series: list[tuple[str, dict[int, str], dict[int, str]]] = []
    for one in root.iter(f"{_C}ser"):
        said = " ".join(value.text or "" for value in one.findall(f"{_C}tx//{_C}v"))
        labels = _points(one.find(f"{_C}cat"), False) or _points(one.find(f"{_C}xVal"), False)
        values = one.find(f"{_C}val") if one.find(f"{_C}val") is not None else one.find(f"{_C}yVal")
        series.append((cell_text(said), labels, _points(values, True)))
    if not series:
        return
    labels = next((one[1] for one in series if one[1]), {})
    rows = [Row(["", *(one[0] for one in series)], "header")]
    for place in sorted({place for one in series for place in one[2]} | set(labels)):
        rows.append(Row([labels.get(place, str(place + 1)), *(one[2].get(place, "") for one in series)]))
    if name.strip():
        yield name.strip()
    yield from lines(rows, name.strip()[:80])


def _points(of: Any, figures: bool) -> dict[int, str]:
    """The values that the program kept when it saved the chart, by their places."""
    found: dict[int, str] = {}
    for point in list(of.iter(f"{_C}pt"))[:_MOST_POINTS] if of is not None else ():
        value, place = point.find(f"{_C}v"), point.get("idx", "")
        if value is not None and value.text and place.isdecimal():
            text = value.text.strip()
            try:
                found[int(place)] = f"{float(text):.10g}" if figures else cell_text(text)
            except ValueError:
                found[int(place)] = cell_text(text)
    return found
