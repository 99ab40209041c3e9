# requirements: documents
"""Text boxes on an Excel sheet: they lie in a part of their own, which openpyxl leaves out."""

from __future__ import annotations

import posixpath
import zipfile

from f.documents.clean import clean
from f.documents.office.sheet_marks import relations
from f.documents.tables.rows import Row

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MOST_BOXES = 2_000


def box_rows(archive: zipfile.ZipFile, path: str) -> list[Row]:
    """A blank row and a row for each paragraph of the sheet's text boxes; none without them. path: the sheet's part."""
    folder = posixpath.dirname(path.lstrip("/"))
    drawings = [
        posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
        for one in relations(archive, path)
        if one.get("Type", "").endswith("/drawing")
    ]
    found = [Row([text]) for drawing in drawings for text in _paragraphs(archive, drawing)]
    return [Row(), *found] if found else []


def _paragraphs(archive: zipfile.ZipFile, part: str) -> list[str]:
    from lxml import etree

    try:
        content = archive.read(part)
    except KeyError:
        return []
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    found: list[str] = []
    for shape in list(root.iter(f"{_DRAWING}sp"))[:_MOST_BOXES]:
        seen = shape.find(f"{_DRAWING}nvSpPr/{_DRAWING}cNvPr")
        if seen is None or seen.get("hidden") not in ("1", "true"):
            found += [
                " ".join(clean("".join(one.itertext(f"{_A}t"))).split()) for one in shape.iter(f"{_A}p")
            ]
    return list(filter(None, found))
