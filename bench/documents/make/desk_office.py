"""Word, sheets, slides and open documents by python-docx, openpyxl, xlsxwriter, odfpy, python-pptx and LibreOffice: boxes, fields, changes, merged and hidden parts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
import openpyxl
import xlsxwriter
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from base import Truth, convert, html_table, put, run

W = nsdecls("w")


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def filled(document: Any, rows: Sequence[Sequence[str]], style: str = "Table Grid") -> Any:
    table = document.add_table(len(rows), len(rows[0]), style)
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    return table


def headed(name: str) -> Any:
    """A document of Word with its title."""
    made = docx.Document()
    made.add_heading(name, 1)
    return made


def letters() -> None:
    """Content controls, text boxes, changes, fields of links, nested tables, notes."""
    made = headed("Ferienwohnungen Deichblick")
    rows = [
        ["Wohnung", "Mai", "Juli", "Oktober"],
        ["Möwe", "68 €", "104 €", "59 €"],
        ["Krabbe", "75 €", "118 €", "66 €"],
        ["Robbe", "92 €", "139 €", "81 €"],
    ]
    table = filled(made, rows)
    row = table.rows[2]._tr
    control = parse_xml(f"<w:sdt {W}><w:sdtPr><w:alias w:val='Zeile'/></w:sdtPr><w:sdtContent/></w:sdt>")
    row.addprevious(control)
    control.find(qn("w:sdtContent")).append(row)
    made._body._body.insert(
        1,
        parse_xml(
            f"<w:sdt {W}><w:sdtPr><w:placeholder/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>Endreinigung 55 €, Hund 8 € je Nacht.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        ),
    )
    put(
        "deichblick.docx",
        saved(made),
        "content controls around a row",
        "python-docx",
        "de",
        Truth().table(rows).fact("Endreinigung 55 €, Hund 8 € je Nacht."),
    )

    made = docx.Document()
    made.add_paragraph("Kennel Aspen")
    made.add_paragraph()._p.append(parse_xml(
        f'<w:r {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor behindDoc="0" distT="0" distB="0" distL="0" distR="0" simplePos="0" locked="0" layoutInCell="1" allowOverlap="1" relativeHeight="2"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="2000000" cy="900000"/><wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="Box"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/><wps:txbx><w:txbxContent><w:p><w:r><w:t>Valper hentes tidligst åtte uker gamle.</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>Valper hentes tidligst åtte uker gamle.</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>'
    ))  # fmt: skip
    rows = [["Opphold", "Liten hund", "Stor hund"], ["Døgn", "310 kr", "380 kr"], ["Uke", "1 950 kr", "2 400 kr"], ["Dagpass", "190 kr", "230 kr"]]
    filled(made, rows, "Light List Accent 1")
    put(
        "aspen_kennel.docx",
        saved(made),
        "text box with its fallback",
        "python-docx",
        "no",
        Truth().table(rows).fact("Valper hentes tidligst åtte uker gamle."),
    )

    made = docx.Document()
    p = made.add_paragraph("Le rendez-vous dure ")
    p._p.append(parse_xml(f'<w:del {W} w:id="1" w:author="A"><w:r><w:delText>trente</w:delText></w:r></w:del>'))
    p._p.append(parse_xml(f'<w:ins {W} w:id="2" w:author="A"><w:r><w:t>quarante</w:t></w:r></w:ins>'))
    p.add_run(" minutes.")
    rows = [["Acte", "Secteur 1", "Secteur 2"], ["Bilan", "30 €", "48 €"], ["Détartrage", "29 €", "41 €"], ["Couronne", "500 €", "690 €"]]
    table = filled(made, [*rows, ["Blanchiment", "non proposé", "non proposé"]])
    row = table.rows[4]._tr
    row.get_or_add_trPr().append(parse_xml(f'<w:del {W} w:id="3" w:author="A"/>'))
    for t in row.iter(qn("w:t")):
        t.tag = qn("w:delText")
    hidden = made.add_paragraph("Téléphonez au 01 55 50 01 77.").add_run(" Marge 40 %")
    hidden.font.hidden = True
    p = made.add_paragraph("Prendre rendez-vous : ")
    for part in (
        '<w:fldChar w:fldCharType="begin"/>',
        '<w:instrText xml:space="preserve"> HYPERLINK "https://cabinet-lys.example/rdv" </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>agenda</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    ):
        p._p.append(parse_xml(f"<w:r {W}>{part}</w:r>"))
    truth = (
        Truth()
        .table(rows)
        .fact("Le rendez-vous dure quarante minutes.")
        .fact("agenda", "https://cabinet-lys.example/rdv", near=20)
        .forbid("trente")
        .forbid("Blanchiment")
        .forbid("Marge 40")
        .fact("01 55 50 01 77")
    )
    put("cabinet_lys.docx", saved(made), "tracked changes of words and rows, field of a link", "python-docx", "fr", truth)

    made = docx.Document()
    outer = made.add_table(2, 2, "Table Grid")
    outer.cell(0, 0).text, outer.cell(0, 1).text = "Schwimmbad", "Sauna"
    for cell, rows in (
        (outer.cell(1, 0), [("Erwachsene", "7,50 €"), ("Kinder", "3,80 €")]),
        (outer.cell(1, 1), [("Tageskarte", "21,00 €"), ("Abendkarte", "14,50 €")]),
    ):
        inner = cell.add_table(2, 2)
        for n, r in enumerate(rows):
            inner.cell(n, 0).text, inner.cell(n, 1).text = r
    put(
        "aquafit.docx",
        saved(made),
        "tables in cells side by side",
        "python-docx",
        "de",
        Truth()
        .pairs([("Erwachsene", "7,50 €"), ("Kinder", "3,80 €"), ("Tageskarte", "21,00 €"), ("Abendkarte", "14,50 €")])
        .fact("Sauna", "Abendkarte", near=150)
        .forbid("Sauna", "Kinder", near=20),
    )

    made = headed("Regras da casa")
    for text in ("Silêncio depois das 22h.", "Visitas só até as 20h.", "Lixo na rua dos fundos."):
        made.add_paragraph(text, "List Number")
    made.add_heading("Horários", 2)
    days = [["", "Abre", "Fecha"], ["Segunda", "", ""], ["Terça", "11h", "15h"], ["Sábado", "18h", "23h"]]
    table = filled(made, days)
    table.cell(1, 1).merge(table.cell(1, 2)).text = "fechado"
    put(
        "casa_azul.docx",
        saved(made),
        "numbered rules, cell over two columns",
        "python-docx",
        "pt",
        Truth().table([days[0], *days[2:]]).fact("Segunda", "fechado", near=40).fact("2.", "Visitas só até as 20h.", near=5),
    )

    lines = [("Bryllupskage", "fra 1.200 kr."), ("Konfirmation", "fra 890 kr."), ("Barnedåb", "fra 750 kr.")]
    html = (
        "<h1>Bestilling</h1>"
        + "".join(f"<p>{a}&#9;{b}</p>" for a, b in lines)
        + html_table([["Fyld", "Tillæg"], ["Hindbær", "40 kr."], ["Nougat", "65 kr."]])
    )
    put(
        "kagehuset.docx",
        convert(html.encode(), "html", "docx", "MS Word 2007 XML"),
        "tabs and a table from a page",
        "LibreOffice",
        "da",
        Truth().pairs([*lines, ("Hindbær", "40 kr."), ("Nougat", "65 kr.")]),
    )

    made = docx.Document()
    rows = [["Szoba", "Ágyak", "Ár/éj"], ["Kikelet", "2", "18 900 Ft"], ["Nyárutó", "3", "24 500 Ft"], ["Zúzmara", "4", "29 900 Ft"]]
    table = filled(made, rows)
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    made.add_paragraph("A reggeli 7:30-tól 10-ig tart.")
    made.sections[0].footer.paragraphs[0].text = "Vadvirág Panzió, Eger, +36 36 555 012"
    put(
        "vadvirag.odt",
        convert(saved(made), "docx", "odt"),
        "repeated header row, footer",
        "python-docx, LibreOffice",
        "hu",
        Truth().table(rows).fact("A reggeli 7:30-tól 10-ig tart.").fact("+36 36 555 012"),
    )


def sheets() -> None:
    """Merged blocks, hidden and filtered rows, formats, several tables, links, struck prices."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["Day", "Class", "Time", "Price"],
        ["Monday", "Vinyasa", "07:00", 14],
        [None, "Yin", "19:30", 12],
        ["Thursday", "Hatha", "08:15", 13],
        [None, "Prenatal", "17:45", 16],
        [None, "Ashtanga", "20:00", 15],
    ]:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("A4:A6")
    for row in range(2, 7):
        sheet.cell(row, 4).number_format = '"€"#,##0.00'
    sheet.row_dimensions[5].hidden = True
    table = [
        ["Class", "Time", "Price"],
        ["Vinyasa", "07:00", "€14.00"],
        ["Yin", "19:30", "€12.00"],
        ["Hatha", "08:15", "€13.00"],
        ["Ashtanga", "20:00", "€15.00"],
    ]
    put(
        "shala.xlsx",
        saved(book),
        "days merged over rows, hidden row",
        "openpyxl",
        "en",
        Truth()
        .table(table)
        .fact("Monday", "Yin", near=60)
        .fact("Thursday", "Ashtanga", near=60)
        .forbid("Prenatal")
        .forbid("Thursday", "Yin", near=25),
    )

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        ws = made.add_worksheet("Miete")
        bold, euro, date, per = (
            made.add_format(x)
            for x in ({"bold": True, "bg_color": "#DDEEFF"}, {"num_format": '#,##0.00 "€"'}, {"num_format": "dd.mm.yyyy"}, {"num_format": "0.0%"})
        )
        ws.write("A1", "Maschinenverleih Huber", made.add_format({"bold": True, "font_size": 16}))
        ws.write_row("A3", ["Gerät", "Tag", "Woche", "Rabatt", "Frei ab"], bold)
        for n, (a, b, c, d, e) in enumerate(
            [("Minibagger", 180, 890.5, 0.075, 46100), ("Rüttelplatte", 45, 210, 0.05, 46093), ("Häcksler", 95, 430, 0.1, 46122)], 3
        ):
            ws.write(n, 0, a)
            ws.write(n, 1, b, euro)
            ws.write(n, 2, c, euro)
            ws.write(n, 3, d, per)
            ws.write(n, 4, e, date)
        ws.write_formula("B7", "=SUM(B4:B6)", euro, 320)
        ws.write("A7", "Alle drei")
        ws.write_url("A9", "https://huber.example/buchen", string="Online buchen")
        ws.insert_textbox("G2", "Kaution immer bar.")
        extra = made.add_worksheet("Einkauf")
        extra.write_row("A1", ["Gerät", "Einstand"])
        extra.write_row("A2", ["Minibagger", 11900])
        extra.very_hidden()
    rows = [
        ["Gerät", "Tag", "Woche", "Rabatt"],
        ["Minibagger", "180,00 €||180.00 €", "890,50 €||890.50 €", "7,5%||7.5%"],
        ["Rüttelplatte", "45,00 €||45.00 €", "210,00 €||210.00 €", "5,0%||5.0%||5%"],
        ["Häcksler", "95,00 €||95.00 €", "430,00 €||430.00 €", "10,0%||10.0%||10%"],
    ]
    put(
        "huber_verleih.xlsx",
        out.getvalue(),
        "title, formats, text box, very hidden sheet",
        "xlsxwriter",
        "de",
        Truth()
        .table(rows)
        .fact("Alle drei", "320,00||320.00", near=30)
        .fact("Online buchen", "https://huber.example/buchen", near=20)
        .fact("Kaution immer bar.")
        .forbid("11900")
        .forbid("Einstand"),
    )

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sale"
    for row in [
        ["Model", "Was", "Now", "Sizes"],
        ["Trail runner", 120, 84, "39-44"],
        ["Road racer", 145, 99, "41-46"],
        ["Fell spike", 98, 71, "38-42"],
    ]:
        sheet.append(row)
    for row in range(2, 5):
        sheet.cell(row, 2).font = openpyxl.styles.Font(strike=True)
    sheet.auto_filter.ref = "A1:D4"
    sheet["A6"], sheet["A7"] = "Returns", "Within 28 days\nwith the receipt"
    put(
        "fleetfoot.xlsx",
        saved(book),
        "struck prices, filter, note below",
        "openpyxl",
        "en",
        Truth()
        .table([["Model", "Now", "Sizes"], ["Trail runner", "84", "39-44"], ["Road racer", "99", "41-46"], ["Fell spike", "71", "38-42"]])
        .fact("Within 28 days", "with the receipt", near=5),
    )

    book = openpyxl.Workbook()
    sheet = book.active
    left = [["Sala", "Capienza", "Mezza giornata"], ["Verde", "20", "110 €"], ["Rossa", "45", "190 €"], ["Blu", "8", "60 €"]]
    right = [["Servizio", "Prezzo"], ["Proiettore", "25 €"], ["Caffè", "3 €"], ["Lavagna", "10 €"]]
    for a, b in zip(left, right, strict=True):
        sheet.append([*a, None, *b])
    below = [["Mese", "Chiusure"], ["Agosto", "10-21"], ["Dicembre", "24-31"]]
    sheet.append([])
    for r in below:
        sheet.append(r)
    put("coworking.xlsx", saved(book), "tables side by side and below", "openpyxl", "it", Truth().table(left).pairs(right[1:]).pairs(below[1:]))

    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["", "Solo", "Dúo", "Familia"],
        ["Cuota", 29, 52, 79],
        ["Clases", 4, 8, "sin límite"],
        ["Invitados", 0, 1, 3],
        ["Horario", "mañana", "todo el día", "todo el día"],
    ]:
        sheet.append(row)
    rows = [
        ["", "Solo", "Dúo", "Familia"],
        ["Cuota", "29", "52", "79"],
        ["Clases", "4", "8", "sin límite"],
        ["Invitados", "0", "1", "3"],
        ["Horario", "mañana", "todo el día", "todo el día"],
    ]
    put("gimnasio.xlsx", saved(book), "plans as columns, zero", "openpyxl", "es", Truth().table(rows))


def opens() -> None:
    """Repeated cells, hidden rows, covered cells, values with a currency, by odfpy."""
    from odf import opendocument, style, table, text

    made = opendocument.OpenDocumentSpreadsheet()
    hidden = style.Style(name="hid", family="table-row")
    made.automaticstyles.addElement(hidden)
    sheet = table.Table(name="Ceník")

    def cell(value: str, **options: Any) -> Any:
        out = table.TableCell(valuetype="string", **options)
        if value:
            out.addElement(text.P(text=value))
        return out

    rows = [
        ["Vstup", "Po", "Út", "St", "Čt"],
        ["Ranní", "90 Kč", "90 Kč", "90 Kč", "120 Kč"],
        ["Večerní", "150 Kč", "150 Kč", "170 Kč", "170 Kč"],
        ["Noční", "", "", "210 Kč", ""],
    ]
    for r in rows:
        line = table.TableRow()
        n = 0
        while n < len(r):
            same = 1
            while n + same < len(r) and r[n + same] == r[n]:
                same += 1
            line.addElement(cell(r[n], **({"numbercolumnsrepeated": same} if same > 1 else {})))
            n += same
        line.addElement(table.TableCell(numbercolumnsrepeated=1019))
        sheet.addElement(line)
    line = table.TableRow(visibility="collapse")
    line.addElement(cell("Nákupní cena"))
    line.addElement(cell("31 Kč"))
    sheet.addElement(line)
    sheet.addElement(table.TableRow(numberrowsrepeated=1048570))
    made.spreadsheet.addElement(sheet)
    put("bazen.ods", saved(made), "repeated cells, hidden row", "odfpy", "cs", Truth().table(rows).forbid("Nákupní cena"))

    made = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Цени")
    data = [
        ["Град", "Куриер", "", "Поща", ""],
        ["", "до адрес", "до офис", "до адрес", "до офис"],
        ["Варна", "7,90 лв.", "5,40 лв.", "6,60 лв.", "4,20 лв."],
        ["Русе", "8,30 лв.", "5,80 лв.", "6,90 лв.", "4,50 лв."],
        ["Видин", "9,10 лв.", "6,20 лв.", "7,40 лв.", "4,80 лв."],
    ]
    for at, r in enumerate(data):
        line = table.TableRow()
        for n, c in enumerate(r):
            if at == 0 and n in (2, 4):
                line.addElement(table.CoveredTableCell())
            elif at == 0 and n in (1, 3):
                line.addElement(cell(c, numbercolumnsspanned=2, numberrowsspanned=1))
            elif n == 0 and at == 0:
                line.addElement(cell(c, numberrowsspanned=2, numbercolumnsspanned=1))
            elif n == 0 and at == 1:
                line.addElement(table.CoveredTableCell())
            else:
                line.addElement(cell(c))
        sheet.addElement(line)
    made.spreadsheet.addElement(sheet)
    header = ["Град", "Куриер до адрес", "Куриер до офис", "Поща до адрес", "Поща до офис"]
    put("dostavka.ods", saved(made), "covered cells in the header", "odfpy", "bg", Truth().table([header, *data[2:]]))

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Leistung", "Dauer", "Preis"])
    for n, (a, b, c) in enumerate([("Wurzelbehandlung", 0.0625, 240), ("Zahnreinigung", 0.03125, 89.9), ("Füllung", 0.0208333, 75)], 2):
        sheet.append([a, b, c])
        sheet.cell(n, 2).number_format = "[h]:mm"
        sheet.cell(n, 3).number_format = '#,##0.00 "CHF"'
    rows = [
        ["Leistung", "Dauer", "Preis"],
        ["Wurzelbehandlung", "1:30||01:30", "240.00 CHF||240,00 CHF"],
        ["Zahnreinigung", "0:45||00:45", "89.90 CHF||89,90 CHF"],
        ["Füllung", "0:30||00:30", "75.00 CHF||75,00 CHF"],
    ]
    put("praxis_rigi.ods", convert(saved(book), "xlsx", "ods"), "durations and currency", "openpyxl, LibreOffice", "de", Truth().table(rows))

    made = opendocument.OpenDocumentText()
    made.text.addElement(text.H(outlinelevel=1, text="Lezioni di vela"))
    grid = table.Table(name="T")
    for r in [["Corso", "Ore", "Quota"], ["Deriva", "12", "260 €"], ["Cabinato", "20", "540 €"], ["Catamarano", "15", "390 €"]]:
        line = table.TableRow()
        for c in r:
            line.addElement(cell(c))
        grid.addElement(line)
    made.text.addElement(grid)
    para = text.P(text="Iscrizioni: ")
    para.addElement(text.A(href="https://velanord.example/iscriviti", text="modulo"))
    note = text.Note(noteclass="footnote", id="n1")
    note.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text="Salpiamo anche con pioggia."))
    note.addElement(body)
    para.addElement(note)
    made.text.addElement(para)
    put(
        "velanord.odt",
        saved(made),
        "table, link, footnote",
        "odfpy",
        "it",
        Truth()
        .table([["Corso", "Ore", "Quota"], ["Deriva", "12", "260 €"], ["Cabinato", "20", "540 €"], ["Catamarano", "15", "390 €"]])
        .fact("modulo", "https://velanord.example/iscriviti", near=20)
        .fact("Salpiamo anche con pioggia."),
    )


def slides() -> None:
    import pptx
    from pptx.util import Cm

    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "Cursussen voorjaar"
    rows = [["Cursus", "Start", "Kosten"], ["Fotografie", "6 april", "€ 185"], ["Zeefdruk", "14 april", "€ 240"], ["Glas in lood", "2 mei", "€ 310"]]
    shape = slide.shapes.add_table(4, 3, Cm(1), Cm(4), Cm(20), Cm(6)).table
    for n, r in enumerate(rows):
        for m, c in enumerate(r):
            shape.cell(n, m).text = c
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Cm(1), Cm(12), Cm(9), Cm(2)).text_frame.text = "Materiaal is inbegrepen."
    gone = made.slides.add_slide(made.slide_layouts[5])
    gone.shapes.title.text = "Interne begroting 9.400"
    gone._element.set("show", "0")
    put(
        "atelier_maas.pptx",
        saved(made),
        "table, group, hidden slide",
        "python-pptx",
        "nl",
        Truth().table(rows).fact("Materiaal is inbegrepen.").forbid("Interne begroting"),
    )

    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    prices = [("Haircut", "KSh 800"), ("Beard trim", "KSh 400"), ("Hot towel", "KSh 250")]
    for n, (a, _) in enumerate(prices):
        slide.shapes.add_textbox(Cm(2), Cm(3 + 2 * n), Cm(8), Cm(1.2)).text_frame.text = a
    for n, (_, b) in enumerate(prices):
        slide.shapes.add_textbox(Cm(14), Cm(3 + 2 * n), Cm(6), Cm(1.2)).text_frame.text = b
    put(
        "kinyozi.pptx",
        saved(made),
        "names and prices in boxes of their own",
        "python-pptx",
        "en",
        Truth().pairs(prices),
    )


if __name__ == "__main__":
    run([letters, sheets, opens, slides])
