"""Printed pages: Chromium, WeasyPrint, reportlab, fpdf2 and LibreOffice, in layouts that small businesses choose; two signs as pictures."""

from __future__ import annotations

import io
from typing import Any

from base import Truth, chrome, convert, html_table, put, run, screenshot


def printed() -> None:
    """By Chromium: matrix with gaps and zebra stripes, two menus side by side, cards, a voucher, a long table over pages."""
    rows = [
        ["Kurz", "Po", "Út", "St", "Čt", "Pá"],
        ["Pilates", "17:00", "", "17:00", "", ""],
        ["Zumba", "", "18:30", "", "18:30", ""],
        ["Jóga", "7:15", "", "", "", "7:15"],
        ["TRX", "", "", "19:45", "", "16:00"],
    ]
    css = "<style>table{border-collapse:collapse;width:100%}td,th{padding:6px;text-align:center}tr:nth-child(even){background:#eee}th:first-child,td:first-child{text-align:left}</style>"
    put("rozvrh.pdf", chrome(css + "<h2>Rozvrh</h2>" + html_table(rows)), "zebra matrix with gaps", "Chromium", "cs", Truth().table(rows))

    left, right = (
        [("Bruschetta", "6,50"), ("Vitello tonnato", "13,80"), ("Minestrone", "7,20")],
        [("Tagliatelle", "12,40"), ("Gnocchi", "11,60"), ("Lasagne", "13,10")],
    )

    def menu(t: str, xs: list[tuple[str, str]]) -> str:
        return (
            f"<section><h2>{t}</h2>"
            + "".join(f'<p style="display:flex;justify-content:space-between"><span>{a}</span><b>{b}</b></p>' for a, b in xs)
            + "</section>"
        )

    body = f'<div style="display:grid;grid-template-columns:1fr 1fr;gap:60px">{menu("Antipasti", left)}{menu("Primi", right)}</div>'
    put(
        "osteria_colonne.pdf",
        chrome(body),
        "two columns, name left and price right",
        "Chromium",
        "it",
        Truth().pairs(left + right).fact("Primi", "Gnocchi", near=120).forbid("Antipasti", "Gnocchi", near=20),
    )

    rows = [
        ["Артикул", "Название", "Розница", "Опт"],
        *[
            [f"Д-{n:03}", f"Доска {['сосна', 'дуб', 'ясень', 'бук'][n % 4]} {18 + n} мм", f"{410 + 13 * n} руб.", f"{350 + 11 * n} руб."]
            for n in range(1, 46)
        ],
    ]
    put(
        "pilorama.pdf",
        chrome(html_table(rows, attributes="border=1 cellpadding=4")),
        "long table over pages",
        "Chromium",
        "ru",
        Truth().table([[r[0], *r[2:]] for r in rows]),
    )

    steps = "".join(
        f'<div style="float:left;width:30%;margin:1%;border:1px solid #999;padding:8px"><h3>{n}</h3><div>{p}</div><ul><li>{a}</li><li>{b}</li></ul></div>'
        for n, p, a, b in (
            ("Básico", "$299 al mes", "10 Mbps", "sin instalación"),
            ("Hogar", "$449 al mes", "50 Mbps", "módem incluido"),
            ("Negocio", "$890 al mes", "200 Mbps", "IP fija"),
        )
    )
    truth = (
        Truth()
        .fact("Básico", "$299 al mes", near=40)
        .fact("Hogar", "50 Mbps", near=60)
        .fact("Negocio", "IP fija", near=80)
        .fact("Hogar", "$449 al mes", near=40)
        .forbid("Hogar", "$299", near=6)
    )
    put("internet_sierra.pdf", chrome(f"<h1>Paquetes</h1>{steps}"), "three cards", "Chromium", "es", truth)

    rows = [
        ["บริการ", "สมาชิก", "ทั่วไป"],
        ["นวดไทย 1 ชม.", "250 บาท", "300 บาท"],
        ["นวดน้ำมัน", "450 บาท", "550 บาท"],
        ["ประคบสมุนไพร", "350 บาท", "420 บาท"],
    ]
    put("nuad.pdf", chrome(f"<h1>ราคา</h1>{html_table(rows, attributes='border=1')}"), "Thai table", "Chromium", "th", Truth().table(rows))

    rows = [["सेवा", "सोमवार", "मंगलवार", "शनिवार"], ["दंत जाँच", "10-1", "", "10-4"], ["नेत्र जाँच", "", "2-6", ""], ["टीकाकरण", "9-12", "9-12", ""]]
    put(
        "clinic_samay.pdf",
        chrome(f"<h2>समय</h2>{html_table(rows, attributes='border=1 cellpadding=5')}"),
        "Hindi matrix with gaps",
        "Chromium",
        "hi",
        Truth().table(rows),
    )


def libraries() -> None:
    """By WeasyPrint, reportlab and fpdf2."""
    from fpdf import FPDF
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas
    from reportlab.platypus import SimpleDocTemplate, Table, TableStyle
    from weasyprint import HTML

    rows = [
        ["Kategorie", "Hauptsaison Erw.", "Hauptsaison Kind", "Nebensaison Erw.", "Nebensaison Kind"],
        ["Bergbahn", "31,00", "15,50", "24,00", "12,00"],
        ["Rodelbahn", "9,50", "6,50", "7,00", "5,00"],
        ["Kombi", "37,00", "20,00", "29,00", "16,00"],
    ]
    table = (
        '<table border=1 style="border-collapse:collapse"><tr><th rowspan=2>Kategorie</th><th colspan=2>Hauptsaison</th><th colspan=2>Nebensaison</th></tr><tr><th>Erw.</th><th>Kind</th><th>Erw.</th><th>Kind</th></tr>'
        + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in r)}</tr>" for r in rows[1:])
        + "</table>"
    )
    put("bergbahn.pdf", HTML(string=f"<h1>Tarife</h1>{table}").write_pdf(), "merged header", "WeasyPrint", "de", Truth().table(rows))

    rows = [
        ["Treatment", "30 min", "60 min", "90 min"],
        ["Reflexology", "£34", "£58", ""],
        ["Deep tissue", "£39", "£66", "£92"],
        ["Indian head", "£31", "", ""],
    ]
    body = (
        "<dl>"
        + "".join(f"<dt><b>{a}</b></dt><dd>{b}</dd>" for a, b in (("Cancellation", "24 hours' notice"), ("Parking", "behind the surgery")))
        + "</dl>"
    )
    put(
        "hawthorn.pdf",
        HTML(string=f"<style>td,th{{padding:4px 14px;border-bottom:1px solid #ccc}}</style><h1>Hawthorn</h1>{html_table(rows)}{body}").write_pdf(),
        "rules below rows, gaps, definitions",
        "WeasyPrint",
        "en",
        Truth().table(rows).pairs([("Cancellation", "24 hours' notice"), ("Parking", "behind the surgery")]),
    )

    out = io.BytesIO()
    rows = [
        ["Fahrzeug", "Stunde", "Tag", "Kaution"],
        ["E-Roller", "6,90 €", "39,00 €", "100 €"],
        ["Lastenrad", "8,50 €", "45,00 €", "150 €"],
        ["Anhänger", "", "15,00 €", "50 €"],
    ]
    SimpleDocTemplate(out, pagesize=A4).build(
        [
            Table(
                rows,
                style=TableStyle(
                    [
                        ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
                        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
                        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                    ]
                ),
            )
        ]
    )
    put("verleih_kante.pdf", out.getvalue(), "one rule below the header, right-aligned", "reportlab", "de", Truth().table(rows))

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    page.setFont("Helvetica-Bold", 15)
    page.drawString(60, 780, "Sushi Namiki: para llevar")
    page.setFont("Helvetica", 11)
    pairs = [("Nigiri salmón (2)", "5,40"), ("Maki aguacate (6)", "4,80"), ("Bandeja 18 piezas", "21,90"), ("Sopa miso", "3,20")]
    for n, (a, _) in enumerate(pairs):
        page.drawString(60, 740 - 22 * n, a)
    for n, (_, b) in enumerate(pairs):
        page.drawRightString(500, 740 - 22 * n, b)
    page.drawString(60, 620, "Reparto de martes a domingo, 19:30 a 23:00.")
    page.save()
    put(
        "namiki.pdf",
        out.getvalue(),
        "all names drawn first, then all prices",
        "reportlab",
        "es",
        Truth().pairs(pairs).fact("Reparto de martes a domingo, 19:30 a 23:00."),
    )

    made: Any = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=11)
    rows = [
        ["Excursion", "Départ", "Adulte", "Enfant"],
        ["Îles Chausey", "9h15", "36 €", "22 €"],
        ["Baie des phoques", "14h00", "28 €", "17 €"],
        ["Pêche au bar", "6h30", "74 €", ""],
    ]
    made.cell(0, 10, "Vedettes Granvillaises", new_x="LMARGIN", new_y="NEXT")
    with made.table(borders_layout="HORIZONTAL_LINES") as table:
        for r in rows:
            line = table.row()
            for c in r:
                line.cell(c.replace("€", "EUR"))
    rows = [[c.replace("€", "EUR") for c in r] for r in rows]
    put("vedettes.pdf", bytes(made.output()), "horizontal lines", "fpdf2", "fr", Truth().table(rows))


def office() -> None:
    """By LibreOffice: a page with tab stops, a sheet, a table whose cells wrap."""
    rows = [
        ["Leistung", "Was ist dabei", "Preis"],
        ["Grundreinigung", "Böden, Fenster innen, Küche, Bad, Staub auf allen Flächen", "249 €"],
        ["Unterhaltsreinigung", "Böden und Bad, vierzehntäglich", "89 €"],
        ["Fensterputzen", "innen und außen mit Rahmen, bis zehn Flügel, Leiter bis vier Meter", "119 €"],
    ]
    put(
        "blitzblank.pdf",
        convert(f"<h1>Blitzblank</h1>{html_table(rows, attributes='border=1 width=60%')}".encode(), "html", "pdf", "writer_web_pdf_Export"),
        "cells that wrap",
        "LibreOffice",
        "de",
        Truth().table(rows),
    )

    hours = [["", "manhã", "tarde"], ["segunda", "9h-12h", ""], ["quarta", "9h-12h", "14h-18h"], ["sexta", "", "14h-17h"], ["sábado", "10h-13h", ""]]
    put(
        "biblioteca.pdf",
        chrome("<style>td{padding:4px 18px}</style>" + html_table(hours, head=False)),
        "matrix without a line or a bold word",
        "Chromium",
        "pt",
        Truth().table(hours),
    )


def signs() -> None:
    pairs = [("Espresso", "2,20"), ("Cappuccino", "3,40"), ("Apfelstrudel", "4,60"), ("Käsekuchen", "4,10")]
    rows = "".join(f'<tr><td style="padding:8px 60px 8px 0">{a}</td><td>{b}</td></tr>' for a, b in pairs)
    put(
        "kaffeetafel.png",
        screenshot(f'<body style="font:28px sans-serif;margin:40px"><h1>Heute</h1><table>{rows}</table>', "700,480"),
        "sign",
        "Chromium",
        "de",
        Truth().pairs(pairs),
    )
    rows = "".join(f"<p>{a} <b>{b}</b></p>" for a, b in (("Mon-Thu", "7am-6pm"), ("Friday", "7am-9pm"), ("Sunday", "closed")))
    put(
        "door_sign.png",
        screenshot(f'<body style="font:30px serif;margin:50px;background:#2b4a3a;color:#fff"><h2>Opening hours</h2>{rows}', "640,460"),
        "white on green",
        "Chromium",
        "en",
        Truth().pairs([("Mon-Thu", "7am-6pm"), ("Friday", "7am-9pm"), ("Sunday", "closed")]),
    )


if __name__ == "__main__":
    run([printed, libraries, office, signs])
