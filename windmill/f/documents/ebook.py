# requirements: documents
"""Reads e-books (.epub): their chapters in order, each as a web page is read."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from f.documents.office import archive
from f.documents.page import Limits, Page, Unreadable, page
from f.documents.web.charset import decode_page
from f.documents.web.text import read_page

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"


def epub_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A page for each chapter that has text."""
    archive.check(content, limits)
    number = 0
    left = limits.max_characters
    for source in archive.read(_chapters(content)):
        text = read_page(source, left).text
        left -= len(text)
        if not text.strip():
            continue
        number += 1
        if number > limits.max_pages:
            raise Unreadable("more_pages_than", most=limits.max_pages)
        yield page(number, text)
    if not number:
        raise Unreadable("document_empty")


def _chapters(content: bytes) -> Iterator[str]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if "META-INF/encryption.xml" in packed.namelist() and b"enc#" in packed.read(
            "META-INF/encryption.xml"
        ):
            raise Unreadable("book_protected")
        container = etree.fromstring(packed.read("META-INF/container.xml"), parser)
        place = next(container.iter(f"{_CONTAINER}rootfile")).get("full-path", "")
        book = etree.fromstring(packed.read(place), parser)
        items: dict[str, Any] = {one.get("id", ""): one for one in book.iter(f"{_OPF}item")}
        for reference in book.iter(f"{_OPF}itemref"):
            item = items.get(reference.get("idref", ""))
            if item is None or "nav" in item.get("properties", "").split():
                continue
            name = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(item.get("href", ""))))
            if name in packed.namelist():
                yield decode_page(packed.read(name)) or ""
