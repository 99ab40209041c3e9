"""PDF files printed from web pages: by WeasyPrint with print styles, by Chromium with the markup that today's page builders write."""

from __future__ import annotations

import weasyprint

from base import Rows, Truth, chrome, html_table, put, run
from trades import TRADES, Trade

FONTS = "font-family:'Noto Sans','Noto Sans Thai','Noto Sans Hebrew','Noto Sans Arabic','Noto Sans Devanagari','WenQuanYi Micro Hei',sans-serif"
BASE = f"body{{{FONTS};font-size:11pt;margin:0}}h1{{font-size:20pt}}h2{{font-size:14pt}}"
# The classes of a well-known framework, as far as these pages use them.
BOOTSTRAP = """
.table{width:100%;border-collapse:collapse;margin-bottom:1rem}.table td,.table th{padding:.5rem;border-bottom:1px solid #dee2e6;text-align:left}
.table-striped tbody tr:nth-of-type(odd){background:#f2f2f2}.table-dark th{background:#212529;color:#fff}.text-end{text-align:right!important}
.row{display:flex;flex-wrap:wrap;margin:0 -8px}.col{flex:1 1 0;padding:0 8px}.col-4{flex:0 0 31%;padding:0 8px}.card{border:1px solid #ccc;border-radius:6px;padding:12px;margin-bottom:16px}
.list{list-style:none;padding:0}.list li{display:flex;justify-content:space-between;padding:6px 0}.divide li{border-bottom:1px solid #e5e7eb}
.badge{border-radius:10px;background:#345;color:#fff;padding:2px 8px;font-size:9pt}"""


def page(t: Trade, body: str, css: str = "") -> str:
    direction = "rtl" if t.lang in ("ar", "he") else "ltr"
    return f"<!doctype html><html lang={t.lang} dir={direction}><meta charset=utf-8><style>{BASE}{css}</style><body><h1>{t.name}</h1>{body}</body></html>"


def weasy(t: Trade, name: str, kind: str, truth: Truth, body: str, css: str = "@page{size:A4;margin:18mm}") -> None:
    put(name, weasyprint.HTML(string=page(t, body, css)).write_pdf(), kind, "WeasyPrint", t.lang, truth)


def chromium(t: Trade, name: str, kind: str, truth: Truth, body: str, css: str = "") -> None:
    put(name, chrome(page(t, body, BOOTSTRAP + css)), kind, "Chromium", t.lang, truth)


def sections(t: Trade, row: str, frame: str = "{}") -> str:
    """Each section's title and rows; `row` takes name, description and two prices."""
    return "".join(
        f"<h2>{title}</h2>" + frame.format("".join(row.format(r[0], r[1], t.paid(r[2]), t.paid(r[3])) for r in rows)) for title, rows in t.sections
    )


def described(t: Trade) -> Truth:
    truth = Truth().pairs(t.pairs())
    for r in t.rows():
        truth.fact(r[0], r[1], near=80)
    return truth


def weasy_tables() -> None:
    """Tables with print styles: zebra without lines, from right to left, a foot, a caption below."""
    zebra = "@page{size:A4;margin:18mm}table{width:100%;border-spacing:0}td,th{padding:5pt;text-align:left}tr:nth-child(even){background:#eee}td:nth-child(n+3){text-align:right}"
    for lang, name in (("es", "robledo_web.pdf"), ("th", "dokpip_raka.pdf"), ("ja", "tsubame_ryokin.pdf")):
        t = TRADES[lang]
        weasy(t, name, "zebra table without lines", Truth().table(t.full()), html_table(t.full()), zebra)
    lines = "@page{size:A5 landscape;margin:12mm}table{border-collapse:collapse;width:100%}td,th{border:.5pt solid #555;padding:4pt;font-size:9pt}"
    for lang, name in (("ar", "nakheel_asaar.pdf"), ("he", "gefen_mechirim.pdf"), ("hi", "sargam_shulk.pdf")):
        t = TRADES[lang]
        weasy(
            t,
            name,
            "table in another script",
            Truth().table(t.plain()).table(t.matrix),
            html_table(t.plain()) + f"<h2>{t.hours_title}</h2>" + html_table(t.matrix),
            lines,
        )


def weasy_menus() -> None:
    """Leaders by CSS; sections in two columns; hours as a definition list."""
    for lang, name in (("fr", "belle_rive_carte.pdf"), ("en", "brindle_carte.pdf")):
        t = TRADES[lang]
        css = "@page{size:A5;margin:14mm}p.r{margin:3pt 0}.p{float:right}small{display:block;color:#666}"
        body = sections(t, "<p class=r>{0}<span class=p>{2}</span><small>{1}</small></p>")
        weasy(t, name, "menu with prices floated right", described(t), body, css)
    for lang, name in (("pt", "azulejo_lider.pdf"), ("de", "sonnenhof_preisliste.pdf")):
        t = TRADES[lang]
        css = "@page{size:A4 landscape;margin:15mm}.c{columns:2;column-gap:20mm}h2{break-after:avoid}li{list-style:none}a::after{content:leader('.') ' ' attr(data-p)}ul{padding:0}"
        prices = sections(t, '<li><a data-p="{2}">{0}</a></li>', "<ul>{}</ul>")
        body = f"<div class=c>{prices}<h2>{t.hours_title}</h2>" + "".join(f"<li><a data-p='{b}'>{a}</a></li>" for a, b in t.hours) + "</div>"
        weasy(t, name, "menu in columns, leaders by CSS", Truth().pairs(t.pairs()).pairs(t.hours), body, css)
    for lang, name in (("el", "myrtia_orario.pdf"), ("tr", "cinar_saatler.pdf")):
        t = TRADES[lang]
        css = "@page{size:A5;margin:14mm}dt{float:left;width:42mm;font-weight:bold;clear:left}dd{margin:0 0 4pt 45mm}"
        body = f"<h2>{t.hours_title}</h2><dl>{''.join(f'<dt>{a}<dd>{b}' for a, b in t.hours)}</dl><p>{t.notes[0]}<p>{t.notes[1]}"
        weasy(t, name, "hours as a definition list", Truth().pairs(t.hours).fact(t.hours_title, *t.hours[0], near=60).fact(t.notes[0]), body, css)


def framework_tables() -> None:
    """Striped tables, dark headers, sections as bodies with a header that spans."""
    for lang, name in (("pl", "delfin_strona.pdf"), ("ru", "rakurs_sayt.pdf")):
        t = TRADES[lang]
        table = html_table(t.full(), attributes='class="table table-striped"').replace("<thead>", "<thead class=table-dark>")
        chromium(t, name, "striped table of a web framework", Truth().table(t.full()), table)
    for lang, name in (("pt", "azulejo_grupos.pdf"), ("he", "gefen_kvutzot.pdf")):
        t = TRADES[lang]
        head = "".join(f"<th>{c}" for c in t.plain()[0])
        bodies = "".join(
            f"<tbody><tr><th colspan=3 class=g>{s}</th></tr>"
            + "".join(f"<tr><td>{r[0]}<td class=text-end>{t.paid(r[2])}<td class=text-end>{t.paid(r[3])}" for r in rows)
            for s, rows in t.sections
        )
        chromium(
            t,
            name,
            "merged section rows",
            Truth().table(t.plain()),
            f"<table class=table><thead><tr>{head}</thead>{bodies}</table>",
            ".g{background:#e8eef8}",
        )


def framework_lists() -> None:
    """Flex rows with the price pushed right, divided by lines or not; a grid whose cells are plain boxes."""
    for lang, name, divide in (("de", "sonnenhof_liste.pdf", "divide"), ("en", "brindle_list.pdf", "")):
        t = TRADES[lang]
        body = sections(t, "<li><span>{0}</span><span>{2}</span></li>", f'<ul class="list {divide}">{{}}</ul>')
        hours = "".join(f"<li><span>{a}</span><span>{b}</span></li>" for a, b in t.hours)
        chromium(
            t,
            name,
            "flex rows, price right",
            Truth().pairs(t.pairs()).pairs(t.hours),
            f"{body}<h2>{t.hours_title}</h2><ul class='list {divide}'>{hours}</ul>",
        )
    for lang, name in (("fr", "belle_rive_grille.pdf"), ("el", "myrtia_plegma.pdf"), ("en", "brindle_grid.pdf")):
        t = TRADES[lang]
        css = (
            ".g{display:grid;grid-template-columns:2fr 3fr 1fr 1fr;gap:8px 16px}.h{font-weight:600;border-bottom:2px solid #222}.n{text-align:right}"
        )
        heads = "".join(f"<div class=h>{c}</div>" for c in t.header)
        cells = "".join(f"<div>{r[0]}</div><div>{r[1]}</div><div class=n>{r[2]}</div><div class=n>{r[3]}</div>" for r in t.rows())
        chromium(t, name, "grid of boxes as a table", Truth().table(t.full()), f"<div class=g>{heads}{cells}</div>", css)


def framework_cards() -> None:
    """Cards three to a row with the price in a badge; plans side by side with lists of features; hours beside the address."""
    for lang, name in (("es", "robledo_tarjetas.pdf"), ("tr", "cinar_kartlar.pdf")):
        t = TRADES[lang]
        body = (
            "<div class=row>"
            + "".join(f"<div class=col-4><div class=card><h2>{r[0]}</h2><p>{r[1]}</p><span class=badge>{r[2]}</span></div></div>" for r in t.rows())
            + "</div>"
        )
        chromium(t, name, "cards three to a row", described(t), body)
    plans: list[tuple[str, str, Rows]] = [
        ("en", "brindle_plans.pdf", [["Biscuit", "£19 a month", "two baths a year", "text reminders"], ["Bone", "£34 a month", "a bath each month", "free nail trims"], ["Banquet", "£61 a month", "a full groom each month", "collection from home"]]),
        ("pl", "delfin_plany.pdf", [["Rybka", "99 zł miesięcznie", "cztery wejścia", "szafka na kłódkę"], ["Foka", "169 zł miesięcznie", "wejścia bez limitu", "ręcznik w cenie"], ["Orka", "249 zł miesięcznie", "trener raz w tygodniu", "sauna po treningu"]]),
    ]  # fmt: skip
    for lang, name, offers in plans:
        t = TRADES[lang]
        cards = "".join(
            f"<div class=col><div class=card><h2>{p[0]}</h2><p><b>{p[1]}</b></p><ul><li>{p[2]}</li><li>{p[3]}</li></ul></div></div>" for p in offers
        )
        truth = Truth()
        for plan in offers:
            others = [p[0] for p in offers if p is not plan]
            truth.fact(plan[0], plan[1], **{"not": others}).fact(plan[0], plan[2], plan[3], **{"not": others})
        side = f"<div class=row><div class=col><h2>{t.hours_title}</h2><table class=table>{''.join(f'<tr><td>{a}<td>{b}' for a, b in t.hours)}</table></div><div class=col><h2>{t.notes[0]}</h2><p>{t.notes[1]}</p></div></div>"
        chromium(t, name, "plans side by side", truth.pairs(t.hours), f"<div class=row>{cards}</div>{side}")


if __name__ == "__main__":
    run([weasy_tables, weasy_menus, framework_tables, framework_lists, framework_cards])
