"""Pages as site builders and people make them: JSON-LD, panels, spans, definitions, cards of boxes, layout tables, old charsets."""

from __future__ import annotations

import json

from base import Truth, html_table, put, run


def page(body: str, lang: str, head: str = "", title: str = "") -> str:
    return f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


def keep(name: str, text: str, kind: str, by: str, lang: str, truth: Truth, charset: str = "utf-8") -> None:
    put(name, text.encode(charset), kind, by, lang, truth)


def structured() -> None:
    """Hours, menu and questions in JSON-LD beside a page that shows little; microdata."""
    menu = {
        "@context": "https://schema.org",
        "@type": "Restaurant",
        "name": "Trattoria Salice",
        "telephone": "+39 045 555 0199",
        "openingHours": ["Tu-Sa 12:00-14:30", "Tu-Su 19:00-22:30"],
        "hasMenu": {
            "@type": "Menu",
            "hasMenuSection": [
                {
                    "@type": "MenuSection",
                    "name": "Primi",
                    "hasMenuItem": [
                        {"@type": "MenuItem", "name": "Bigoli all'anatra", "offers": {"@type": "Offer", "price": "14.00", "priceCurrency": "EUR"}},
                        {"@type": "MenuItem", "name": "Risotto al tastasal", "offers": {"@type": "Offer", "price": "12.50", "priceCurrency": "EUR"}},
                    ],
                }
            ],
        },
    }
    truth = (
        Truth()
        .fact("+39 045 555 0199")
        .fact("Bigoli all'anatra", "14.00", near=90)
        .fact("Risotto al tastasal", "12.50", near=90)
        .fact("Tu-Sa 12:00-14:30")
        .fact("Cucina veronese dal 1974.")
    )
    keep(
        "salice.html",
        page(
            "<main><h1>Trattoria Salice</h1><p>Cucina veronese dal 1974.</p><div id='app'></div></main>",
            "it",
            f'<script type="application/ld+json">{json.dumps(menu)}</script>',
        ),
        "JSON-LD menu",
        "by hand",
        "it",
        truth,
    )

    event = [
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": "Jam session",
            "startDate": "2026-04-11T20:30",
            "offers": [
                {"@type": "Offer", "name": "Voorverkoop", "price": "12.00", "priceCurrency": "EUR"},
                {"@type": "Offer", "name": "Aan de deur", "price": "15.00", "priceCurrency": "EUR"},
            ],
        }
    ]
    truth = Truth().fact("Voorverkoop", "12.00", near=80).fact("Aan de deur", "15.00", near=80).fact("Jam session", "2026-04-11", near=120)
    keep(
        "jazzkelder.html",
        page(
            "<main><h1>De Jazzkelder</h1><p>Elke tweede zaterdag live muziek.</p></main>",
            "nl",
            f'<script type="application/ld+json">{json.dumps(event)}</script>',
        ),
        "JSON-LD event",
        "by hand",
        "nl",
        truth.fact("Elke tweede zaterdag live muziek."),
    )

    items = "".join(
        f'<div itemscope itemtype="https://schema.org/Product"><h3 itemprop="name">{n}</h3><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="priceCurrency" content="PLN"><span itemprop="price" content="{p}">{p} zł</span></div><p itemprop="description">{d}</p></div>'
        for n, p, d in (("Miód gryczany", "48,00", "słoik 900 g"), ("Miód lipowy", "44,00", "słoik 900 g"), ("Propolis", "27,50", "butelka 30 ml"))
    )
    keep(
        "pasieka.html",
        page(f"<main><h1>Pasieka pod Dębem</h1>{items}</main>", "pl"),
        "microdata",
        "by hand",
        "pl",
        Truth()
        .pairs([("Miód gryczany", "48,00 zł"), ("Miód lipowy", "44,00 zł"), ("Propolis", "27,50 zł")])
        .fact("Propolis", "butelka 30 ml", near=60),
    )


def panels() -> None:
    """Tabs, details, accordions by a check box, what a screen reader reads, what nobody sees."""
    first, second = (
        [["Massage", "Preis"], ["Hot Stone", "79 €"], ["Schröpfen", "45 €"]],
        [["Kosmetik", "Preis"], ["Peeling", "38 €"], ["Maniküre", "29 €"]],
    )
    tabs = f'<ul role="tablist"><li role="tab" aria-controls="p1">Massagen</li><li role="tab" aria-controls="p2">Kosmetik</li></ul><div id="p1" role="tabpanel">{html_table(first)}</div><div id="p2" role="tabpanel" hidden>{html_table(second)}</div>'
    extra = '<details><summary>Kann ich stornieren?</summary><p>Bis 24 Stunden vorher kostenlos.</p></details><div class="faq" hidden="until-found"><h4>Gibt es Parkplätze?</h4><p>Ja, drei vor dem Haus.</p></div><div style="display:none" class="cookie-banner">Wir verwenden Cookies und ähnliche Technologien.</div><input type="hidden" name="token" value="nichtlesen">'
    truth = (
        Truth()
        .pairs(first[1:] + second[1:])
        .fact("Kann ich stornieren?", "Bis 24 Stunden vorher kostenlos.", near=60)
        .fact("Gibt es Parkplätze?", "Ja, drei vor dem Haus.", near=60)
        .forbid("Cookies")
        .forbid("nichtlesen")
    )
    keep("spa_quelle.html", page(f"<main><h1>Spa Quelle</h1>{tabs}{extra}</main>", "de"), "tabs, folded panels", "by hand", "de", truth)

    css = "<style>.acc input{display:none}.acc .c{max-height:0;overflow:hidden}.acc input:checked~.c{max-height:20em}</style>"
    faq = [
        ("¿Aceptan mascotas?", "Sí, hasta 10 kg por 12 € la noche."),
        ("¿Hay cuna?", "Sin cargo, avisando antes."),
        ("¿A qué hora es el desayuno?", "De 7:30 a 10:30."),
    ]
    body = "".join(
        f'<div class="acc"><input type="checkbox" id="f{n}"><label for="f{n}">{q}</label><div class="c">{a}</div></div>'
        for n, (q, a) in enumerate(faq)
    )
    keep(
        "faro_preguntas.html", page(f"<h1>Hotel del Faro</h1>{body}", "es", css), "accordion of check boxes", "by hand", "es", Truth().questions(faq)
    )

    body = '<h1>Vélos Rivage</h1><p class="price"><del><span class="screen-reader-text">Prix initial</span> 699 €</del> <ins>549 €</ins> <span>Vélo pliant Mouette</span></p><ul class="swatches"><li>Bleu</li><li>Sable</li></ul><form><label for="s">Taille</label><select id="s"><option>Choisir une option</option><option value="s">S : 549 €</option><option value="l">L : 589 €</option></select><button>Ajouter au panier</button></form><p>Service client : <a href="tel:+33299555014">02 99 55 50 14</a>, <a href="mailto:bonjour@rivage.example">écrire</a></p>'
    truth = (
        Truth()
        .fact("Vélo pliant Mouette", "549 €", near=40)
        .fact("L", "589 €", near=10)
        .fact("écrire", "bonjour@rivage.example", near=25)
        .fact("02 99 55 50 14")
    )
    keep(
        "velos_rivage.html",
        page(body, "fr"),
        "struck price, options, tel: and mailto:",
        "by hand",
        "fr",
        truth.forbid("Vélo pliant Mouette", "699 €", near=14),
    )


def spans() -> None:
    table = "<table><thead><tr><th rowspan=2>Sport<th colspan=2>Medlem<th colspan=2>Ikke-medlem<tr><th>Time<th>Måned<th>Time<th>Måned</thead><tbody><tr><th scope=row>Padel<td>120<td>690<td>180<td>990<tr><th scope=row>Squash<td>75<td>410<td>110<td>640<tr><th scope=row>Badminton<td>60<td>350<td>95<td>520</table>"
    rows = [
        ["Sport", "Medlem Time", "Medlem Måned", "Ikke-medlem Time", "Ikke-medlem Måned"],
        ["Padel", "120", "690", "180", "990"],
        ["Squash", "75", "410", "110", "640"],
        ["Badminton", "60", "350", "95", "520"],
    ]
    keep(
        "hallen.html",
        page(f"<h1>Hallen</h1><p>Priser i kroner.</p>{table}", "da"),
        "rowspan, colspan, end tags left out",
        "by hand",
        "da",
        Truth().table(rows),
    )

    table = "<table border=1><tr><th>Дата<th>Время<th>Спектакль<tr><td rowspan=2>14 марта<td>12:00<td>Щелкунчик<tr><td>19:00<td>Вишнёвый сад<tr><td>15 марта<td rowspan=2>18:00<td>Чайка<tr><td>16 марта<td>Ревизор</table>"
    truth = (
        Truth()
        .fact("14 марта", "19:00", "Вишнёвый сад", near=80)
        .fact("15 марта", "18:00", "Чайка", near=80)
        .fact("16 марта", "18:00", "Ревизор", near=80)
        .forbid("16 марта", "19:00", near=10)
    )
    keep(
        "afisha.html",
        page(f"<h1>Афиша</h1>{table}", "ru").replace("utf-8", "koi8-r"),
        "rowspan in the middle, KOI8-R",
        "by hand",
        "ru",
        truth,
        "koi8-r",
    )

    table = "<table><tr><td></td><td>月卡</td><td>季卡</td><td>年卡</td></tr><tr><td>成人</td><td>399元</td><td>999元</td><td>2980元</td></tr><tr><td>学生</td><td>299元</td><td></td><td>2180元</td></tr><tr><td>家庭</td><td></td><td>1890元</td><td>5600元</td></tr></table>"
    rows = [["", "月卡", "季卡", "年卡"], ["成人", "399元", "999元", "2980元"], ["学生", "299元", "", "2180元"], ["家庭", "", "1890元", "5600元"]]
    keep(
        "jianshen.html",
        page(f"<h1>会员卡价格</h1>{table}", "zh").replace("utf-8", "gb2312"),
        "matrix with gaps, GB2312",
        "by hand",
        "zh",
        Truth().table(rows),
        "gb18030",
    )

    table = "<table><tr><th>מסלול<th>משך<th>מחיר<tr><td>שייט זריחה<td>שעתיים<td>180 ₪<tr><td>שייט לילה<td>שלוש שעות<td>240 ₪<tr><td>דיג<td>ארבע שעות<td>310 ₪<tfoot><tr><td colspan=3>המחיר לאדם, ילדים עד גיל 3 חינם</table>"
    rows = [["מסלול", "משך", "מחיר"], ["שייט זריחה", "שעתיים", "180 ₪"], ["שייט לילה", "שלוש שעות", "240 ₪"], ["דיג", "ארבע שעות", "310 ₪"]]
    keep(
        "galim.html",
        page(f"<div dir=rtl><h1>גלים</h1>{table}</div>", "he"),
        "table with a foot",
        "by hand",
        "he",
        Truth().table(rows).fact("ילדים עד גיל 3 חינם"),
    )

    table = '<table><caption>Bus du marché</caption><tr><th scope="col">Arrêt</th><th scope="col">Aller</th><th scope="col">Retour</th></tr><tr><td>Mairie</td><td>8h05</td><td>12h40</td></tr><tr><td>Église</td><td>8h12</td><td>12h33</td></tr><tr><th colspan="3">Le samedi seulement</th></tr><tr><td>Étang</td><td>8h27</td><td>12h18</td></tr></table>'
    rows = [["Arrêt", "Aller", "Retour"], ["Mairie", "8h05", "12h40"], ["Église", "8h12", "12h33"], ["Étang", "8h27", "12h18"]]
    keep(
        "bus_marche.html",
        page(f"<article><h1>Se déplacer</h1>{table}</article>", "fr"),
        "section row in the table, caption",
        "by hand",
        "fr",
        Truth().table(rows).fact("Le samedi seulement", "Étang", near=90).fact("Bus du marché", "Mairie", near=200),
    )


def boxes() -> None:
    """Definition lists, price cards, Elementor's and Gutenberg's boxes, tables made of a grid."""
    pairs = [("Einzelunterricht", "38 € / 45 Min."), ("Zweiergruppe", "24 € / 45 Min."), ("Probestunde", "15 €"), ("Leihgeige", "12 € im Monat")]
    body = (
        "<dl>"
        + "".join(f"<div><dt>{a}</dt><dd>{b}</dd></div>" for a, b in pairs)
        + "</dl><dl><dt>Montag</dt><dt>Mittwoch</dt><dd>15-19 Uhr</dd><dt>Samstag</dt><dd>10-13 Uhr</dd></dl>"
    )
    keep(
        "geigenschule.html",
        page(f"<h1>Geigenschule</h1>{body}", "de"),
        "definition lists",
        "by hand",
        "de",
        Truth().pairs(pairs).fact("Montag", "15-19 Uhr", near=30).fact("Samstag", "10-13 Uhr", near=20),
    )

    plans = [
        ("Start", "R$ 59", ["1 usuário", "50 notas"]),
        ("Pro", "R$ 129", ["5 usuários", "500 notas"]),
        ("Escala", "R$ 349", ["20 usuários", "notas ilimitadas"]),
    ]
    cards = "".join(
        f'<div class="elementor-column"><div class="card"><div class="price-table__heading">{n}</div><div class="price-table__price"><span class="cur">R$</span><span class="int">{p[3:]}</span><span class="per">/mês</span></div><ul>{"".join(f"<li><i></i><span>{f}</span></li>" for f in fs)}</ul><a class="btn" href="/assinar/{n.lower()}">Assinar</a></div></div>'
        for n, p, fs in plans
    )
    truth = Truth()
    for n, p, fs in plans:
        truth.fact(n, p, near=30).fact(n, fs[1], near=80)
    keep(
        "planos.html",
        page(f'<base href="https://contafacil.example/"><section><h2>Planos</h2>{cards}</section>', "pt"),
        "price cards of boxes",
        "by hand",
        "pt",
        truth.forbid("Pro", "R$ 59", near=8).fact("https://contafacil.example/assinar/pro"),
    )

    menu = [("Espresso", "2.10"), ("Flat white", "3.40"), ("Chai", "3.90"), ("Carrot cake", "4.25")]
    body = (
        '<div class="wp-block-columns">'
        + "".join(f'<div class="wp-block-column"><p>{a}</p></div><div class="wp-block-column"><p>€{b}</p></div>' for a, b in menu)
        + "</div>"
    )
    keep(
        "roastery.html",
        page(f"<h1>Menu</h1>{body}", "en"),
        "columns of a page builder, one item each",
        "by hand",
        "en",
        Truth().pairs([(a, f"€{b}") for a, b in menu]),
    )

    rows = [["Wash", "Small car", "Van"], ["Outside", "$12", "$19"], ["Inside", "$18", "$27"], ["Full valet", "$65", "$95"]]
    grid = "".join(f'<div class="row">{"".join(f"<div class=cell>{c}</div>" for c in r)}</div>' for r in rows)
    css = "<style>.t{display:table}.row{display:table-row}.cell{display:table-cell}</style>"
    keep(
        "suds.html",
        page(f'<h1>Suds</h1><div class="t">{grid}</div>', "en", css),
        "boxes shown as a table by a style",
        "by hand",
        "en",
        Truth().table(rows),
    )

    hours = [("Δευτέρα", "κλειστά"), ("Τρίτη", "18:00–00:00"), ("Σάββατο", "13:00–01:00"), ("Κυριακή", "13:00–23:00")]
    body = "<ul>" + "".join(f'<li><span class="day">{a}</span><span class="time">{b}</span></li>' for a, b in hours) + "</ul>"
    keep(
        "taverna_oras.html",
        page(f"<footer><h3>Ώρες</h3>{body}<address>Ερμού 5, Ναύπλιο<br>τηλ. 27520 55501</address></footer>", "el"),
        "spans in a list of the footer",
        "by hand",
        "el",
        Truth().pairs(hours).fact("Ερμού 5, Ναύπλιο").fact("27520 55501"),
    )

    old = '<table width=780 border=0 cellspacing=0><tr><td colspan=2 bgcolor=navy><font color=white size=5>Sadales Motors</font></td></tr><tr><td width=160 valign=top><a href="index.htm">Home</a><br><a href="svc.htm">Services</a><br></td><td valign=top><p>We service all makes. Courtesy car on request.</p><table border=1><tr><td><b>Service</b></td><td><b>Petrol</b></td><td><b>Diesel</b></td></tr><tr><td>Interim</td><td>£119</td><td>£139</td></tr><tr><td>Full</td><td>£189</td><td>£219</td></tr><tr><td>MOT</td><td>£45</td><td>£45</td></tr></table><p align=center>Open Mon-Fri 8 til 6</p></td></tr></table>'
    keep(
        "sadales.htm",
        f"<html><head><title>Sadales</title></head><body>{old}</body></html>",
        "table for layout",
        "by hand",
        "en",
        Truth()
        .table([["Service", "Petrol", "Diesel"], ["Interim", "£119", "£139"], ["Full", "£189", "£219"], ["MOT", "£45", "£45"]])
        .fact("Courtesy car on request.")
        .fact("Open Mon-Fri 8 til 6"),
        "cp1252",
    )

    cards = "".join(
        f'<article class="product-card"><a href="/urun/{i}"><img src="{i}.jpg" alt="{n}"></a><h3>{n}</h3><p class="d">{d}</p><span class="price">{p}</span><span class="badge">{b}</span></article>'
        for i, n, d, p, b in (
            ("1", "Bakır cezve", "2 kişilik", "480 TL", ""),
            ("2", "Çini tabak", "30 cm", "950 TL", "Tükendi"),
            ("3", "Kilim", "120x180 cm", "6.400 TL", ""),
        )
    )
    truth = (
        Truth()
        .fact("Bakır cezve", "480 TL", near=50)
        .fact("Çini tabak", "950 TL", near=50)
        .fact("Çini tabak", "Tükendi", near=70)
        .fact("Kilim", "6.400 TL", near=50)
        .fact("Kilim", "120x180 cm", near=40)
    )
    keep(
        "carsi.html",
        page(f"<header><nav><a href='/'>Ana sayfa</a></nav></header><main>{cards}</main><footer>Kapalıçarşı No 14</footer>", "tr"),
        "product cards",
        "by hand",
        "tr",
        truth.fact("Kapalıçarşı No 14"),
    )

    rows = [
        ["حصة", "الأحد", "الثلاثاء", "الخميس"],
        ["يوغا", "٦ مساءً", "", "٦ مساءً"],
        ["سباحة", "", "٥ مساءً", ""],
        ["كاراتيه", "٧ مساءً", "٧ مساءً", ""],
    ]
    keep(
        "nadi.html",
        page(f'<div dir="rtl"><h1>جدول النادي</h1>{html_table(rows)}</div>', "ar"),
        "matrix, right to left",
        "by hand",
        "ar",
        Truth().table(rows),
    )


if __name__ == "__main__":
    run([structured, panels, spans, boxes])
