"""Lists as a till, a spreadsheet or a person types them: charsets of offices, separators, preambles, sums, several tables in one file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from base import Truth, put, run


def typed(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def preambles() -> None:
    """A name, an address and a date above the header; a total and notes below."""
    head = [["Artículo", "Formato", "Precio socio", "Precio público"]]
    rows = [
        ["Gel de aloe", "250 ml", "7,90", "9,50"],
        ["Protector solar 50+", "100 ml", "13,20", "16,80"],
        ["Tiritas surtidas", "40 uds.", "2,75", "3,40"],
        ["Termómetro digital", "1 ud.", "6,10", "7,95"],
    ]
    text = typed(
        [
            ["Farmacia Mora", "", "", ""],
            ["C/ Ancha 14, Cádiz", "", "", ""],
            ["Tarifa válida desde el 01/03/2026", "", "", ""],
            [""] * 4,
            *head,
            *rows,
        ],
        ";",
    )
    put(
        "mora_tarifa.csv",
        text.encode("cp1252"),
        "preamble, semicolon",
        "by hand",
        "es",
        Truth().table([*head[0:1], *rows]).fact("Tarifa válida desde el 01/03/2026"),
    )

    head = [["Prestation", "Durée", "Prix TTC"]]
    rows = [
        ["Révision vélo de ville", "1 h", "49,00 €"],
        ["Révision VTT", "1 h 30", "69,00 €"],
        ["Changement de chaîne", "30 min", "18,50 €"],
        ["Dévoilage de roue", "45 min", "22,00 €"],
    ]
    text = typed(
        [
            ["Atelier Roue Libre : tarifs de l'atelier"],
            [],
            *head,
            *rows,
            ["Forfait complet", "3 h", "139,00 €"],
            [],
            ["Pièces non comprises."],
            ["Devis gratuit sur place, le mardi matin."],
        ]
    )
    truth = (
        Truth()
        .table([*head, *rows, ["Forfait complet", "3 h", "139,00 €"]])
        .fact("Pièces non comprises.")
        .fact("Devis gratuit sur place, le mardi matin.")
    )
    put("roue_libre.csv", b"\xef\xbb\xbf" + text.encode(), "title above, notes below", "by hand", "fr", truth)

    rows = [
        ["Monat", "Gäste", "Übernachtungen", "Umsatz"],
        ["Januar", "112", "301", "18.060,00"],
        ["Februar", "98", "254", "15.240,00"],
        ["März", "141", "377", "22.620,00"],
        ["Summe", "351", "932", "55.920,00"],
    ]
    put("pension_linde.csv", typed(rows, ";").encode("cp1252"), "sum below", "by hand", "de", Truth().table(rows))

    rows = [
        ["Servizio", "Prezzo", "Durata"],
        ["Piega", "18,00", "30 min"],
        ["Taglio donna", "32,50", "45 min"],
        ["Colore radici", "41,00", "60 min"],
        ["Balayage", "95,00", "150 min"],
    ]
    text = "# listino esportato dal gestionale\n# data: 2026-02-11\n" + typed(rows, ",", "\n", csv.QUOTE_ALL)
    put("salone_iris.csv", text.encode(), "comment lines, decimal commas in quotes", "by hand", "it", Truth().table(rows))


def charsets() -> None:
    """What Excel writes in the offices of several countries."""
    rows = [
        ["Usługa", "Cena brutto", "Czas"],
        ["Wymiana opon", "120 zł", "40 min"],
        ["Wyważanie kół", "60 zł", "25 min"],
        ["Łatanie dętki", "35 zł", "15 min"],
        ["Przechowanie opon", "200 zł", "sezon"],
    ]
    put("wulkan_cennik.csv", typed(rows, "|").encode("cp1250"), "pipes, Windows-1250", "by hand", "pl", Truth().table(rows))

    rows = [
        ["Услуга", "Цена", "Мастер"],
        ["Стрижки", "", ""],
        ["Мужская стрижка", "900 руб.", "Илья"],
        ["Женская стрижка", "1500 руб.", "Вера"],
        ["Окрашивание", "", ""],
        ["Тонирование", "2400 руб.", "Вера"],
        ["Мелирование", "3900 руб.", "Жанна"],
    ]
    truth = Truth().table([rows[0], rows[2], rows[3], rows[5], rows[6]]).fact("Окрашивание", "Мелирование", near=160)
    put("lokon_price.csv", typed(rows, ";").encode("cp1251"), "section rows, Windows-1251", "by hand", "ru", truth)

    rows = [
        ["Eğitmen", "Pazartesi", "Çarşamba", "Cuma", "Pazar"],
        ["Gülşah", "09:00-11:00", "", "09:00-11:00", ""],
        ["İbrahim", "", "18:30-20:00", "", "10:00-12:00"],
        ["Şule", "17:00-18:00", "17:00-18:00", "", ""],
    ]
    put("denge_program.csv", typed(rows, ";").encode("cp1254"), "matrix with gaps, Windows-1254", "by hand", "tr", Truth().table(rows))

    rows = [
        ["Πιάτο", "Μερίδα", "Μισή"],
        ["Μουσακάς", "11,50", "7,00"],
        ["Γεμιστά", "9,80", "6,20"],
        ["Φάβα", "6,40", ""],
        ["Χταπόδι στη σχάρα", "16,90", ""],
    ]
    put("kyma_katalogos.csv", typed(rows, ";").encode("cp1253"), "empty cells, Windows-1253", "by hand", "el", Truth().table(rows))

    rows = [
        ["品名", "内容量", "税込価格"],
        ["ほうじ茶", "100g", "756円"],
        ["玄米茶", "200g", "864円"],
        ["抹茶 缶入り", "40g", "1,944円"],
        ["表示用見本", "5g", "108円"],
    ]
    put("midori_kakaku.csv", typed(rows).encode("cp932"), "Shift-JIS", "by hand", "ja", Truth().table(rows))

    rows = [
        ["메뉴", "가격", "원산지"],
        ["김치찌개", "9,000원", "국내산"],
        ["제육볶음", "11,000원", "국내산"],
        ["순두부찌개", "8,500원", "미국산"],
        ["해물파전", "16,000원", "국내산"],
    ]
    put("hanok_menu.csv", typed(rows).encode("cp949"), "EUC-KR", "by hand", "ko", Truth().table(rows))

    rows = [
        ["项目", "门市价", "会员价"],
        ["足底按摩 60分钟", "168元", "128元"],
        ["肩颈舒缓", "198元", "158元"],
        ["刮痧拔罐", "138元", "98元"],
        ["艾灸", "118元", "88元"],
    ]
    put("heyuan_jiage.csv", typed(rows).encode("gb18030"), "GBK", "by hand", "zh", Truth().table(rows))

    rows = [
        ["الخدمة", "السعر", "المدة"],
        ["غسيل خارجي", "35 ريال", "20 دقيقة"],
        ["غسيل وتلميع", "90 ريال", "60 دقيقة"],
        ["تنظيف المقاعد", "140 ريال", "90 دقيقة"],
        ["تغيير الزيت", "120 ريال", "30 دقيقة"],
    ]
    put("barq_asaar.csv", typed(rows, ";").encode("cp1256"), "Windows-1256", "by hand", "ar", Truth().table(rows))

    rows = [
        ["Produto", "Balcão", "Entrega"],
        ["Pão de queijo", "R$ 4,50", "R$ 6,00"],
        ["Coxinha", "R$ 7,00", "R$ 9,00"],
        ["Bolo de fubá", "R$ 8,90", "R$ 11,50"],
        ["Açaí médio", "R$ 17,00", "R$ 19,90"],
    ]
    put("sabia_dos.csv", typed(rows, ";").encode("cp850"), "MS-DOS charset", "by hand", "pt", Truth().table(rows).forbid("PÆo"))

    rows = [
        ["Café", "Prix", "Origine"],
        ["Crème", "3,20", "Éthiopie"],
        ["Allongé", "2,60", "Brésil"],
        ["Viennois", "4,10", "Pérou"],
        ["Décaféiné", "2,90", "Mexique"],
    ]
    put("torref_mac.csv", typed(rows, ";", "\r").encode("mac_roman"), "Macintosh line ends and charset", "by hand", "fr", Truth().table(rows))

    rows = [
        ["Produkt", "Beskrivelse", "Pris"],
        ["Rugbrød", 'Kaldt "det sorte"\nbages hver nat', "42 kr."],
        ["Kanelsnegl", "Stor,\nmed remonce", "24 kr."],
        ["Tebirkes", "", "19 kr."],
        ["Fødselsdagskage", "12 personer\nbestilles to dage før", "389 kr."],
    ]
    truth = (
        Truth()
        .table([["Produkt", "Pris"], *[[r[0], r[2]] for r in rows[1:]]])
        .fact("Fødselsdagskage", "bestilles to dage før", near=80)
        .fact("Rugbrød", "bages hver nat", near=80)
    )
    put("surdej_unicode.csv", b"\xff\xfe" + typed(rows, "\t").encode("utf-16-le"), "line breaks in quotes, UTF-16 tabs", "by hand", "da", truth)

    rows = [["טיפול", "מחיר", "משך"], ["עיסוי שוודי", "₪280", "60 דק'"], ["טיפול פנים", "₪350", "75 דק'"], ["פדיקור", "₪150", "45 דק'"]]
    put("mayim_mechiron.csv", b"\xef\xbb\xbf" + typed(rows).encode(), "with a mark of byte order", "by hand", "he", Truth().table(rows))


def several() -> None:
    """Two tables in one file; a second header without a blank line; tables side by side."""
    summer = [["Vaartuig", "Per uur", "Per dag"], ["Kano", "€ 9", "€ 32"], ["Sloep", "€ 35", "€ 145"], ["Sup-board", "€ 12", "€ 40"]]
    hours = [["Maand", "Open", "Dicht"], ["april", "10:00", "17:00"], ["juli", "09:00", "21:00"], ["oktober", "11:00", "16:00"]]
    text = typed([["Verhuur", "", ""], *summer, ["", "", ""], ["Openingstijden", "", ""], *hours], ";")
    put("rietkraag.csv", text.encode("cp1252"), "two tables", "by hand", "nl", Truth().table(summer).table(hours))

    cakes = [["Torte", "Klein", "Groß"], ["Sacher", "28,00", "46,00"], ["Esterházy", "31,50", "52,00"], ["Linzer", "22,00", "37,00"]]
    people = [
        ["Kurs", "Termin", "Beitrag"],
        ["Strudel ziehen", "14.03.2026", "65,00"],
        ["Krapfen", "07.02.2026", "49,00"],
        ["Brot mit Sauerteig", "21.03.2026", "72,00"],
    ]
    put("zuckerl.csv", typed([*cakes, *people], ";").encode("cp1252"), "second header at once", "by hand", "de", Truth().table(cakes).table(people))

    left = [["Room", "Weekday", "Weekend"], ["Blue room", "£74", "£96"], ["Loft", "£88", "£121"], ["Garden flat", "£102", "£139"]]
    right = [["Extra", "Charge"], ["Dog", "£11"], ["Late check-out", "£21"], ["Cot", "£6"]]
    rows = [[*a, "", *b] for a, b in zip(left, right, strict=True)]
    put("gannet_side.csv", typed(rows).encode(), "tables side by side", "by hand", "en", Truth().table(left).pairs(right[1:]))

    rows = [
        ["Class", "Coach", "Mon", "Tue", "Wed", "", "", ""],
        ["Spin", "Ade", "6:30", "", "18:15", "", "", ""],
        ["Barre", "Nneka", "", "7:45", "", "", "", ""],
        ["Boxfit", "Tunde", "17:10", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
    ]
    put("lekki_classes.csv", typed(rows).encode(), "trailing empty columns and rows", "by hand", "en", Truth().table([r[:5] for r in rows[:4]]))


def exported() -> None:
    """What shops' and booking systems write."""
    rows = [
        ["Handle", "Title", "Vendor", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Price", "Variant Compare At Price"],
        ["linen-apron", "Linen apron", "Fernhill", "Colour", "Sage", "FA-01", "38.00", "45.00"],
        ["linen-apron", "", "", "", "Rust", "FA-02", "41.00", ""],
        ["oak-board", "Oak board", "Fernhill", "Size", "Small", "OB-10", "27.50", ""],
        ["oak-board", "", "", "", "Large", "OB-11", "49.90", "59.00"],
    ]
    truth = Truth().table([["SKU", "Option1 Value", "Variant Price"], *[[r[5], r[4], r[6]] for r in rows[1:]]])
    truth.fact("linen-apron", "Rust", "41.00", near=160).fact("oak-board", "Large", "49.90", near=160)
    put("fernhill_products.csv", typed(rows, ",", "\n").encode(), "shop's export", "by hand", "en", truth)

    rows = [
        ["", "Bronze", "Silver", "Gold"],
        ["Monthly fee", "R199", "R299", "R449"],
        ["Joining fee", "R250", "R150", "R0"],
        ["Guests a month", "1", "2", "5"],
        ["Contract", "12 months", "6 months", "none"],
    ]
    put("karoo_plans.csv", typed(rows, ";").encode("cp1252"), "first cell empty", "by hand", "en", Truth().table(rows))

    pairs = [
        ["Adresse", "Storgata 8, 9008 Tromsø"],
        ["Telefon", "77 60 11 42"],
        ["Innsjekk", "fra kl. 15"],
        ["Utsjekk", "innen kl. 11"],
        ["Frokost", "7.30-10.00"],
        ["Hund", "200 kr per natt"],
    ]
    put("nordlys_fakta.csv", ("sep=;\r\n" + typed(pairs, ";")).encode("cp1252"), "label and value, sep= line", "by hand", "no", Truth().pairs(pairs))

    rows = [
        ["Vraag", "Antwoord"],
        ["Mag mijn hond mee?", "Ja, aangelijnd.\nNiet in het zwembad."],
        ["Is er wifi?", "In alle huisjes, gratis."],
        ["Wanneer krijg ik mijn borg terug?", 'Binnen 7 dagen; zie "Voorwaarden".'],
    ]
    truth = (
        Truth()
        .fact("Mag mijn hond mee?", "Niet in het zwembad.", near=90)
        .fact("Is er wifi?", "In alle huisjes, gratis.", near=60)
        .fact("Wanneer krijg ik mijn borg terug?", "Binnen 7 dagen", near=60)
    )
    put("duinroos_vragen.csv", typed(rows, ";", "\n", csv.QUOTE_ALL).encode(), "questions, line breaks in quotes", "by hand", "nl", truth)

    rows = [
        ["Ruta", "Ida", "Vuelta", "Adulto", "Niño"],
        ["Ushuaia", "08:15", "17:40", "$ 45.000", "$ 22.500"],
        ["Isla Martillo", "07:30", "14:20", "$ 98.000", "$ 61.000"],
        ["Lago Escondido", "09:00", "18:10", "$ 72.500", "$ 36.000"],
    ]
    text = "\n".join(", ".join(f'"{c}"' for c in r) for r in rows) + "\n"
    put("austral_rutas.csv", text.encode(), "blanks behind the commas", "by hand", "es", Truth().table(rows))

    two = [
        ["Zimmer", "Nebensaison", "", "Hauptsaison", ""],
        ["", "1 Nacht", "ab 3 Nächte", "1 Nacht", "ab 3 Nächte"],
        ["Enzian", "88", "79", "112", "101"],
        ["Edelweiß", "94", "84", "121", "109"],
        ["Murmeltier", "73", "66", "95", "87"],
    ]
    header = ["Zimmer", "Nebensaison 1 Nacht", "Nebensaison ab 3 Nächte", "Hauptsaison 1 Nacht", "Hauptsaison ab 3 Nächte"]
    put("almhof_saison.tsv", typed(two, "\t", "\n").encode(), "header of two rows", "by hand", "de", Truth().table([header, *two[2:]]))

    rows = [["Tour", "Mo", "Di", "Mi", "Do", "Fr"], ["Altstadt", "x", "", "x", "", "x"], ["Kanal", "", "x", "", "x", ""]]
    facts = (
        Truth()
        .fact("Altstadt", "Mo", "Mi", "Fr", near=60)
        .fact("Kanal", "Di", "Do", near=60)
        .forbid("Kanal", "Mo", near=12)
        .forbid("Altstadt", "Di", near=10)
    )
    put("lotse_touren.csv", typed(rows, ";").encode("cp1252"), "crosses", "by hand", "de", facts)


if __name__ == "__main__":
    run([preambles, charsets, several, exported])
