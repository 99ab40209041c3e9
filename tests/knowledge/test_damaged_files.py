"""Damaged files, and odd ones that programs write: what can be read of them is read, and for the others a sentence says that they are damaged."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ByteStringObject, NameObject

from f.common.problems import ENGLISH, message
from f.documents.formats import Limits, Page, Unreadable, pages
from f.documents.pdf.right_to_left import reordered
from local.documents.writer import render
from tests.knowledge import real_files as files
from tests.problems import raises_problem

OFFICE = Path(__file__).parent / "office"
TRIES = 60
SAMPLES: dict[str, Callable[[], bytes]] = {
    "a.docx": files.merged_word,
    "a.pptx": files.slides,
    "a.xlsx": files.merged,
    "a.html": files.PAGE.encode,
    "a.json": lambda: files.pairs(("Do you ship?", "Yes, to Spain.")),
    "a.csv": lambda: "Größe;Preis\nklein;9,90\ngroß;12,50\n".encode("cp1252"),
    "a.pdf": lambda: render("winter-sale"),
    "right-to-left.pdf": (OFFICE / "right-to-left.pdf").read_bytes,
    "form.pdf": (OFFICE / "form.pdf").read_bytes,
}


def read(content: bytes, filename: str) -> list[Page]:
    return list(pages(content, filename, Limits()))


def changed(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A ZIP archive with its parts changed; None takes one out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(target, "w") as made:
        for name in whole.namelist():
            part = change(name, whole.read(name))
            if part is not None:
                made.writestr(name, part)
    return target.getvalue()


def spoilt(content: bytes, dice: random.Random) -> bytes:
    """Cut off, with bits turned over, or with a piece missing: of the file, or of one part of an archive."""
    if content.startswith(b"PK") and dice.random() < 0.5:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            hit = dice.choice(archive.namelist())
        return changed(content, lambda name, part: spoilt(part, dice) if name == hit and part else part)
    first = dice.randrange(len(content))
    kind = dice.randrange(3)
    if kind == 0:
        return content[:first]
    if kind == 1:
        return content[:first] + content[first + dice.randrange(300) :]
    many = bytearray(content)
    for place in (dice.randrange(len(many)) for _ in range(dice.choice((1, 3, 20)))):
        many[place] ^= 1 << dice.randrange(8)
    return bytes(many)


@pytest.mark.parametrize("filename", SAMPLES)
def test_a_damaged_file_is_read_or_refused_with_a_sentence(filename: str) -> None:
    whole, dice = SAMPLES[filename](), random.Random(filename)
    for _ in range(TRIES):
        try:
            read(spoilt(whole, dice), filename)
        except Unreadable as refusal:
            assert refusal.code in ENGLISH


@pytest.mark.parametrize("part", [".rels", "sheet1.xml", "sharedStrings.xml", "slide2.xml", "document.xml"])
@pytest.mark.parametrize("filename", ["a.docx", "a.pptx", "a.xlsx"])
def test_a_cut_part_of_an_office_file_is_a_sentence_or_nothing(filename: str, part: str) -> None:
    cut = changed(SAMPLES[filename](), lambda name, whole: whole[:-20] if name.endswith(part) else whole)
    try:
        read(cut, filename)
    except Unreadable as refusal:
        assert refusal.code in ("file_damaged", "document_empty", "slides_empty", "workbook_empty")


@pytest.mark.parametrize("filename", ["a.docx", "a.pptx", "a.xlsx"])
def test_a_part_that_does_not_unpack_is_a_sentence(filename: str) -> None:
    content = bytearray(SAMPLES[filename]())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        largest = max(
            archive.infolist(), key=lambda part: part.compress_size * part.filename.endswith(".xml")
        )
    start = largest.header_offset + 30 + len(largest.filename)
    content[start : start + 40] = b"\xff" * 40
    with raises_problem("file_damaged"):
        read(bytes(content), filename)


@pytest.mark.parametrize("change", ["linked", "missing"])
def test_a_slide_is_read_where_its_picture_is_not_in_the_file(change: str) -> None:
    def without(name: str, part: bytes) -> bytes | None:
        if change == "linked":
            return part.replace(b"r:embed=", b"r:link=") if name.endswith("slide4.xml") else part
        return (
            re.sub(rb"<Relationship [^>]*image[^>]*>", b"", part)
            if name.endswith("slide4.xml.rels")
            else part
        )

    found = read(changed(files.slides(), without), "a.pptx")
    assert "Opening hours" in found[0]["text"] and found[3]["warning"] == message("slide_is_picture", slide=4)


def test_half_a_character_in_a_bookmark_spoils_no_heading() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(files.pdf("Text."))))
    title = writer.add_outline_item(title="x", page_number=0).get_object()
    title[NameObject("/Title")] = ByteStringObject(b"\xfe\xff\0F\0e\0e\0s\0 \xd8\x3d")  # type: ignore[index]
    target = io.BytesIO()
    writer.write(target)
    (heading,) = read(target.getvalue(), "a.pdf")[0]["headings"]
    assert heading["title"].startswith("Fees")


def test_marks_alone_in_a_line_from_right_to_left_stay_where_they_are() -> None:
    line = "السعر :) 90"
    assert reordered(line, lambda place: (100.0 - place, 101.0 - place)).startswith("السعر ")


def test_an_instruction_to_a_program_in_a_web_page_is_no_text() -> None:
    source = "<html><body><p>We deliver<?xml:namespace prefix = o /> to <b>Spain<?b ?></b>.</p>"
    assert read(source.encode(), "a.html")[0]["text"] == "We deliver to Spain."
