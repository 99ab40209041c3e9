"""Word, Excel, Calc and PowerPoint with what changes a fact's meaning: struck text, notes far from their row, merged prices, hidden parts, formats of numbers."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from base import Truth, put, run
from desk_office import filled, headed, saved


def xml(fragment: str) -> Any:
    return parse_xml(re.sub("[/> ]", rf" {nsdecls('w', 'w14')}\g<0>", fragment, count=1))


def packed(kind: str, body: str, styles: str, namespaces: str = "") -> bytes:
    """An OpenDocument of a kind (`text`, `spreadsheet`). `namespaces`: beside those that every one here has."""
    ns = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{ns}{namespaces} office:version="1.2"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>'
    media = f"application/vnd.oasis.opendocument.{kind}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("mimetype", media)
        z.writestr("content.xml", content)
        z.writestr(
            "META-INF/manifest.xml",
            f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{media}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
        )
    return out.getvalue()


def kart() -> None:
    """Two rows of headers, groups merged, and a first column that spans rows."""
    d = headed("Kartódromo Serra Azul")
    t = filled(
        d,
        [
            ["Bateria", "", "Dias úteis", "", "Fim de semana", ""],
            ["", "", "Adulto", "Infantil", "Adulto", "Infantil"],
            ["Kart 270cc", "15 min", "R$ 95", "R$ 70", "R$ 120", "R$ 88"],
            ["", "30 min", "R$ 165", "R$ 125", "R$ 210", "R$ 152"],
            ["Kart elétrico", "15 min", "R$ 80", "R$ 60", "R$ 104", "R$ 78"],
        ],
    )
    t.cell(0, 0).merge(t.cell(1, 1))
    t.cell(0, 2).merge(t.cell(0, 3))
    t.cell(0, 4).merge(t.cell(0, 5))
    t.cell(2, 0).merge(t.cell(3, 0))
    truth = Truth()
    truth.fact("Kart 270cc", "30 min", "Fim de semana", "R$ 210", near=140).fact("Kart 270cc", "15 min", "R$ 95", near=90)
    truth.fact("Kart elétrico", "15 min", "Infantil", "R$ 60").fact("Fim de semana", "R$ 104", near=20)
    put("kart_serra.docx", saved(d), "two header rows, first column merged", "python-docx", "pt", truth)


def tattoo() -> None:
    """Struck prices beside the new ones: single, double, by a character style, and a whole row."""
    from docx.enum.style import WD_STYLE_TYPE

    d = headed("Nadelwerk Tattoo")
    d.styles.add_style("Alt", WD_STYLE_TYPE.CHARACTER).font.strike = True
    t = filled(
        d,
        [["Motiv", "Preis"], ["Klein bis 5 cm", ""], ["Mittel bis 12 cm", ""], ["Unterarm", ""], ["Piercing Nase", "40 €"], ["Piercing Ohr", "35 €"]],
    )
    for row, (old, new) in enumerate([("90 €", " 75 €"), ("180 €", " 149 €"), ("420 €", " 380 €")], 1):
        p = t.cell(row, 1).paragraphs[0]
        run = p.add_run(old)
        if row == 1:
            run.font.strike = True
        elif row == 2:
            run.font.double_strike = True
        else:
            run.style = "Alt"
        p.add_run(new)
    for cell in t.rows[4].cells:
        for run in cell.paragraphs[0].runs:
            run.font.strike = True
    p = d.add_paragraph("Beratung kostet ")
    p.add_run("25 €").font.strike = True
    p.add_run(" nichts.")
    truth = Truth().fact("Klein bis 5 cm", "75 €", near=30).fact("Mittel bis 12 cm", "149 €", near=30).fact("Unterarm", "380 €", near=30)
    truth.forbid("90 €").forbid("180 €").forbid("420 €").forbid("Piercing Nase", "40 €").forbid("25 €").fact("Piercing Ohr", "35 €").fact(
        "Beratung kostet nichts"
    )
    put("nadelwerk.docx", saved(d), "struck prices", "python-docx", "de", truth)


def notes_far() -> None:
    """A price whose mark is explained under a long table."""
    d = headed("Clinique vétérinaire des Halles")
    names = [
        "Consultation",
        "Vaccin chat",
        "Vaccin chien",
        "Puce électronique",
        "Passeport",
        "Détartrage",
        "Castration chat",
        "Stérilisation chatte",
        "Castration chien",
        "Radiographie",
        "Échographie",
        "Analyse de sang",
        "Analyse d'urine",
        "Bandage",
        "Coupe de griffes",
        "Vermifuge",
        "Hospitalisation",
        "Perfusion",
        "Visite à domicile",
        "Euthanasie",
        "Crémation",
        "Certificat de santé",
        "Test FIV",
        "Test leishmaniose",
        "Pansement simple",
        "Suture",
    ]
    rows = [["Acte", "Tarif", "Durée"]] + [
        [n, f"{31 + 7 * i},50 €" + ("*" if i == 3 else "²" if i == 18 else ""), f"{10 + i} min"] for i, n in enumerate(names)
    ]
    filled(d, rows)
    d.add_paragraph("* identification comprise uniquement avec un vaccin le même jour")
    d.add_paragraph("² plus 0,80 € par kilomètre au-delà de 10 km")
    truth = Truth().fact("Puce électronique", "52,50 €", "uniquement avec un vaccin le même jour", near=4000)
    truth.fact("Visite à domicile", "157,50 €", "plus 0,80 € par kilomètre", near=4000).fact("Suture", "206,50 €", near=30)
    put("halles_veto.docx", saved(d), "note under a long table", "python-docx", "fr", truth)


def nested() -> None:
    """Conditions in lists within lists, longer than a passage."""
    d = headed("Hundehotel Waldblick – Stornierung")
    groups = [
        (
            "Bei Buchung eines Einzelzwingers",
            [
                "bis 14 Tage vorher kostenlos",
                "bis 7 Tage vorher 30 % des Preises",
                "bis 2 Tage vorher 55 % des Preises",
                "danach der volle Preis, sofern der Platz nicht weitergegeben werden kann",
            ],
        ),
        (
            "Bei Buchung einer Familienbox mit mehreren Hunden desselben Halters",
            [
                "bis 21 Tage vorher kostenlos",
                "bis 10 Tage vorher 40 % des Preises",
                "bis 3 Tage vorher 65 % des Preises",
                "danach der volle Preis, mit einem Gutschein über ein Zehntel für den nächsten Aufenthalt",
            ],
        ),
        (
            "In den Weihnachtsferien und über Silvester für alle Unterkünfte und jede Dauer",
            [
                "bis 60 Tage vorher kostenlos",
                "bis 30 Tage vorher 50 % des Preises",
                "bis 15 Tage vorher 75 % des Preises",
                "danach der volle Preis ohne Ausnahme, auch bei Krankheit des Hundes oder des Halters",
            ],
        ),
        (
            "Bei der Tagesbetreuung von Montag bis Freitag, auch mit Zehnerkarte",
            ["bis 24 Stunden vorher kostenlos", "bis 6 Stunden vorher 20 % des Preises", "danach der halbe Preis"],
        ),
    ]
    truth = Truth()
    for head, items in groups:
        d.add_paragraph(head + ":", style="List Bullet")
        for item in items:
            d.add_paragraph(item, style="List Bullet 2")
            truth.fact(head, item, near=330)
    put("waldblick.docx", saved(d), "nested list with conditions", "python-docx", "de", truth)


def revised() -> None:
    """Tracked changes: a price replaced, a row taken out, a row put in; a comment; hidden words."""
    d = headed("Escola de surf Ondamar")
    t = filled(d, [["Aula", "Preço"], ["Grupo", ""], ["Particular", "60 €"], ["Família", "150 €"], ["Yoga + surf", "48 €"]])
    p = t.cell(1, 1).paragraphs[0]._p
    p.append(xml('<w:del w:id="1" w:author="A"><w:r><w:delText>30 €</w:delText></w:r></w:del>'))
    p.append(xml('<w:ins w:id="2" w:author="A"><w:r><w:t>35 €</w:t></w:r></w:ins>'))
    row = t.rows[3]._tr
    row.get_or_add_trPr().append(xml('<w:del w:id="3" w:author="A"/>'))
    for cell in t.rows[3].cells:
        for paragraph in cell.paragraphs:
            for r in list(paragraph._p.r_lst):
                moved = xml('<w:del w:id="4" w:author="A"/>')
                paragraph._p.replace(r, moved)
                r.find(qn("w:t")).tag = qn("w:delText")
                moved.append(r)
    t.rows[4]._tr.get_or_add_trPr().append(xml('<w:ins w:id="5" w:author="A"/>'))
    p = d.add_paragraph("Aluguer de prancha: 15 € por dia.")
    d.add_comment(p.runs, text="Margem interna 9 €", author="B", initials="B")
    p.add_run(" Fornecedor cobra 6 €.").font.hidden = True
    truth = Truth().fact("Grupo", "35 €", near=30).forbid("30 €").forbid("Família").forbid("150 €").fact("Yoga + surf", "48 €", near=30)
    truth.fact("Aluguer de prancha: 15 € por dia").forbid("Margem interna").forbid("Fornecedor cobra")
    put("ondamar.docx", saved(d), "tracked rows, comment, hidden words", "python-docx", "pt", truth)


def boxes() -> None:
    """Check boxes and lists to choose from, as Word's content controls."""
    d = headed("Ferry Thalassa – services on board")
    mc = '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{v}"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>{c}</w:t></w:r></w:sdtContent></w:sdt>'
    for on, name in [(1, "Pets in the cabin"), (0, "Bicycles on the car deck"), (1, "Wheelchair lift")]:
        p = d.add_paragraph()
        p._p.append(xml(mc.format(v=on, c="☒" if on else "☐")))
        p.add_run(" " + name)
    p = d.add_paragraph("Check-in closes: ")
    p._p.append(
        xml(
            '<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="45 minutes before" w:value="1"/></w:dropDownList></w:sdtPr><w:sdtContent><w:r><w:t>45 minutes before</w:t></w:r></w:sdtContent></w:sdt>'
        )
    )
    d.sections[0].footer.paragraphs[0].text = "Harbour office: +30 22860 555 014"
    truth = (
        Truth()
        .fact("☒||[x]||yes", "Pets in the cabin", near=6)
        .fact("☐||[ ]||no", "Bicycles on the car deck", near=6)
        .fact("Check-in closes: 45 minutes before")
    )
    truth.fact("Harbour office", "+30 22860 555 014", near=10)
    put("thalassa.docx", saved(d), "content controls, footer", "python-docx", "en", truth)


def columns_rtl() -> None:
    """An Arabic table from right to left with its own digits."""
    d = headed("مغسلة النور")
    t = filled(d, [["القطعة", "غسيل", "كي فقط"], ["ثوب", "٩ ريال", "٥ ريال"], ["بدلة", "٢٥ ريال", "١٤ ريال"], ["ستارة (للمتر)", "٧٫٥٠ ريال", ""]])
    t._tbl.tblPr.append(xml("<w:bidiVisual/>"))
    d.add_paragraph("التوصيل مجاني للطلبات فوق ١٥٠ ريال.")
    rows = [["القطعة", "غسيل", "كي فقط"], ["ثوب", "٩ ريال", "٥ ريال"], ["بدلة", "٢٥ ريال", "١٤ ريال"], ["ستارة (للمتر)", "٧٫٥٠ ريال", ""]]
    put("alnoor.docx", saved(d), "table from right to left", "python-docx", "ar", Truth().table(rows).fact("التوصيل مجاني للطلبات فوق ١٥٠ ريال"))


def formats() -> None:
    """Numbers as the sheet shows them: sections for nought, conditions, text, lakh, thousands, scaled, weekdays, hidden by ;;;."""
    import xlsxwriter

    out = io.BytesIO()
    b = xlsxwriter.Workbook(out, {"in_memory": True})
    s = b.add_worksheet("Tariff")
    f = lambda code, **o: b.add_format({"num_format": code, **o})  # noqa: E731
    s.write_row(0, 0, ["Service", "Value", "Note"])
    rows = [
        ("Parking", 0, '#,##0.00 "€";-#,##0.00 "€";"free"'),
        ("Discount with card", -12.5, '#,##0.00 "€";[Red]-#,##0.00 "€"'),
        ("Villa deposit", 125000, '[>=10000000]"₹"##\\,##\\,##\\,##0;[>=100000]"₹"##\\,##\\,##0;"₹"##,##0'),
        ("Turnout", 0.075, "0.0%"),
        ("Short stay", 0.5, '[<1]"under 1 hour";0 "hours"'),
        ("Long stay", 5, '[<1]"under 1 hour";0 "hours"'),
        ("Capacity", 18500, '#,##0.0, "thousand"'),
        ("Rope", 2.25, '# ?/? "in"'),
        ("Night rate", 1250, '_-* #,##0.00 "kr"_-;-* #,##0.00 "kr"_-;_-* "-"?? "kr"_-;_-@_-'),
        ("Purchase price", 77.31, ";;;"),
        ("Member no.", 421, "00000"),
        ("Delay", 1.5, "[h]:mm"),
    ]
    for r, (name, value, code) in enumerate(rows, 1):
        s.write(r, 0, name)
        s.write_number(r, 1, value, f(code))
    s.write(13, 0, "Next closing day")
    s.write_datetime(13, 1, datetime.datetime(2026, 12, 24), f("dddd, d mmmm yyyy"))
    s.write(14, 0, "Last entry")
    s.write_number(14, 1, 0.8125, f("h:mm AM/PM"))
    b.close()
    truth = (
        Truth()
        .fact("Parking", "free", near=25)
        .fact("Discount with card", "-12.50 €", near=25)
        .fact("Villa deposit", "₹1,25,000", near=25)
        .fact("Turnout", "7.5%", near=25)
    )
    truth.fact("Short stay", "under 1 hour", near=25).fact("Long stay", "5 hours", near=25).fact("Capacity", "18.5 thousand", near=25).fact(
        "Rope", "2 1/4 in", near=25
    ).fact("Night rate", "1,250.00 kr", near=25)
    truth.forbid("77.31").fact("Member no.", "00421", near=25).fact("Delay", "36:00", near=25).fact(
        "Next closing day", "Thursday, 24 December 2026", near=25
    ).fact("Last entry", "7:30 PM", near=25)
    put("tariff_sheet.xlsx", out.getvalue(), "formats of numbers", "xlsxwriter", "en", truth)


def struck_sheet() -> None:
    """Struck cells and words in a sheet; rows that a filter hides, columns folded away, a sheet nobody can open."""
    import xlsxwriter

    out = io.BytesIO()
    b = xlsxwriter.Workbook(out, {"in_memory": True})
    s = b.add_worksheet("Cennik")
    gone = b.add_format({"font_strikeout": True})
    s.write_row(0, 0, ["Usługa", "Cena", "Koszt własny", "Dział"])
    data = [
        ("Mycie ręczne", None, 21, "auto"),
        ("Woskowanie", "120 zł", 44, "auto"),
        ("Pranie tapicerki", "250 zł", 90, "auto"),
        ("Ozonowanie", "80 zł", 15, "wewn."),
        ("Polerowanie lamp", "140 zł", 33, "auto"),
    ]
    for r, row in enumerate(data, 1):
        for c, v in enumerate(row):
            if v is not None:
                s.write(r, c, v, gone if r == 3 else None)
    s.write_rich_string(1, 1, gone, "60 zł", " 49 zł")
    s.set_column(2, 2, None, None, {"hidden": True, "level": 1})
    s.autofilter(0, 0, 5, 3)
    s.filter_column(3, "x == auto")
    s.set_row(4, options={"hidden": True})
    secret = b.add_worksheet("Marże")
    secret.write_row(0, 0, ["Woskowanie", "marża 76 zł"])
    secret.very_hidden()
    b.close()
    truth = (
        Truth()
        .fact("Mycie ręczne", "49 zł", near=25)
        .forbid("60 zł")
        .forbid("250 zł")
        .fact("Woskowanie", "120 zł", near=25)
        .fact("Polerowanie lamp", "140 zł", near=25)
    )
    truth.forbid("Ozonowanie").forbid("Koszt własny").forbid("marża 76 zł")
    put("myjnia.xlsx", out.getvalue(), "struck cells, filter, hidden sheet", "xlsxwriter", "pl", truth)


def merged_price() -> None:
    """A price merged over the rows that it holds for, a group name written once, units in a row of their own."""
    from openpyxl import Workbook

    b = Workbook()
    s = b.active
    s.title = "Winter 2026"
    for row in [
        ["Skiverleih Gletscherblick"],
        [],
        ["Gruppe", "Artikel", "Größe", "1 Tag", "6 Tage"],
        [None, None, "cm", "€", "€"],
        ["Kinder", "Ski Mini", "70–100", 12, 48],
        [None, "Ski Junior", "101–140", None, None],
        [None, "Helm", "alle", 4, 15],
        ["Erwachsene", "Ski Allround", "150–180", 24, 98],
        [None, "Ski Race", "155–190", 33, 141],
        [None, "Schuhe", "alle", 11, 47],
    ]:
        s.append(row)
    for area in ("A5:A7", "D5:D6", "E5:E6", "A8:A10"):
        s.merge_cells(area)
    truth = (
        Truth()
        .fact("Kinder", "Ski Junior", "12", near=90)
        .fact("Ski Junior", "1 Tag", "12")
        .fact("Erwachsene", "Ski Race", "33 €||€: 33||€): 33||(€) 33||€ 33", near=120)
        .fact("Erwachsene", "Schuhe", "47", near=130)
        .fact("6 Tage", "141", near=12)
    )
    truth.fact("Kinder", "Helm", "15").forbid("Kinder", "Ski Race", near=20)
    put("gletscherblick.xlsx", saved(b), "merged price, units row", "openpyxl", "de", truth)


def seasons_sheets() -> None:
    """The same labels on two sheets whose names tell the season; a note under the rows; names across the top."""
    from openpyxl import Workbook

    b = Workbook()
    s = b.active
    s.title = "Verano 2026"
    s2 = b.create_sheet("Invierno 2026-27")
    for sheet, k in ((s, 1), (s2, 2)):
        sheet.append(["", "Parcela S", "Parcela M", "Bungalow 4p"])
        sheet.append(["Precio por noche", 18 * k, 24 * k, f"{71 * k}*"])
        sheet.append(["Persona extra", 4 + k, 5 + k, None])
        sheet.append(["Luz", "incluida", f"{3 + k},50 €", "incluida"])
        sheet.append(["* estancia mínima " + ("7 noches" if k == 1 else "2 noches")])
    truth = Truth()
    truth.fact("Verano 2026", "Bungalow 4p", "71", "estancia mínima 7 noches", near=400).fact(
        "Invierno 2026-27", "Bungalow 4p", "142", "estancia mínima 2 noches", near=400
    )
    truth.fact("Invierno 2026-27", "Luz", "Parcela M", "5,50 €", near=300).fact("Verano 2026", "Persona extra", "Parcela S: 5", near=300)
    put("camping_ancora.xlsx", saved(b), "season as sheet's name", "openpyxl", "es", truth)


def calc() -> None:
    """Calc: repeated and covered cells, rows filtered away, a comment within a cell, a struck style, currency shown otherwise than stored."""
    ns = ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    cell = lambda t, o="": f'<table:table-cell office:value-type="string"{o}><text:p>{t}</text:p></table:table-cell>'  # noqa: E731
    row = lambda *c, o="": f"<table:table-row{o}>{''.join(c)}</table:table-row>"  # noqa: E731
    body = row(cell("Körutak"), cell("Felnőtt"), cell("Diák"), cell("Beszerzés"))
    body += row(
        cell("Városnézés"),
        '<table:table-cell office:value-type="currency" office:currency="HUF" office:value="4900"><text:p>4 900 Ft</text:p></table:table-cell>',
        '<table:table-cell office:value-type="currency" office:value="3900"><office:annotation><dc:creator>K</dc:creator><text:p>nem kell igazolvány, de ne mondd</text:p></office:annotation><text:p>3 900 Ft</text:p></table:table-cell>',
        cell("1 200 Ft"),
    )
    body += row(
        cell("Esti hajó"),
        '<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>7 500 Ft</text:p></table:table-cell>',
        cell("2 100 Ft"),
    )
    body += row(cell("Barlangtúra"), cell("9 000 Ft"), cell("6 500 Ft"), cell(""), o=' table:visibility="filter"')
    body += row(
        cell("Bortúra"),
        cell('<text:span text:style-name="X">14 000 Ft</text:span> 11 900 Ft'),
        '<table:table-cell table:style-name="XC" office:value-type="string"><text:p>8 800 Ft</text:p></table:table-cell>',
        cell("3 300 Ft"),
    )
    styles = '<style:style style:name="X" style:family="text"><style:text-properties style:text-line-through-style="solid" style:text-line-through-type="single"/></style:style><style:style style:name="XC" style:family="table-cell"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    table = f'<table:table table:name="Árak"><table:table-column table:number-columns-repeated="3"/><table:table-column table:visibility="collapse"/>{body}</table:table>'
    truth = (
        Truth()
        .fact("Városnézés", "Felnőtt", "4 900 Ft", near=25)
        .fact("Esti hajó", "Diák", "7 500 Ft", near=60)
        .forbid("ne mondd")
        .forbid("2 100 Ft")
        .forbid("Barlangtúra")
        .forbid("14 000 Ft")
        .forbid("8 800 Ft")
        .fact("Bortúra", "11 900 Ft", near=30)
    )
    put("korut.ods", packed("spreadsheet", table, styles, ns), "Calc's hidden, struck and repeated cells", "by hand", "hu", truth)


def struck_writer() -> None:
    """Writer: struck spans, a changed paragraph, a hidden section, a note at the foot."""
    styles = '<style:style style:name="T1" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    body = '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><text:p>Kapitańska opłata 44 zł</text:p></text:deletion></text:changed-region></text:tracked-changes>'
    body += '<text:h text:outline-level="1">Wypożyczalnia kajaków Brda</text:h><text:p>Kajak jednoosobowy: <text:span text:style-name="T1">55 zł</text:span> 45 zł za dobę<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>W lipcu i sierpniu 60 zł.</text:p></text:note-body></text:note>.</text:p>'
    body += '<text:change text:change-id="c1"/><text:section text:name="S" text:display="none"><text:p>Rabat dla znajomych 30%</text:p></text:section><text:p>Kaucja: 200 zł.</text:p>'
    truth = (
        Truth()
        .fact("Kajak jednoosobowy", "45 zł za dobę", near=12)
        .forbid("55 zł")
        .fact("Kajak jednoosobowy", "W lipcu i sierpniu 60 zł")
        .forbid("44 zł")
        .forbid("Rabat dla znajomych")
        .fact("Kaucja: 200 zł")
    )
    put("brda.odt", packed("text", body, styles), "struck, changed, hidden, footnote", "by hand", "pl", truth)


def deck() -> None:
    """Slides: boxes set out as a table, struck words, a hidden slide, a table with merged cells, a group."""
    from pptx import Presentation
    from pptx.util import Cm

    p = Presentation()
    s = p.slides.add_slide(p.slide_layouts[5])
    s.shapes.title.text = "Cours de cuisine Safran"
    for i, (a, c) in enumerate([("Atelier pâtes", "65 €"), ("Atelier sushi", "78 €"), ("Atelier pain", "54 €")]):
        for x, text in ((2, a), (14, c)):
            s.shapes.add_textbox(Cm(x), Cm(5 + 2 * i), Cm(8), Cm(1)).text_frame.text = text
    s = p.slides.add_slide(p.slide_layouts[5])
    s.shapes.title.text = "Forfaits"
    t = s.shapes.add_table(5, 4, Cm(2), Cm(4), Cm(20), Cm(6)).table
    for r, row in enumerate(
        [
            ["Formule", "Semaine", "", "Week-end"],
            ["", "Midi", "Soir", "Soir"],
            ["Solo", "40 €", "52 €", "61 €"],
            ["Duo", "74 €", "", "112 €"],
            ["Enfant", "22 €", "25 €", ""],
        ]
    ):
        for c, text in enumerate(row):
            t.cell(r, c).text = text
    t.cell(0, 1).merge(t.cell(0, 2))
    t.cell(0, 0).merge(t.cell(1, 0))
    t.cell(3, 1).merge(t.cell(3, 2))
    box = s.shapes.add_textbox(Cm(2), Cm(12), Cm(12), Cm(1)).text_frame.paragraphs[0]
    old = box.add_run()
    old.text = "Carte 10 cours : 700 €"
    old.font._rPr.set("strike", "sngStrike")
    box.add_run().text = " Carte 10 cours : 590 €"
    s = p.slides.add_slide(p.slide_layouts[5])
    s.shapes.title.text = "Objectif interne : marge 62 %"
    s._element.set("show", "0")
    truth = (
        Truth()
        .fact("Atelier pâtes", "65 €", near=12)
        .fact("Atelier sushi", "78 €", near=12)
        .fact("Atelier pain", "54 €", near=12)
        .fact("Solo", "Week-end", "61 €")
        .fact("Solo", "Semaine", "Soir", "52 €")
        .fact("Duo", "Soir", "74 €")
    )
    truth.forbid("700 €").fact("Carte 10 cours", "590 €", near=12).forbid("marge 62 %")
    put("safran.pptx", saved(p), "boxes as a table, struck, hidden slide", "python-pptx", "fr", truth)


def deck_two() -> None:
    """Slides: three cards beside each other, each with its name, price and points; a group; a note of the speaker."""
    from pptx import Presentation
    from pptx.util import Cm

    p = Presentation()
    s = p.slides.add_slide(p.slide_layouts[5])
    s.shapes.title.text = "Tauchbasis Korallo"
    for y, texts in (
        (5, ["Schnuppertauchen", "Open Water", "Nachttauchgang"]),
        (7, ["79 €", "420 €", "65 €"]),
        (9, ["ab 10 Jahren", "ab 12 Jahren", "ab 18 Jahren"]),
    ):
        for i, text in enumerate(texts):
            s.shapes.add_textbox(Cm(1 + 8 * i), Cm(y), Cm(7), Cm(1)).text_frame.text = text
    s.notes_slide.notes_text_frame.text = "Einkauf Open Water 210 €"
    truth = (
        Truth()
        .fact("Schnuppertauchen", "79 €", near=20)
        .fact("Open Water", "420 €", near=20)
        .fact("Nachttauchgang", "65 €", "ab 18 Jahren", near=40)
        .forbid("210 €")
        .forbid("Open Water", "79 €", near=4)
        .forbid("Nachttauchgang", "79 €", near=4)
    )
    put("korallo.pptx", saved(p), "cards side by side", "python-pptx", "de", truth)


def many_words() -> None:
    """Words in a header that repeat on each page, a table cut in two by Word's page, a second table with other columns straight behind it."""
    d = headed("Harbour Storage Units")
    d.sections[0].header.paragraphs[0].text = "Valid from 1 May 2026"
    filled(d, [["Unit", "Monthly", "Deposit"], ["Locker 1 m²", "£19", "£30"], ["Garage 14 m²", "£145", "£200"]])
    d.add_paragraph("")
    filled(d, [["Extra", "Price", "Per"], ["Padlock", "£9", "piece"], ["Insurance", "£6", "month"]])
    d.add_paragraph("Prices exclude VAT (20%).")
    truth = (
        Truth()
        .fact("Garage 14 m²", "Monthly", "£145")
        .fact("Insurance", "£6", "month", near=40)
        .forbid("Insurance", "Monthly", near=6)
        .fact("Valid from 1 May 2026")
        .fact("Prices exclude VAT (20%)")
    )
    put("harbour_units.docx", saved(d), "two tables, a header", "python-docx", "en", truth)


if __name__ == "__main__":
    run(
        [
            kart,
            tattoo,
            notes_far,
            nested,
            revised,
            boxes,
            columns_rtl,
            formats,
            struck_sheet,
            merged_price,
            seasons_sheets,
            calc,
            struck_writer,
            deck,
            deck_two,
            many_words,
        ]
    )
