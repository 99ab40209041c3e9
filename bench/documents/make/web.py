"""Web pages, structured text and plain text."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from base import BY, Truth, html_table, run, save

D, H = BY["dev"], BY["heldout"]


def page(body: str, title: str, head: str = "<meta charset=utf-8>") -> bytes:
    return f"<!doctype html><html><head>{head}<title>{title}</title></head><body>{body}</body></html>".encode()


def panels() -> None:
    b = D["en"]
    shapes = [
        "<h3><button aria-expanded=false aria-controls=p1>{q}</button></h3><div id=p1 hidden><p>{a}</p></div>",
        "<h3><button>{q}</button></h3><div hidden=until-found><p>{a}</p></div>",
        "<h3><button>{q}</button></h3><div class=panel aria-hidden=true style='display:none'><p>{a}</p></div>",
        "<details><summary>{q}</summary><p>{a}</p></details>",
    ]
    save(
        "dev",
        "faq_accordion.html",
        page(
            f"<main><h1>{b.labels[4]}</h1>" + "".join(s.format(q=q, a=a) for s, (q, a) in zip(shapes, b.faq, strict=True)) + "</main>",
            "FAQ",
        ),
        "folded panels",
        "by hand",
        "en",
        Truth().questions(b.faq),
    )
    b = H["sv"]
    body = (
        f"<div class='faq'><h1>{b.labels[4]}</h1>"
        + "".join(
            f"<div class='accordion-item'><h2 class='accordion-header'><a data-toggle='collapse' href='#c{i}'>{q}</a></h2><div id='c{i}' class='collapse' style='height:0;overflow:hidden'><div class='accordion-body'>{a}</div></div></div>"
            for i, (q, a) in enumerate(b.faq)
        )
        + f"</div><ul role=tablist><li role=tab>{b.labels[3]}</li></ul><div role=tabpanel aria-hidden=true>{html_table([list(r) for r in b.kv], head=False)}</div>"
    )
    save(
        "heldout",
        "vanliga_fragor.html",
        page(body, b.name),
        "folded panels",
        "by hand",
        "sv",
        Truth().questions(b.faq).pairs(b.kv),
    )
    b = D["de"]
    body = f"<form method=post action=./zeiten.aspx id=aspnetForm><input type=hidden name=__VIEWSTATE value=/wEPDwUKLTEz88><nav><a href=/>Start</a><a href=/preise>Preise im Menü</a></nav><div id=content><h1>{b.labels[0]}</h1>{html_table(b.hours)}<p>{b.prose[0]}</p></div><select name=land><option>Österreich<option>Liechtenstein</select></form>"
    save(
        "dev",
        "zeiten_aspx.html",
        page(body, b.name),
        "page inside a form",
        "by hand",
        "de",
        Truth().table(b.hours).fact(b.prose[0]).forbid("wEPDwUKLTEz88"),
    )
    b = H["pt"]
    body = (
        f"<form name=form1 method=post action=default.aspx><input type=hidden id=__EVENTVALIDATION value=AbC9912x><div id=ctl00_Main><span id=ctl00_Title>{b.labels[3]}</span>"
        + "".join(f"<div class=row><label>{k}</label><span>{v}</span></div>" for k, v in b.kv)
        + f"<div>{b.prose[1]}</div><input type=submit value=Pesquisar></div></form>"
    )
    save(
        "heldout",
        "info_aspx.html",
        page(body, b.name),
        "page inside a form",
        "by hand",
        "pt",
        Truth().pairs(b.kv).fact(b.prose[1]).forbid("AbC9912x"),
    )
    b = D["fr"]
    body = f"<div class=hero><h1>{b.name}</h1><p>{b.prose[0]}</p></div><article class=teaser><h3>Le blog</h3><p>Nous avons repeint la vitrine.</p></article><article><h3>Recrutement</h3><p>{b.faq[3][0]} {b.faq[3][1]}</p></article><section><h2>{b.labels[3]}</h2>{''.join(f'<p>{k} : {v}</p>' for k, v in b.kv)}</section>"
    save(
        "dev",
        "deux_articles.html",
        page(body, b.name),
        "several articles",
        "by hand",
        "fr",
        Truth().fact(b.prose[0]).fact(b.faq[3][0], b.faq[3][1]).pairs(b.kv),
    )
    b = H["nl"]
    body = (
        "<article class=card><h2>Nieuws</h2><p>Mevrouw Ten Hoeve is terug van verlof.</p></article><div class=grid>"
        + "".join(f"<article><h3>{n}</h3><div class=price>{a}</div></article>" for n, a in b.price_rows("art"))
        + f"</div><div>{b.prose[0]}</div><div><h2>{b.labels[4]}</h2>"
        + "".join(f"<div><strong>{q}</strong><span> {a}</span></div>" for q, a in b.faq)
        + "</div>"
    )
    save(
        "heldout",
        "kaarten.html",
        page(body, b.name),
        "several articles",
        "by hand",
        "nl",
        Truth().pairs(b.price_rows("art")).fact(b.prose[0]).questions(b.faq),
    )


def around() -> None:
    b = D["en2"]
    body = f"<div id=cookie-banner class=cookie-consent role=dialog>We value your privacy and use 212 partners. <button>Accept all cookies</button></div><header><nav><ul><li><a href=/a>Spring sale catalogue</a></li><li><a href=/b>Press room</a></li><li><a href=/c>Careers portal</a></li></ul></nav><p>Call us: 0117 496 0555</p></header><main><h1>{b.labels[3]}</h1>{''.join(f'<p>{k}: {v}</p>' for k, v in b.kv)}<div class=items>{''.join(f'<div class=item><span class=name>{n}</span><span class=price>{a}</span></div>' for n, a in b.price_rows('page'))}</div></main><aside><h3>Notice</h3><p>Bike school resumes on 4 May.</p></aside><footer><p>Quarry Lane 14, Bristol BS1</p><p>Open Tuesday to Saturday from 9:30</p></footer>"
    save(
        "dev",
        "shop_page.html",
        page(body, b.name),
        "header, footer, aside; menu and cookies",
        "by hand",
        "en",
        Truth()
        .pairs(b.kv)
        .pairs(b.price_rows("page"))
        .fact("0117 496 0555")
        .fact("Bike school resumes on 4 May.")
        .fact("Quarry Lane 14, Bristol BS1")
        .fact("Open Tuesday to Saturday from 9:30")
        .forbid("212 partners")
        .forbid("Accept all cookies")
        .forbid("Press room"),
    )
    b = H["el"]
    body = f"<div class='menu-wrapper'><div role=navigation><a href=/1>Αρχική</a> <a href=/2>Βραβεία μας</a> <a href=/3>Σύνδεση μελών</a></div></div><div class='gdpr-overlay'>Χρησιμοποιούμε cookies για στατιστικά 37 εταιρειών. <a href=#>Αποδοχή όλων</a></div><div role=main><h1>{b.name}</h1><p>{b.prose[0]}</p><ul class=menu-list>{''.join(f'<li><b>{n}</b> <i>{a}</i></li>' for n, a in b.price_rows('page'))}</ul></div><div role=complementary><p>Γιορτή κρασιού στις 9 Σεπτεμβρίου.</p></div><div role=contentinfo><address>Οδός Ελαιώνων 12, Χανιά</address><p>Τηλέφωνο 28210 55 5190</p></div>"
    save(
        "heldout",
        "taverna_selida.html",
        page(body, b.name),
        "header, footer, aside; menu and cookies",
        "by hand",
        "el",
        Truth()
        .fact(b.prose[0])
        .pairs(b.price_rows("page"))
        .fact("Γιορτή κρασιού στις 9 Σεπτεμβρίου.")
        .fact("Οδός Ελαιώνων 12, Χανιά")
        .fact("28210 55 5190")
        .forbid("37 εταιρειών")
        .forbid("Βραβεία μας"),
    )
    b = D["es"]
    ld = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "FAQPage",
                "mainEntity": [{"@type": "Question", "name": q, "acceptedAnswer": {"@type": "Answer", "text": a}} for q, a in b.faq],
            },
            {
                "@type": "Hotel",
                "name": b.name,
                "telephone": "+34 960 555 017",
                "openingHours": ["Mo-Fr 07:00-23:00", "Sa 08:00-22:30"],
            },
        ],
    }
    save(
        "dev",
        "jsonld.html",
        page(
            "<div id=root></div>",
            b.name,
            f"<meta charset=utf-8><script type='application/ld+json'>{json.dumps(ld, ensure_ascii=False)}</script>",
        ),
        "JSON-LD only",
        "by hand",
        "es",
        Truth().questions(b.faq).fact("+34 960 555 017").fact("23:00"),
    )
    b = H["it"]
    ld = [
        {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": n,
            "offers": {"@type": "Offer", "price": f"{30 + 7 * i}.50", "priceCurrency": "EUR"},
        }
        for i, (n, _) in enumerate(b.prices[:4])
    ] + [
        {
            "@context": "https://schema.org",
            "@type": "LocalBusiness",
            "name": b.name,
            "openingHoursSpecification": [
                {
                    "@type": "OpeningHoursSpecification",
                    "dayOfWeek": ["Saturday"],
                    "opens": "10:15",
                    "closes": "18:45",
                }
            ],
        }
    ]
    save(
        "heldout",
        "prodotti_jsonld.html",
        page(
            f"<div id=app><noscript>Serve JavaScript</noscript></div><p>{b.prose[0]}</p>",
            b.name,
            f"<meta charset=utf-8><script type=application/ld+json>\n{json.dumps(ld, indent=1)}\n</script>",
        ),
        "JSON-LD",
        "by hand",
        "it",
        Truth()
        .pairs([[n, f"{30 + 7 * i}.50||{30 + 7 * i},50"] for i, (n, _) in enumerate(b.prices[:4])])
        .fact("10:15", "18:45", near=60)
        .fact(b.prose[0]),
    )
    b = D["pl"]
    body = f"<h1>{b.name}</h1><dl>{''.join(f'<dt>{k}</dt><dd>{v}</dd>' for k, v in b.kv)}</dl>" + "".join(
        html_table(b.rate_rows("dl", i), caption=s) for i, s in enumerate(b.seasons)
    )
    save(
        "dev",
        "definicje.html",
        page(body, b.name),
        "definitions, captions",
        "by hand",
        "pl",
        Truth().pairs(b.kv).table(b.rate_rows("dl", 0), b.seasons[0]).table(b.rate_rows("dl", 1), b.seasons[1]),
    )
    b = H["en"]
    rows = b.hours
    body = (
        f"<section><h2>{b.labels[0]}</h2><table><tbody><tr><td>{'</td><td>'.join(['', *rows[0][1:]])}</td></tr>"
        + "".join(f"<tr><th scope=row>{r[0]}</th><td>{'</td><td>'.join(r[1:])}</td></tr>" for r in rows[1:])
        + "</tbody></table></section><figure>"
        + html_table(b.rate_rows("dl", 1))
        + f"<figcaption>{b.seasons[1]}</figcaption></figure><dl>"
        + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in b.kv)
        + "</dl>"
    )
    save(
        "heldout",
        "studio_tables.html",
        page(body, b.name),
        "definitions, row headers",
        "by hand",
        "en",
        Truth().table(rows).table(b.rate_rows("dl", 1)).pairs(b.kv),
    )
    rows = [
        ["Aktivität", "Montag", "Mittwoch"],
        ["Kinder", "15:05", "16:20"],
        ["Technik", "18:10", "19:25"],
        ["Freies Klettern", "10:00", "11:30"],
    ]
    body = (
        "<h1>Kurse</h1><table><tr><th rowspan=2>Aktivität</th><th colspan=2>Beginn</th></tr><tr><th>Montag</th><th>Mittwoch</th></tr>"
        + "".join(f"<tr><td>{r[0]}</td><td>{r[1]}</td><td>{r[2]}</td></tr>" for r in rows[1:])
        + "<tr><td colspan=3>In den Ferien nur montags.</td></tr></table>"
    )
    save(
        "dev",
        "kurse_rowspan.html",
        page(body, "Kurse"),
        "rowspan and colspan",
        "by hand",
        "de",
        Truth().table(rows).fact("In den Ferien nur montags."),
    )
    rows = [
        ["Ден", "Услуга", "Начало", "Цена"],
        ["понеделник", "Масаж", "9:10", "42 лв."],
        ["вторник", "Масаж", "13:50", "38 лв."],
        ["сряда", "Сауна", "17:30", "25 лв."],
        ["четвъртък", "Сауна", "20:05", "29 лв."],
    ]
    body = "<h2>Програма</h2><table border=1><tr><td><b>Услуга</b></td><td><b>Ден</b></td><td><b>Начало</b></td><td><b>Цена</b></td></tr><tr><td rowspan=2>Масаж</td><td>понеделник</td><td>9:10</td><td>42 лв.</td></tr><tr><td>вторник</td><td>13:50</td><td>38 лв.</td></tr><tr><td rowspan=2>Сауна</td><td>сряда</td><td>17:30</td><td>25 лв.</td></tr><tr><td>четвъртък</td><td>20:05</td><td>29 лв.</td></tr></table>"
    save(
        "heldout",
        "programa_rowspan.html",
        page(body, "Програма"),
        "rowspan and colspan",
        "by hand",
        "bg",
        Truth().table(rows),
    )


def links_and_charsets() -> None:
    b = D["de"]
    body = f"<main><h1>{b.name}</h1><p><a href='{b.link[1]}'>{b.link[0]}</a></p><p>Fragen? <a href='tel:+4930555017'>Anrufen</a> oder <a href='mailto:hallo@nordwand.example'>schreiben</a>.</p><p><a href='routen.pdf'>Routenbuch (PDF)</a></p></main>"
    save(
        "dev",
        "links.html",
        page(body, b.name, "<meta charset=utf-8><base href='https://nordwand.example/haus/'>"),
        "links, base",
        "by hand",
        "de",
        Truth()
        .fact(*b.link, near=60)
        .fact("Anrufen", "+4930555017", near=60)
        .fact("schreiben", "hallo@nordwand.example", near=60)
        .fact("Routenbuch (PDF)", "https://nordwand.example/haus/routen.pdf", near=80),
    )
    b = H["vi"]
    body = f"<div><h2>{b.name}</h2><table><tr><td>{b.prose[0]}</td><td><a href={b.link[1]}>{b.link[0]}</a></td></tr></table><ul><li><a href='https://wa.me/84905550123'>Nhắn WhatsApp</a><li><a href='../menu/thuc-don.pdf'>Thực đơn</a></ul></div>"
    save(
        "heldout",
        "lien_ket.html",
        page(body, b.name, "<base href='https://hoasen.example/vi/trang/'><meta charset=utf-8>"),
        "links, base",
        "by hand",
        "vi",
        Truth()
        .fact(b.prose[0])
        .fact(*b.link, near=60)
        .fact("Nhắn WhatsApp", "https://wa.me/84905550123", near=60)
        .fact("Thực đơn", "https://hoasen.example/vi/menu/thuc-don.pdf", near=80),
    )
    for half, b, name, charset, bad in (
        ("dev", D["tr"], "musteri_1254.html", "windows-1254", "Müþteri"),
        ("dev", D["pl"], "stok_8859-2.html", "iso-8859-2", "ciąg³y"),
        ("heldout", H["cs"], "zahrada_1250.html", "windows-1250", "Èesnek"),
        ("heldout", H["ru"], "shkola_koi8.html", "koi8-r", "üËÚÁÍÅÎ"),
        ("dev", D["ja"], "momiji_sjis.html", "shift_jis", "‰·"),
        ("heldout", H["zh"], "chaguan_gb.html", "gb18030", "Ã¿ÔÂ"),
    ):
        html = f"<html><head><meta http-equiv='Content-Type' content='text/html; charset={charset}'><title>{b.name}</title></head><body><h1>{b.name}</h1>{''.join(f'<p>{s}</p>' for s in b.prose)}{html_table([list(r) for r in b.kv], head=False)}</body></html>"
        save(
            half,
            name,
            html.encode(charset),
            "declared charset",
            "by hand",
            b.lang,
            Truth().prose(b).pairs(b.kv).forbid(bad),
        )


def structured() -> None:
    b = D["en"]
    value = {
        "business": b.name,
        "hours": [{"department": r[0], **{d: v for d, v in zip(b.hours[0][1:], r[1:], strict=True) if v}} for r in b.hours[1:]],
        "fees": [{"service": n, "fee": a} for n, a in b.price_rows("json")],
        "faq": [{"question": q, "answer": a} for q, a in b.faq],
    }
    save(
        "dev",
        "clinic.json",
        json.dumps(value, indent=2, ensure_ascii=False).encode(),
        "nested",
        "python",
        "en",
        Truth().table(b.hours).pairs(b.price_rows("json")).questions(b.faq),
    )
    b = H["pt"]
    value2 = {s: {r[0]: dict(zip(b.rates[0][1:], r[1:], strict=True)) for r in b.rate_rows("json", i)[1:]} for i, s in enumerate(b.seasons)}
    save(
        "heldout",
        "tarifas.json",
        json.dumps(value2, ensure_ascii=True).encode(),
        "keys as labels, escaped",
        "python",
        "pt",
        Truth().table(b.rate_rows("json", 0), b.seasons[0]).table(b.rate_rows("json", 1), b.seasons[1]),
    )
    for half, b, name in (("dev", D["de"], "produkte_feed.xml"), ("heldout", H["sv"], "merchant_feed.xml")):
        items = [(n, a, f"{17 + 3 * i}", "in_stock" if i % 2 == 0 else "out_of_stock") for i, (n, a) in enumerate(b.price_rows("feed")[:6])]
        host = b.link[1].split("/")[2]
        if half == "dev":
            xml = (
                '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>'
                + b.name
                + "</title>"
                + "".join(
                    f"<item><g:id>K{i}</g:id><g:title>{escape(n)}</g:title><g:price>{p}.90 EUR</g:price><g:availability>{s}</g:availability><g:link>https://{host}/p/{i}</g:link></item>"
                    for n, i, p, s in [(n, k, p, s) for k, (n, _, p, s) in enumerate(items)]
                )
                + "</channel></rss>"
            )
            truth = (
                Truth().pairs([[n, f"{p}.90 EUR||{p},90 EUR||EUR {p}.90"] for n, _, p, _ in items]).fact(items[2][0], f"https://{host}/p/2", near=200)
            )
        else:
            xml = (
                '<?xml version="1.0" encoding="ISO-8859-1"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">\n'
                + "".join(
                    f" <entry>\n  <g:availability>{s}</g:availability>\n  <g:sale_price>{p} SEK</g:sale_price>\n  <link href='https://{host}/v/{i}'/>\n  <title><![CDATA[{n}]]></title>\n </entry>\n"
                    for i, (n, _, p, s) in enumerate(items)
                )
                + "</feed>"
            )
            truth = Truth().pairs([[n, f"{p} SEK||SEK {p}"] for n, _, p, _ in items]).fact(items[4][0], f"https://{host}/v/4", near=200)
        save(
            half,
            name,
            xml.encode("utf-8" if half == "dev" else "iso-8859-1"),
            "product feed",
            "python",
            b.lang,
            truth,
        )
    b = D["fr"]
    save(
        "dev",
        "boutique.xml",
        (
            "<?xml version='1.0'?><boutique>"
            + "".join(f"<article prix='{a}'><nom>{n}</nom></article>" for n, a in b.price_rows("xml"))
            + "".join(f"<info><cle>{k}</cle><valeur>{v}</valeur></info>" for k, v in b.kv)
            + "</boutique>"
        ).encode(),
        "attributes",
        "python",
        "fr",
        Truth().pairs(b.price_rows("xml")).pairs(b.kv),
    )
    b = H["ru"]
    save(
        "heldout",
        "kursy.xml",
        (
            "<?xml version='1.0' encoding='windows-1251'?><школа>"
            + "".join(f"<вопрос текст='{q}'><ответ>{a}</ответ></вопрос>" for q, a in b.faq)
            + "".join(f"<услуга><имя>{n}</имя><цена>{a}</цена></услуга>" for n, a in b.price_rows("xml"))
            + "</школа>"
        ).encode("cp1251"),
        "attributes, Windows-1251",
        "python",
        "ru",
        Truth().questions(b.faq).pairs(b.price_rows("xml")),
    )


def plain() -> None:
    b = D["hi"]
    save(
        "dev",
        "yoga.txt",
        (f"{b.name}\n\n" + "\n".join(f"{k}: {v}" for k, v in b.kv) + "\n\n" + "\n\n".join(f"{q}\n{a}" for q, a in b.faq)).encode(),
        "plain text",
        "python",
        "hi",
        Truth().pairs(b.kv).questions(b.faq),
    )
    b = H["cs"]
    wide = max(len(n) for n, _ in b.prices)
    text = (
        f"{b.name}\n{'=' * 30}\n\n{b.labels[1]}\n"
        + "\n".join(f"{n.ljust(wide, '.')}.... {a}" for n, a in b.price_rows("txt"))
        + "\n\n"
        + "\n".join(f"* {s}" for s in b.prose)
    )
    save(
        "heldout",
        "cenik.txt",
        text.encode("cp1250"),
        "plain text, leaders, Windows-1250",
        "python",
        "cs",
        Truth().pairs(b.price_rows("txt")).prose(b),
    )
    b = D["es"]
    md = (
        f"# {b.name}\n\n## {b.labels[0]}\n\n| {' | '.join(b.hours[0])} |\n|{'---|' * 7}\n"
        + "\n".join("| " + " | ".join(r) + " |" for r in b.hours[1:])
        + f"\n\n[{b.link[0]}]({b.link[1]})\n\n<!-- {b.shut} -->\n"
    )
    save(
        "dev",
        "hostal.md",
        md.encode(),
        "Markdown table",
        "by hand",
        "es",
        Truth().table(b.hours).fact(*b.link, near=60).forbid(b.shut),
    )
    b = H["th"]
    md = (
        f"{b.name}\n=======\n\n"
        + "\n".join(f"- **{k}**: {v}" for k, v in b.kv)
        + f"\n\n### {b.seasons[1]}\n\n"
        + " | ".join(b.rates[0])
        + "\n"
        + "--|" * 3
        + "--\n"
        + "\n".join(" | ".join(r) for r in b.rate_rows("md", 1)[1:])
        + f"\n\n[{b.link[0]}][1]\n\n[1]: {b.link[1]}\n"
    )
    save(
        "heldout",
        "bualuang.md",
        md.encode(),
        "Markdown table",
        "by hand",
        "th",
        Truth().pairs(b.kv).table(b.rate_rows("md", 1)).fact(*b.link, near=80),
    )


ALL = [panels, around, links_and_charsets, structured, plain]
if __name__ == "__main__":
    run(ALL)
