# requirements: documents
"""Reads a PDF page by page: its text, its page labels, the headings of its outline and of its type.

PDFium does all of it. It opens damaged files, finds the spaces between words, and reads labels and outline
from the same parse.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.common.problems import Message, message
from f.documents.clean import clean, join_broken_words
from f.documents.page import Heading, Limits, Page, Unreadable, combined, goes_on, page
from f.documents.pdf.forms import filled_fields, needs_adobe, notes, prepare, said
from f.documents.pdf.layout import Line, Typography, compose
from f.documents.pdf.lines import TableWriter, lines
from f.documents.pdf.pictures import PicturePages, needs_eyes
from f.documents.pdf.running_lines import NEARBY, RunningLines, placed
from f.documents.pdf.unseen import CROPPED, INVISIBLE, STRUCK, WATERMARK

# PDFium's numbers for why it can't open a file.
_PASSWORD, _PROTECTION = 4, 5
_MAX_BOOKMARKS = 5_000
_MOST_FILES = 20  # of a portfolio, that a warning names
_SAMPLED_PAGES = 60
# A scanner may leave its name on every page; a page with no more text than this is looked at for images.
_STAMP = 200
# Word processors take their bullets from fonts of symbols.
_BULLET = re.compile(r"^[\ue000-\uf8ff][ \t]+", re.MULTILINE)


class Read(NamedTuple):
    """A page's lines, whether it is an image with next to none, or its letters say nothing; and what of it nobody sees."""

    lines: list[Line]
    is_image: bool
    garbled: bool = False
    left_out: tuple[str, ...] = ()


@dataclass
class _Learnt:
    """What is known of the whole document before its pages are read, and of the page before the next one."""

    outline: dict[int, list[Heading]]
    typography: Typography
    running: RunningLines
    read: Callable[[int], Read | None]
    tables: TableWriter = field(default_factory=TableWriter)
    within: bool = False  # the page before ends within a sentence


def pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """One page after the other; only the open one is in memory.

    Whatever makes the whole document unreadable is raised before the first page is given, but for too much
    text.
    """
    with _open(content) as document:
        count = len(document)
        if count > limits.max_pages:
            raise Unreadable("too_many_pages", pages=count, most=limits.max_pages)
        if needs_adobe(document):
            raise Unreadable("pdf_adobe_form")
        prepare(document)
        learnt = _learn(document, count)
        pictures = PicturePages(document, limits)
        inside = _files_inside(document)
        held: list[Page] = []  # pages before the first one with text: a scan has no other
        characters = 0
        for index in range(count):
            one = _page(document, index, learnt)
            if needs_eyes(one):
                one = pictures.read(one)
            characters += len(one["text"])
            if characters > limits.max_characters:
                raise Unreadable("too_many_characters", most=limits.max_characters)
            held.append(one)
            if characters:
                if inside:
                    warning = message("pdf_files_inside", names=inside)
                    held[0]["warning"] = combined([*filter(None, [held[0]["warning"]]), warning])
                    inside = ""
                yield from held
                held = []
        if not characters:
            raise _no_text(held, inside)


def _files_inside(document: pypdfium2.PdfDocument) -> str:
    """The names of the files that a portfolio holds; an invoice's own data are none."""
    names = [
        document.get_attachment(n).get_name() for n in range(min(document.count_attachments(), _MOST_FILES))
    ]
    return ", ".join(clean(name)[:80] for name in names if not name.lower().endswith(".xml"))


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise Unreadable("file_password") from error
        if error.err_code == _PROTECTION:
            raise Unreadable("pdf_protected") from error
        raise Unreadable("pdf_damaged") from error


def _page(document: pypdfium2.PdfDocument, index: int, learnt: _Learnt) -> Page:
    number, label, outline = index + 1, _label(document, index), learnt.outline.get(index, [])
    found = learnt.read(index)
    if found is None:
        return page(number, "", label, outline, message("page_unreadable", page=number))
    if found.garbled:
        return page(number, "", label, outline, message("page_garbled", page=number))
    read, has_image = found.lines, found.is_image
    around = range(max(0, index - NEARBY), min(len(document), index + NEARBY + 1))
    near = {other + 1: lines.lines for other in around if other != index and (lines := learnt.read(other))}
    body, running = learnt.running.parted(read, number, near, has_image)
    text, headings = compose(learnt.tables.write(body), learnt.typography, outline, bool(learnt.outline))
    if body:
        text = placed(text, running, learnt.within and not learnt.typography.level(body[0]))
        learnt.within = goes_on(body[-1].text)
    text = _BULLET.sub("- ", clean(join_broken_words(text)))
    headings = [*headings, *(Heading(level=0, title=line) for line in running)]
    headings = [Heading(level=one["level"], title=clean(join_broken_words(one["title"]))) for one in headings]
    warning = message("page_is_image", page=number) if has_image and not text.strip() else None
    if found.left_out and warning is None:
        warning = _left_out(found.left_out, number)
    return page(number, text, label, headings, warning)


def _left_out(reasons: tuple[str, ...], number: int) -> Message | None:
    warnings = {
        CROPPED: message("page_text_cropped", page=number),
        INVISIBLE: message("page_text_unseen", page=number),
        STRUCK: message("page_text_struck", page=number),
    }
    return combined([warnings[reason] for reason in reasons])


def _reader(document: pypdfium2.PdfDocument) -> Callable[[int], Read | None]:
    """Reads pages by index; None for one that can't be read. A page is asked for again and again while its neighbours are read."""

    @lru_cache(maxsize=2 * NEARBY + 2)
    def read(index: int) -> Read | None:
        try:
            return _read(document, index)
        except pypdfium2.PdfiumError:
            return None

    return read


def _read(document: pypdfium2.PdfDocument, index: int) -> Read:
    """A page's lines, with what was filled into its form, and whether it is an image with next to none."""
    one = document[index]
    try:
        read, left_out, garbled = lines(one)
        if garbled:
            return Read([], False, garbled=True)
        left = tuple(reason for reason in left_out if reason != WATERMARK)
        read += [Line(text) for text in (*filled_fields(document, one), *notes(one))]
        if sum(len(line.text) for line in read) >= _STAMP:
            return Read(read, False, left_out=left)
        images = one.get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        return Read(read, any(images) if not read else _covers(one, images), left_out=left)
    finally:
        one.close()


def _covers(one: pypdfium2.PdfPage, images: Iterator[pypdfium2.PdfObject]) -> bool:
    """True if the images are most of the page, as a scan is; a letter's logo is not. Some scanners cut a page into strips."""
    width, height = one.get_size()
    covered = 0.0
    for image in images:
        try:
            left, bottom, right, top = image.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        # Inside a form's own space nothing is known of the size on the page.
        covered += (right - left) * (top - bottom) if image.level == 0 else width * height
    return covered >= 0.5 * width * height


def _label(document: pypdfium2.PdfDocument, index: int) -> str:
    return said(pdfium_raw.FPDF_GetPageLabel, document, index)[:40].strip()


def _outline(document: pypdfium2.PdfDocument) -> dict[int, list[Heading]]:
    """The outline's titles by the page they point to."""
    found: dict[int, list[Heading]] = defaultdict(list)
    for bookmark in itertools.islice(document.get_toc(), _MAX_BOOKMARKS):
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        title = said(pdfium_raw.FPDFBookmark_GetTitle, bookmark)
        if index is not None and title:
            found[index].append(Heading(level=bookmark.level + 1, title=title))
    return found


def _learn(document: pypdfium2.PdfDocument, count: int) -> _Learnt:
    """Looks at pages spread over the document, odd and even ones alike."""
    read = _reader(document)
    found = [(index + 1, read(index)) for index in range(0, count, max(1, count // _SAMPLED_PAGES) | 1)]
    samples = [(number, sample.lines, sample.is_image) for number, sample in found if sample]
    typography = Typography()
    for _, sample, _ in samples:
        typography.learn(sample)
    running = RunningLines(typography)
    for number, sample, is_image in samples:
        running.learn(sample, number, is_image)
    return _Learnt(_outline(document), typography, running, read)


def _no_text(empty: list[Page], inside: str) -> Unreadable:
    codes = [one["warning"]["code"] if one["warning"] else "" for one in empty]
    if codes and all(code == "page_unreadable" for code in codes):
        return Unreadable("pdf_damaged")
    if any(code.startswith("page_garbled") for code in codes):
        return Unreadable("pdf_garbled")
    if any(codes):
        return Unreadable("pdf_scan")
    return Unreadable("pdf_files_inside", names=inside) if inside else Unreadable("document_empty")
