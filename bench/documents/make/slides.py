"""Presentations, e-mails and pictures."""

from __future__ import annotations

import io
from email.message import EmailMessage
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from base import BY, Rows, Truth, chrome, convert, html_table, pages_as_images, run, save, screenshot
from word import Document, npm
from word import data as word_data

D, H = BY["dev"], BY["heldout"]


def data(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def add_table(slide: Any, rows: Rows, top: float = 1.6) -> None:
    t = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.4), Inches(top), Inches(9), Inches(0.4 * len(rows))).table
    for y, row in enumerate(rows):
        for x, c in enumerate(row):
            t.cell(y, x).text = c


def box(shapes: Any, text: str, left: float, top: float, width: float = 4) -> None:
    shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(0.5)).text_frame.text = text


def decks() -> None:
    b = D["en"]
    deck = Presentation()
    s = deck.slides.add_slide(deck.slide_layouts[5])
    s.shapes.title.text = b.labels[0]
    add_table(s, b.hours)
    s = deck.slides.add_slide(deck.slide_layouts[1])
    s.shapes.title.text = b.labels[3]
    s.placeholders[1].text = "\n".join(f"{k}: {v}" for k, v in b.kv)
    hidden = deck.slides.add_slide(deck.slide_layouts[1])
    hidden.shapes.title.text = "Staff only"
    hidden.placeholders[1].text = b.shut
    hidden._element.set("show", "0")
    save(
        "dev",
        "health_centre.pptx",
        data(deck),
        "table, hidden slide",
        "python-pptx",
        "en",
        Truth().table(b.hours).pairs(b.kv).forbid(b.shut),
    )
    b = H["it"]
    import json

    rates = b.rate_rows("ppt", 0), b.rate_rows("ppt", 1)
    js = (
        "const P=require('pptxgenjs');const p=new P();let s;"
        + "".join(
            f"s=p.addSlide();s.addText({json.dumps(t)},{{x:0.5,y:0.2,w:8,h:0.6,fontSize:24}});s.addTable({json.dumps(r)},{{x:0.5,y:1,w:9}});"
            for t, r in zip(b.seasons, rates, strict=True)
        )
        + f"s=p.addSlide();s.hidden=true;s.addText({json.dumps(b.shut)},{{x:1,y:1,w:6,h:1}});s=p.addSlide();s.addText([{{text:{json.dumps(b.link[0])},options:{{hyperlink:{{url:{json.dumps(b.link[1])}}}}}}}],{{x:1,y:1,w:6,h:1}});p.writeFile({{fileName:process.argv[2]+'.pptx'}}).then(()=>require('fs').renameSync(process.argv[2]+'.pptx',process.argv[2]));"
    )
    save(
        "heldout",
        "alloggi.pptx",
        npm(js),
        "table, hidden slide, link",
        "pptxgenjs",
        "it",
        Truth().table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]).forbid(b.shut).fact(*b.link, near=60),
    )
    for half, name, title, cats, series, lang in (
        (
            "dev",
            "umsatz.pptx",
            "Besucher je Wochentag",
            ("Montag", "Freitag", "Samstag"),
            (("Halle", (118, 264, 391)),),
            "de",
        ),
        (
            "heldout",
            "vendite.pptx",
            "Vendite per stagione",
            ("Primavera", "Estate", "Autunno"),
            (("Olio", (73, 41, 208)), ("Miele", (35, 96, 57))),
            "it",
        ),
    ):
        deck = Presentation()
        s = deck.slides.add_slide(deck.slide_layouts[5])
        s.shapes.title.text = title
        cd = CategoryChartData()
        cd.categories = cats
        for n, v in series:
            cd.add_series(n, v)
        s.shapes.add_chart(
            XL_CHART_TYPE.BAR_CLUSTERED if half == "dev" else XL_CHART_TYPE.LINE,
            Inches(1),
            Inches(2),
            Inches(7),
            Inches(4),
            cd,
        ).chart.plots[0].has_data_labels = True
        rows = [
            ["", *[n for n, _ in series]],
            *[[c, *[str(v[i]) for _, v in series]] for i, c in enumerate(cats)],
        ]
        save(
            half,
            name,
            data(deck),
            "chart",
            "python-pptx",
            lang,
            Truth().table(rows, columns=len(series) > 1).fact(title),
        )
    b = D["es"]
    deck = Presentation()
    s = deck.slides.add_slide(deck.slide_layouts[6])
    box(s.shapes, b.labels[1], 1, 0.4)
    prices = b.price_rows("group")[:6]
    for i, (n, a) in enumerate(prices):
        g = s.shapes.add_group_shape()
        box(g.shapes, n, 1, 1.2 + i * 0.7)
        box(g.shapes, a, 6, 1.2 + i * 0.7, 2)
    save("dev", "extras_grupos.pptx", data(deck), "grouped shapes", "python-pptx", "es", Truth().pairs(prices))
    b = H["pt"]
    deck = Presentation()
    s = deck.slides.add_slide(deck.slide_layouts[6])
    box(s.shapes, b.labels[1], 1, 0.4)
    prices = b.price_rows("group")[:6]
    for i, (_, a) in enumerate(prices):
        box(s.shapes, a, 6.5, 1.3 + i * 0.8, 2)
    for i, (n, _) in enumerate(prices):
        box(s.shapes, n, 0.8, 1.3 + i * 0.8)
    save(
        "heldout",
        "aluguer_caixas.pptx",
        data(deck),
        "boxes side by side, drawn out of order",
        "python-pptx",
        "pt",
        Truth().pairs(prices),
    )
    b = D["ar"]
    deck = Presentation()
    s = deck.slides.add_slide(deck.slide_layouts[1])
    s.shapes.title.text = b.labels[4]
    s.placeholders[1].text = "\n".join(f"{q} {a}" for q, a in b.faq)
    save(
        "dev",
        "asila.pptx",
        data(deck),
        "questions, right to left",
        "python-pptx",
        "ar",
        Truth().questions(b.faq),
    )
    for half, b, suffix, name in (
        ("dev", D["fr"], "odp", "boulangerie.odp"),
        ("heldout", H["sv"], "odp", "ripan.odp"),
        ("dev", D["pl"], "ppt", "stacja.ppt"),
        ("heldout", H["nl"], "ppt", "linden.ppt"),
    ):
        deck = Presentation()
        s = deck.slides.add_slide(deck.slide_layouts[5])
        s.shapes.title.text = b.labels[0]
        add_table(s, b.hours if half == "dev" else b.rate_rows(suffix, 0))
        s = deck.slides.add_slide(deck.slide_layouts[1])
        s.shapes.title.text = b.labels[4]
        s.placeholders[1].text = "\n".join(f"{q} {a}" for q, a in b.faq)
        s = deck.slides.add_slide(deck.slide_layouts[1])
        s.shapes.title.text = "x"
        s.placeholders[1].text = b.shut
        s._element.set("show", "0")
        save(
            half,
            name,
            convert(data(deck), "pptx", suffix, {"odp": "impress8", "ppt": "MS PowerPoint 97"}[suffix]),
            "table, hidden slide",
            "LibreOffice",
            b.lang,
            Truth().table(b.hours if half == "dev" else b.rate_rows(suffix, 0)).questions(b.faq).forbid(b.shut),
        )


def mails() -> None:
    b = D["es"]
    m = EmailMessage()
    m["From"] = "reservas@puertadelmar.example"
    m["To"] = "ana@cliente.example"
    m["Subject"] = "Confirmación 4471-K"
    m.set_content("\n".join(b.prose))
    m.add_alternative(
        f"<html><body><style>.x{{color:red}}</style><p>{b.prose[0]}</p><p>{b.prose[1]}</p><p>{b.prose[2]}</p>{html_table([[b.item, b.cost], *b.price_rows('eml')])}</body></html>",
        subtype="html",
    )
    save(
        "dev",
        "confirmacion.eml",
        m.as_bytes(),
        "text and HTML",
        "python email",
        "es",
        Truth().prose(b).table([[b.item, b.cost], *b.price_rows("eml")], columns=False).fact("4471-K").forbid("color:red"),
    )
    b = H["cs"]
    m = EmailMessage()
    m["From"] = "info@trilipy.example"
    m["To"] = "jan@zakaznik.example"
    m["Subject"] = "Ceník dopravy č. 88"
    m.set_content(
        f"<html><body><h1>{b.name}</h1>{html_table(b.rate_rows('eml', 0), caption=b.seasons[0])}{html_table(b.rate_rows('eml', 1), caption=b.seasons[1])}<p><a href='{b.link[1]}'>{b.link[0]}</a></p></body></html>",
        subtype="html",
        charset="iso-8859-2",
        cte="base64",
    )
    save(
        "heldout",
        "cenik_dopravy.eml",
        m.as_bytes(),
        "HTML only, base64",
        "python email",
        "cs",
        Truth().table(b.rate_rows("eml", 0), b.seasons[0]).table(b.rate_rows("eml", 1), b.seasons[1]).fact(*b.link, near=60),
    )
    b = D["fr"]
    m = EmailMessage()
    m["From"] = "contact@tilleuls.example"
    m["To"] = "l@client.example"
    m["Subject"] = "Nos tarifs"
    m.set_content("Bonjour,\n\nles tarifs sont en pièce jointe. " + b.prose[1])
    m.add_attachment(
        ("\ufeff" + "".join(f"{n};{a}\r\n" for n, a in [[b.item, b.cost], *b.price_rows("att")])).encode(),
        maintype="text",
        subtype="csv",
        filename="tarifs.csv",
    )
    save(
        "dev",
        "tarifs_joint.eml",
        m.as_bytes(),
        "attachment",
        "python email",
        "fr",
        Truth().fact(b.prose[1]).table([[b.item, b.cost], *b.price_rows("att")], columns=False),
    )
    b = H["nl"]
    doc = Document()
    doc.add_heading(b.labels[3], 1)
    t = doc.add_table(0, 2)
    for row in b.kv:
        for cell, value in zip(t.add_row().cells, row, strict=True):
            cell.text = value
    m = EmailMessage()
    m["From"] = "balie@delinden.example"
    m["To"] = "p@klant.example"
    m["Subject"] = "Welkom"
    m.set_content("Beste mevrouw,\n\n" + "\n".join(b.prose), cte="quoted-printable", charset="iso-8859-1")
    m.add_attachment(
        word_data(doc),
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
        filename="welkom.docx",
    )
    save(
        "heldout",
        "welkom.eml",
        m.as_bytes(),
        "attachment",
        "python email",
        "nl",
        Truth().prose(b).pairs(b.kv),
    )


def pictures() -> None:
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener()
    for half, b, name, kind in (
        ("dev", D["en2"], "price_board.png", "PNG"),
        ("heldout", H["it"], "lavagna.png", "PNG"),
        ("dev", D["fr"], "carte.jpg", "JPEG"),
        ("heldout", H["en"], "class_flyer.jpg", "JPEG"),
        ("dev", D["de"], "aushang.heic", "HEIF"),
        ("heldout", H["pt"], "cartaz.heic", "HEIF"),
        ("dev", D["ja"], "oshirase.png", "PNG"),
        ("heldout", H["ru"], "obyavlenie.jpg", "JPEG"),
    ):
        prices = b.price_rows("pic")
        look = (
            "body{background:#222;color:#fff;font:22px 'Noto Sans'}"
            if kind == "PNG" and b.lang != "ja"
            else "body{background:#fdf6e3;font:20px 'Liberation Serif','WenQuanYi Micro Hei'}"
        )
        html = (
            f"<meta charset=utf-8><style>{look}.r{{display:flex;justify-content:space-between;width:480px;margin:9px 20px}}</style><h2>{b.name}</h2>"
            + "".join(f"<div class=r><span>{n}</span><span>{a}</span></div>" for n, a in prices)
            + f"<p>{b.prose[0]}</p>"
        )
        image = Image.open(io.BytesIO(screenshot(html, "620,640"))).convert("RGB")
        if half == "heldout":
            image = image.rotate(1.2, expand=True, fillcolor=(120, 110, 100), resample=Image.Resampling.BICUBIC)
        out = io.BytesIO()
        image.quantize(32).save(out, "PNG", optimize=True) if kind == "PNG" else image.save(out, kind, quality=60)
        save(
            half,
            name,
            out.getvalue(),
            "picture of a price list",
            "Chromium, Pillow",
            b.lang,
            Truth().pairs(prices).fact(b.prose[0]),
        )


ALL = [decks, mails, pictures]
if __name__ == "__main__":
    run(ALL)
assert chrome and pages_as_images
