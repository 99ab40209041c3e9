"""Word, OpenDocument text, RTF and old Word files."""

from __future__ import annotations

import io
import json
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from base import BY, Rows, Truth, convert, html_table, pandoc, run, save
from content import Business

D, H = BY["dev"], BY["heldout"]
W = nsdecls("w")


def data(doc: Any) -> bytes:
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


def table(doc: Any, rows: Rows, style: str | None = None, bold: bool = False, header: bool = False) -> Any:
    made = doc.add_table(0, len(rows[0]), style=style)
    for n, row in enumerate(rows):
        for cell, value in zip(made.add_row().cells, row, strict=True):
            cell.text = ""
            cell.paragraphs[0].add_run(value).bold = (bold and n == 0) or None
    if header:
        made.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    return made


def hyperlink(paragraph: Any, words: str, address: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(
        qn("r:id"),
        paragraph.part.relate_to(
            address,
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
            is_external=True,
        ),
    )
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = words
    run.append(text)
    link.append(run)
    paragraph._p.append(link)


def npm(script: str) -> bytes:
    """A file by an npm package: the script writes to process.argv[2]."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path("/tmp/truth/npm/make.js")
        path.write_text(script)
        subprocess.run(["node", str(path), f"{folder}/out"], check=True, cwd="/tmp/truth/npm", capture_output=True)
        return (Path(folder) / "out").read_bytes()


def docx_js(children: str) -> bytes:
    return npm(
        "const d=require('docx');const fs=require('fs');const {Paragraph,TextRun,Table,TableRow,TableCell,ExternalHyperlink,HeadingLevel}=d;"
        "const P=(t,o={})=>new Paragraph({children:[new TextRun({text:t,...o})]});const T=(rows,head)=>new Table({rows:rows.map((r,i)=>new TableRow({tableHeader:head&&i==0,children:r.map(c=>new TableCell({children:[P(c)]}))}))});"
        f"const doc=new d.Document({{sections:[{{children:{children}}}]}});d.Packer.toBuffer(doc).then(b=>fs.writeFileSync(process.argv[2],b));"
    )


def tables() -> None:
    b = D["es"]
    doc = Document()
    doc.add_heading(b.name, 0)
    doc.add_heading(b.labels[0], 1)
    table(doc, b.hours, "Table Grid", bold=True)
    doc.add_heading(b.labels[1], 1)
    table(doc, [[b.item, b.cost], *b.price_rows("docx")], "Light List Accent 2")
    save(
        "dev",
        "hostal.docx",
        data(doc),
        "table with a header",
        "python-docx",
        "es",
        Truth().table(b.hours).table([[b.item, b.cost], *b.price_rows("docx")], columns=False),
    )
    b = H["cs"]
    rates = b.rate_rows("docx", 0), b.rate_rows("docx", 1)
    j = json.dumps
    save(
        "heldout",
        "zahradnictvi.docx",
        docx_js(
            f"[new Paragraph({{text:{j(b.name)},heading:HeadingLevel.TITLE}}),P({j(b.seasons[0])},{{bold:true}}),T({j(rates[0])},true),P({j(b.seasons[1])},{{bold:true}}),T({j(rates[1])},true),P({j(b.prose[2])}),T({j(b.hours)},true)]"
        ),
        "table with a header",
        "docx (npm)",
        "cs",
        Truth().table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]).fact(b.prose[2]).table(b.hours),
    )
    b = D["en"]
    doc = Document()
    doc.add_paragraph(b.labels[3])
    table(doc, [list(r) for r in b.kv])
    doc.add_paragraph(b.prose[1])
    table(doc, b.price_rows("kv"), "Table Grid")
    save(
        "dev",
        "good_to_know.docx",
        data(doc),
        "label and value, no header",
        "python-docx",
        "en",
        Truth().pairs(b.kv).fact(b.prose[1]).pairs(b.price_rows("kv")),
    )
    b = H["it"]
    html = f"<meta charset=utf-8><h2>{b.labels[3]}</h2>{html_table([list(r) for r in b.kv], head=False, attributes='border=1')}<p>{b.prose[0]}</p><h2>{b.labels[1]}</h2>{html_table(b.price_rows('kv'), head=False)}"
    save(
        "heldout",
        "notizie_utili.docx",
        convert(html.encode(), "html", "docx", "MS Word 2007 XML"),
        "label and value, no header",
        "LibreOffice",
        "it",
        Truth().pairs(b.kv).fact(b.prose[0]).pairs(b.price_rows("kv")),
    )
    b = D["fr"]
    md = (
        f"# {b.name}\n\n## {b.labels[1]}\n\n| {b.item} | {b.cost} |\n|:--|--:|\n"
        + "\n".join(f"| {n} | {a} |" for n, a in b.price_rows("pandoc"))
        + f"\n\n## {b.labels[4]}\n\n"
        + "\n".join(f"**{q}**\n\n{a}\n" for q, a in b.faq)
    )
    save(
        "dev",
        "boulangerie_pandoc.docx",
        pandoc(md, "markdown", "docx"),
        "table with a header",
        "pandoc",
        "fr",
        Truth().table([[b.item, b.cost], *b.price_rows("pandoc")], columns=False).questions(b.faq),
    )


def merged() -> None:
    b = D["de"]
    low, high = b.rate_rows("merge", 0), b.rate_rows("merge", 1)
    head = ["Tarif"] + [f"{s} {h}" for s in ("Einzel", "Familie") for h in ("Monat", "Jahr")]
    rows = [[low[i][0], low[i][1], low[i][3], high[i][1], high[i][3]] for i in range(1, 5)]
    doc = Document()
    doc.add_heading(b.labels[2], 1)
    t = doc.add_table(2, 5, style="Table Grid")
    t.cell(0, 1).merge(t.cell(0, 2)).text = "Einzel"
    t.cell(0, 3).merge(t.cell(0, 4)).text = "Familie"
    t.cell(0, 0).merge(t.cell(1, 0)).text = "Tarif"
    for i, h in enumerate(("Monat", "Jahr") * 2):
        t.cell(1, i + 1).text = h
    for row in rows:
        for cell, value in zip(t.add_row().cells, row, strict=True):
            cell.text = value
    save(
        "dev",
        "mitgliedschaft.docx",
        data(doc),
        "merged header cells",
        "python-docx",
        "de",
        Truth().table([head, *rows]),
    )
    b = H["nl"]
    rows = [
        ["Dal", "maandag", "9:00", "zaal 2"],
        ["Dal", "dinsdag", "13:15", "zaal 1"],
        ["Vrij", "woensdag", "18:40", "zaal 3"],
        ["Vrij", "vrijdag", "7:30", "zaal 4"],
        ["Senior+", "zaterdag", "10:20", "zaal 5"],
    ]
    html = "<meta charset=utf-8><h1>Lesrooster</h1><table border=1><thead><tr><th>Abonnement</th><th>Dag</th><th>Aanvang</th><th>Ruimte</th></tr></thead><tr><td rowspan=2>Dal</td><td>maandag</td><td>9:00</td><td>zaal 2</td></tr><tr><td>dinsdag</td><td>13:15</td><td>zaal 1</td></tr><tr><td rowspan=2>Vrij</td><td>woensdag</td><td>18:40</td><td>zaal 3</td></tr><tr><td>vrijdag</td><td>7:30</td><td>zaal 4</td></tr><tr><td>Senior+</td><td>zaterdag</td><td>10:20</td><td>zaal 5</td></tr><tr><td colspan=4>Op feestdagen vervallen alle lessen, behalve Senior+.</td></tr></table>"
    truth = (
        Truth()
        .table([["Dag", "Abonnement", "Aanvang", "Ruimte"], *[[r[1], r[0], r[2], r[3]] for r in rows]])
        .fact("Op feestdagen vervallen alle lessen, behalve Senior+.")
    )
    save(
        "heldout",
        "lesrooster.docx",
        convert(html.encode(), "html", "docx", "MS Word 2007 XML"),
        "merged cells over rows",
        "LibreOffice",
        "nl",
        truth,
    )
    b = D["pl"]
    doc = Document()
    doc.add_heading(b.name, 1)
    outer = doc.add_table(1, 2, style="Table Grid")
    outer.cell(0, 0).text = b.labels[1]
    inner = outer.cell(0, 1).add_table(0, 2)
    prices = b.price_rows("nested")
    for row in prices:
        for cell, value in zip(inner.add_row().cells, row, strict=True):
            cell.text = value
    save(
        "dev",
        "cennik_zagniezdzony.docx",
        data(doc),
        "nested table",
        "python-docx",
        "pl",
        Truth().pairs(prices),
    )
    b = H["sv"]
    rates = b.rate_rows("nested", 0), b.rate_rows("nested", 1)
    html = (
        f"<meta charset=utf-8><h1>{b.name}</h1><table><tr>"
        + "".join(f"<td><p><b>{s}</b></p>{html_table(r, attributes='border=1')}</td>" for s, r in zip(b.seasons, rates, strict=True))
        + f"</tr></table><p>{b.prose[0]}</p>"
    )
    save(
        "heldout",
        "stugpriser_layout.docx",
        convert(html.encode(), "html", "docx", "MS Word 2007 XML"),
        "nested table",
        "LibreOffice",
        "sv",
        Truth().table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]).fact(b.prose[0]),
    )


def text_parts() -> None:
    b = D["en2"]
    doc = Document()
    doc.add_heading(b.name, 1)
    hyperlink(doc.add_paragraph("Plan ahead: "), b.link[0], b.link[1])
    hyperlink(doc.add_paragraph("Questions? "), "Ring the workshop", "tel:+441174960555")
    for q, a in b.faq:
        doc.add_paragraph(q, style="List Number")
        doc.add_paragraph(a, style="List Continue")
    doc.sections[0].footer.paragraphs[0].text = "Quarry Lane 14, closed on bank holidays"
    save(
        "dev",
        "bike_shop_links.docx",
        data(doc),
        "links, footer, numbers",
        "python-docx",
        "en",
        Truth()
        .fact(*b.link, near=60)
        .fact("Ring the workshop", "+441174960555", near=60)
        .questions(b.faq)
        .fact("closed on bank holidays")
        .fact("2.", b.faq[1][0], near=80),
    )
    b = H["pt"]
    j = json.dumps
    save(
        "heldout",
        "surf_ligacoes.docx",
        docx_js(
            f"[P({j(b.prose[0])}),new Paragraph({{children:[new ExternalHyperlink({{link:{j(b.link[1])},children:[new TextRun({j(b.link[0])})]}}),new TextRun(' ou '),new ExternalHyperlink({{link:'mailto:ola@mareviva.example',children:[new TextRun('escreva-nos')]}})]}}),{','.join(f'P({j(q)},{{bold:true}}),P({j(a)})' for q, a in b.faq)}]"
        ),
        "links",
        "docx (npm)",
        "pt",
        Truth().fact(b.prose[0]).fact(*b.link, near=60).fact("escreva-nos", "ola@mareviva.example", near=60).questions(b.faq),
    )
    for half, b, name in (
        ("dev", D["tr"], "degisiklikler.docx"),
        ("heldout", H["en"], "studio_rules_edited.docx"),
    ):
        doc = Document()
        k, v = b.kv[0]
        p = doc.add_paragraph(f"{k}: ")
        ins = parse_xml(f'<w:ins {W} w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"><w:r><w:t>{v}</w:t></w:r></w:ins>')
        dele = parse_xml(
            f'<w:del {W} w:id="2" w:author="A" w:date="2026-01-01T00:00:00Z"><w:r><w:delText xml:space="preserve">{b.shut}</w:delText></w:r></w:del>'
        )
        p._p.append(dele) if half == "dev" else p._p.append(ins)
        p._p.append(ins) if half == "dev" else p._p.append(dele)
        for k2, v2 in b.kv[1:]:
            doc.add_paragraph(f"{k2}: {v2}")
        if half == "dev":
            struck = doc.add_paragraph().add_run("Eski fiyat 999 TL")
            struck.font.strike = True
            hidden = doc.add_paragraph().add_run("gizli not 4412")
            hidden.font.hidden = True
            truth = Truth().pairs(b.kv).forbid(b.shut).forbid("Eski fiyat 999 TL").forbid("gizli not 4412")
        else:
            t = table(
                doc,
                [["Offer", "Deal"], ["Spring set", "$71.25"], ["Autumn set", "$64.80"]],
                "Table Grid",
                bold=True,
            )
            r = t.cell(1, 1).paragraphs[0].add_run(" $88.00")
            r.font.double_strike = True
            row = table(doc, [["Staff only", "door code 7719"]])
            for cell in row.rows[0].cells:
                for run in cell.paragraphs[0].runs:
                    run.font.hidden = True
            truth = Truth().pairs(b.kv).pairs([["Spring set", "$71.25"], ["Autumn set", "$64.80"]]).forbid(b.shut).forbid("$88.00").forbid("7719")
        comment = doc.add_comment(
            doc.paragraphs[1].runs,
            text="Chef: gerçek rakam 311" if half == "dev" else "Ask Lou, true figure is 12.19",
            author="L",
        )
        assert comment
        truth.forbid("gerçek rakam 311" if half == "dev" else "true figure is 12.19")
        save(
            half,
            name,
            data(doc),
            "tracked changes, comments, hidden and struck text",
            "python-docx",
            b.lang,
            truth,
        )


def notes_boxes() -> None:
    b = D["fr"]
    md = f"# {b.name}\n\n{b.prose[0]}[^1]\n\n{b.prose[1]}\n\n[^1]: Sauf la farine de sarrasin, achetée à Redon.\n\n1. {b.faq[0][0]}\n    a. {b.faq[0][1]}\n2. {b.faq[1][0]}\n    a. {b.faq[1][1]}\n\n[{b.link[0]}]({b.link[1]})\n"
    save(
        "dev",
        "notes_de_bas.docx",
        pandoc(md, "markdown", "docx"),
        "footnotes",
        "pandoc",
        "fr",
        Truth().fact("Sauf la farine de sarrasin, achetée à Redon.").fact(b.prose[1]).pairs(b.faq[:2]).fact(*b.link, near=60),
    )
    b = H["el"]
    rtf_src = f"<meta charset=utf-8><h1>{b.name}</h1><p>{b.prose[0]}<sup><a class='sdfootnoteanc' name='sdfootnote1anc' href='#sdfootnote1sym'>1</a></sup></p><p>{b.prose[1]}</p><div id='sdfootnote1'><p class='sdfootnote'><a class='sdfootnotesym' name='sdfootnote1sym' href='#sdfootnote1anc'>1</a> Εκτός από τις γαρίδες του Νοεμβρίου.</p></div>"
    save(
        "heldout",
        "simeioseis.docx",
        convert(rtf_src.encode(), "html", "docx", "MS Word 2007 XML"),
        "footnotes",
        "LibreOffice",
        "el",
        Truth().prose(Business(**{**b.__dict__, "prose": b.prose[:2]})).fact("Εκτός από τις γαρίδες του Νοεμβρίου."),
    )
    box = '<w:r {w} xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:drawing><wp:inline><wp:extent cx="3000000" cy="2400000"/><wp:docPr id="{n}" name="Box"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="3000000" cy="2400000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>{p}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    b = D["en"]
    doc = Document()
    doc.add_paragraph(b.prose[0])
    doc.add_paragraph()._p.append(parse_xml(box.format(w=W, n=5, p=f"<w:p><w:r><w:t>{b.prose[1]}</w:t></w:r></w:p>")))
    doc.add_paragraph(b.prose[2])
    save("dev", "text_box.docx", data(doc), "text box", "python-docx", "en", Truth().prose(b))
    b = H["ru"]
    doc = Document()
    doc.add_heading(b.name, 2)
    rows = b.price_rows("box")
    pars = "".join(f"<w:p><w:r><w:t>{n}</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>{a}</w:t></w:r></w:p>" for n, a in rows)
    doc.add_paragraph()._p.append(parse_xml(box.format(w=W, n=9, p=pars)))
    table(doc, b.hours, "Table Grid")
    save(
        "heldout",
        "vrezka.docx",
        data(doc),
        "text box",
        "python-docx",
        "ru",
        Truth().pairs(rows).table(b.hours),
    )
    for half, b, name in (("dev", D["es"], "altchunk.docx"), ("heldout", H["vi"], "altchunk_bang_gia.docx")):
        doc = Document()
        doc.add_paragraph(b.name)
        from docx.opc.constants import RELATIONSHIP_TYPE as RT
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        html = (
            f"<html><head><meta charset='utf-8'></head><body><p>{b.prose[0]}</p>"
            + (html_table(b.price_rows("alt"), head=False) if half == "heldout" else "".join(f"<p>{q}<br>{a}</p>" for q, a in b.faq))
            + "</body></html>"
        )
        part = Part(PackURI("/word/afchunk1.html"), "text/html", html.encode(), doc.part.package)
        rid = doc.part.relate_to(part, RT.A_F_CHUNK)
        doc.element.body.insert(
            1,
            parse_xml(f'<w:altChunk {W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{rid}"/>'),
        )
        truth = Truth().fact(b.prose[0])
        truth.pairs(b.price_rows("alt")) if half == "heldout" else truth.questions(b.faq)
        save(half, name, data(doc), "altChunk", "python-docx", b.lang, truth)


def lists() -> None:
    doc = Document()
    doc.add_heading("Regulamin stoku", 1)
    rules = [
        "Kask obowiązuje do szesnastego roku życia.",
        "Na taśmę wchodzimy po kolei.",
        "Zakaz wyprzedzania z lewej strony.",
        "Opiekun stoi przy dolnej stacji.",
    ]
    for r in rules:
        doc.add_paragraph(r, style="List Number")
    doc.add_paragraph("Pierwsza pomoc", style="Heading 2")
    for r in ("apteczka przy kasie numer 3", "defibrylator w szatni"):
        doc.add_paragraph(r, style="List Bullet")
    save(
        "dev",
        "regulamin.docx",
        data(doc),
        "automatic numbers",
        "python-docx",
        "pl",
        Truth()
        .fact("1.", rules[0], near=60)
        .fact("3.", rules[2], near=60)
        .fact("4.", rules[3], near=60)
        .fact("Pierwsza pomoc", "apteczka przy kasie numer 3")
        .forbid("1.", rules[2], near=50),
    )
    html = "<meta charset=utf-8><h1>Huisregels</h1><ol type=a><li>Schoenen uit in de oefenzaal.</li><li>Telefoon op stil.</li><li>Handdoek op het toestel.</li></ol><ol start=7><li>Kluisjes sluiten om 21:50.</li><li>Sleutel kwijt kost 18,50 euro.</li></ol>"
    save(
        "heldout",
        "huisregels.docx",
        convert(html.encode(), "html", "docx", "MS Word 2007 XML"),
        "automatic numbers",
        "LibreOffice",
        "nl",
        Truth()
        .fact("a", "Schoenen uit in de oefenzaal.", near=60)
        .fact("c", "Handdoek op het toestel.", near=45)
        .fact("8", "Sleutel kwijt kost 18,50 euro.", near=45),
    )


def charts() -> None:
    """A chart's data in a Word file: a chart part made by python-pptx, put into the package."""
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    for half, name, title, cats, series, values, lang in (
        (
            "dev",
            "chart_visitors.docx",
            "Visitors by month",
            ("January", "February", "March"),
            "Skaters",
            (412, 587, 731),
            "en",
        ),
        (
            "heldout",
            "graf_prodej.docx",
            "Prodej sazenic",
            ("Rajče", "Paprika", "Okurka", "Cuketa"),
            "Kusy",
            (1240, 865, 530, 318),
            "cs",
        ),
    ):
        deck = Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        cd = CategoryChartData()
        cd.categories = cats
        cd.add_series(series, values)
        slide.shapes.add_chart(
            XL_CHART_TYPE.COLUMN_CLUSTERED if half == "dev" else XL_CHART_TYPE.PIE,
            0,
            0,
            Inches(4),
            Inches(3),
            cd,
        ).chart.plots[0].has_data_labels = True
        out = io.BytesIO()
        deck.save(out)
        chart = next(zipfile.ZipFile(out).read(n) for n in zipfile.ZipFile(out).namelist() if "charts/chart" in n and n.endswith(".xml"))
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        doc = Document()
        doc.add_heading(title, 1)
        import re

        chart = re.sub(rb"<c:externalData.*?</c:externalData>", b"", chart, flags=re.S)
        part = Part(
            PackURI("/word/charts/chart1.xml"),
            "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
            chart,
            doc.part.package,
        )
        rid = doc.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart")
        doc.add_paragraph()._p.append(
            parse_xml(
                f'<w:r {W} xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><w:drawing><wp:inline><wp:extent cx="4000000" cy="3000000"/><wp:docPr id="3" name="Chart"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{rid}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
            )
        )
        doc.add_paragraph("Source: own count." if half == "dev" else "Vlastní evidence.")
        save(
            half,
            name,
            data(doc),
            "chart",
            "python-docx, python-pptx",
            lang,
            Truth().pairs([[c, str(v)] for c, v in zip(cats, values, strict=True)]),
        )


def others() -> None:
    """The same kinds by LibreOffice's other text formats."""
    for half, b, suffix, name, what in (
        ("dev", D["de"], "odt", "kletterhalle.odt", "tables"),
        ("heldout", H["sv"], "odt", "stuga.odt", "kv"),
        ("dev", D["fr"], "rtf", "tarifs.rtf", "kv"),
        ("heldout", H["cs"], "rtf", "cenik.rtf", "tables"),
        ("dev", D["tr"], "doc", "optik.doc", "tables"),
        ("heldout", H["pt"], "doc", "escola.doc", "kv"),
        ("dev", D["hi"], "odt", "yoga.odt", "kv"),
        ("heldout", H["he"], "odt", "merkaz.odt", "tables"),
    ):
        prices = b.price_rows(suffix)
        body = f"<html><head><meta charset=utf-8></head><body dir={'rtl' if b.lang == 'he' else 'ltr'}><p><b>{b.name}</b></p><p>{b.prose[0]}</p><p><a href='{b.link[1]}'>{b.link[0]}</a></p>"
        truth = Truth().fact(b.prose[0]).fact(*b.link, near=60)
        if what == "tables":
            rates = b.rate_rows(suffix, 0), b.rate_rows(suffix, 1)
            body += (
                "".join(f"<h2>{s}</h2>{html_table(r, attributes='border=1')}" for s, r in zip(b.seasons, rates, strict=True))
                + f"<h2>{b.labels[0]}</h2>{html_table(b.hours, attributes='border=1')}"
            )
            truth.table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]).table(b.hours)
        else:
            body += f"<h2>{b.labels[3]}</h2>{html_table([list(r) for r in b.kv], head=False, attributes='border=1')}<h2>{b.labels[1]}</h2>{html_table([[b.item, b.cost], *prices])}<ol>{''.join(f'<li>{q} {a}</li>' for q, a in b.faq)}</ol>"
            truth.pairs(b.kv).table([[b.item, b.cost], *prices], columns=False).questions(b.faq)
        filters = {"odt": "writer8", "rtf": "Rich Text Format", "doc": "MS Word 97"}
        save(
            half,
            name,
            convert(body.encode(), "html", suffix, filters[suffix]),
            "tables, links" if what == "tables" else "label and value, links",
            "LibreOffice",
            b.lang,
            truth,
        )
    b = D["en2"]
    md = (
        f"# {b.name}\n\n"
        + "\n\n".join(f"## {q}\n\n{a}" for q, a in b.faq)
        + f"\n\n## {b.labels[1]}\n\n| {b.item} | {b.cost} |\n|---|--:|\n"
        + "\n".join(f"| {n} | {a} |" for n, a in b.price_rows("epub"))
        + f"\n\n[{b.link[0]}]({b.link[1]})\n"
    )

    def truth(x: Business, key: str) -> Truth:
        made = Truth().questions(x.faq).table([[x.item, x.cost], *x.price_rows(key)], columns=False)
        return made.fact(*x.link, near=60)

    save(
        "dev",
        "bike_shop.epub",
        pandoc(md, "markdown", "epub3", "--metadata", f"title={b.name}"),
        "book",
        "pandoc",
        "en",
        truth(b, "epub"),
    )
    save(
        "dev",
        "bike_shop_pandoc.odt",
        pandoc(md, "markdown", "odt"),
        "table with a header",
        "pandoc",
        "en",
        truth(b, "epub"),
    )
    b = H["it"]
    from ebooklib import epub

    book = epub.EpubBook()
    book.set_title(b.name)
    book.set_language("it")
    one = epub.EpubHtml(
        title=b.labels[3],
        file_name="uno.xhtml",
        lang="it",
        content=f"<h1>{b.labels[3]}</h1>{html_table([list(r) for r in b.kv], head=False)}<p><a href='{b.link[1]}'>{b.link[0]}</a></p>",
    )
    two = epub.EpubHtml(
        title=b.labels[2],
        file_name="due.xhtml",
        lang="it",
        content=f"<h1>{b.labels[2]}</h1>{html_table(b.rate_rows('epub', 0), caption=b.seasons[0])}{html_table(b.rate_rows('epub', 1), caption=b.seasons[1])}<p>{b.prose[0]}</p>",
    )
    for part in (one, two):
        book.add_item(part)
    book.toc = (one, two)
    book.spine = ["nav", one, two]
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    out = io.BytesIO()
    epub.write_epub(out, book)
    save(
        "heldout",
        "agriturismo.epub",
        out.getvalue(),
        "book",
        "ebooklib",
        "it",
        Truth()
        .pairs(b.kv)
        .fact(*b.link, near=60)
        .table(b.rate_rows("epub", 0), b.seasons[0])
        .table(b.rate_rows("epub", 1), b.seasons[1])
        .fact(b.prose[0]),
    )
    b = H["ru"]
    md = (
        f"# {b.name}\n\n"
        + "\n".join(f"{k}\n:   {v}\n" for k, v in b.kv)
        + "\n\n1. "
        + "\n2. ".join(f"{q} {a}" for q, a in b.faq)
        + "\n\n"
        + "\n\n".join(b.prose)
    )
    save(
        "heldout",
        "avtoshkola.rtf",
        pandoc(md, "markdown", "rtf", "-s"),
        "definition list",
        "pandoc",
        "ru",
        Truth().pairs(b.kv).questions(b.faq).prose(b),
    )
    b = D["es"]
    md = f"# {b.name}\n\n" + "\n\n".join(f"*{q}*\n\n{a}" for q, a in b.faq) + "\n\n" + "\n\n".join(b.prose)
    save(
        "dev",
        "hostal_pandoc.rtf",
        pandoc(md, "markdown", "rtf", "-s"),
        "questions",
        "pandoc",
        "es",
        Truth().questions(b.faq).prose(b),
    )


ALL = [tables, merged, text_parts, notes_boxes, lists, charts, others]
if __name__ == "__main__":
    run(ALL)
