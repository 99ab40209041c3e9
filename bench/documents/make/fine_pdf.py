"""PDFs in which a line through words, a layer, raised cents, merged cells or a place carries the fact: fpdf2 and Chromium."""

from __future__ import annotations

from typing import Any

from fpdf import FPDF

from base import Truth, chrome, put, run


def pdf() -> Any:
    f = FPDF()
    f.add_font("D", "", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    f.add_font("D", "B", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")
    f.add_page()
    f.set_font("D", "", 11)
    return f


def title(f: Any, text: str) -> None:
    f.set_font("D", "B", 17)
    f.cell(0, 12, text, new_x="LMARGIN", new_y="NEXT")
    f.set_font("D", "", 11)


def struck() -> None:
    """Old prices with a line drawn through, by fpdf2's own mark and by hand; an underlined price stays."""
    f = pdf()
    title(f, "Optika Zorka – akce")
    y = f.get_y() + 4
    for i, (name, old, new) in enumerate(
        [("Obruba Lagoon", "2 490 Kč", "1 790 Kč"), ("Čočky měsíční", "690 Kč", "520 Kč"), ("Brýle na čtení", "450 Kč", "320 Kč")]
    ):
        f.set_xy(10, y + 9 * i)
        f.cell(70, 8, name)
        x = f.get_x()
        if i:
            f.cell(30, 8, old)
            f.line(x + 1, y + 9 * i + 4, x + 1 + f.get_string_width(old), y + 9 * i + 4)
        else:
            f.set_font("D", "S", 11)
            f.cell(30, 8, old)
            f.set_font("D", "", 11)
        f.set_font("D", "U", 11)
        f.cell(30, 8, new)
        f.set_font("D", "", 11)
    f.set_xy(10, y + 32)
    f.cell(0, 8, "Měření zraku zdarma při koupi obruby.")
    truth = (
        Truth()
        .fact("Obruba Lagoon", "1 790 Kč", near=20)
        .fact("Čočky měsíční", "520 Kč", near=20)
        .fact("Brýle na čtení", "320 Kč", near=20)
        .forbid("2 490 Kč")
        .forbid("690 Kč")
        .forbid("450 Kč")
        .fact("Měření zraku zdarma při koupi obruby")
    )
    put("zorka_akce.pdf", bytes(f.output()), "struck prices", "fpdf2", "cs", truth)


def spans() -> None:
    """fpdf2's table with cells over rows and columns, over two pages, header only once at the top of each."""
    f = pdf()
    title(f, "Ski school Bluebell")
    f.set_y(205)
    with f.table(col_widths=(30, 30, 20, 20, 20), num_heading_rows=2) as t:
        r = t.row()
        r.cell("Course", rowspan=2)
        r.cell("Level", rowspan=2)
        r.cell("Low season", colspan=2)
        r.cell("High season")
        r = t.row()
        for x in ("1 day", "5 days", "5 days"):
            r.cell(x)
        for name, levels in (
            ("Kids 4–6", [("First turns", "£48", "£190", "£228"), ("Improver", "£52", "£205", "£246")]),
            ("Adults", [("First turns", "£61", "£240", "£288"), ("Improver", "£66", "£262", "£315"), ("Off-piste", "£95", "", "£430")]),
            ("Snowboard", [("All levels", "£63", "£251", "£299")]),
        ):
            for i, cells in enumerate(levels):
                r = t.row()
                if not i:
                    r.cell(name, rowspan=len(levels))
                for x in cells:
                    r.cell(x)
    truth = (
        Truth()
        .fact("Kids 4–6", "Improver", "£205", near=110)
        .fact("Adults", "Off-piste", "£430", near=130)
        .fact("High season", "£315", near=25)
        .fact("Snowboard", "All levels", "1 day", "£63")
        .fact("Low season", "£262", near=25)
        .forbid("Kids 4–6", "Off-piste", near=12)
    )
    put("bluebell.pdf", bytes(f.output()), "spans over pages", "fpdf2", "en", truth)


def raised() -> None:
    """Cents raised beside the amount, notes raised behind a price."""
    f = pdf()
    title(f, "Panadería Trigal")
    for name, whole, up, rest in [
        ("Hogaza", "3", "90", " €"),
        ("Torta de aceite", "12", "50", " €"),
        ("Empanada entera", "18 €", "1", ""),
        ("Tarta de Santiago", "24 €", "2", ""),
    ]:
        f.cell(60, 9, name)
        f.write(9, whole)
        f.char_vpos = "SUP"
        f.write(9, up)
        f.char_vpos = "LINE"
        f.write(9, rest)
        f.ln(9)
    f.ln(4)
    f.multi_cell(0, 7, "1 Por encargo con un día de antelación.\n2 Solo en julio.")
    truth = (
        Truth()
        .fact("Hogaza", "3,90 €||3.90 €||3 90 €||3⁹⁰ €", near=10)
        .fact("Torta de aceite", "12,50 €||12.50 €||12 50 €||12⁵⁰ €", near=10)
        .forbid("1250 €")
        .forbid("390 €")
        .fact("Empanada entera", "18 €", near=10)
        .fact("Tarta de Santiago", "24 €", near=10)
        .fact("Por encargo con un día de antelación")
    )
    put("trigal.pdf", bytes(f.output()), "raised cents", "fpdf2", "es", truth)


def layer() -> None:
    """A layer that is switched off holds the staff's prices."""
    import io

    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

    f = pdf()
    title(f, "Barberia Corso")
    f.multi_cell(0, 8, "Taglio: 22 €\nBarba: 15 €\nTaglio e barba: 33 €")
    w = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(f.output()))))
    ocg = w._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("Interno")}))
    w._root_object[NameObject("/OCProperties")] = DictionaryObject(
        {
            NameObject("/OCGs"): ArrayObject([ocg]),
            NameObject("/D"): DictionaryObject({NameObject("/OFF"): ArrayObject([ocg]), NameObject("/Order"): ArrayObject([ocg])}),
        }
    )
    page = w.pages[0]
    resources = page["/Resources"].get_object()
    resources[NameObject("/Properties")] = DictionaryObject({NameObject("/MC0"): ocg})
    resources["/Font"].get_object()[NameObject("/H")] = w._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
    )
    stream = DecodedStreamObject()
    stream.set_data(page.get_contents().get_data() + b"\n/OC /MC0 BDC BT /H 12 Tf 60 500 Td (Costo interno taglio 9 EUR) Tj ET EMC\n")
    page[NameObject("/Contents")] = w._add_object(stream)
    out = io.BytesIO()
    w.write(out)
    put(
        "corso.pdf",
        out.getvalue(),
        "layer switched off",
        "fpdf2, pypdf",
        "it",
        Truth().fact("Taglio: 22 €").fact("Taglio e barba: 33 €").forbid("Costo interno"),
    )


def hours() -> None:
    """Hours of five branches in a grid without lines, with empties; days turned upright in the header; totals below."""
    f = pdf()
    title(f, "Bibliotecas de Valdeón")
    xs = [10, 60, 85, 110, 135, 160]
    head = ["", "Lun", "Mar", "Mié", "Jue", "Vie"]
    rows = [
        ["Central", "9–20", "9–20", "9–20", "9–20", "9–15"],
        ["Soto", "", "10–14", "", "10–14", ""],
        ["Posada", "16–20", "", "16–20", "", "10–13"],
        ["Bibliobús", "", "", "11–12", "", ""],
    ]
    for i, row in enumerate([head, *rows]):
        for x, text in zip(xs, row, strict=True):
            f.set_xy(x, 40 + 9 * i)
            f.cell(24, 8, text)
    f.set_xy(10, 95)
    f.multi_cell(0, 7, "En agosto solo abre la Central, de 9 a 14 h.")
    put(
        "valdeon.pdf",
        bytes(f.output()),
        "hours without lines",
        "fpdf2",
        "es",
        Truth().table([["Biblioteca", *head[1:]], *rows]).fact("En agosto solo abre la Central, de 9 a 14 h"),
    )


def beside() -> None:
    """Two price lists side by side under their names, then a note that belongs to one star."""
    f = pdf()
    title(f, "Pralnia Bąbel")
    for x, name, rows in (
        (10, "Pranie", [("Koszula", "12 zł"), ("Płaszcz", "45 zł*"), ("Kołdra", "60 zł")]),
        (110, "Krawiec", [("Skrócenie spodni", "30 zł"), ("Zamek", "40 zł"), ("Podszewka", "90 zł*")]),
    ):
        f.set_xy(x, 35)
        f.set_font("D", "B", 13)
        f.cell(80, 9, name)
        f.set_font("D", "", 11)
        for i, (a, b) in enumerate(rows):
            f.set_xy(x, 46 + 8 * i)
            f.cell(55, 8, a)
            f.cell(25, 8, b, align="R")
    f.set_xy(10, 80)
    f.cell(0, 8, "* termin do 7 dni")
    truth = (
        Truth()
        .fact("Koszula", "12 zł", near=6)
        .fact("Skrócenie spodni", "30 zł", near=6)
        .fact("Krawiec", "Zamek", "40 zł", near=60)
        .fact("Pranie", "Płaszcz", "45 zł", "termin do 7 dni", near=600)
        .fact("Podszewka", "90 zł", near=6)
    )
    put("babel.pdf", bytes(f.output()), "two lists side by side", "fpdf2", "pl", truth)


def long_table() -> None:
    """A table over three pages, its header once, a star's meaning on the last page, names that break in their cell."""
    f = pdf()
    title(f, "Proefdrukkerij Lichtblauw")
    f.set_font("D", "", 10)
    with f.table(col_widths=(80, 30, 30), repeat_headings=0) as t:
        for i in range(76):
            r = t.row()
            if not i:
                cells = ("Drukwerk", "Per 100", "Per 1000")
            else:
                kind = ["Flyer", "Folder", "Poster", "Kaart", "Sticker"][i % 5]
                cells = (
                    f"{kind} formaat {100 + i} op extra zwaar gerecycleerd papier met afgeronde hoeken",
                    f"€ {20 + i},40" + ("*" if i == 23 else ""),
                    f"€ {110 + 3 * i},00",
                )
            for x in cells:
                r.cell(x)
    f.ln(5)
    f.cell(0, 8, "* ontwerp niet inbegrepen, levertijd tien werkdagen")
    truth = (
        Truth()
        .fact("Kaart formaat 123", "Per 100", "€ 43,40", near=200)
        .fact("Kaart formaat 123", "€ 43,40", "ontwerp niet inbegrepen", near=4000)
        .fact("Flyer formaat 170", "Per 1000", "€ 320,00", near=260)
        .fact("Sticker formaat 149", "Per 100", "€ 69,40", near=260)
    )
    put("lichtblauw.pdf", bytes(f.output()), "table over pages, star at the end", "fpdf2", "nl", truth)


def printed() -> None:
    """A browser's print: struck prices, raised cents, a badge, columns by flex, a folded answer that is not printed."""
    html = """<html lang=fr><meta charset=utf-8><style>body{font:12pt DejaVu Sans}.r{display:flex;justify-content:space-between;width:420px}.o{text-decoration:line-through;color:#888}sup{font-size:60%}</style>
<h1>Cordonnerie Pavé</h1><div class=r><span>Ressemelage cuir</span><span><span class=o>68 €</span> <b>54 €</b></span></div><div class=r><span>Talons dame</span><span><del>18 €</del> 14 €</span></div><div class=r><span>Double de clé</span><span>7<sup>90</sup> €</span></div><div class=r><span>Clé sécurité <small>(sur carte)</small></span><span>29<sup>50</sup> €</span></div>
<table><tr><td>Lundi</td><td>fermé</td></tr><tr><td>Mardi – vendredi</td><td>9 h – 12 h 30, 14 h – 19 h</td></tr><tr><td>Samedi</td><td>9 h – 17 h</td></tr></table><details><summary>Délai</summary><p>trois jours</p></details></html>"""
    truth = (
        Truth()
        .fact("Ressemelage cuir", "54 €", near=14)
        .forbid("68 €")
        .forbid("18 €")
        .fact("Talons dame", "14 €", near=14)
        .fact("Double de clé", "7,90 €||7.90 €||7 90 €||7⁹⁰ €", near=12)
        .fact("Clé sécurité", "29,50 €||29.50 €||29 50 €||29⁵⁰ €", near=30)
        .fact("Lundi", "fermé", near=6)
        .fact("Mardi – vendredi", "14 h – 19 h", near=30)
        .forbid("790 €")
        .forbid("2950 €")
    )
    put("pave.pdf", chrome(html), "struck, raised cents, printed", "Chromium", "fr", truth)


def printed_rtl() -> None:
    """A browser's print of Arabic: a table from right to left, its own digits, days across, closed cells empty; a nested list."""
    html = """<html lang=ar dir=rtl><meta charset=utf-8><style>body{font:13pt DejaVu Sans}td,th{border:1px solid #444;padding:4px 9px}table{border-collapse:collapse}</style>
<h1>مركز اللياقة</h1><table><tr><th>الحصة</th><th>السبت</th><th>الاثنين</th><th>الأربعاء</th></tr><tr><td>يوغا</td><td>١٨:٠٠</td><td></td><td>١٩:٣٠</td></tr><tr><td>سباحة</td><td></td><td>١٧:١٥</td><td>١٦:٤٥</td></tr></table><ul><li>الاشتراك الشهري<ul><li>للطلاب ١٢٠ ريال</li><li>للعائلات ٣١٠ ريال</li></ul></li></ul></html>"""
    truth = (
        Truth()
        .table([["الحصة", "السبت", "الاثنين", "الأربعاء"], ["يوغا", "١٨:٠٠", "", "١٩:٣٠"], ["سباحة", "", "١٧:١٥", "١٦:٤٥"]])
        .fact("للطلاب ١٢٠ ريال")
        .fact("الاشتراك الشهري", "للعائلات ٣١٠ ريال", near=60)
    )
    put("liyaqa.pdf", chrome(html), "Arabic, printed", "Chromium", "ar", truth)


def form() -> None:
    """Boxes ticked by a cross drawn in a square, beside their words."""
    f = pdf()
    title(f, "Hundeschule Pfote – Kursblatt")
    for i, (on, text) in enumerate([(1, "Welpenkurs, 8 Stunden, 129 €"), (0, "Agility, ausgebucht"), (1, "Einzelstunde, 55 €")]):
        y = 40 + 10 * i
        f.rect(12, y, 5, 5)
        if on:
            f.line(12, y, 17, y + 5)
            f.line(17, y, 12, y + 5)
        f.set_xy(20, y - 1)
        f.cell(0, 7, text)
    f.set_xy(10, 80)
    f.multi_cell(90, 7, "Kursbeginn ist jeweils der erste Montag im Monat, bei Feier-\ntagen eine Woche später.")
    truth = (
        Truth()
        .fact("Welpenkurs, 8 Stunden, 129 €")
        .fact("Einzelstunde, 55 €")
        .fact("Kursbeginn ist jeweils der erste Montag im Monat, bei Feiertagen eine Woche später")
    )
    put("pfote.pdf", bytes(f.output()), "boxes with crosses", "fpdf2", "de", truth)


if __name__ == "__main__":
    run([struck, spans, raised, layer, hours, beside, long_table, printed, printed_rtl, form])
