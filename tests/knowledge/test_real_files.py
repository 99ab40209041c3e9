"""Files as LibreOffice and Chromium write them (office/make.py): what a reader of the page sees is found, in the reader's order."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, TextStringObject

from f.documents.chunking import chunks
from f.documents.formats import Page, pages
from tests.knowledge.real_files import ARABIC, CHINESE, HINDI, SCRIPTS
from tests.problems import raises_problem

OFFICE = Path(__file__).parent / "office"
HEADINGS = ["Returns", "How it is done", "Fees", "In your language"]


def read(name: str) -> list[Page]:
    return list(pages((OFFICE / name).read_bytes(), name))


def text_of(name: str) -> str:
    return "\n".join(page["text"] for page in read(name))


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_a_word_document_with_all_that_readers_see() -> None:
    (page,) = read("guide.docx")
    assert [heading["title"] for heading in page["headings"]] == HEADINGS
    assert in_order(
        page["text"],
        "Items may be sent back within 30 days of delivery. Keep the return label (https://shop.example/label).",
        "Made-to-measure curtains are excluded.",  # a footnote, right after what it belongs to
        "- Print the label.\n  - On plain paper.\n- Hand in the parcel.",
        "| Country: Spain | Days: 2 | Fee: 4.50 |\n| Country: Italy | Days: on request |",
        "Boxed: the hotline is 600 123 456.",
        *SCRIPTS[:3],
        "Casa Lumen, Mill Street 5",  # the footer, once
    )
    assert not any(word in page["text"] for word in ("struck out", "ask the lawyer"))


@pytest.mark.parametrize("name", ["guide.pdf", "turned.pdf", "sideways.pdf"])
def test_a_page_reads_the_same_however_it_is_turned(name: str) -> None:
    (page,) = read(name)
    assert [heading["title"] for heading in page["headings"]][:4] == HEADINGS
    assert in_order(
        page["text"],
        *(
            "Returns",
            "Items may be sent back within 30 days",
            "- Print the label.\n- On plain paper.",
        ),
        *(
            "| Country: Spain | Days: 2 | Fee: 4.50 |",
            "| Country: Italy | Days: on request |",
            ARABIC,
            HINDI,
            CHINESE,
            "Made-to-measure curtains",
            "Mill Street 5",
        ),
    )


def test_wide_pages_among_upright_ones() -> None:
    found = read("landscape.pdf")
    assert [page["headings"][0]["title"] for page in found] == [
        "Upright page",
        "Page on its side",
        "Upright again",
    ]
    assert "enough words to be set in two lines" in found[1]["text"]


@pytest.mark.parametrize("name", ["columns.pdf", "columns.docx"])
def test_columns_are_read_one_after_the_other(name: str) -> None:
    text = " ".join(text_of(name).split())
    assert in_order(
        text, *(f"Sentence {n} of the left and right column goes on long enough" for n in range(1, 41))
    )


def test_what_was_filled_into_a_form_is_read() -> None:
    text = text_of("form.pdf")
    assert (
        in_order(
            text, "Full name", "Full name: Ann Example", "Account for the refund: ES12 3456 7890", "agree: ☑"
        )
        and "news: " not in text
    )


def test_rows_have_their_headers_though_a_title_stands_above() -> None:
    row = "| Article: Lamp 12 | Price: 12.5 | Since: 2026-03-12 | With tax: 15 |"
    assert text_of("prices.xlsx").startswith("| Price list, spring 2026 |\n| Article: Lamp 1 |")
    assert row in text_of("prices.xlsx") and row in text_of("prices.csv")
    assert row in text_of("prices.pdf")
    assert "| Country: Österreich | Days: 3 |" in text_of("prices.xlsx")


@pytest.mark.parametrize("name", ["talk.pptx", "talk.pdf"])
def test_slides(name: str) -> None:
    first, second = read(name)
    assert in_order(first["text"], "Opening hours", "Monday to Saturday", "Closed on Sundays")
    assert in_order(second["text"], "Parking", "Behind the house")
    assert "Say more about parking." not in second["text"], "nobody but the speaker sees it"


def test_a_browsers_print() -> None:
    text = text_of("web.pdf")
    assert in_order(
        text,
        *(
            "Help centre",
            "Your town Valencia",
            "Column sentence 1 ",
            "Column sentence 30 ",
            "| Portugal: 3 |",
        ),
        *(ARABIC, "اتصل بالرقم 600 123 456 من Casa Lumen اليوم", "אפשר להחזיר מוצרים תוך 30 יום", CHINESE),
    )


def test_marks_addresses_and_numbers_among_words_from_right_to_left() -> None:
    assert in_order(
        " ".join(text_of("right-to-left.pdf").split()),
        "الشحن مجاني للطلبات التي تزيد على 200 درهم.",
        "من الأحد إلى الخميس: 9:00 - 18:00",
        "اتصل على +971 4 555 0101 أو اكتب إلى info@example.ae.",
        "אפשר להחזיר מוצרים תוך 31 יום ממועד הקבלה (סעיף 7), ובתנאי שהאריזה לא נפתחה.",
        "לפרטים: support@example.com או 03-555-1000.",
    )


def test_what_a_browser_prints_above_and_below_each_page_is_in_no_sentence() -> None:
    found = read("printed.pdf")
    assert len(found) == 2
    running = [[one["title"] for one in page["headings"] if not one["level"]] for page in found]
    assert all(len(lines) == 2 for lines in running)
    assert all("Handbook of Casa Lumen" in lines[0] and lines[1].endswith("/2") for lines in running)
    assert [[one["title"] for one in page["headings"] if one["level"]] for page in found] == [
        ["Handbook"],
        [],
    ]
    cut = list(chunks(iter(found)))
    whole = " ".join(word for chunk in cut for word in chunk["text"].split())
    for n in range(1, 51):
        assert f"lamp {n} may be sent back within {n + 10} days, unused and in its box." in whole
    assert {chunk["heading"] for chunk in cut} == {"Handbook"}


@pytest.mark.parametrize("name", ["locked.docx", "locked.xlsx"])
def test_a_file_with_a_password_is_refused(name: str) -> None:
    with raises_problem("file_password"):
        read(name)


def test_a_form_that_only_adobe_can_show_says_so() -> None:
    blank = FPDF()
    blank.add_page()
    blank.set_font("helvetica", size=11)
    blank.cell(
        0,
        10,
        "Please wait... If this message is not eventually replaced, your viewer may not be able to display it.",
    )
    writer = PdfWriter(clone_from=io.BytesIO(bytes(blank.output())))
    form = DictionaryObject(
        {
            NameObject("/Fields"): ArrayObject(),
            NameObject("/XFA"): TextStringObject("<xdp:xdp xmlns:xdp='x'/>"),
        }
    )
    writer.root_object[NameObject("/AcroForm")] = form
    writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(True)
    target = io.BytesIO()
    writer.write(target)
    with raises_problem("pdf_adobe_form"):
        list(pages(target.getvalue(), "a.pdf"))
