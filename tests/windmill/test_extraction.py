"""Uploaded files become pages of text, or a problem that says why not."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pypdf
import pypdfium2
import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from hypothesis import given
from hypothesis import strategies as st
from pypdf.constants import PageLabelStyle

from f.common.problems import ENGLISH, message
from f.documents.formats import Limits, Page, Unreadable, media_type, pages
from f.documents.pdf import reader
from tests.windmill.samples import made, plain_pdf, read, refusal, scan_image

# What a file is


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "filename", "expected"),
    [
        (b"", "a.txt", "application/x-empty"),
        (b"%PDF-1.7\n", "a.txt", "application/pdf"),
        (b"\n\n%PDF-1.7\n", "a", "application/pdf"),
        (b"hello", "a.pdf", "text/plain"),
        (b"# hello", "README.MD", "text/markdown"),
        (b"a;b\n1;2", "a.csv", "text/csv"),
        (b"<!-- x --><!DOCTYPE html><p>hi", "a.txt", "text/html"),
        (b"<!-- x --> \n<!--\n--->\n <html>", "a.txt", "text/html"),
        (b"<div><p>Open daily</p></div>", "page.html", "text/html"),
        (b"<h1>Hours</h1>", "PAGE.HTM", "text/html"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.pdf", "image/png"),
        (
            zipped("word/document.xml"),
            "a.pdf",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (zipped("xl/workbook.xml"), "a", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped("notes.txt"), "a", "application/zip"),
        (b"PK\x03\x04 cut off", "a.docx", "application/zip"),
        (bytes(range(256)) * 4, "a.txt", "application/octet-stream"),
        ("Grüße".encode("utf-16"), "a.txt", "text/plain"),
    ],
)
def test_the_content_decides_what_a_file_is(content: bytes, filename: str, expected: str) -> None:
    assert media_type(content, filename) == expected


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "a.txt", "file_empty"),
        (zipped("word/document.xml"), "a.docx", "file_damaged"),
        (b"PK\x03\x04 cut off", "a.pptx", "file_damaged"),
        (b"GIF89a", "a.gif", "image_damaged"),
        (bytes(range(256)), "a.bin", "file_type"),
        (b" \n\t\n", "a.txt", "document_empty"),
    ],
)
def test_what_cannot_be_read_is_a_problem(content: bytes, filename: str, code: str) -> None:
    assert refusal(content, filename) == code


def test_an_unsupported_type_is_a_problem() -> None:
    assert refusal(zipped("notes.txt")) == "file_type"


@given(st.binary(max_size=300), st.sampled_from(["a.pdf", "a.txt", "a.md"]))
def test_any_bytes_are_text_or_a_sentence(content: bytes, filename: str) -> None:
    try:
        texts = [one["text"] for one in pages(content, filename)]
    except Unreadable as error:
        assert error.code in ENGLISH
    else:
        assert any(text.strip() for text in texts)
        assert all("\x00" not in text for text in texts)


# PDF


def test_a_pdf_gives_its_text_page_by_page() -> None:
    first, second = read(made(plain_pdf(["Returns take 30 days.", "Delivery takes 3 days."])))
    assert (first["number"], first["text"], first["label"], first["warning"]) == (
        1,
        "Returns take 30 days.",
        "",
        None,
    )
    assert (second["number"], second["text"]) == (2, "Delivery takes 3 days.")


def test_page_labels_are_given_where_they_differ() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(made(plain_pdf(["preface", "one", "two"]))))
    writer.set_page_label(0, 0, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(1, 2, style=PageLabelStyle.DECIMAL, start=1)
    buffer = io.BytesIO()
    writer.write(buffer)
    assert [one["label"] for one in read(buffer.getvalue())] == ["i", "1", "2"]


def test_headings_come_from_the_outline_and_from_the_type() -> None:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=11)
    document.start_section("Returns")
    for size, style, text in [
        (20, "", "Returns"),
        (11, "", "Some words. " * 30),
        (15, "", "How do I send it back?"),
    ]:
        document.set_font("helvetica", style, size)
        document.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
    document.set_font("helvetica", "", 11)
    document.multi_cell(0, 6, "By post. " * 30, new_x="LMARGIN", new_y="NEXT")
    (one,) = read(made(document))
    assert [heading["title"] for heading in one["headings"]] == ["Returns", "How do I send it back?"]
    assert one["headings"][0]["level"] < one["headings"][1]["level"]
    assert "\n\nHow do I send it back?\n\n" in one["text"]


@pytest.mark.field_failure(13)
def test_a_scan_is_refused_before_the_first_page() -> None:
    document = FPDF()
    for _ in range(2):
        document.add_page()
        document.image(scan_image(), 0, 0, 210, 297)
    content = made(document)
    assert refusal(content) == "pdf_scan"
    with pytest.raises(Unreadable):
        next(pages(content, "a.pdf"))


@pytest.mark.field_failure(13)
def test_a_scan_with_a_stamp_on_every_page_is_still_a_scan() -> None:
    document = FPDF()
    for number in range(4):
        document.add_page()
        document.image(scan_image(), 0, 0, 210, 297)
        document.set_font("helvetica", size=8)
        document.text(10, 290, f"Scanned with ScanApp {number + 1}")
    assert refusal(made(document)) == "pdf_scan"


def test_an_image_page_among_others_is_noted() -> None:
    document = plain_pdf(["", "words"])
    document.page = 1
    document.image(scan_image(), 0, 0, 210, 297)
    document.page = 2
    first, second = read(made(document))
    assert first["warning"] == message("page_is_image", page=1)
    assert second["text"] == "words" and second["warning"] is None


def test_blank_pages_have_no_text() -> None:
    assert refusal(made(plain_pdf(["", ""]))) == "document_empty"


def test_a_password_is_named() -> None:
    document = plain_pdf(["secret"])
    document.set_encryption(owner_password="o", user_password="u", encryption_method=EncryptionMethod.AES_128)
    assert refusal(made(document)) == "file_password"


def test_a_pdf_that_anyone_may_open_is_read_though_it_is_encrypted() -> None:
    document = plain_pdf(["open to all"])
    document.set_encryption(owner_password="o", encryption_method=EncryptionMethod.AES_128)
    assert read(made(document))[0]["text"] == "open to all"


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.4\n" + b"junk " * 500])
def test_a_damaged_pdf_is_named(content: bytes) -> None:
    assert refusal(content) == "pdf_damaged"


def test_a_pdf_cut_off_early_is_named_and_one_cut_off_late_is_recovered() -> None:
    content = made(plain_pdf([f"Text of page {number}. " * 20 for number in range(1, 9)]))
    assert refusal(content[: len(content) // 3]) == "pdf_damaged"
    assert "Text of page 8" in read(content[: content.rindex(b"xref")])[7]["text"]


def test_one_bad_page_does_not_lose_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    readable = reader._read

    def fails_on_second(document: object, index: int) -> object:
        if index == 1:
            raise pypdfium2.PdfiumError("Failed to load page.")
        return readable(document, index)

    monkeypatch.setattr(reader, "_read", fails_on_second)
    found = read(made(plain_pdf(["first", "second", "third"])))
    assert [one["text"] for one in found] == ["first", "", "third"]
    assert found[1]["warning"] == message("page_unreadable", page=2)


def test_limits_are_problems() -> None:
    content = made(plain_pdf(["one", "two", "three"]))
    assert refusal(content, limits=Limits(max_pages=2)) == "too_many_pages"
    assert refusal(content, limits=Limits(max_bytes=100)) == "file_too_large"
    assert refusal(content, limits=Limits(max_characters=5)) == "too_many_characters"
    assert refusal(b"too long", "a.txt", Limits(max_characters=5)) == "too_many_characters"


# A long document


def long_pdf(count: int) -> bytes:
    document = FPDF()
    for number in range(1, count + 1):
        document.add_page()
        document.set_font("helvetica", size=11)
        for line in range(30):
            document.text(
                10, 20 + 8 * line, f"Page {number}: line {line} tells about returns and deliveries."
            )
    return made(document)


def test_a_long_pdf_is_streamed() -> None:
    stream = pages(long_pdf(100), "a.pdf")
    tracemalloc.start()
    try:
        seen = _consume(stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == 100
    assert peak < 3_000_000


def _consume(stream: Iterator[Page]) -> int:
    count = 0
    for count, one in enumerate(stream, 1):
        assert one["text"].startswith(f"Page {count}:")
    return count
