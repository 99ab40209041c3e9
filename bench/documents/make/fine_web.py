"""Web pages where a mark, an attribute or a fold carries the fact: struck prices, raised cents, icons in place of words, tabs, consent banners, notes."""

from __future__ import annotations

import json

from base import Truth, html_table, put, run


def keep(name: str, body: str, kind: str, lang: str, truth: Truth, head: str = "", direction: str = "ltr") -> None:
    text = f'<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8"><title>{kind}</title>{head}</head><body>{body}</body></html>'
    put(name, text.encode(), kind, "by hand", lang, truth)


def shop_prices() -> None:
    """Old and new price as shops mark them: del/ins, s, style, a class, a screen reader's words."""
    card = lambda n, p: f'<li class="product"><h2 class="title">{n}</h2>{p}<a class="button" href="?add=1">Añadir al carrito</a></li>'  # noqa: E731
    woo = '<span class="price"><del aria-hidden="true"><span class="amount"><bdi>89,00<span>€</span></bdi></span></del> <span class="screen-reader-text">El precio original era: 89,00€.</span><ins aria-hidden="true"><span class="amount"><bdi>69,00<span>€</span></bdi></span></ins><span class="screen-reader-text">El precio actual es: 69,00€.</span></span>'
    body = "<main><h1>Floristería Amapola</h1><ul>" + card("Ramo de peonías", woo) + card("Corona de laurel", "<p><s>55 €</s> <b>44 €</b></p>")
    body += (
        card("Orquídea blanca", '<p><span style="text-decoration: line-through;color:#999">38 €</span> 29 €</p>')
        + card("Bonsái ficus", "<p><strike>120 €</strike> 95 €</p>")
        + card("Cactus", "<p>12 €</p>")
        + "</ul></main>"
    )
    truth = (
        Truth()
        .fact("Ramo de peonías", "69,00€", near=60)
        .fact("Corona de laurel", "44 €", near=25)
        .fact("Orquídea blanca", "29 €", near=25)
        .fact("Bonsái ficus", "95 €", near=25)
        .fact("Cactus", "12 €", near=10)
    )
    truth.forbid("Corona de laurel", "55 €", near=14).forbid("Orquídea blanca", "38 €", near=14).forbid("Bonsái ficus", "120 €", near=14)
    keep("amapola.html", body, "struck prices", "es", truth)


def cents() -> None:
    """Cents raised; powers and formulas; a note's number raised behind a price."""
    body = '<main><h1>Waschpark Linden</h1><p>Komfortwäsche: <span class="p">12<sup>90</sup> €</span></p><p>Premiumwäsche: <span class="p">17<sup>,50</sup> €</span></p><p>Monatskarte: €&nbsp;39<sup>.99</sup></p>'
    body += "<table><tr><th>Leistung</th><th>Preis</th></tr><tr><td>Innenreinigung</td><td>45 €<sup>1</sup></td></tr><tr><td>Lackpflege</td><td>85<sup>2</sup></td></tr><tr><td>Stellplatz (12 m<sup>2</sup>)</td><td>70 €</td></tr></table><p><sup>1</sup> Kombi und Bus plus 10 €</p><p><sup>2</sup> nur nach Anmeldung</p><p>CO<sub>2</sub>-neutral seit 2024.</p></main>"
    truth = (
        Truth()
        .fact("Komfortwäsche", "12,90 €||12.90 €||12 90 €||12⁹⁰ €", near=6)
        .fact("Premiumwäsche", "17,50 €", near=6)
        .fact("Monatskarte", "€ 39.99", near=6)
        .forbid("1290")
        .forbid("451")
        .forbid("852")
    )
    truth.fact("Innenreinigung", "45 €", "Kombi und Bus plus 10 €", near=500).fact("Stellplatz (12 m²", "70 €").fact("CO2-neutral||CO₂-neutral")
    keep("waschpark.html", body, "raised cents", "de", truth)


def icons() -> None:
    """A comparison whose cells hold icons: the words are in title, aria-label, alt and a hidden span; plans named in the header."""
    yes = [
        '<i class="fa fa-check" title="Included"></i>',
        '<svg role="img" aria-label="Included"><path d="M0 0"/></svg>',
        '<img src="y.svg" alt="Included">',
        '<span class="tick" aria-hidden="true">✓</span><span class="sr-only">Included</span>',
    ]
    no = '<i class="fa fa-times" title="Not included"></i>'
    rows = [("Collision damage", no, yes[0], yes[1]), ("Winter tyres", yes[2], no, yes[3]), ("Second driver", no, "€4/day", yes[0])]
    body = "<main><h1>Rent-a-Van Dundalk</h1><p>Compare our covers before you book.</p><table><thead><tr><th>Cover</th><th>Basic €19/day</th><th>Plus €27/day</th><th>Full €34/day</th></tr></thead><tbody>"
    body += "".join(f"<tr><th scope='row'>{a}</th><td>{b}</td><td>{c}</td><td>{d}</td></tr>" for a, b, c, d in rows) + "</tbody></table></main>"
    truth = (
        Truth()
        .fact("Collision damage", "Basic €19/day: Not included")
        .fact("Collision damage", "Plus €27/day: Included", near=60)
        .fact("Collision damage", "Full €34/day: Included", near=90)
        .fact("Winter tyres", "Basic €19/day: Included", near=20)
    )
    truth.fact("Winter tyres", "Plus €27/day: Not included", near=60).fact("Second driver", "Plus €27/day: €4/day", near=80)
    keep("dundalk_vans.html", body, "icons for words", "en", truth)


def tabs() -> None:
    """Tabs: each panel's prices belong to the name on its tab, which stands elsewhere."""
    names = [
        ("t1", "Cachorro", ["Banho R$ 60", "Tosa R$ 85"]),
        ("t2", "Gato", ["Banho R$ 75", "Tosa R$ 110"]),
        ("t3", "Coelho", ["Banho R$ 48", "Corte de unhas R$ 20"]),
    ]
    body = (
        '<main><h1>PetShop Caramelo</h1><div class="tabs"><div role="tablist">'
        + "".join(f'<button role="tab" id="{i}" aria-controls="p{i}">{n}</button>' for i, n, _ in names)
        + "</div>"
    )
    body += (
        "".join(
            f'<div role="tabpanel" id="p{i}" aria-labelledby="{i}"{" hidden" if i != "t1" else ""}><ul>'
            + "".join(f"<li>{x}</li>" for x in items)
            + "</ul></div>"
            for i, _, items in names
        )
        + "</div></main>"
    )
    truth = (
        Truth()
        .fact("Gato", "Banho R$ 75", near=8)
        .fact("Coelho", "Banho R$ 48", near=8)
        .fact("Cachorro", "Banho R$ 60", near=8)
        .fact("Coelho", "Corte de unhas R$ 20", near=30)
    )
    keep("caramelo.html", body, "tabs", "pt", truth)


def bootstrap_tabs() -> None:
    """Tabs as links to the panels' ids; days of the week."""
    names = [("lun", "Lunedì"), ("mer", "Mercoledì"), ("sab", "Sabato")]
    texts = {
        "lun": "Nuoto libero 7:00–9:00, corsia 6 €",
        "mer": "Nuoto libero 12:00–15:00, corsia 7 €",
        "sab": "Famiglie 10:00–18:00, biglietto 18 €",
    }
    body = (
        '<main><h1>Piscina Monte Olimpino</h1><ul class="nav nav-tabs">'
        + "".join(f'<li class="nav-item"><a class="nav-link" data-bs-toggle="tab" href="#{i}">{n}</a></li>' for i, n in names)
        + '</ul><div class="tab-content">'
    )
    body += (
        "".join(f'<div class="tab-pane fade" id="{i}"><p>{t}</p></div>' for i, t in texts.items())
        + "</div><p>Cuffia obbligatoria in vasca.</p></main>"
    )
    truth = (
        Truth()
        .fact("Lunedì", "corsia 6 €", near=45)
        .fact("Mercoledì", "corsia 7 €", near=45)
        .fact("Sabato", "biglietto 18 €", near=40)
        .fact("Cuffia obbligatoria in vasca")
    )
    keep("olimpino.html", body, "tabs by links", "it", truth)


def folded() -> None:
    """Accordions of three makes: details, buttons with aria-controls, a checkbox with its label; a table in one of them."""
    body = (
        "<main><h1>Fahrschule Kompass</h1><details><summary>Was kostet Klasse B?</summary>"
        + html_table([["Posten", "Preis"], ["Grundbetrag", "349 €"], ["Übungsfahrt", "62 €"]])
        + "</details>"
    )
    body += '<div class="acc"><h3><button aria-expanded="false" aria-controls="a2">Wie lange dauert es?</button></h3><div id="a2" hidden><p>Etwa drei bis vier Monate.</p></div></div>'
    body += '<div class="tab"><input type="checkbox" id="c3"><label for="c3">Brauche ich einen Sehtest?</label><div class="tab-inhalt" style="max-height:0"><p>Ja, nicht älter als zwei Jahre.</p></div></div></main>'
    truth = (
        Truth()
        .fact("Was kostet Klasse B?", "Übungsfahrt", "62 €", near=120)
        .fact("Wie lange dauert es?", "Etwa drei bis vier Monate", near=8)
        .fact("Brauche ich einen Sehtest?", "nicht älter als zwei Jahre", near=12)
    )
    keep("kompass.html", body, "accordions of three makes", "de", truth)


def consent() -> None:
    """Consent banners of four vendors, a newsletter, a chat bubble, a skip link, share buttons around a short page."""
    body = '<a class="skip-link" href="#c">Ir al contenido</a><div id="onetrust-consent-sdk"><div id="onetrust-banner-sdk" role="dialog" aria-label="Cookies"><p>Utilizamos cookies propias y de terceros.</p><button>Aceptar todas</button></div></div>'
    body += '<div id="CybotCookiebotDialog"><p>Este sitio web usa cookies para personalizar anuncios.</p></div><div class="cky-consent-container"><p>Valoramos su privacidad y guardamos datos.</p></div><div id="cmplz-cookiebanner-container"><div class="cmplz-cookiebanner"><p>Gestionar el consentimiento</p></div></div>'
    body += "<header><nav><ul><li>Inicio</li><li>Servicios</li><li>Contacto</li></ul></nav></header><main id='c'><h1>Cerrajería Ibaiondo</h1><p>Apertura de puerta sin rotura: 90 € de día, 140 € entre las 22:00 y las 7:00.</p><p>Desplazamiento incluido en Bilbao.</p></main>"
    body += '<div class="share">Compartir en Facebook Compartir en X</div><form class="newsletter"><p>Suscríbete a nuestro boletín</p><input><button>Enviar</button></form><footer><p>Calle Autonomía 21, Bilbao. Tel. 944 555 018</p></footer>'
    truth = Truth().fact("Apertura de puerta", "140 € entre las 22:00 y las 7:00").fact("Tel. 944 555 018").fact("Calle Autonomía 21")
    truth.forbid("cookies propias").forbid("personalizar anuncios").forbid("Valoramos su privacidad").forbid("Gestionar el consentimiento").forbid(
        "Aceptar todas"
    ).forbid("Ir al contenido")
    keep("ibaiondo.html", body, "consent banners", "es", truth)


def attributes() -> None:
    """Facts that stand in attributes: itemprop content, data's value, options, placeholders are none, an e-mail by its link, times."""
    body = '<main><h1>Kiteverleih Brandung</h1><div itemscope itemtype="https://schema.org/Product"><h2 itemprop="name">Kite 9 m²</h2><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content="55.00"><meta itemprop="priceCurrency" content="EUR"></div></div>'
    body += '<p>Mietdauer: <select name="d"><option value="">Bitte wählen</option><option value="1">Halber Tag – 35 €</option><option value="2">Ganzer Tag – 55 €</option><option value="3">Woche – 240 €</option></select></p>'
    body += '<p>Geöffnet: <meta itemprop="openingHours" content="Mo-Su 09:00-19:00"></p><p><a href="mailto:hallo@brandung.example">Schreib uns</a> oder <a href="tel:+494321555077">ruf an</a>.</p><input placeholder="Ihr Name"></main>'
    truth = (
        Truth()
        .fact("Kite 9 m²", "55.00||55", near=60)
        .fact("Woche – 240 €")
        .fact("Halber Tag – 35 €")
        .fact("Mo-Su 09:00-19:00")
        .fact("hallo@brandung.example")
        .fact("+494321555077")
        .forbid("Bitte wählen")
        .forbid("Ihr Name")
    )
    keep("brandung.html", body, "facts in attributes", "de", truth)


def data_only() -> None:
    """What a page says only in JSON-LD: hours by day, questions, a price range."""
    ld = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "Dentist",
                "name": "Zahnarztpraxis Lehel",
                "openingHoursSpecification": [
                    {"@type": "OpeningHoursSpecification", "dayOfWeek": ["Monday", "Thursday"], "opens": "08:00", "closes": "18:30"},
                    {"@type": "OpeningHoursSpecification", "dayOfWeek": "https://schema.org/Friday", "opens": "08:00", "closes": "13:00"},
                    {
                        "@type": "OpeningHoursSpecification",
                        "validFrom": "2026-12-24",
                        "validThrough": "2027-01-06",
                        "opens": "00:00",
                        "closes": "00:00",
                    },
                ],
            },
            {
                "@type": "FAQPage",
                "mainEntity": [
                    {
                        "@type": "Question",
                        "name": "Nehmen Sie Kassenpatienten?",
                        "acceptedAnswer": {"@type": "Answer", "text": "<p>Ja, alle gesetzlichen Kassen.</p>"},
                    }
                ],
            },
            {
                "@type": "Product",
                "name": "Professionelle Zahnreinigung",
                "offers": {"@type": "AggregateOffer", "lowPrice": "89", "highPrice": "129", "priceCurrency": "EUR"},
            },
        ],
    }
    truth = (
        Truth()
        .fact("Monday", "08:00", "18:30", near=40)
        .fact("Friday", "08:00", "13:00", near=40)
        .fact("Nehmen Sie Kassenpatienten?", "Ja, alle gesetzlichen Kassen", near=8)
        .fact("Professionelle Zahnreinigung", "89", "129", near=60)
        .fact("Wir freuen uns auf Ihren Besuch")
    )
    keep(
        "lehel.html",
        "<main><h1>Praxis Lehel</h1><p>Wir freuen uns auf Ihren Besuch.</p></main>",
        "JSON-LD hours",
        "de",
        truth,
        head=f'<script type="application/ld+json">{json.dumps(ld)}</script>',
    )


def definitions() -> None:
    """A list of definitions with several terms and several values; wrapped in div; conditions nested in a list."""
    body = "<main><h1>Musikskolen Fjorden</h1><dl><dt>Klaver</dt><dt>Orgel</dt><dd>1.950 kr. pr. halvår</dd><div><dt>Sang</dt><dd>1.400 kr. pr. halvår</dd><dd>kun for elever over 9 år</dd></div><dt>Kor</dt><dd>gratis</dd></dl>"
    body += "<ol><li>Søskenderabat<ul><li>andet barn: 25 %</li><li>tredje barn: 50 %</li></ul></li><li>Opsigelse<ul><li>senest 1. december for forår</li><li>senest 1. juni for efterår</li></ul></li></ol></main>"
    truth = (
        Truth()
        .fact("Orgel", "1.950 kr.", near=15)
        .fact("Klaver", "1.950 kr.", near=25)
        .fact("Sang", "kun for elever over 9 år", near=50)
        .fact("Kor", "gratis", near=6)
        .fact("Søskenderabat", "tredje barn: 50 %")
        .fact("Opsigelse", "senest 1. juni for efterår")
        .forbid("Kor", "1.400 kr.", near=6)
    )
    keep("fjorden.html", body, "definitions, nested list", "da", truth)


def spans_rtl() -> None:
    """A Persian table with spans, days across, its own digits; closed days empty."""
    body = "<main><h1>کتابخانه سپهر</h1><table><caption>ساعت کار</caption><thead><tr><th rowspan=2>بخش</th><th colspan=2>شنبه تا چهارشنبه</th><th rowspan=2>پنجشنبه</th></tr><tr><th>صبح</th><th>عصر</th></tr></thead><tbody><tr><th>امانت</th><td>۸–۱۲</td><td>۱۴–۱۹</td><td>۹–۱۳</td></tr><tr><th>کودک</th><td colspan=2>۱۰–۱۷</td><td></td></tr><tr><th>مطالعه</th><td>۷–۱۲</td><td>۱۲–۲۲</td><td>۷–۱۸</td></tr></tbody></table><p>حق عضویت سالانه ۲۵۰٬۰۰۰ تومان است.</p></main>"
    truth = (
        Truth()
        .fact("امانت", "عصر", "۱۴–۱۹", near=90)
        .fact("کودک", "۱۰–۱۷", near=90)
        .fact("مطالعه", "پنجشنبه", "۷–۱۸", near=140)
        .forbid("کودک", "پنجشنبه", "۱۰–۱۷", near=25)
        .fact("حق عضویت سالانه ۲۵۰٬۰۰۰ تومان")
    )
    keep("sepehr.html", body, "Persian table with spans", "fa", truth, direction="rtl")


def boxes() -> None:
    """Rows of divs with roles, a list of name and price in two spans, lines parted by br."""
    row = lambda *c: '<div role="row">' + "".join(f'<div role="cell">{x}</div>' for x in c) + "</div>"  # noqa: E731
    body = (
        '<main><h1>Boliche La Ruta</h1><div role="table"><div role="rowgroup"><div role="row"><div role="columnheader">Horario</div><div role="columnheader">Lun–Jue</div><div role="columnheader">Vie–Dom</div></div></div><div role="rowgroup">'
        + row("Hasta las 18 h", "$ 4.500", "$ 6.200")
        + row("Noche", "$ 5.800", "$ 7.900")
        + "</div></div>"
    )
    body += '<ul class="menu"><li><span class="name">Zapatos</span><span class="dots"></span><span class="price">$ 900</span></li><li><span class="name">Medias</span><span class="dots"></span><span class="price">$ 650</span></li></ul>'
    body += "<p>Cumpleaños chico<br>$ 48.000<br>hasta 10 chicos<br><br>Cumpleaños grande<br>$ 79.000<br>hasta 20 chicos</p></main>"
    truth = (
        Truth()
        .fact("Noche", "Lun–Jue", "$ 5.800")
        .fact("Noche", "Vie–Dom", "$ 7.900")
        .fact("Zapatos", "$ 900", near=6)
        .fact("Medias", "$ 650", near=6)
        .fact("Cumpleaños grande", "$ 79.000", near=6)
        .fact("Cumpleaños chico", "hasta 10 chicos", near=20)
    )
    keep("laruta.html", body, "roles, spans, br", "es", truth)


def hidden() -> None:
    """What a visitor never sees: display none, templates, hidden inputs, comments, sold-out variants by script; noscript's notice."""
    body = '<main><h1>Imkerei Wabe</h1><p>Blütenhonig 500 g: 6,80 €</p><p style="display:none">Blütenhonig Einkauf 3,10 €</p><template><p>Musterprodukt 99 €</p></template><!-- Aktion ab Mai: 5 € --><input type="hidden" value="Rabattcode BIENE20"><noscript><p>Bitte JavaScript einschalten.</p></noscript><script>var preis="7,77 €";</script><style>.x{content:"8,88 €"}</style><p hidden>Alter Preis 7,20 €</p><p class="visually-hidden">Inhalt beginnt</p><p>Waldhonig 500 g: 8,40 €</p></main>'
    truth = (
        Truth()
        .fact("Blütenhonig 500 g: 6,80 €")
        .fact("Waldhonig 500 g: 8,40 €")
        .forbid("3,10 €")
        .forbid("99 €")
        .forbid("5 €")
        .forbid("BIENE20")
        .forbid("7,77 €")
        .forbid("8,88 €")
    )
    keep("wabe.html", body, "hidden parts", "de", truth)


def long_notes() -> None:
    """A long table whose star is explained at its foot, in tfoot and behind; the caption names the period."""
    items = [
        "Bilet normalny",
        "Bilet ulgowy",
        "Rodzinny 2+2",
        "Grupa szkolna",
        "Audioprzewodnik",
        "Warsztaty ceramiczne",
        "Oprowadzanie po angielsku",
        "Noc w muzeum",
        "Urodziny",
        "Fotografowanie",
        "Parking autokar",
        "Szatnia",
        "Wystawa czasowa",
        "Karta roczna",
        "Karta roczna senior",
        "Kino 5D",
        "Planetarium",
        "Ogród zimowy",
        "Wieża widokowa",
        "Lekcja muzealna",
        "Gra terenowa",
        "Spacer podcasty",
        "Wykład",
        "Koncert",
    ]
    rows = "".join(
        f"<tr><td>{n}{'**' if i == 14 else ''}</td><td>{12 + 3 * i} zł{'*' if i == 5 else ''}</td><td>{30 + 5 * i} min</td></tr>"
        for i, n in enumerate(items)
    )
    body = f"<main><h1>Muzeum Soli</h1><table><caption>Cennik od 1 października 2026</caption><thead><tr><th>Oferta</th><th>Cena</th><th>Czas</th></tr></thead><tfoot><tr><td colspan=3>* minimum 8 osób, materiały płatne osobno</td></tr></tfoot><tbody>{rows}</tbody></table><p>** za okazaniem legitymacji emeryta</p></main>"
    truth = (
        Truth()
        .fact("Warsztaty ceramiczne", "27 zł", "minimum 8 osób", near=4000)
        .fact("Karta roczna senior", "54 zł", "za okazaniem legitymacji emeryta", near=4000)
        .fact("Cennik od 1 października 2026", "Koncert", "81 zł", near=4000)
    )
    keep("muzeum_soli.html", body, "notes far from their row", "pl", truth)


def lettered() -> None:
    """Lists counted with letters and from a number, to which the text refers."""
    body = "<main><h1>Notaría Ayala</h1><p>Para una compraventa traiga lo indicado en b) y c); para un poder basta a).</p><ol type='a'><li>DNI en vigor</li><li>escritura anterior</li><li>último recibo del IBI</li></ol><p>Pasos a partir del cuarto:</p><ol start='4'><li>Firma con cita previa</li><li>Copia simple en 48 horas</li></ol></main>"
    truth = (
        Truth()
        .fact("b) escritura anterior||b. escritura anterior")
        .fact("c) último recibo del IBI||c. último recibo del IBI")
        .fact("4. Firma con cita previa")
        .fact("5. Copia simple en 48 horas")
    )
    keep("ayala.html", body, "lettered lists", "es", truth)


if __name__ == "__main__":
    run(
        [
            shop_prices,
            cents,
            icons,
            tabs,
            bootstrap_tabs,
            folded,
            consent,
            attributes,
            data_only,
            definitions,
            spans_rtl,
            boxes,
            hidden,
            long_notes,
            lettered,
        ]
    )
