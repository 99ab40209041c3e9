"""What shops, tills and booking systems export: lists in the charsets of offices, sections without a mark, JSON of several shapes, Excel's XML."""

from __future__ import annotations

import io
import json

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from f.common.problems import english
from f.documents.chunking import chunks, context
from f.documents.formats import media_type, pages


def read(content: bytes, name: str) -> str:
    return "\n".join(page["text"] for page in pages(content, name))


PRICES = "Prestação;Balcão;Prix\nPão de queijo;R$ 4,50;Éthiopie\nAçaí médio;R$ 17,00;Décaféiné\n"


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_what_excel_saves_for_dos_and_for_macintosh_is_read(encoding: str, end: str) -> None:
    text = read(PRICES.replace("\n", end).encode(encoding), "prices.csv")
    assert "Balcão: R$ 17,00 | Prix: Décaféiné |" in text and "Açaí médio" in text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Interim £119, full £189, MOT £45.", "cp1252"), ("Łódź: obiad 45 zł, późny śniadanie 30 zł", "cp1250")],
)
def test_a_pound_before_a_price_is_no_polish_letter(text: str, encoding: str) -> None:
    assert text in read(text.encode(encoding), "a.txt")


def test_words_alone_above_groups_of_rows_are_said_in_them() -> None:
    rows = "Service,Price,By\nCuts,,\nShort,19,Ann\nLong,27,Ben\nColour,,\nTint,40,Ben\n"
    found = [context(one, "") for one in chunks(pages(rows.encode(), "a.csv"))]
    assert found[1].startswith("| Colour |\n") and "| Service: Tint | Price: 40 | By: Ben |" in found[1]
    plain = "Drinks,\nTea,2\nCoffee,3\nCakes,\nPie,4\nTart,5\n"
    found = [context(one, "") for one in chunks(pages(plain.encode(), "a.csv"))]
    assert "Cakes" not in found[0] and "Cakes" in found[1] and "Tart: 5" in found[1]


def test_an_item_without_a_price_is_no_section() -> None:
    rows = "Service,Price,By\nShort,19,Ann\nTint,,\nLong,27,Ben\n"
    assert "| Service: Long | Price: 27 | By: Ben |" in read(rows.encode(), "a.csv")
    assert "| Service: Tint |" in read(rows.encode(), "a.csv")


def test_an_export_with_many_columns_of_words_has_a_header() -> None:
    rows = "Handle,Title,Vendor,Option1 Value,Variant SKU,Variant Price,Compare At\napron,Apron,Fern,Sage,F1,38.00,45.00\napron,,,Rust,F2,41.00,\n"
    text = read(rows.encode(), "products.csv")
    assert "Option1 Value: Rust | Variant SKU: F2 | Variant Price: 41.00 |" in text


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ([["Course", "Fee", "Places"], ["Pottery", "1450", "8"], ["Etching", "1120", "6"]], "| Course: Etching | Fee: 1120 | Places: 6 |"),
        ({"columns": ["Job", "Rate"], "rows": [["Pruning", "68 per hour"], ["Mowing", "42 per hour"]]}, "| Job: Pruning | Rate: 68 per hour |"),
        ({"101": {"beds": 2, "rate": {"weekday": 148}}, "102": {"beds": 4, "rate": {"weekday": 215}}}, "| 102 | beds: 4 | rate weekday: 215 |"),
    ],
)  # fmt: skip
def test_json_tables_of_other_shapes_are_rows(value: object, line: str) -> None:
    assert line in read(json.dumps(value).encode(), "a.json")


def test_the_list_of_a_thing_stands_below_its_name() -> None:
    products = [
        {"title": title, "variants": [{"size": "S", "price": price}, {"size": "L", "price": price + 9}]}
        for title, price in (("Scarf", 54), ("Slippers", 71))
    ]
    one = next(pages(json.dumps({"products": products}).encode(), "a.json"))
    assert [heading["title"] for heading in one["headings"] if heading["level"] == 2] == ["Scarf", "Slippers"]
    assert one["text"].index("Slippers") < one["text"].index("| size: S | price: 71 |")


SHEET = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel"><Worksheet ss:Name="Courses"><Table><Column/><Column ss:Hidden="1"/><Column ss:Span="1"/>
<Row><Cell><Data ss:Type="String">Course</Data></Cell><Cell><Data ss:Type="String">Margin</Data></Cell>
<Cell ss:MergeAcross="1"><Data ss:Type="String">When</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">Guitar</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2026-04-11T00:00:00.000</Data></Cell>
<Cell ss:HRef="https://example.com/g"><Data ss:Type="String">book</Data></Cell></Row>
<Row ss:Hidden="1"><Cell><Data ss:Type="String">Drums</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="Costs"><Table><Row><Cell><Data ss:Type="Number">9</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""


def test_excel_2003_xml_is_a_workbook() -> None:
    (one,) = pages(SHEET.encode(), "courses.xls")
    assert "| Course: Guitar | When: 2026-04-11 | book (https://example.com/g) |" in one["text"]
    assert "Drums" not in one["text"] and "Margin" not in one["text"]
    assert one["warning"] and "Costs" in english(one["warning"])


def test_a_table_of_html_that_calls_itself_a_sheet_is_read() -> None:
    content = b"<table><tr><th>Bus<th>Leaves<tr><td>7<td>8:05<tr><td>9<td>8:40</table>"
    assert media_type(content, "times.xls") == "text/html"
    assert "| Bus: 9 | Leaves: 8:40 |" in read(content, "times.xls")


def test_a_text_box_on_a_sheet_is_read() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Hire")
        sheet.write_row("A1", ["Digger", "180"])
        sheet.insert_textbox("D2", "Deposits in cash.\nBring a passport.")
    text = read(out.getvalue(), "hire.xlsx")
    assert "Digger: 180" in text and "Deposits in cash." in text and "Bring a passport." in text
