"""JSON and XML as booking systems, tills and shops export them; books; e-mails with attachments."""

from __future__ import annotations

import io
import json
import zipfile
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

from base import Truth, chrome, html_table, pandoc, put, run
from desk_csv import typed


def dumped(value: Any, **options: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, **options).encode()


def objects() -> None:
    """Lists, groups, columns apart from rows, keys as labels, schema.org, variants."""
    menu = {
        "restaurante": "La Milpa",
        "categorias": [
            {
                "nombre": "Entradas",
                "platillos": [{"nombre": "Guacamole", "precio": 95, "picante": False}, {"nombre": "Esquites", "precio": 70, "picante": True}],
            },
            {
                "nombre": "Fuertes",
                "platillos": [
                    {"nombre": "Mole negro", "precio": 245, "picante": True},
                    {"nombre": "Enchiladas suizas", "precio": 180, "picante": False},
                ],
            },
        ],
    }
    truth = Truth().table([["nombre", "precio"], ["Guacamole", "95"], ["Esquites", "70"], ["Mole negro", "245"], ["Enchiladas suizas", "180"]])
    put(
        "milpa_menu.json",
        dumped(menu),
        "groups of objects",
        "by hand",
        "es",
        truth.fact("Fuertes", "Mole negro", near=120).fact("Entradas", "Esquites", near=120),
    )

    hours = {
        "name": "Ferenc Optika",
        "phone": "+36 1 555 0142",
        "hours": {"hétfő": "9-17", "kedd": "9-17", "szerda": "12-19", "csütörtök": "9-17", "péntek": "9-14", "szombat": None},
    }
    pairs = [(d, h) for d, h in hours["hours"].items() if h]  # type: ignore[attr-defined]
    put(
        "ferenc_optika.json",
        dumped(hours),
        "labels as keys",
        "by hand",
        "hu",
        Truth().pairs(pairs).fact("+36 1 555 0142").forbid("szombat: None").forbid("szombat: null"),
    )

    rows = [["Poste", "Tarif horaire", "Minimum"], ["Jardinage", "42 €", "2 h"], ["Élagage", "68 €", "3 h"], ["Débarras", "55 €", "1 h"]]
    put("jardins_loire.json", dumped({"colonnes": rows[0], "lignes": rows[1:]}), "columns apart from rows", "by hand", "fr", Truth().table(rows))

    rows = [["Kursus", "Pris", "Pladser"], ["Keramik", "1.450 kr.", "8"], ["Akvarel", "980 kr.", "12"], ["Trykkunst", "1.120 kr.", "6"]]
    put("aftenskole.json", json.dumps(rows, ensure_ascii=True).encode(), "rows as lists, the first the header", "by hand", "da", Truth().table(rows))

    shop = {
        "products": [
            {
                "title": "Merino scarf",
                "variants": [{"option": "Moss", "sku": "MS-1", "price": "54.00"}, {"option": "Plum", "sku": "MS-2", "price": "57.00"}],
            },
            {
                "title": "Felt slippers",
                "variants": [{"option": "Size 38", "sku": "FS-38", "price": "71.00"}, {"option": "Size 43", "sku": "FS-43", "price": "76.00"}],
            },
        ]
    }
    truth = Truth().table(
        [
            ["option", "sku", "price"],
            ["Moss", "MS-1", "54.00"],
            ["Plum", "MS-2", "57.00"],
            ["Size 38", "FS-38", "71.00"],
            ["Size 43", "FS-43", "76.00"],
        ]
    )
    truth.fact("Merino scarf", "Plum", near=150).fact("Felt slippers", "FS-43", near=150)
    put("skein_shop.json", dumped(shop), "variants inside products", "by hand", "en", truth)

    graph = {"@context": "https://schema.org", "@graph": [
        {"@type": "Dentist", "name": "Zahnarztpraxis Dr. Vogt", "telephone": "+43 662 55 01 23", "openingHoursSpecification": [{"@type": "OpeningHoursSpecification", "dayOfWeek": ["Monday", "Thursday"], "opens": "08:00", "closes": "12:30"}, {"@type": "OpeningHoursSpecification", "dayOfWeek": "Tuesday", "opens": "13:00", "closes": "18:00"}]},
        {"@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "Nehmen Sie alle Kassen?", "acceptedAnswer": {"@type": "Answer", "text": "Ja, ÖGK, BVAEB und SVS."}}]},
    ]}  # fmt: skip
    truth = (
        Truth()
        .fact("+43 662 55 01 23")
        .fact("Tuesday", "13:00", "18:00", near=90)
        .fact("Thursday", "08:00", "12:30", near=110)
        .fact("Nehmen Sie alle Kassen?", "Ja, ÖGK, BVAEB und SVS.", near=90)
    )
    put("vogt_schema.json", dumped(graph), "schema.org graph", "by hand", "de", truth)

    rooms = {
        "101": {"name": "Sakura", "capacity": 2, "rate": {"weekday": 14800, "weekend": 17600}},
        "102": {"name": "Momiji", "capacity": 4, "rate": {"weekday": 21500, "weekend": 26400}},
        "203": {"name": "Yuki", "capacity": 3, "rate": {"weekday": 18200, "weekend": 20900}},
    }
    truth = Truth().fact("Sakura", "weekend", "17600", near=120).fact("Momiji", "weekday", "21500", near=120).fact("Yuki", "capacity", "3", near=60)
    put("kaede_rooms.json", dumped(rooms), "objects keyed by number", "by hand", "en", truth)

    lines = [
        {"servizio": "Lavaggio sedili", "prezzo": "60 €"},
        {"servizio": "Igienizzazione", "prezzo": "35 €"},
        {"servizio": "Lucidatura fari", "prezzo": "48 €"},
    ]
    body = "\n".join(json.dumps(x, ensure_ascii=False) for x in lines).encode()
    put("splash_auto.json", body, "an object on each line", "by hand", "it", Truth().pairs([(x["servizio"], x["prezzo"]) for x in lines]))


def feeds() -> None:
    """Google Merchant, Yandex, a Polish price comparison, Excel 2003, attributes only, Atom, Windows charset."""

    def item(i: str, t: str, p: str, a: str) -> str:
        return f"<item><g:id>{i}</g:id><title><![CDATA[{t}]]></title><link>https://tejido.example/p/{i}</link><g:price>{p}</g:price><g:availability>{a}</g:availability></item>"

    body = "".join(
        item(*x)
        for x in (
            ("T1", "Poncho & faja", "64.90 USD", "in_stock"),
            ("T2", "Chullo niño", "18.50 USD", "out_of_stock"),
            ("T3", "Manta alpaca", "119.00 USD", "in_stock"),
        )
    )
    feed = (
        f'<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Tejidos Qori</title>{body}</channel></rss>'
    )
    truth = (
        Truth()
        .fact("Poncho & faja", "64.90 USD", near=120)
        .fact("Chullo niño", "18.50 USD", near=120)
        .fact("Manta alpaca", "119.00 USD", near=120)
        .fact("Chullo niño", "out_of_stock||out of stock", near=150)
        .fact("Manta alpaca", "https://tejido.example/p/T3", near=120)
    )
    put("qori_feed.xml", feed.encode(), "product feed, CDATA", "by hand", "es", truth)

    offers = [("7", "3", "Чайник эмалированный", "1890"), ("8", "4", "Полотенце льняное", "640"), ("9", "4", "Скатерть", "2150")]
    body = "".join(
        f'<offer id="{i}" available="true"><price>{p}</price><currencyId>RUB</currencyId><categoryId>{c}</categoryId><name>{n}</name></offer>'
        for i, c, n, p in offers
    )
    text = f'<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE yml_catalog SYSTEM "shops.dtd"><yml_catalog date="2026-02-01"><shop><name>Домотканье</name><categories><category id="3">Кухня</category><category id="4">Текстиль</category></categories><offers>{body}</offers></shop></yml_catalog>'
    truth = Truth()
    for _, _, n, p in offers:
        truth.fact(n, p, near=120)
    put("domotkanye.xml", text.encode("cp1251"), "offers, Windows-1251", "by hand", "ru", truth)

    body = "".join(
        f'<o id="{i}" price="{p}" avail="{a}" url="https://rowery.example/{i}"><name>{n}</name><attrs><a name="Rozmiar ramy">{s}</a></attrs></o>'
        for i, n, p, a, s in (
            ("11", "Rower miejski Lipa", "2199.00", "1", "18 cali"),
            ("12", "Hulajnoga Jeż", "899.00", "3", "jeden"),
            ("13", "Kask Orzech", "149.00", "1", "M"),
        )
    )
    truth = (
        Truth()
        .fact("Rower miejski Lipa", "2199.00", near=140)
        .fact("Kask Orzech", "149.00", near=140)
        .fact("Rower miejski Lipa", "18 cali", near=140)
        .fact("Hulajnoga Jeż", "899.00", near=140)
    )
    put(
        "rowery_ceneo.xml",
        f'<?xml version="1.0" encoding="utf-8"?><offers version="1">{body}</offers>'.encode(),
        "attributes and elements",
        "by hand",
        "pl",
        truth,
    )

    rows = [
        ["Curso", "Horário", "Mensalidade"],
        ["Violão", "terça 18h", "R$ 220"],
        ["Canto coral", "quinta 19h30", "R$ 90"],
        ["Bateria", "sábado 10h", "R$ 260"],
    ]
    cells = "".join("<Row>" + "".join(f'<Cell><Data ss:Type="String">{c}</Data></Cell>' for c in r) + "</Row>" for r in rows)
    text = f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Cursos"><Table>{cells}</Table></Worksheet></Workbook>'
    put("acorde_cursos.xml", text.encode(), "Excel 2003 XML", "by hand", "pt", Truth().table(rows))

    text = '<?xml version="1.0" encoding="ISO-8859-1"?><horaires><jour nom="lundi" ouvre="14h" ferme="19h"/><jour nom="mardi" ouvre="9h" ferme="12h30"/><jour nom="samedi" ouvre="8h" ferme="18h"/><remarque>Fermé les jours fériés</remarque></horaires>'
    truth = (
        Truth()
        .table([["nom", "ouvre", "ferme"], ["lundi", "14h", "19h"], ["mardi", "9h", "12h30"], ["samedi", "8h", "18h"]])
        .fact("Fermé les jours fériés")
    )
    put("librairie_horaires.xml", text.encode("latin-1"), "attributes only", "by hand", "fr", truth)


def epub_of(chapters: list[tuple[str, str]], order: list[int], title: str, lang: str, extra: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        )
        manifest = "".join(f'<item id="c{n}" href="text/{name}" media-type="application/xhtml+xml"/>' for n, (name, _) in enumerate(chapters))
        spine = "".join(f'<itemref idref="c{n}"/>' for n in order)
        archive.writestr(
            "OPS/book/content.opf",
            f'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier><dc:title>{title}</dc:title><dc:language>{lang}</dc:language></metadata><manifest>{manifest}{extra}</manifest><spine>{spine}</spine></package>',
        )
        for name, body in chapters:
            archive.writestr(
                f"OPS/book/text/{name}",
                f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}</title><style>.hid {{display:none}}</style></head><body>{body}</body></html>',
                zipfile.ZIP_DEFLATED,
            )
    return out.getvalue()


def books() -> None:
    rows = [
        ["Tisane", "Infusion", "Prix"],
        ["Verveine", "8 min", "6,40 €"],
        ["Thym citron", "5 min", "5,90 €"],
        ["Reine-des-prés", "10 min", "7,20 €"],
    ]
    chapters = [
        ("z1.xhtml", "<h1>Nos tisanes</h1>" + html_table(rows)),
        (
            "a_deux.xhtml",
            "<h1>Visites</h1><p>Le jardin se visite le vendredi à 15 h.</p><dl><dt>Adulte</dt><dd>7 €</dd><dt>Moins de 12 ans</dt><dd>gratuit</dd></dl>",
        ),
        ("nav.xhtml", "<nav><ol><li>Sommaire inutile</li></ol></nav>"),
    ]
    put(
        "simples.epub",
        epub_of(chapters, [1, 0], "Les simples", "fr"),
        "table, definitions",
        "by hand",
        "fr",
        Truth().table(rows).pairs([("Adulte", "7 €"), ("Moins de 12 ans", "gratuit")]).fact("Le jardin se visite le vendredi à 15 h."),
    )

    rows = [["Sykkel", "Dag", "Uke"], ["El-sykkel", "420 kr", "1890 kr"], ["Barnesykkel", "150 kr", "690 kr"], ["Tandem", "510 kr", "2250 kr"]]
    line = lambda cells: f"| {' | '.join(cells)} |\n"  # noqa: E731
    text = f"---\ntitle: Utleie\nlang: nb\n---\n\n# Priser\n\n{line(rows[0])}|---|---|---|\n{''.join(map(line, rows[1:]))}\n# Spørsmål\n\n**Kan jeg levere i Bodø?** Ja, mot 300 kr.^[Ikke på søndager.]\n\nBestill på [nettsiden](https://sykkel.example/bestill).\n"
    put(
        "sykkelutleie.epub",
        pandoc(text, "markdown", "epub3"),
        "table, note, link",
        "pandoc",
        "no",
        Truth()
        .table(rows)
        .fact("Kan jeg levere i Bodø?", "Ja, mot 300 kr.", near=40)
        .fact("Ikke på søndager.")
        .fact("nettsiden", "https://sykkel.example/bestill", near=20),
    )

    table = '<table><tr><th rowspan="2">Cabin</th><th colspan="2">Low season</th><th colspan="2">High season</th></tr><tr><th>Night</th><th>Week</th><th>Night</th><th>Week</th></tr><tr><td>Larch</td><td>£61</td><td>£380</td><td>£84</td><td>£540</td></tr><tr><td>Rowan</td><td>£72</td><td>£450</td><td>£99</td><td>£640</td></tr></table>'
    chapters = [
        ("c1.xhtml", f"<h1>Cabins</h1>{table}<p class='hid'>Cost price £22</p>"),
        ("c2.xhtml", "<h2>Getting here</h2><p>Leave the A9 at Newtonmore.</p><aside><p>No mobile signal after the bridge.</p></aside>"),
    ]
    header = ["Cabin", "Low season Night", "Low season Week", "High season Night", "High season Week"]
    put(
        "larch_cabins.epub",
        epub_of(chapters, [0, 1], "Cabin guide", "en"),
        "merged header, hidden text",
        "by hand",
        "en",
        Truth()
        .table([header, ["Larch", "£61", "£380", "£84", "£540"], ["Rowan", "£72", "£450", "£99", "£640"]])
        .fact("No mobile signal after the bridge.")
        .forbid("Cost price"),
    )


def message(subject: str, sender: str, domain: str) -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, Address(sender, "post", domain), Address("Kund", "kund", "mail.example")
    made["Date"] = "Tue, 03 Mar 2026 09:12:00 +0100"
    return made


def letters() -> None:
    rows = [["Utrustning", "Halvdag", "Heldag"], ["Kajak", "290 kr", "450 kr"], ["Kanot", "340 kr", "520 kr"], ["Torrdräkt", "120 kr", "180 kr"]]
    made = message("Prislista för sommaren, åäö", "Skärgårdspaddlarna", "paddla.example")
    made.set_content("Hej!\n\nPrislistan är bifogad. Boka senast torsdag.\n", charset="iso-8859-1", cte="quoted-printable")
    made.add_attachment(typed(rows, ";").encode("cp1252"), maintype="text", subtype="csv", filename="prislista åäö.csv")
    put("paddla.eml", made.as_bytes(), "CSV attached", "Python", "sv", Truth().table(rows).fact("Boka senast torsdag."))

    rows = [["Paket", "Preis", "Fotos"], ["Mini", "129 €", "10"], ["Familie", "249 €", "30"], ["Hochzeit", "1.890 €", "400"]]
    made = message("Angebot", "Studio Lichtblick", "lichtblick.example")
    made.set_content("Unser Angebot, siehe HTML.")
    made.add_alternative(
        f'<html><body><p>Guten Tag, hier unsere Pakete:</p>{html_table(rows, head=False)}<p>Termin: <a href="https://lichtblick.example/termin">Kalender</a></p><img src="https://track.example/p.gif" width="1" height="1"><div style="display:none">Vorschautext für Postfächer</div></body></html>',
        subtype="html",
    )
    put(
        "lichtblick.eml",
        made.as_bytes(),
        "table in HTML",
        "Python",
        "de",
        Truth().table(rows).fact("Kalender", "https://lichtblick.example/termin", near=20).forbid("Vorschautext"),
    )

    inner = message("Fiyat listesi", "Berk Matbaa", "berk.example")
    inner.set_content("Kartvizit 500 adet 420 TL.\nBroşür 1000 adet 1.950 TL.\nTeslimat üç iş günü.\n", charset="iso-8859-9", cte="base64")
    made = message("Fwd: Fiyat listesi", "Ofis", "ofis.example")
    made.set_content("Aşağıdaki fiyatlar haziran sonuna kadar geçerli.")
    made.add_attachment(inner)
    put(
        "matbaa.eml",
        made.as_bytes(),
        "message attached",
        "Python",
        "tr",
        Truth().fact("Kartvizit", "420 TL", near=30).fact("Teslimat üç iş günü.").fact("haziran sonuna kadar geçerli"),
    )

    rows = [["Table", "Seats", "Minimum spend"], ["Window", "4", "$80"], ["Booth", "6", "$150"], ["Terrace", "8", "$220"]]
    made = message("Group bookings", "Pelican Grill", "pelican.example")
    made.set_content("Please see the attached sheet.\n\n-- \nPelican Grill, 12 Quay St, tel. (415) 555-0132\n")
    made.add_attachment(
        chrome(f"<h1>Groups</h1>{html_table(rows)}<p>Deposits are returned up to 48 hours before.</p>"),
        maintype="application",
        subtype="pdf",
        filename="groups.pdf",
    )
    put(
        "pelican.eml",
        made.as_bytes(),
        "PDF attached",
        "Python, Chromium",
        "en",
        Truth().table(rows).fact("Deposits are returned up to 48 hours before.").fact("(415) 555-0132"),
    )


if __name__ == "__main__":
    run([objects, feeds, books, letters])
