"""The other kinds of file that businesses have: what a reader sees in them is found, with links, lists and charts; what nobody sees is not."""

from __future__ import annotations

import io
import struct
import zipfile
from email.message import EmailMessage

import docx
import pytest

from f.common.problems import english
from f.documents.chunking import chunks
from f.documents.formats import Limits, Page, media_type, pages
from f.documents.office import old_formats
from tests.knowledge.real_files import saved
from tests.problems import raises_problem


def read(content: bytes, filename: str = "upload.bin") -> list[Page]:
    return list(pages(content, filename, Limits()))


def text_of(content: bytes, filename: str = "upload.bin") -> str:
    return "\n".join(one["text"] for one in read(content, filename))


def zipped(parts: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


# Text for other programs


def test_rich_text_is_read() -> None:
    row = r"\trowd\cellx3000\cellx6000 %s\cell %s\cell\row "
    link = r'{\field{\*\fldinst{HYPERLINK "https://example.com/c?p=9"}}{\fldrslt{\ul order a cake}}}'
    body = (
        row % ("Acompte", r"trente %")
        + row % ("Paiement", r"esp\'e8ces, carte")
        + rf"\pard Please {link}.\par {{\v margin 30}}\par"
    )
    text = text_of((r"{\rtf1\ansi\ansicpg1252 " + body + "}").encode())
    again = r"\trowd\cellx1\cellx2\cellx3 %s\par more\cell %s\cell %s\cell\trowd\cellx1\cellx2\cellx3\row "  # as Word and pandoc write it
    rows = again % ("", "Mon", "Tue") + again % ("Pool", "", "9-17") + again % ("Gym", "7-22", "")
    rows = rows.replace(r"\par more\cell Mon", r"\cell Mon")
    assert "| Pool more | Tue: 9-17 |" in text_of((r"{\rtf1\ansi " + rows + "}").encode())
    assert "| Acompte: trente % |\n| Paiement: espèces, carte |" in text
    assert "order a cake (https://example.com/c?p=9)" in text and "margin" not in text


def test_an_ebook_is_read_chapter_by_chapter() -> None:
    book = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="O/b.opf"/></rootfiles></container>',
        "O/b.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        '<item id="n" href="nav.xhtml" properties="nav"/><item id="b" href="b.xhtml"/>'
        '<item id="a" href="a%20a.xhtml"/></manifest><spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>',
        "O/a a.xhtml": "<!DOCTYPE html><html><body><h1>Stay</h1><p>Check-in from 15:00.</p></body></html>",
        "O/b.xhtml": "<html><body><h1>Eat</h1><p>Breakfast until 11:00.</p></body></html>",
        "O/nav.xhtml": "<html><body><p>Contents</p></body></html>",
    }
    first, second = read(zipped(dict(book)))
    assert "Check-in from 15:00." in first["text"] and "Breakfast until 11:00." in second["text"]


def test_json_and_product_feeds_are_rows() -> None:
    text = text_of(
        b'{"hours": [{"place": "Pharmacy", "Tue": "9-17"}, {"place": "Lab", "Mon": "7-10", "Tue": "8-9"}], "phone": "0117 496 0222"}'
    )
    assert "| place: Pharmacy | Tue: 9-17 |" in text and "| phone: 0117 496 0222 |" in text
    item = "<item><g:id>%d</g:id><g:title>%s</g:title><g:price>%s EUR</g:price><g:link>https://example.com/p/%d</g:link></item>"
    items = item % (1, "Rope", "149.90", 1) + item % (2, "Bag", "24.50", 2)
    feed = f"<?xml version='1.0'?><rss xmlns:g='http://base.google.com/ns/1.0'><channel><title>Shop</title>{items}</channel></rss>"
    assert "| title: Bag | id: 2 | price: 24.50 EUR | link: https://example.com/p/2 |" in text_of(
        feed.encode()
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"a": ', "data_unreadable"),
        (b'<?xml version="1.0"?><a><b></a>', "data_unreadable"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>', "xml_entities"),
        (b"[" * 100_000 + b"]" * 100_000, "data_too_deep"),
        (b"[" + b"1," * 4_000_000 + b"1]", "data_too_many"),
    ],
)
def test_data_that_cannot_be_read_is_a_problem(content: bytes, code: str) -> None:
    with raises_problem(code):
        read(content, "a.json" if content[:1] in b"[{" else "a.xml")


# E-mail


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "shop@example.com",
        "ann@example.com",
        "Prices of May",
    )
    message.set_content("plain")
    message.add_alternative(
        "<p>See <a href='https://example.com/l'>the list</a>. Größe: 49 €</p>",
        subtype="html",
        charset="iso-8859-15",
    )
    message.add_attachment(
        b"Item;Price\nRope;149,90\nBag;24,50\n", maintype="text", subtype="csv", filename="prices.csv"
    )
    message.add_attachment(
        b"\x00\x01" * 500, maintype="application", subtype="octet-stream", filename="x.bin"
    )
    return message


def test_an_email_is_read_with_its_attachments() -> None:
    first, second = read(mail().as_bytes())
    assert (
        first["text"].startswith("Prices of May\n\nFrom: shop@example.com")
        and "the list (https://example.com/l). Größe: 49 €" in first["text"]
    )
    assert (
        second["text"] == "| Item: Rope | Price: 149,90 |\n| Item: Bag | Price: 24,50 |"
        and second["headings"][0]["title"] == "prices.csv"
    )
    assert "The attachment x.bin was left out." in english(first["warning"])
    assert [one["number"] for one in (first, second)] == [1, 2]


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("On Mon, 2 Feb 2026 at 14:03, Desk <desk@example.com> wrote:", False),
        ("Am Mo., 2. Feb. 2026 um 14:03 schrieb Desk:", True),
        ("-----Ursprüngliche Nachricht-----", False),
        ("From: Desk, Sent: 2 February 2026", True),
    ],
)
def test_what_a_mail_quotes_stands_under_the_line_that_says_when_it_was_written(
    line: str, html: bool
) -> None:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = "desk@example.com", "a@example.com", "Re: Van"
    if html:
        above = line.replace(", Sent", "<br>Sent")
        written.set_content(
            f"<p>The van is 98 € an hour.</p><p>{above}</p><blockquote>The van is 89 €.</blockquote>",
            subtype="html",
        )
    else:
        written.set_content(f"The van is 98 € an hour.\n\n{line}\n> The van is 89 €.\n")
    new, old = chunks(read(written.as_bytes()))
    assert "98 €" in new["text"] and "89 €" not in new["text"]
    assert old["text"].startswith(line.replace(" <desk@example.com>", "")[:20]) and old["text"].endswith(
        "\nThe van is 89 €."
    )


def test_mails_in_mails_without_end_are_not_followed() -> None:
    inner = mail()
    for _ in range(8):
        outer = EmailMessage()
        outer["From"], outer["To"], outer["Subject"] = "a@example.com", "b@example.com", "Fwd"
        outer.set_content("see below")
        outer.add_attachment(inner, filename="mail.eml")
        inner = outer
    assert len(read(inner.as_bytes())) < 8


def compound(streams: dict[str, bytes]) -> bytes:
    """A file of Outlook's kind with these streams, each long enough to lie in sectors of its own."""
    size, end, unused = 512, 0xFFFFFFFE, 0xFFFFFFFF
    data = b""
    chain: list[int] = []
    entries: list[tuple[str, int, int, int]] = []
    for name, content in streams.items():
        content = content.ljust(4_096, b"\x00")
        count = -(-len(content) // size)
        first = len(chain)
        chain += [*range(first + 1, first + count), end]
        data += content.ljust(count * size, b"\x00")
        entries.append((name, 2, first, len(content)))

    def entry(name: str, kind: int, first: int, length: int, right: int, child: int) -> bytes:
        written = name.encode("utf-16-le") + b"\x00\x00"
        head = written.ljust(64, b"\x00") + struct.pack("<HBB3I", len(written), kind, 1, unused, right, child)
        return head + bytes(36) + struct.pack("<IQ", first, length)

    directory = entry("Root Entry", 5, end, 0, unused, 1)
    for n, (name, kind, first, length) in enumerate(entries, 1):
        directory += entry(name, kind, first, length, n + 1 if n < len(entries) else unused, unused)
    directory = directory.ljust(-(-len(directory) // size) * size, b"\x00")
    start = len(chain)
    count = len(directory) // size
    chain += [*range(start + 1, start + count), end, 0xFFFFFFFD]
    table = b"".join(struct.pack("<I", one) for one in chain).ljust(size, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, start, 0, 4_096, end, 0, end, 0) + struct.pack(
        "<I", start + count
    ).ljust(436, b"\xff")
    return head + data + directory + table


def test_a_mail_that_outlook_saved_is_read() -> None:
    text = "We are closed on 4 May. " + "Please order before. " * 200
    streams = {
        "__properties_version1.0": b"",
        "__substg1.0_0037001F": "Closing day".ljust(2_048, "\x00").encode("utf-16-le"),
        "__substg1.0_1000001F": text.encode("utf-16-le"),
    }
    content = compound(streams)
    assert media_type(content, "a.msg") == "application/vnd.ms-outlook"
    (one,) = read(content)
    assert (
        one["text"].startswith("Closing day")
        and "We are closed on 4 May." in one["text"]
        and "\x00" not in one["text"]
    )


# Old Office documents


def test_without_libreoffice_an_old_document_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_formats, "program", lambda: "")
    with raises_problem("old_office", ending="doc", new="docx"):
        read(compound({"WordDocument": b"x"}))


def test_an_old_document_is_saved_anew_by_libreoffice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    document = docx.Document()
    document.add_paragraph("Deposit: 150 by card.")
    (source := tmp_path / "saved.docx").write_bytes(saved(document))  # type: ignore[operator]
    script = tmp_path / "soffice"  # type: ignore[operator]
    script.write_text(
        f'#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\ncp {source} "$2/document.docx"\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(old_formats, "program", lambda: str(script))
    assert text_of(compound({"WordDocument": b"x"})) == "Deposit: 150 by card."


def test_a_telephones_photo_is_given_to_the_model_as_jpeg() -> None:
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener()
    target = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(target, "HEIF")
    seen: list[bytes] = []
    (one,) = pages(
        target.getvalue(),
        "price_board.heic",
        Limits(read_image=lambda image: seen.append(image) or "Soup 4.50"),
    )
    assert one["text"] == "price board\n\nSoup 4.50" and seen[0].startswith(b"\xff\xd8\xff")
