# ruff: noqa: E501
"""Every kind of file that a business has: what a reader sees in it is found, or a problem says why not."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest

from f.common.problems import message
from f.documents.chunking import chunks
from f.documents.formats import Limits, Page, media_type, pages
from tests.knowledge import real_files as files
from tests.problems import raises_problem

LONG_CSV = "name;price\n" + "\n".join(f"Lamp {n};{n},50" for n in range(1000))

FILES: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "plain.docx": (lambda: files.saved(files.word()), ["Items may be sent back within 30 days.", "1. Print the label."]),
    "table.docx": (files.word_table, ["| Model: LX-300 | Height: 162 cm | Price: 99.00 |", "Price: 45.50"]),
    "pages.docx": (files.word_pages, ["The second page."]),
    "scripts.docx": (files.word_scripts, list(files.SCRIPTS)),
    "long.docx": (lambda: files.saved(files.word("Words. " * 20_000)), ["Words. Words."]),
    "slides.pptx": (files.slides, ["Opening hours", "Closed on Sundays", "Notes on Parking", "Room: X-ray | Floor: second"]),
    "prices.xlsx": (lambda: files.saved(files.workbook()), ["| Article: Lamp 1 | Price: 10.9 | Since: 2026-03-02 | In stock: no |", "Land: Österreich | Tage: 3"]),
    "long.xlsx": (lambda: files.saved(files.workbook(2_000)), ["Article: Lamp 1999 | Price: 2008.9"]),
    "comma.csv": (lambda: b'Name,Town,Note\nAnn,"Berlin, East","said ""hi"""\nBob,Rome,\n', ['| Name: Ann | Town: Berlin, East | Note: said "hi" |', "| Name: Bob | Town: Rome |"]),
    "semicolon.csv": (lambda: "Größe;Preis\nklein;9,90\ngroß;12,50\n".encode("cp1252"), ["| Größe: groß | Preis: 12,50 |"]),
    "western.csv": (lambda: "Bezeichnung;Preis in €;Größe\nStehlampe „Käfer“;129,90;1,62 m\nTischleuchte Grün;45,50;48 cm\nPendelleuchte rund;99,00;Ø 60 cm\n".encode("cp1252"), ["Preis in €: 99,00 | Größe: Ø 60 cm"]),
    "tabs.tsv": (lambda: b"a\tb\n1\t2\n3\t4\n", ["| a: 3 | b: 4 |"]),
    "utf16.csv": (lambda: "名称,价格\n台灯,99\n".encode("utf-16"), ["| 名称: 台灯 | 价格: 99 |"]),
    "long.csv": (LONG_CSV.encode, ["| name: Lamp 999 | price: 999,50 |"]),
    "numbers.csv": (lambda: b"1,2\n3,4\n", ["| 1 | 2 |", "| 3 | 4 |"]),
    "merged.xlsx": (files.merged, [
        "| Price list |\n| Group: Ladies | Service: Cut | Price short: 48 | Price long: 59.5 |\n| Group: Ladies | Service: Colour | Price short: 55 | Price long: 65 |\n| Group: Men | Service: Cut | Price short: 29 |",
        "| Whoever cancels less than 24 hours before the appointment pays half of its price. |"]),
    "merged.docx": (files.merged_word, ["| Room: Single | Price high season: 85 | Price low season: 60 |\n| Room: Suite | Price high season: 250 | Price low season: 190 |\n| Room: Suite | Price high season: breakfast included | Price low season: breakfast included |"]),
    "merged.html": (files.MERGED.encode, ["| Room: Single | Price high season: 85 | Price low season: 60 |\n| Room: Suite | Price high season: 250 | Price low season: 190 |\n| Room: Suite | Price high season: breakfast included | Price low season: breakfast included |"]),
    "percent.xlsx": (lambda: files.saved(files.discounts()), ["| Voucher: Spring | Discount: 5% |", "| Voucher: Member | Discount: 12.5% |"]),
    "page.html": (files.PAGE.encode, ["# Help", "We deliver to Spain and Portugal.", "## Delivery", "- Express: 9.90", "| Country: Spain | Days: 2 |"]),
    "legacy.html": (lambda: "<html><body><p>Öffnungszeiten: täglich von 9 bis 18 Uhr für Sie geöffnet</body>".encode("cp1252"), ["Öffnungszeiten: täglich"]),
    "scripts.html": (lambda: f"<html><body>{''.join(f'<p>{t}' for t in files.SCRIPTS)}</body></html>".encode(), list(files.SCRIPTS)),
    "faq.json": (lambda: files.pairs(("Do you ship?", "Yes, to Spain."), ("When?", "In 2 days.")), ["Do you ship?\nYes, to Spain.", "When?"]),
    "notes.txt": (lambda: "\n".join(files.SCRIPTS).encode(), list(files.SCRIPTS)),
    "latin.txt": (lambda: "Über Größe und Preis für Bücher".encode("cp1252"), ["Über Größe"]),
    "guide.md": (lambda: b"# Guide\n\nText.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", ["Text."]),
    "two-columns.pdf": (files.two_columns, ["sentence number 59 goes on"]),
    "table.pdf": (files.pdf_table, ["Spain", "9.90"]),
    "rotated.pdf": (files.rotated, ["Turned by ninety degrees"]),
    "mixed.pdf": (lambda: files.pdf("A page of text.", "", "Another one."), ["A page of text.", "Another one."]),
    "thousand.pdf": (lambda: files.pdf(*map(files.prose, range(1000))), ["Sentence 3 of chapter 999"]),
}  # fmt: skip


def read(content: bytes, filename: str, limits: Limits | None = None) -> list[Page]:
    return list(pages(content, filename, limits or Limits()))


@pytest.mark.parametrize("filename", FILES)
def test_what_a_reader_sees_is_found(filename: str) -> None:
    make, expected = FILES[filename]
    found = read(make(), filename, Limits(speaker_notes=True))
    whole = "\n".join(page["text"] for page in found)
    for text in expected:
        assert text in whole
    assert [page["number"] for page in found] == list(range(1, len(found) + 1))
    passages = list(chunks(found))
    assert passages and all(passage["tokens"] <= 220 for passage in passages)
    joined = "".join("".join(p["text"] for p in passages).split())
    assert all("".join(text.split()) in joined for text in expected)


def test_a_web_page_without_what_asks_for_consent() -> None:
    asks = "<p>We use cookies.</p><button>Accept all</button>"
    body = (
        f"<div class='cookie-banner'>{asks}</div><div id='CybotCookiebotDialog'>{asks}</div><div role=dialog>{asks}</div>"
        "<p style='display: none'>An old offer.</p><main><h1>Shop</h1><p>We bake cookies.</p><ul class='cookie-list'><li>Oat cookies: 3.50</ul></main>"
    )
    (found,) = read(f"<!doctype html><title>Shop</title>{body}".encode(), "a.html")
    assert found["text"] == "# Shop\n\nWe bake cookies.\n- Oat cookies: 3.50"
    (bare,) = read(f"<!doctype html>{body}".replace("main>", "div>").encode(), "a.html")
    assert "Accept" not in bare["text"] and "old offer" not in bare["text"] and "Oat cookies" in bare["text"]


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 25


def test_the_name_does_not_matter() -> None:
    for filename in ("plain.docx", "slides.pptx", "prices.xlsx", "page.html", "faq.json", "table.pdf"):
        content = FILES[filename][0]()
        assert media_type(content, "upload.bin") == media_type(content, filename)


def test_headings_pages_and_hidden_sheets() -> None:
    first, second = read(files.word_pages(), "a")
    assert [h["title"] for h in first["headings"]] == ["Returns", "How"] and second["number"] == 2
    sheets = read(files.saved(files.workbook()), "a")
    assert [s["label"] for s in sheets] == ["Prices", "Lieferländer"]
    assert not any("purchase" in sheet["text"] for sheet in sheets)
    assert [p["headings"][0]["title"] for p in read(files.pairs(("Q?", "A."), ("R?", "B.")), "a")] == [
        "Q?",
        "R?",
    ]


def test_menus_scripts_and_footers_are_no_text() -> None:
    text = read(files.PAGE.encode(), "a")[0]["text"]
    assert not any(word in text for word in ("Home", "alert", "rights reserved", "color"))


def test_a_page_that_nests_without_end_is_read() -> None:
    assert "deep" in read(b"<html><body>" + b"<div>" * 3000 + b"deep", "a")[0]["text"]


def test_rows_stay_rows_with_their_headers() -> None:
    for passage in chunks(read(LONG_CSV.encode(), "a.csv")):
        for line in passage["text"].splitlines():
            assert line.startswith("| name: Lamp ") and line.endswith(" |") and " | price: " in line


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(310):
                part.write(bytes(1_000_000))
    return target.getvalue()


def entities() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            "word/document.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
        )
    return target.getvalue()


PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (bomb, "a.xlsx", "file_unpacks"),
        (entities, "a.docx", "office_unusual"),
        (lambda: PROTECTED, "a.docx", "file_password"),
        (lambda: PROTECTED[:600].replace(b"E\x00n", b"x"), "a.doc", "file_type"),
        (lambda: files.saved(files.word())[:3000], "a.docx", "file_damaged"),
        (lambda: files.saved(files.word()).replace(b"PK\x01\x02", b"PK\x01\x03"), "a.docx", "file_damaged"),
        (lambda: files.saved(__import__("docx").Document()), "a.docx", "document_empty"),
        (lambda: files.saved(__import__("openpyxl").Workbook()), "a.xlsx", "workbook_empty"),
        (lambda: b"<html><body><script>x()</script></body></html>", "a.html", "web_page_empty"),
        (lambda: b'{"pairs": []}', "a.json", "questions_empty"),
        (lambda: b",,\n,,\n", "a.csv", "table_empty"),
    ],
)
def test_what_cannot_be_read_is_a_problem(content: Callable[[], bytes], filename: str, code: str) -> None:
    with raises_problem(code):
        read(content(), filename)


LIMITED = ("too_many_characters", "more_pages_than", "too_many_slides", "too_many_rows", "too_many_questions")


def test_limits_hold_for_every_kind() -> None:
    few = Limits(max_pages=1, max_characters=40)
    for filename in ("long.docx", "slides.pptx", "long.xlsx", "long.csv", "page.html", "faq.json"):
        with raises_problem(*LIMITED):
            read(FILES[filename][0](), filename, few)


def test_pages_that_are_images_are_read_by_a_model_within_a_cap() -> None:
    seen: list[bytes] = []

    def model(png: bytes) -> str:
        seen.append(png)
        return "Words in a picture"

    found = read(files.pdf("", "Text.", "", ""), "a.pdf", Limits(read_image=model, max_images=2))
    assert [page["text"] for page in found] == ["Words in a picture", "Text.", "Words in a picture", ""]
    assert found[3]["warning"] == message("page_image_limit", page=4, most=2)
    from PIL import Image

    assert len(seen) == 2 and min(Image.open(io.BytesIO(seen[0])).convert("L").tobytes()) < 100


def test_a_model_that_fails_leaves_a_note() -> None:
    def model(png: bytes) -> str:
        raise OSError("no answer")

    found = read(files.pdf("", "Text."), "a.pdf", Limits(read_image=model))
    assert found[0]["warning"] == message("page_image_unread", page=1, problem="no answer")


@pytest.mark.field_failure(13)
def test_without_a_model_the_tenant_is_told() -> None:
    with raises_problem("pdf_scan"):
        read(files.pdf("", ""), "a.pdf")
    assert read(files.pdf("", "Text."), "a.pdf")[0]["warning"] == message("page_is_image", page=1)


@pytest.mark.browser
def test_a_browsers_print_is_read_in_every_script() -> None:
    form = "<form><label>Name <input value='Ann Example'></label><select><option>Valencia</select></form>"
    columns = (
        "<div style='columns:2'>" + "".join(f"<p>Column sentence {n}.</p>" for n in range(40)) + "</div>"
    )
    html = f"<meta charset=utf-8><h1>Print</h1>{form}{columns}<p>{'<p>'.join(files.SCRIPTS[:3])}"
    text = "\n".join(page["text"] for page in read(files.printed(html), "a.pdf"))
    assert "Column sentence 39." in text and "Ann Example" in text
    assert json.dumps(text)
