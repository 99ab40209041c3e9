"""Spreadsheets and delimited text."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import openpyxl
import pandas as pd
import xlsxwriter
import xlwt
from openpyxl.comments import Comment
from openpyxl.styles import Font

from base import BY, Rows, Truth, convert, run, save
from word import npm

D, H = BY["dev"], BY["heldout"]


def book(*sheets: tuple[str, Rows], bold: bool = False) -> Any:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append([c if c != "" else None for c in row])
        if bold:
            for cell in sheet[1]:
                cell.font = Font(bold=True)
    return made


def data(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def written(fill: Any) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(made)
    made.close()
    return out.getvalue()


def excel_js(body: str) -> bytes:
    return npm("const E=require('exceljs');const w=new E.Workbook();" + body + ";w.xlsx.writeFile(process.argv[2]);")


def tables() -> None:
    b = D["en"]
    save(
        "dev",
        "hours_fees.xlsx",
        data(book((b.labels[0], b.hours), (b.labels[1], [[b.item, b.cost], *b.price_rows("x")]), bold=True)),
        "header, empty cells",
        "openpyxl",
        "en",
        Truth().table(b.hours).table([[b.item, b.cost], *b.price_rows("x")], columns=False),
    )
    b = H["el"]
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="xlsxwriter") as w:
        pd.DataFrame(b.hours[1:], columns=b.hours[0]).replace("", None).to_excel(w, sheet_name=b.labels[0], index=False)
        pd.DataFrame(b.rate_rows("x", 0)[1:], columns=b.rates[0]).replace("", None).to_excel(w, sheet_name=b.seasons[0], startrow=2, startcol=1)
    save(
        "heldout",
        "taverna.xlsx",
        out.getvalue(),
        "header, empty cells",
        "pandas, xlsxwriter",
        "el",
        Truth().table(b.hours).table(b.rate_rows("x", 0)),
    )
    b = D["fr"]
    save(
        "dev",
        "a_savoir.xlsx",
        data(book(("Feuille1", [list(r) for r in b.kv]))),
        "label and value, no header",
        "openpyxl",
        "fr",
        Truth().pairs(b.kv),
    )
    b = H["nl"]
    rows = json.dumps([[k, v] for k, v in b.kv] + [[], *b.price_rows("kvx")])
    save(
        "heldout",
        "praktisch.xlsx",
        excel_js(f"const s=w.addWorksheet('Info');s.addRow([]);for(const r of {rows}) s.addRow([null,...r])"),
        "label and value, no header",
        "exceljs",
        "nl",
        Truth().pairs(b.kv).pairs(b.price_rows("kvx")),
    )
    b = D["pl"]
    low, high = b.rate_rows("two", 0), b.rate_rows("two", 1)
    save(
        "dev",
        "dwie_tabele.xlsx",
        data(book((b.labels[2], [[b.seasons[0]], *low, [], [b.seasons[1]], *high]))),
        "several tables on a sheet",
        "openpyxl",
        "pl",
        Truth().table(low, b.seasons[0]).table(high, b.seasons[1]),
    )
    b = H["it"]
    low, hours = b.rate_rows("two", 1), b.hours

    def fill(made: Any) -> None:
        sheet = made.add_worksheet("Tutto")
        bold = made.add_format({"bold": 1, "bg_color": "#ddeedd"})
        for y, row in enumerate(low):
            for x, c in enumerate(row):
                sheet.write(y, x, c, bold if not y else None)
        for y, row in enumerate(hours):
            for x, c in enumerate(row):
                sheet.write(y + 1, x + 6, c, bold if not y else None)
        for y, row in enumerate(b.kv):
            sheet.write(9 + y, 0, row[0])
            sheet.write(9 + y, 1, row[1])

    save(
        "heldout",
        "tutto_un_foglio.xlsx",
        written(fill),
        "several tables on a sheet",
        "xlsxwriter",
        "it",
        Truth().table(low).table(hours).pairs(b.kv),
    )
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Membership"
    for row in (
        ["Plan", 2024, 2025, 2026],
        ["Single", 31, 34, 38],
        ["Couple", 52, 57, 61],
        ["Family", 70, 75, 83],
    ):
        sheet.append(row)
    save(
        "dev",
        "years.xlsx",
        data(made),
        "years as headers",
        "openpyxl",
        "en",
        Truth().table(
            [
                ["Plan", "2024", "2025", "2026"],
                ["Single", "31", "34", "38"],
                ["Couple", "52", "57", "61"],
                ["Family", "70", "75", "83"],
            ]
        ),
    )

    def years(made: Any) -> None:
        sheet = made.add_worksheet("Kurzy")
        sheet.merge_range(0, 0, 0, 4, "Počet míst v kurzech podle velikosti")
        head = [36, 38, 40, 42]
        for x, c in enumerate(head):
            sheet.write_number(1, x + 1, c)
        for y, row in enumerate((["Holínky", 5, 0, 7, 2], ["Rukavice", 11, 14, 9, 3], ["Zástěra", 21, 6, 8, 17])):
            for x, c in enumerate(row):
                sheet.write(y + 2, x, c)

    save(
        "heldout",
        "velikosti.xlsx",
        written(years),
        "numbers as headers",
        "xlsxwriter",
        "cs",
        Truth().table(
            [
                ["", "36", "38", "40", "42"],
                ["Holínky", "5", "0", "7", "2"],
                ["Rukavice", "11", "14", "9", "3"],
                ["Zástěra", "21", "6", "8", "17"],
            ]
        ),
    )
    made = openpyxl.Workbook()
    sheet = made.active
    for row in (
        ["Class", "Start", "Teacher"],
        ["Spin", "07:15", "Ada"],
        ["Pilates", "09:40", "Bo"],
        ["Class", "Start", "Fee"],
        ["Boxing", "18:05", "£9.25"],
        ["Barre", "19:50", "£8.75"],
    ):
        sheet.append(row)
    save(
        "dev",
        "second_header.xlsx",
        data(made),
        "repeated header",
        "openpyxl",
        "en",
        Truth()
        .table([["Class", "Start", "Teacher"], ["Spin", "07:15", "Ada"], ["Pilates", "09:40", "Bo"]])
        .table([["Class", "Start", "Fee"], ["Boxing", "18:05", "£9.25"], ["Barre", "19:50", "£8.75"]]),
    )
    rows = json.dumps(
        [
            ["Avgång", "Kaj", "Pris"],
            ["06:35", "A", "55 kr"],
            ["11:20", "C", "48 kr"],
            ["Avgång", "Kaj", "Cykel"],
            ["15:10", "B", "25 kr"],
            ["20:45", "D", "31 kr"],
        ]
    )
    save(
        "heldout",
        "batturer.xlsx",
        excel_js(f"const s=w.addWorksheet('Båt');for(const r of {rows}) s.addRow(r);s.getRow(1).font={{bold:true}};s.getRow(4).font={{bold:true}}"),
        "repeated header",
        "exceljs",
        "sv",
        Truth()
        .table([["Avgång", "Kaj", "Pris"], ["06:35", "A", "55 kr"], ["11:20", "C", "48 kr"]])
        .table([["Avgång", "Kaj", "Cykel"], ["15:10", "B", "25 kr"], ["20:45", "D", "31 kr"]]),
    )
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["Room", "Summer", None, "Winter", None])
    sheet.append([None, "Single", "Double", "Single", "Double"])
    rows = [
        ["Garden", "£61", "£84", "£49", "£72"],
        ["Attic", "£58", "", "£44", "£69"],
        ["Sea view", "£77", "£99", "", "£88"],
    ]
    for row in rows:
        sheet.append([c or None for c in row])
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("D1:E1")
    sheet.merge_cells("A1:A2")
    save(
        "dev",
        "merged_headers.xlsx",
        data(made),
        "merged header",
        "openpyxl",
        "en",
        Truth().table([["Room", "Summer Single", "Summer Double", "Winter Single", "Winter Double"], *rows]),
    )
    rows2 = [
        ["Lớp gốm", "120", "310", "95", "260"],
        ["Lớp vẽ", "140", "355", "105", ""],
        ["Lớp đàn", "", "420", "130", "375"],
    ]

    def merged(made: Any) -> None:
        sheet = made.add_worksheet("Học phí")
        f = made.add_format({"bold": 1, "align": "center", "border": 1})
        sheet.merge_range(0, 0, 0, 4, "Học phí (nghìn đồng)", f)
        sheet.merge_range(1, 1, 1, 2, "Người lớn", f)
        sheet.merge_range(1, 3, 1, 4, "Trẻ em", f)
        for x, c in enumerate(["Lớp", "Buổi", "Tháng", "Buổi", "Tháng"]):
            sheet.write(2, x, c, f)
        for y, row in enumerate(rows2):
            for x, c in enumerate(row):
                if c:
                    sheet.write(3 + y, x, int(c) if x else c)

    save(
        "heldout",
        "hoc_phi.xlsx",
        written(merged),
        "merged header",
        "xlsxwriter",
        "vi",
        Truth().table([["Lớp", "Người lớn Buổi", "Người lớn Tháng", "Trẻ em Buổi", "Trẻ em Tháng"], *rows2]),
    )


def hidden() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Preise"
    for row in (
        ["Artikel", "Verkaufspreis", "Einkaufspreis", "Lieferzeit"],
        ["Seil 60 m", "149,90", "83,17", "3 Tage"],
        ["Karabiner", "12,95", "5,41", "sofort"],
        ["Probeartikel", "1,23", "0,77", "nie"],
        ["Chalkbag", "24,50", "11,06", "2 Tage"],
    ):
        sheet.append(row)
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[4].hidden = True
    sheet["B2"].comment = Comment("Chef: notfalls 120,33", "L")
    inner = made.create_sheet("intern")
    inner.append(["Marge", "41,8 Prozent"])
    inner.sheet_state = "hidden"
    save(
        "dev",
        "versteckt.xlsx",
        data(made),
        "hidden column, row, sheet",
        "openpyxl",
        "de",
        Truth()
        .table(
            [
                ["Artikel", "Verkaufspreis", "Lieferzeit"],
                ["Seil 60 m", "149,90", "3 Tage"],
                ["Karabiner", "12,95", "sofort"],
                ["Chalkbag", "24,50", "2 Tage"],
            ]
        )
        .forbid("83,17")
        .forbid("11,06")
        .forbid("Probeartikel")
        .forbid("41,8 Prozent")
        .forbid("120,33"),
    )

    def fill(made: Any) -> None:
        sheet = made.add_worksheet("Price list")
        for y, row in enumerate(
            (
                ["Glaze", "Code", "Pint", "Supplier cost"],
                ["Celadon", "C-12", "$18.40", "$7.93"],
                ["Tenmoku", "T-07", "$21.15", "$9.02"],
                ["Shino", "S-31", "$19.85", "$8.46"],
                ["Discontinued red", "R-99", "$3.33", "$2.22"],
            )
        ):
            for x, c in enumerate(row):
                sheet.write(y, x, c)
        sheet.set_column(3, 3, None, None, {"hidden": 1})
        sheet.set_row(4, None, None, {"hidden": 1})
        sheet.write_comment("C2", "Lou: drop to $16.66 in May")
        two = made.add_worksheet("vh")
        two.write(0, 0, "Owner draw")
        two.write(0, 1, "$4,117")
        two.very_hidden()
        three = made.add_worksheet("Filtered")
        three.write_row(0, 0, ["Size", "Stock"])
        for y, row in enumerate((["Mug", "44"], ["Bowl", "27"], ["Vase", "13"])):
            three.write_row(y + 1, 0, row)
        three.autofilter(0, 0, 3, 1)
        three.filter_column(0, "x != Bowl")
        three.set_row(2, None, None, {"hidden": 1})

    save(
        "heldout",
        "glazes.xlsx",
        written(fill),
        "hidden column, row, sheet",
        "xlsxwriter",
        "en",
        Truth()
        .table(
            [
                ["Glaze", "Code", "Pint"],
                ["Celadon", "C-12", "$18.40"],
                ["Tenmoku", "T-07", "$21.15"],
                ["Shino", "S-31", "$19.85"],
            ]
        )
        .pairs([["Mug", "44"], ["Vase", "13"]])
        .forbid("$9.02")
        .forbid("Discontinued red")
        .forbid("$4,117")
        .forbid("$16.66")
        .forbid("Bowl", "27", near=40),
    )


def formats() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Formats"
    sheet.append(["Item", "Value"])
    cells = [
        ("Entry fee", 12.5, '"€"#,##0.00', "€12.50"),
        ("Discount", 0.15, "0%", "15%"),
        ("Article number", 42, "00000", "00042"),
        ("Opening day", dt.date(2026, 3, 9), "dd.mm.yyyy", "09.03.2026"),
        ("Tour length", dt.timedelta(hours=26, minutes=30), "[h]:mm", "26:30"),
        ("Weight", 1234.5, '#,##0.0 "kg"', "1,234.5 kg"),
        ("Start", dt.time(7, 5), "hh:mm", "07:05"),
        ("VAT", 0.075, "0.0%", "7.5%"),
    ]
    sheet.column_dimensions["A"].width = sheet.column_dimensions["B"].width = 18
    for k, v, f, _ in cells:
        sheet.append([k, v])
        sheet.cell(sheet.max_row, 2).number_format = f
    save(
        "dev",
        "formats.xlsx",
        data(made),
        "number formats",
        "openpyxl",
        "en",
        Truth().pairs([[k, s] for k, _, _, s in cells]),
    )
    cells2 = [
        ("Bilet", 34.9, '#,##0.00 "lei"', "34.90 lei"),
        ("Reducere", 0.225, "0.0%", "22.5%"),
        ("Cod poștal", 7043, "000000", "007043"),
        ("Deschidere", 46150, "d mmm yyyy", "8 May 2026"),
        ("Durată", 1.75, "[h]:mm", "42:00"),
        ("Telefon", 721555014, "0000 000 000", "0721 555 014"),
        ("Distanță", 12750, '#,##0 "m"', "12,750 m"),
        ("Ora", 0.8125, "h:mm AM/PM", "7:30 PM"),
    ]

    def fill(made: Any) -> None:
        sheet = made.add_worksheet("Valori")
        sheet.set_column(2, 4, 18)
        for y, (k, v, f, _) in enumerate(cells2):
            sheet.write(y, 2, k)
            sheet.write(y, 4, v, made.add_format({"num_format": f}))

    save(
        "heldout",
        "formate.xlsx",
        written(fill),
        "number formats",
        "xlsxwriter",
        "ro",
        Truth().pairs([[k, s] for k, _, _, s in cells2]),
    )
    made = openpyxl.Workbook()
    sheet = made.active
    for row in (["Oda", "Gece", "Kişi", "Toplam"], ["Bahçe", 940, 2, "=B2*C2"], ["Deniz", 1270, 3, "=B3*C3"]):
        sheet.append(row)
    save(
        "dev",
        "formul_degersiz.xlsx",
        data(made),
        "formulas without values",
        "openpyxl",
        "tr",
        Truth()
        .table([["Oda", "Gece", "Kişi"], ["Bahçe", "940", "2"], ["Deniz", "1270", "3"]])
        .forbid("Toplam", "None", near=20)
        .forbid("Toplam: 0", near=20),
    )
    save(
        "dev",
        "formul_degerli.xlsx",
        convert(data(made), "xlsx", "xlsx", "Calc MS Excel 2007 XML"),
        "formulas with values",
        "LibreOffice",
        "tr",
        Truth().table([["Oda", "Gece", "Kişi", "Toplam"], ["Bahçe", "940", "2", "1880"], ["Deniz", "1270", "3", "3810"]]),
    )

    def sums(made: Any) -> None:
        sheet = made.add_worksheet("Orçamento")
        euro = made.add_format({"num_format": '#,##0.00 "€"'})
        for y, row in enumerate((["Serviço", "Horas", "Preço"], ["Pintura", 6], ["Eletricista", 4], ["Canalizador", 3])):
            sheet.write_row(y, 0, row)
        for y, value in ((1, 171.0), (2, 152.4), (3, 99.75)):
            sheet.write_formula(y, 2, f"=B{y + 1}*28.5", euro, value)
        sheet.write(4, 0, "Total")
        sheet.write_formula(4, 2, "=SUM(C2:C4)", euro, 423.15)

    save(
        "heldout",
        "orcamento.xlsx",
        written(sums),
        "formulas with values",
        "xlsxwriter",
        "pt",
        Truth().pairs(
            [
                ["Pintura", "171.00 €"],
                ["Eletricista", "152.40 €"],
                ["Canalizador", "99.75 €"],
                ["Total", "423.15 €"],
            ]
        ),
    )
    for half, b, name in (("dev", D["es"], "enlaces.xlsx"), ("heldout", H["sv"], "lankar.xlsx")):
        if half == "dev":
            made = openpyxl.Workbook()
            s = made.active
            s.append(["Servicio", "Dónde"])
            s.append([b.kv[0][0], b.link[0]])
            s["B2"].hyperlink = b.link[1]
            s.append(["Carta", "ver aquí"])
            s["B3"].hyperlink = "https://puertadelmar.example/carta.pdf"
            content, truth = (
                data(made),
                Truth().fact(*b.link, near=60).fact("ver aquí", "https://puertadelmar.example/carta.pdf", near=60),
            )
        else:

            def fill2(made: Any, b: Any = b) -> None:
                s = made.add_worksheet()
                s.write_url(0, 0, b.link[1], None, b.link[0])
                s.write_url(2, 1, "mailto:hej@ripan.example", None, "Skriv till oss")
                s.write(4, 0, b.prose[0])

            content, truth = (
                written(fill2),
                Truth().fact(*b.link, near=60).fact("Skriv till oss", "hej@ripan.example", near=60).fact(b.prose[0]),
            )
        save(half, name, content, "links", "openpyxl" if half == "dev" else "xlsxwriter", b.lang, truth)


def open_and_old() -> None:
    for half, b, suffix, name in (
        ("dev", D["de"], "ods", "zeiten.ods"),
        ("heldout", H["zh"], "ods", "baojian.ods"),
        ("dev", D["pl"], "xls", "karnety.xls"),
        ("heldout", H["el"], "xls", "menou.xls"),
    ):
        low, high = b.rate_rows(suffix, 0), b.rate_rows(suffix, 1)
        made = book(
            (b.labels[0], b.hours),
            (b.labels[2], [[b.seasons[0]], *low, [], [b.seasons[1]], *high])
            if half == "heldout"
            else (b.labels[1], [[b.item, b.cost], *b.price_rows(suffix)]),
        )
        truth = Truth().table(b.hours)
        truth.table(low, b.seasons[0]).table(high, b.seasons[1]) if half == "heldout" else truth.table(
            [[b.item, b.cost], *b.price_rows(suffix)], columns=False
        )
        made.create_sheet("x").append([b.shut])
        made["x"].sheet_state = "hidden"
        save(
            half,
            name,
            convert(data(made), "xlsx", suffix, {"ods": "calc8", "xls": "MS Excel 97"}[suffix]),
            "tables, hidden sheet",
            "LibreOffice",
            b.lang,
            truth.forbid(b.shut),
        )
    b = D["tr"]
    old = xlwt.Workbook(encoding="utf-8")
    s = old.add_sheet("Bilgi")
    for y, row in enumerate(b.kv):
        s.write(y, 0, row[0])
        s.write(y, 1, row[1])
    out = io.BytesIO()
    old.save(out)
    save("dev", "bilgiler.xls", out.getvalue(), "label and value, no header", "xlwt", "tr", Truth().pairs(b.kv))
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table as T
    from odf.table import TableCell as C
    from odf.table import TableRow as R
    from odf.text import P

    b = H["nl"]
    doc = OpenDocumentSpreadsheet()
    t = T(name="Tarieven")
    for row in [
        [b.item, b.cost, "Duur"],
        *[[n, a, f"{20 + 5 * i} min"] for i, (n, a) in enumerate(b.price_rows("odf"))],
    ]:
        r = R()
        for c in row:
            cell = C(valuetype="string")
            cell.addElement(P(text=c))
            r.addElement(cell)
        t.addElement(r)
    doc.spreadsheet.addElement(t)
    out = io.BytesIO()
    doc.save(out)
    save(
        "heldout",
        "tarieven.ods",
        out.getvalue(),
        "header",
        "odfpy",
        "nl",
        Truth().table(
            [
                [b.item, b.cost, "Duur"],
                *[[n, a, f"{20 + 5 * i} min"] for i, (n, a) in enumerate(b.price_rows("odf"))],
            ]
        ),
    )


def delimited() -> None:
    def text(rows: Rows, mark: str, quote: bool = False) -> str:
        return "".join(mark.join(f'"{c.replace(chr(34), chr(34) * 2)}"' if quote or mark in c or '"' in c else c for c in r) + "\r\n" for r in rows)

    b = D["de"]
    save(
        "dev",
        "preise_semikolon.csv",
        text([[b.item, b.cost], *b.price_rows("csv")], ";").encode("cp1252"),
        "semicolon, Windows-1252",
        "python",
        "de",
        Truth().table([[b.item, b.cost], *b.price_rows("csv")], columns=False).forbid("Ã¼"),
    )
    b = H["cs"]
    save(
        "heldout",
        "cenik_latin2.csv",
        text(
            [
                [b.item, "Kód", b.cost],
                *[[n, f"{i * 37 + 101}", a] for i, (n, a) in enumerate(b.price_rows("csv"))],
            ],
            ";",
        ).encode("iso8859-2"),
        "semicolon, Latin-2",
        "python",
        "cs",
        Truth()
        .table(
            [
                [b.item, "Kód", b.cost],
                *[[n, f"{i * 37 + 101}", a] for i, (n, a) in enumerate(b.price_rows("csv"))],
            ]
        )
        .forbid("Jabloò")
        .forbid("Øez"),
    )
    b = D["tr"]
    save(
        "dev",
        "ucretler.csv",
        text([[b.item, b.cost], *b.price_rows("csv")], ";").encode("iso8859-9"),
        "semicolon, Latin-5",
        "python",
        "tr",
        Truth().table([[b.item, b.cost], *b.price_rows("csv")], columns=False).forbid("Güneþ"),
    )
    b = H["ru"]
    save(
        "heldout",
        "prais_cp1251.csv",
        text([[b.item, b.cost], *b.price_rows("csv")], ",", quote=True).encode("cp1251"),
        "quotes, Windows-1251",
        "python",
        "ru",
        Truth().table([[b.item, b.cost], *b.price_rows("csv")], columns=False).forbid("Êàòåãîðèÿ"),
    )
    b = D["en"]
    save(
        "dev",
        "good_to_know.csv",
        text([list(r) for r in b.kv], ",").encode(),
        "label and value, no header",
        "python",
        "en",
        Truth().pairs(b.kv),
    )
    b = H["pt"]
    save(
        "heldout",
        "informacoes.csv",
        text([list(r) for r in b.kv], ";", quote=True).encode("utf-8-sig"),
        "label and value, no header, BOM",
        "python",
        "pt",
        Truth().pairs(b.kv),
    )
    b = D["fr"]
    save(
        "dev",
        "sep_carte.csv",
        ("sep=;\r\n" + text(b.hours, ";")).encode("utf-8-sig"),
        "sep= line, empty cells",
        "python",
        "fr",
        Truth().table(b.hours),
    )
    b = H["nl"]
    save(
        "heldout",
        "sep_tarieven.csv",
        ("sep=\t\r\n" + text(b.rate_rows("sep", 0), "\t")).encode("utf-16"),
        "sep= line, UTF-16",
        "python",
        "nl",
        Truth().table(b.rate_rows("sep", 0)),
    )
    b = D["ja"]
    save(
        "dev",
        "ryokin.tsv",
        text(b.rate_rows("tsv", 0), "\t").encode("utf-8"),
        "tabs",
        "python",
        "ja",
        Truth().table(b.rate_rows("tsv", 0)),
    )
    b = H["sv"]
    save(
        "heldout",
        "priser.tsv",
        text([[b.item, b.cost], *b.price_rows("tsv")], "\t").encode("utf-16-le"),
        "tabs, UTF-16 without BOM",
        "python",
        "sv",
        Truth().table([[b.item, b.cost], *b.price_rows("tsv")], columns=False),
    )
    b = D["es"]
    save(
        "dev",
        "preguntas.csv",
        text([["Pregunta", "Respuesta"], *[list(f) for f in b.faq]], ",", quote=True).encode("utf-16"),
        "questions, UTF-16",
        "python",
        "es",
        Truth().questions(b.faq),
    )
    b = H["en"]
    rows = [["Season", *b.rates[0]]] + [[s, *r] for i, s in enumerate(b.seasons) for r in b.rate_rows("long", i)[1:]]
    long = [["Term", "Season", "Weeks", "Fee"]] + [
        [f"{r[1]} {h}", r[0], h, v] for r in rows[1:] for h, v in zip(b.rates[0][1:], r[2:], strict=True) if v
    ]
    content = "Larkspur Pottery Studio - fee export 2026-02-11\n\n" + text([[r[0] + " / " + r[1], *r[2:]] for r in rows], ",").replace("\r\n", "\n")
    save(
        "heldout",
        "fee_export.csv",
        content.encode(),
        "title line above the header",
        "python",
        "en",
        Truth().table([["Season / Term", *b.rates[0][1:]], *[[r[0] + " / " + r[1], *r[2:]] for r in rows[1:]]]),
    )
    assert long


ALL = [tables, hidden, formats, open_and_old, delimited]
if __name__ == "__main__":
    run(ALL)
