# requirements: documents
"""The links of a PDF page: each one's address stands behind the last of its words."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.pdf.rulings import Area
from f.documents.pdf.words import Word, turned
from f.documents.tables.cells import with_address

_MOST_LINKS = 500  # of a page
_LONGEST = 2_000
_MOST_TRIES = 2_000_000  # whether a word stands in a link


def with_links(page: pypdfium2.PdfPage, words: list[Word], turn: int) -> list[Word]:
    """The words, those that end a link with its address."""
    areas = _links(page, turn)
    if not areas or sum(map(len, areas.values())) * len(words) > _MOST_TRIES:
        return words
    linked: dict[int, str] = {}
    for address, boxes in areas.items():
        mine = [n for n, word in enumerate(words) if any(_holds(box, word) for box in boxes)]
        for place, number in enumerate(mine):
            if place + 1 < len(mine) and mine[place + 1] == number + 1:
                continue
            start = place
            while start and mine[start - 1] == mine[start] - 1:
                start -= 1
            text = " ".join(words[n].text for n in mine[start : place + 1])
            if behind := with_address(text, address)[len(text) :].strip():
                linked[number] = behind
    return [replace(word, link=linked[n]) if n in linked else word for n, word in enumerate(words)]


def _holds(box: Area, word: Word) -> bool:
    x, y = (word.left + word.right) / 2, word.base + 0.2 * word.size
    return box.left <= x <= box.right and box.bottom <= y <= box.top


def _links(page: pypdfium2.PdfPage, turn: int) -> dict[str, list[Area]]:
    """Where each address is linked from."""
    found: dict[str, list[Area]] = defaultdict(list)
    place, link = ctypes.c_int(0), pdfium_raw.FPDF_LINK()
    for _ in range(_MOST_LINKS):
        if not pdfium_raw.FPDFLink_Enumerate(page, ctypes.byref(place), ctypes.byref(link)):
            break
        box = pdfium_raw.FS_RECTF()
        address = _address(page, pdfium_raw.FPDFLink_GetAction(link))
        if address and pdfium_raw.FPDFLink_GetAnnotRect(link, ctypes.byref(box)):
            left, right = sorted((box.left, box.right))
            bottom, top = sorted((box.bottom, box.top))
            found[address].append(Area(*turned(left, bottom, right, top, turn)))
    return found


def _address(page: pypdfium2.PdfPage, action: object) -> str:
    if not action or pdfium_raw.FPDFAction_GetType(action) != pdfium_raw.PDFACTION_URI:
        return ""
    length = pdfium_raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
    if not 1 < length <= _LONGEST:
        return ""
    read = ctypes.create_string_buffer(length)
    pdfium_raw.FPDFAction_GetURIPath(page.pdf, action, read, length)
    return read.value.decode("utf-8", "replace")
