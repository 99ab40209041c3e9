"""Plain kinds: lists in CSV, mails with what was quoted, Markdown with notes and struck words, Rich Text with revisions, JSON and XML with units in names, text tables."""

from __future__ import annotations

import json
from email.message import EmailMessage

from base import Truth, put, run


def mail(sender: str, to: str, subject: str, date: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Date"] = sender, to, subject, date
    return made


def units_row() -> None:
    """Title lines, then a header, then the units in a row of their own; a quoted line break; decimal commas; notes at the end."""
    text = 'Holzhandel Ebner;;;\nPreise gültig ab 1. März 2026;;;\n;;;\nHolzart;Länge;Preis;Gewicht\n;cm;€/rm;kg\n"Buche\ntrocken";33;145,00;480\nFichte;25;98,50;320\nEiche*;50;162,00;610\n;;;\n* nur Abholung;;;\n'
    truth = (
        Truth()
        .fact("Preise gültig ab 1. März 2026")
        .fact("Fichte", "98,50", near=70)
        .fact("Fichte", "€/rm", "98,50", near=70)
        .fact("Eiche", "162,00", "nur Abholung", near=300)
        .fact("Buche trocken", "145,00", near=70)
        .fact("Fichte", "Gewicht", "320", "kg", near=110)
    )
    put("ebner.csv", text.encode("cp1252"), "units in a row", "by hand", "de", truth)


def group_once() -> None:
    """A group's name only on its first row; two lists in one file, each with its header; escapes for Excel."""
    text = 'Категория,Услуга,Цена\nШиномонтаж,R14 комплект,"1 800 ₽"\n,R16 комплект,"2 300 ₽"\n,R18 комплект,"3 100 ₽"\nХранение,Легковые,"4 000 ₽"\n,Внедорожник,"5 500 ₽"\n\nФилиал,Телефон,Часы\nСеверный,="+7 812 555-01-44",9–21\nЮжный,\'+7 812 555-01-45,10–20\n'
    truth = (
        Truth()
        .fact("Шиномонтаж", "R18 комплект", "3 100 ₽", near=60)
        .fact("Хранение", "Внедорожник", "5 500 ₽", near=60)
        .fact("Северный", "+7 812 555-01-44", near=40)
        .fact("Южный", "+7 812 555-01-45", "10–20", near=60)
        .forbid('="')
        .forbid("Категория: Северный")
        .forbid("Цена: 9–21")
    )
    put("koleso.csv", text.encode(), "groups once, two lists", "by hand", "ru", truth)


def hebrew_list() -> None:
    """Hebrew in its Windows charset, pipes between, negative and percent amounts."""
    text = "שירות|מחיר|הנחת מנוי\r\nתספורת גבר|80 ₪|-10%\r\nצבע|220 ₪|-15%\r\nהחלקה|650 ₪|\r\n"
    put(
        "sapar.csv",
        text.replace("₪", 'ש"ח').encode("cp1255"),
        "Hebrew charset, pipes",
        "by hand",
        "he",
        Truth().fact("צבע", '220 ש"ח', near=30).fact("צבע", "-15%", near=50).fact("החלקה", '650 ש"ח', near=30),
    )


def thread() -> None:
    """An answer above what it quotes: the old price belongs to the old mail only."""
    m = mail("Büro <buero@umzug.example>", "kunde@post.example", "AW: Angebot Umzug", "Tue, 03 Mar 2026 09:12:00 +0100")
    m.set_content(
        "Hallo Frau Lenz,\n\nab April kostet der LKW mit zwei Helfern 98 € pro Stunde.\nDie Anfahrt ist bis 15 km frei.\n\nBeste Grüße\nUmzüge Flink\nTel. 0341 555 0190\n\nAm Mo., 2. Feb. 2026 um 14:03 schrieb Umzüge Flink <buero@umzug.example>:\n> Hallo,\n> der LKW mit zwei Helfern kostet 89 € pro Stunde,\n> Anfahrt 25 €.\n>\n>> Was kostet ein Umzug?\n"
    )
    m.add_alternative(
        "<div>Hallo Frau Lenz,<br><br>ab April kostet der LKW mit zwei Helfern <b>98 €</b> pro Stunde.<br>Die Anfahrt ist bis 15 km frei.<br><br>Beste Grüße<br>Umzüge Flink<br>Tel. 0341 555 0190</div><div class='gmail_quote'><div class='gmail_attr'>Am Mo., 2. Feb. 2026 um 14:03 schrieb Umzüge Flink:</div><blockquote class='gmail_quote'>Hallo,<br>der LKW mit zwei Helfern kostet 89 € pro Stunde, Anfahrt 25 €.</blockquote></div>",
        subtype="html",
    )
    truth = (
        Truth()
        .fact("ab April kostet der LKW mit zwei Helfern 98 € pro Stunde")
        .fact("Die Anfahrt ist bis 15 km frei")
        .fact("Tel. 0341 555 0190")
        .fact("2. Feb. 2026", "89 € pro Stunde")
        .forbid("98 €", "89 € pro Stunde", near=4000)
    )
    put("umzug_flink.eml", m.as_bytes(), "quoted history", "email", "de", truth)


def outlook_thread() -> None:
    """Outlook's way: a rule and From/Sent/To above the older mail, in HTML alone; a table in the mail."""
    m = mail("desk@glen.example", "x@y.example", "RE: Group rates", "Mon, 11 May 2026 10:00:00 +0000")
    m.set_content(
        "<html><body><div class='WordSection1'><p class='MsoNormal'>Our group rates for 2026:</p><table><tr><td>Group</td><td>Weekday</td><td>Weekend</td></tr><tr><td>10-19 people</td><td>£11.50</td><td>£13.00</td></tr><tr><td>20 or more</td><td>£9.75</td><td>£11.25</td></tr></table><p class='MsoNormal'>Glen Falconry Centre, 01599 555 230</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class='MsoNormal'><b>From:</b> Glen Falconry<br><b>Sent:</b> 04 March 2025 16:20<br><b>To:</b> x@y.example<br><b>Subject:</b> Group rates</p></div><p class='MsoNormal'>Groups of 20 or more pay £8.25 on any day.</p></div></body></html>",
        subtype="html",
        cte="quoted-printable",
    )
    truth = (
        Truth()
        .fact("20 or more", "Weekend", "£11.25")
        .fact("10-19 people", "Weekday", "£11.50")
        .fact("01599 555 230")
        .fact("04 March 2025", "£8.25")
        .forbid("£8.25", "£9.75", near=4000)
    )
    put("glen.eml", m.as_bytes(), "Outlook thread, table", "email", "en", truth)


def forwarded() -> None:
    """A forward: what matters is below the line; format=flowed; Polish letters in an old charset."""
    m = mail("szef@rejs.example", "biuro@rejs.example", "Fwd: Cennik 2026", "Fri, 09 Jan 2026 08:00:00 +0100")
    m.set_content(
        "Do bota, proszę.\n\n---------- Forwarded message ---------\nOd: Ania <ania@rejs.example>\nDate: czw., 8 sty 2026 o 17:40\nSubject: Cennik 2026\nTo: <szef@rejs.example>\n\nRejs po Wiśle: 55 zł dorośli, 35 zł dzieci do 12 lat.\nWynajem całego statku: 1 400 zł za godzinę, \nminimum dwie godziny.\n",
        charset="iso-8859-2",
    )
    truth = (
        Truth().fact("Rejs po Wiśle: 55 zł dorośli, 35 zł dzieci do 12 lat").fact("Wynajem całego statku: 1 400 zł za godzinę, minimum dwie godziny")
    )
    put("rejs_fwd.eml", m.as_bytes(), "forwarded list", "email", "pl", truth)


def notes_md() -> None:
    """Markdown: struck words, notes, a comment, a table with pipes and breaks in it, tasks, front matter, a list of definitions."""
    text = """---
title: Klettergarten Fels
author: intern, nicht weitergeben
---

# Klettergarten Fels

<!-- TODO: Marge 40 % einrechnen -->

| Angebot | Preis | Hinweis |
|---|---:|---|
| Tageskarte | ~~19 €~~ 16 € | Mo–Fr<br>ab 14 Uhr 11 € |
| Kurs A\\|B | 79 €[^1] | |
| Zehnerkarte | 140 € | übertragbar |

- [x] Leihschuhe
- [ ] Duschen

Parken
: 3 € am Tag

1. Storno
   - bis 48 Stunden vorher: kostenlos
   - danach: 50 %
2. Gutschein
   - gilt drei Jahre

[^1]: Material 12 € extra.
"""
    truth = (
        Truth()
        .fact("Tageskarte", "16 €", near=30)
        .forbid(
            "19 €",
            "16 €",
            near=30,
        )
        .fact("Kurs A|B||Kurs A/B", "79 €", "Material 12 € extra", near=300)
        .forbid("Marge 40")
        .fact("Storno", "danach: 50 %")
        .fact("Parken", "3 € am Tag", near=6)
        .fact("Tageskarte", "ab 14 Uhr 11 €", near=70)
    )
    truth.fact("[x]||☒||☑||✓", "Leihschuhe", near=4).fact("[ ]||☐", "Duschen", near=4)
    put("fels.md", text.encode(), "Markdown with notes and struck words", "by hand", "de", truth)


def rich_text() -> None:
    """Rich Text: struck, deleted by revision, hidden; a note at the foot of a price; two rows of headers."""

    def cells(*c: str) -> str:
        return "\\trowd" + "".join(f"\\cellx{2500 * (i + 1)}" for i in range(len(c))) + "".join(f"\\pard\\intbl {x}\\cell" for x in c) + "\\row\n"

    head = "\\trowd\\clvmgf\\cellx2500\\clmgf\\cellx5000\\clmrg\\cellx7500\\pard\\intbl Sesi\\'f3n\\cell\\pard\\intbl Bono\\cell\\pard\\intbl\\cell\\row\n\\trowd\\clvmrg\\cellx2500\\cellx5000\\cellx7500\\pard\\intbl\\cell\\pard\\intbl 5 sesiones\\cell\\pard\\intbl 10 sesiones\\cell\\row\n"
    body = (
        "\\pard\\b Fisioterapia Arga\\b0\\par\n"
        + head
        + cells("Espalda", "{\\strike 200 \\'80} 190 \\'80", "350 \\'80")
        + cells(
            "Suelo p\\'e9lvico",
            "{\\deleted 240 \\'80}{\\revised 225 \\'80}",
            "420 \\'80{\\super\\chftn{\\footnote\\pard\\plain\\chftn  caduca a los seis meses}}",
        )
    )
    body += "\\pard Primera visita 45 \\'80{\\v  coste 12 \\'80}.\\par\n"
    truth = (
        Truth()
        .fact("Espalda", "5 sesiones", "190 €")
        .fact("Espalda", "10 sesiones", "350 €")
        .forbid("200 €")
        .forbid("240 €")
        .fact("Suelo pélvico", "225 €")
        .fact("Suelo pélvico", "420 €", "caduca a los seis meses", near=250)
        .fact("Primera visita 45 €")
        .forbid("coste 12 €")
    )
    put(
        "arga.rtf",
        ("{\\rtf1\\ansi\\ansicpg1252\\uc1{\\fonttbl{\\f0 Arial;}}\n" + body + "}").encode("ascii"),
        "struck, revised, hidden",
        "by hand",
        "es",
        truth,
    )


def keys() -> None:
    """JSON whose units stand in its keys; languages side by side; days as keys; rows as lists under a list of columns; nulls."""
    data = {
        "shop": "Atelier Vélo",
        "opening_hours": {"mon": None, "tue": ["09:00-12:00", "14:00-19:00"], "sat": ["10:00-17:00"]},
        "services": [
            {"name": {"fr": "Révision complète", "en": "Full service"}, "price_eur": 79, "duration_min": 90, "active": True},
            {"name": {"fr": "Crevaison", "en": "Puncture"}, "price_eur": 12.5, "duration_min": 20, "active": True},
        ],
        "rental": {"columns": ["bike", "half_day_eur", "day_eur", "deposit_eur"], "rows": [["Ville", 14, 22, 150], ["Cargo", 29, 45, 400]]},
    }
    truth = (
        Truth()
        .fact("tue", "14:00-19:00", near=40)
        .fact("sat", "10:00-17:00", near=20)
        .fact("Révision complète", "79", "90", near=140)
        .fact("Puncture", "12.5", near=90)
        .fact("Cargo", "deposit_eur||deposit eur", "400", near=90)
        .fact("Ville", "14", near=50)
    )
    put("velo.json", json.dumps(data, ensure_ascii=False).encode(), "units in keys", "json", "fr", truth)


def units_xml() -> None:
    """XML with currency and unit in attributes, a name in two languages, hours as attributes, an empty element."""
    text = '<?xml version="1.0" encoding="windows-1250"?>\n<provozovna nazev="Pekárna U Mostu"><oteviraci_doba><den nazev="Pondělí" od="6:30" do="17:00"/><den nazev="Neděle" zavreno="ano"/></oteviraci_doba><zbozi id="7"><nazev xml:lang="cs">Žitný chléb</nazev><nazev xml:lang="en">Rye bread</nazev><cena mena="CZK" jednotka="kg">89</cena></zbozi><zbozi id="8"><nazev xml:lang="cs">Makový koláč</nazev><cena mena="CZK" jednotka="ks">32</cena><sleva/></zbozi></provozovna>'
    truth = (
        Truth()
        .fact("Žitný chléb", "89", "CZK", "kg", near=120)
        .fact("Makový koláč", "32", "CZK", near=120)
        .fact("Pondělí", "6:30", "17:00", near=30)
        .fact("Neděle", "ano", near=20)
        .forbid("Neděle", "6:30", near=20)
    )
    put("u_mostu.xml", text.encode("cp1250"), "units in attributes", "by hand", "cs", truth)


def drawn() -> None:
    """A table drawn with characters, one in columns of blanks with empty cells, and lists that break within an item."""
    text = """SAUNA LÖYLY - HINNASTO

+------------------+----------+----------+
| Vuoro            | Arki     | Viikonl. |
+------------------+----------+----------+
| Aamu 7-11        | 9 EUR    |          |
| Ilta 16-22       | 14 EUR   | 18 EUR   |
+------------------+----------+----------+

Tila            Hinta/h    Henkilöt
Perhesauna      65 EUR     6
Kattosauna                 12
Savusauna       120 EUR    20

- Pyyhe 3 EUR, lapsille
  maksuton
- Kattosauna vain sopimuksen mukaan
"""
    truth = (
        Truth()
        .table([["Vuoro", "Arki", "Viikonl."], ["Aamu 7-11", "9 EUR", ""], ["Ilta 16-22", "14 EUR", "18 EUR"]])
        .fact("Perhesauna", "65 EUR", near=30)
        .fact("Savusauna", "Hinta/h", "120 EUR", near=60)
        .fact("Pyyhe 3 EUR, lapsille maksuton")
        .fact("Kattosauna vain sopimuksen mukaan")
    )
    put("loyly.txt", text.encode(), "tables of characters", "by hand", "fi", truth)


def hours_txt() -> None:
    """Hindi hours with its own digits; a heading by underline; conditions below a colon, longer than a passage."""
    groups = {
        "सोमवार से शुक्रवार": ["सुबह ९ बजे से दोपहर १ बजे तक: सामान्य ओपीडी, शुल्क ₹३००", "शाम ५ से ८ बजे: विशेषज्ञ, शुल्क ₹७००", "जाँच केंद्र सुबह ७ बजे से, उपवास आवश्यक"],
        "शनिवार": ["सुबह ९ से १२ बजे: केवल बच्चों का विभाग, शुल्क ₹४५०", "टीकाकरण दोपहर २ से ४ बजे, मुफ़्त"],
        "रविवार और अवकाश": ["केवल आपातकाल, शुल्क ₹१२००", "दवाखाना सुबह १० से शाम ६ बजे"],
    }
    text = "संजीवनी क्लिनिक\n==============\n\n" + "\n".join(f"{k}:\n" + "\n".join(f"  - {x}" for x in v) + "\n" for k, v in groups.items())
    truth = Truth()
    for k, v in groups.items():
        for x in v:
            truth.fact(k, x, near=260)
    put("sanjivani.txt", text.encode(), "lists below a colon", "by hand", "hi", truth)


if __name__ == "__main__":
    run([units_row, group_once, hebrew_list, thread, outlook_thread, forwarded, notes_md, rich_text, keys, units_xml, drawn, hours_txt])
