"""Word, PowerPoint and OpenDocument as readers see them: with links, lists' numbers and charts, without what is hidden or struck out."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pptx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from f.common.problems import english
from f.documents.formats import Limits, Page, pages
from tests.knowledge.real_files import saved


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


# Word


def linked(document: docx.document.Document, before: str, words: str, address: str) -> None:
    paragraph = document.add_paragraph(before)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = words
    run.append(text)
    link.append(run)
    paragraph._p.append(link)


def test_word_links_numbers_and_struck_out_text() -> None:
    document = docx.Document()
    linked(document, "Plan ahead: ", "reserve a bike", "https://example.com/hire?b=21")
    linked(document, "Or ", "ring us", "tel:+441174960555")
    for rule in ("Wear a helmet.", "Stay on the path."):
        document.add_paragraph(rule, style="List Number")
    document.add_paragraph("Now 49. ").add_run("Was 999.").font.strike = True
    document.add_paragraph("Open. ").add_run("Margin 30.").font.hidden = True
    text = text_of(saved(document))
    assert "reserve a bike (https://example.com/hire?b=21)" in text and "ring us (tel:+441174960555)" in text
    assert "1. Wear a helmet.\n2. Stay on the path." in text
    assert "999" not in text and "Margin" not in text


def test_a_link_that_is_a_field_keeps_its_address() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Book ")
    for kind, said in (
        ("begin", ""),
        ("", ' HYPERLINK "https://example.com/b" '),
        ("separate", ""),
        (None, "your table"),
        ("end", ""),
    ):
        run = paragraph.add_run(said if kind is None else "")
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind == "":
            instruction = OxmlElement("w:instrText")
            instruction.text = said
            run._r.append(instruction)
    assert "Book your table (https://example.com/b)" in text_of(saved(document))


def test_a_document_inside_a_word_document_is_read() -> None:
    document = docx.Document()
    document.add_paragraph("Before.")
    page = b"<html><body><table><tr><td>Cot<td>8,80<tr><td>Lift<td>yes</table></body></html>"
    part = Part(PackURI("/word/chunk1.html"), "text/html", page, document.part.package)
    chunk = OxmlElement("w:altChunk")
    chunk.set(qn("r:id"), document.part.relate_to(part, RELATIONSHIP_TYPE.A_F_CHUNK))
    document.element.body.insert(1, chunk)
    assert "| Cot: 8,80 |" in text_of(saved(document))


def strict(content: bytes) -> bytes:
    """As Office saves "Strict": other names for the same things."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    for before, after in (
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
        (
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
    ):
        parts = {name: part.replace(before, after) for name, part in parts.items()}
    return zipped(dict(parts))


def test_strict_documents_are_read() -> None:
    document = docx.Document()
    document.add_paragraph("Deposit: 150 by card.")
    assert text_of(strict(saved(document))) == "Deposit: 150 by card."
    book = openpyxl.Workbook()
    book.active.append(["Deposit", "150 by card"])
    assert text_of(strict(saved(book))) == "| Deposit: 150 by card |"


SMART = """<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"
  xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>
  <dgm:pt modelId="1"><dgm:t><a:p><a:r><a:t>%s</a:t></a:r></a:p></dgm:t></dgm:pt>
  <dgm:pt modelId="2" type="pres"/></dgm:ptLst></dgm:dataModel>"""


def test_smart_art_is_read() -> None:
    document = docx.Document()
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    data = Part(
        PackURI("/word/diagrams/data1.xml"),
        kind,
        (SMART % "Step 1: book online").encode(),
        document.part.package,
    )
    identity = document.part.relate_to(
        data, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
    )
    ids = (
        document.add_paragraph()
        .add_run()
        ._r.makeelement(
            "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds", {qn("r:dm"): identity}
        )
    )
    document.paragraphs[0].runs[0]._r.append(ids)
    assert "Step 1: book online" in text_of(saved(document))


MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def test_formulas_are_read() -> None:
    document = docx.Document()
    run = lambda text: f"<m:r><m:t>{text}</m:t></m:r>"  # noqa: E731
    part = f"<m:f><m:num>{run('hours')}</m:num><m:den>{run('8')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{run('m')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>"
    document.add_paragraph("Price = ")._p.append(
        parse_xml(f"<m:oMath {MATH}>{part}{run(' · 240 € for ')}{power}</m:oMath>")
    )
    assert text_of(saved(document)) == "Price = hours/8 · 240 € for m^2"


def test_what_a_drawing_says_in_itself_is_read() -> None:
    document = docx.Document()
    drawing = """<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
      xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphic><a:graphicData uri="x"><a:p><a:r><a:t>Call us </a:t></a:r>
      <a:r><a:t>within 48 hours</a:t></a:r></a:p><a:t>Ring twice</a:t></a:graphicData></a:graphic></w:drawing>"""
    document.add_paragraph("Steps:").runs[0]._r.append(parse_xml(drawing))
    assert text_of(saved(document)) == "Steps:\nCall us within 48 hours\nRing twice"


def test_columns_by_tabs_keep_their_gaps() -> None:
    document = docx.Document()
    for line in ("Hours", "\tTue\tThu\tSat", "Pool\t7-9\t\t10-12", "Gym\t\t18-21", "\tBring a towel."):
        document.add_paragraph(line)
    assert (
        text_of(saved(document))
        == "Hours\n| Pool | Tue: 7-9 | Sat: 10-12 |\n| Gym | Thu: 18-21 |\nBring a towel."
    )


# PowerPoint


def test_slides_say_charts_and_links_and_hidden_ones_are_left_out() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["Monday", "Friday"]
    data.add_series("Visitors", (118, 264))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    run = slide.shapes.add_textbox(0, Inches(4), Inches(2), Inches(1)).text_frame.paragraphs[0].add_run()
    run.text = "Book here"
    run.hyperlink.address = "https://example.com/b"
    secret = deck.slides.add_slide(deck.slide_layouts[5])
    secret.shapes.title.text = "locum pays 412"
    secret._element.set("show", "0")
    (one,) = read(saved(deck))
    assert "| Visitors | Friday: 264 |" in one["text"] and "Book here (https://example.com/b)" in one["text"]
    assert "412" not in one["text"] and "Hidden slides were left out: 1." in english(one["warning"])


# OpenDocument

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"), ("presentation", "presentation"),
        ("fo", "xsl-fo-compatible"),
    )
)  # fmt: skip


def open_document(kind: str, styles: str, body: str) -> bytes:
    content = (
        f'<office:document-content {NAMES} xmlns:xlink="http://www.w3.org/1999/xlink"><office:automatic-styles>{styles}</office:automatic-styles>'
        f"<office:body>{body}</office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": content,
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def test_an_open_text_is_read() -> None:
    styles = (
        '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>'
    )
    body = (
        "<office:text><text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:h text:outline-level='1'>House rules</text:h>"
        "<text:p>Book <text:a xlink:href='https://example.com/b'>here</text:a>.<text:span text:style-name='H'>margin 30</text:span></text:p>"
        "<text:list text:style-name='L'><text:list-item><text:p>Shoes off.</text:p></text:list-item>"
        "<text:list-item><text:p>No pets.</text:p></text:list-item></text:list>"
        f"<table:table><table:table-row>{cell('Check-in')}{cell('from 15:00')}</table:table-row>"
        f"<table:table-row>{cell('Pets')}{cell('not allowed')}</table:table-row></table:table></office:text>"
    )
    (one,) = read(open_document("text", styles, body))
    assert [heading["title"] for heading in one["headings"]] == ["House rules"]
    assert "Book here (https://example.com/b)." in one["text"] and "1. Shoes off.\n2. No pets." in one["text"]
    assert "| Check-in: from 15:00 |" in one["text"]
    assert "margin" not in one["text"] and "deleted" not in one["text"]


def test_a_hidden_section_of_an_open_text_is_left_out() -> None:
    section = "<text:section {}><text:p>{}</text:p></text:section>"
    body = (
        section.format("text:name='A'", "Open daily.")
        + section.format("text:display='none'", "Margin 30.")
        + section.format("text:display='condition' text:is-hidden='true'", "Staff only.")
        + section.format("text:display='condition'", "Ring twice.")
    )
    (one,) = read(open_document("text", "", f"<office:text>{body}</office:text>"))
    assert one["text"].split("\n") == ["Open daily.", "Ring twice."]


def test_an_open_sheet_is_read_without_its_hidden_parts() -> None:
    styles = '<style:style style:name="S" style:family="table"><style:table-properties table:display="false"/></style:style>'
    row = "<table:table-row %s>%s</table:table-row>"
    body = (
        "<office:spreadsheet><table:table table:name='Prices'><table:table-column/><table:table-column/>"
        "<table:table-column table:visibility='collapse'/>"
        + row % ("", cell("Item") + cell("Price") + cell("Purchase"))
        + row % ("", cell("Rope") + cell("149,90 €") + cell("83,17 €"))
        + row % ("table:visibility='collapse'", cell("Sample") + cell("1,00 €") + cell("0,50 €"))
        + row
        % (
            "table:number-rows-repeated='1000000'",
            "<table:table-cell table:number-columns-repeated='16384'/>",
        )
        + "</table:table><table:table table:name='Secret' table:style-name='S'>"
        + row % ("", cell("Margin") + cell("44 percent"))
        + "</table:table></office:spreadsheet>"
    )
    found = read(open_document("spreadsheet", styles, body))
    assert "".join(one["text"] for one in found) == "| Item: Rope | Price: 149,90 € |"
    said = " ".join(english(one["warning"]) for one in found if one["warning"])
    assert "Hidden sheets were left out: Secret." in said and "sheet Prices were left out" in said


def test_an_open_presentation_is_read_without_its_hidden_slides() -> None:
    styles = '<style:style style:name="P" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    frame = "<draw:page %s><draw:frame><draw:text-box><text:p>%s</text:p></draw:text-box></draw:frame></draw:page>"
    body = frame % ("", "Open daily") + frame % ("draw:style-name='P'", "cost 0,38")
    (one,) = read(open_document("presentation", styles, f"<office:presentation>{body}</office:presentation>"))
    assert one["text"] == "Open daily" and "Hidden slides were left out: 1." in english(one["warning"])


def test_names_and_hours_in_text_boxes_are_read_downward_and_lists_line_by_line() -> None:
    deck = pptx.Presentation()

    def boxes(rows: list[tuple[str, ...]]) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                place = Inches(0.5 + 3 * x), Inches(1 + 0.6 * y), Inches(2), Inches(0.5)
                slide.shapes.add_textbox(*place).text_frame.text = text

    boxes([("Monday", "Friday", "Sunday"), ("9:00-17:00", "9:00-15:30", "closed")])
    boxes([("Sauna", "14.50"), ("Pool", "9.00"), ("Towel", "3.20")])
    stream = io.BytesIO()
    deck.save(stream)
    first, second = (one["text"] for one in pages(stream.getvalue(), "a.pptx", Limits()))
    assert first.splitlines() == ["| Monday: 9:00-17:00 |", "| Friday: 9:00-15:30 |", "| Sunday: closed |"]
    assert second.split() == ["Sauna", "14.50", "Pool", "9.00", "Towel", "3.20"]
