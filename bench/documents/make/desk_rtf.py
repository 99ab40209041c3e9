"""Rich Text as Word, WordPad, TextEdit and older office programs write it, by the words of the specification: code pages, merged cells, nested tables, tabs."""

from __future__ import annotations

from collections.abc import Sequence

from base import Truth, put, run

BOLD = r"\b {}\b0 "


def escaped(text: str, codepage: str = "cp1252", replacement: str = "?") -> str:
    """Letters of the code page as \\'xx, others as \\uN with a replacement, surrogates apart."""
    out = []
    for letter in text:
        if letter in "\\{}":
            out.append("\\" + letter)
        elif letter == "\t":
            out.append(r"\tab ")
        elif letter == "\n":
            out.append(r"\line ")
        elif ord(letter) < 128:
            out.append(letter)
        else:
            try:
                out += [f"\\'{b:02x}" for b in letter.encode(codepage)]
            except UnicodeEncodeError:
                units = letter.encode("utf-16-le")
                for at in range(0, len(units), 2):
                    code = int.from_bytes(units[at : at + 2], "little", signed=True)
                    out.append(f"\\u{code}{replacement}")
    return "".join(out)


def word_row(cells: Sequence[str], marks: Sequence[str] = (), codepage: str = "cp1252", width: int = 2200, style: str = "") -> str:
    """A row as Word writes it: its properties before and behind its cells; `marks` (\\clvmgf …) before each cell's edge."""
    marks = list(marks) + [""] * (len(cells) - len(marks))
    edges = "".join(
        f"{m}\\clbrdrt\\brdrs\\brdrw10 \\clbrdrl\\brdrs\\brdrw10 \\clbrdrb\\brdrs\\brdrw10 \\clbrdrr\\brdrs\\brdrw10 \\cltxlrtb\\clftsWidth3\\clwWidth{width}\\cellx{width * (n + 1)}"
        for n, m in enumerate(marks)
    )
    properties = f"\\trowd \\irow0\\irowband0\\ltrrow\\ts15\\trgaph70\\trleft-108{style}\\trbrdrt\\brdrs\\brdrw10 {edges}"
    body = "".join("{\\rtlch\\fcs1 \\af0 \\ltrch\\fcs0 " + (c if c.startswith("\\b ") else escaped(c, codepage)) + "\\cell }" for c in cells)
    return f"{properties}\\pard\\plain \\ltrpar\\ql \\li0\\ri0\\widctlpar\\intbl\\wrapdefault {body}\\pard\\plain \\ltrpar\\intbl {{{properties}\\row }}\n"


def word(body: str, page: str = "1252", fonts: str = r"{\f0\froman\fcharset0 Times New Roman;}", extra: str = "") -> bytes:
    head = rf"{{\rtf1\adeflang1025\ansi\ansicpg{page}\uc1\adeff0\deff0\stshfdbch0\deflang1031{{\fonttbl{fonts}}}{{\colortbl;\red0\green0\blue0;}}{{\stylesheet{{\ql \f0\fs24 \snext0 Normal;}}{{\*\ts15\tsrowd Table Grid;}}}}{extra}"
    info = r"{\info{\title Preisliste}{\author Buero}{\operator Buero}}{\*\generator Microsoft Word 15.0.4569;}"
    return (head + info + "\\paperw11906\\paperh16838\\margl1417\\sectd\n" + body + "}").encode("ascii")


def para(text: str, codepage: str = "cp1252", marks: str = "") -> str:
    return f"\\pard\\plain \\ltrpar\\ql {{{marks} {escaped(text, codepage)}\\par }}\n"


def spans() -> None:
    """Cells that span rows and columns, by Word's marks."""
    rows = [
        ["Programm", "Dauer", "Preis"],
        ["Hundeschule Welpen", "6 Wochen", "95,00 €"],
        ["Hundeschule Junghunde", "8 Wochen", "120,00 €"],
        ["Agility Anfänger", "10 Wochen", "140,00 €"],
        ["Agility Turnier", "12 Wochen", "165,00 €"],
    ]
    body = para("Hundeplatz Nord: Kurse 2026", marks="\\b") + word_row(["Bereich", *rows[0]])
    for n, (area, row) in enumerate(zip(("Schule", "", "Sport", ""), rows[1:], strict=True)):
        body += word_row([area, *row], ["\\clvmrg" if n % 2 else "\\clvmgf"])
    truth = Truth().table(rows).fact("Schule", "Hundeschule Junghunde", near=100).fact("Sport", "Agility Turnier", near=100)
    put(
        "hundeplatz.rtf",
        word(body + para("Anmeldung bei Frau Öztürk.")),
        "section that spans rows",
        "Word-like, by hand",
        "de",
        truth.fact("Anmeldung bei Frau Öztürk."),
    )

    rows = [
        ["Sala", "Mañana", "Tarde", "Día entero"],
        ["Patio", "140 €", "180 €", "290 €"],
        ["Biblioteca", "90 €", "110 €", "175 €"],
        ["Terraza", "160 €", "210 €", "330 €"],
    ]
    body = (
        para("Alquiler de espacios")
        + word_row(["Tarifas por jornada", "", "", ""], ["\\clmgf", "\\clmrg", "\\clmrg", "\\clmrg"])
        + "".join(word_row(r) for r in rows)
    )
    put("casa_palmas.rtf", word(body), "title merged over the header", "Word-like, by hand", "es", Truth().table(rows).fact("Alquiler de espacios"))

    rows = [
        ["Arrangement", "Hverdag Voksen", "Hverdag Barn", "Helg Voksen", "Helg Barn"],
        ["Klatring", "189", "129", "229", "159"],
        ["Buldring", "149", "99", "179", "119"],
        ["Leie av sko", "60", "45", "65", "50"],
    ]
    body = word_row(["Arrangement", "Hverdag", "", "Helg", ""], ["\\clvmgf", "\\clmgf", "\\clmrg", "\\clmgf", "\\clmrg"], style="\\trhdr")
    body += word_row(["", "Voksen", "Barn", "Voksen", "Barn"], ["\\clvmrg"], style="\\trhdr") + "".join(word_row(r) for r in rows[1:])
    put("klatreverket.rtf", word(body), "header of two rows, merged", "Word-like, by hand", "no", Truth().table(rows))

    days = [
        ["Giorno", "Ambulatorio", "Medico"],
        ["Lunedì", "Cardiologia", "Dr. Ferri"],
        ["Martedì", "Oculistica", "Dr.ssa Neri"],
        ["Giovedì", "Cardiologia", "Dr. Ferri"],
        ["Venerdì", "Pediatria", "Dr.ssa Gallo"],
    ]
    body = para("Poliambulatorio Santa Rita") + word_row([BOLD.format(c) for c in days[0]]) + "".join(word_row(r) for r in days[1:])
    body += para("Orari di segreteria") + word_row(["Mattina", "8.30-12.30"]) + word_row(["Pomeriggio", "15.00-18.30"])
    put(
        "santa_rita.rtf",
        word(body),
        "two tables",
        "Word-like, by hand",
        "it",
        Truth().table(days).pairs([("Mattina", "8.30-12.30"), ("Pomeriggio", "15.00-18.30")]),
    )


def pages() -> None:
    """Code pages by the file, by the font, and letters as Unicode with replacements."""
    rows = [
        ["Zabieg", "Czas", "Cena"],
        ["Masaż leczniczy", "50 min", "160 zł"],
        ["Ćwiczenia z terapeutą", "45 min", "140 zł"],
        ["Krioterapia", "3 min", "45 zł"],
    ]
    body = para("Gabinet Źródło", "cp1250") + "".join(word_row(r, codepage="cp1250") for r in rows)
    put(
        "zrodlo.rtf",
        word(body, "1250", r"{\f0\froman\fcharset238 Times New Roman CE;}"),
        "Windows-1250",
        "Word-like, by hand",
        "pl",
        Truth().table(rows).fact("Gabinet Źródło"),
    )

    rows = [
        ["Комната", "Будни", "Выходные"],
        ["Стандарт", "2 800 руб.", "3 400 руб."],
        ["Люкс", "4 900 руб.", "5 700 руб."],
        ["Мансарда", "2 100 руб.", "2 600 руб."],
    ]
    body = para("Гостевой дом «Рябина»", "cp1251") + "".join(word_row(r, codepage="cp1251") for r in rows)
    put(
        "ryabina.rtf",
        word(body, "1252", r"{\f0\froman\fcharset204 Times New Roman Cyr;}"),
        "charset of the font alone",
        "Word-like, by hand",
        "ru",
        Truth().table(rows).fact("Гостевой дом «Рябина»"),
    )

    rows = [["コース", "時間", "料金"], ["体験レッスン", "60分", "1,100円"], ["月4回", "90分", "8,800円"], ["ソフト表現講座", "120分", "5,500円"]]
    body = para("書道教室のご案内", "cp932") + "".join(word_row(r, codepage="cp932") for r in rows)
    put(
        "shodo.rtf",
        word(body, "932", r"{\f0\fmodern\fcharset128 MS Mincho;}"),
        "Shift-JIS in two bytes",
        "Word-like, by hand",
        "ja",
        Truth().table(rows).fact("書道教室のご案内"),
    )

    rows = [["Μάθημα", "Ημέρα", "Δίδακτρα"], ["Κιθάρα", "Τρίτη", "55 €"], ["Βιολί", "Πέμπτη", "70 €"], ["Χορωδία", "Σάββατο", "25 €"]]
    body = para("Ωδείο Μελωδία", "ascii") + "".join(word_row(r, codepage="ascii") for r in rows)
    put("odeio.rtf", word(body), "letters as Unicode with a replacement", "Word-like, by hand", "el", Truth().table(rows).fact("Ωδείο Μελωδία"))

    text = "Kahvaltı 08.00-10.30 arası 🍳 verilir.\nŞifre: balıkçı📶2026"
    body = (
        "\\uc0 \\pard\\plain {"
        + escaped(text, "ascii", " ")
        + "\\par }\n"
        + "\\uc2 "
        + "\\pard\\plain {"
        + "".join(escaped(c, "ascii", "\\'3f\\'3f") for c in "Köpek için ücret alınmaz.")
        + "\\par }"
    )
    put(
        "liman_pansiyon.rtf",
        word(body),
        "Unicode with none and two replacements",
        "Word-like, by hand",
        "tr",
        Truth().fact("Kahvaltı 08.00-10.30 arası").fact("Köpek için ücret alınmaz.").fact("Şifre: balıkçı").forbid("??").forbid("ü?cret"),
    )


def pads() -> None:
    """WordPad: rows without marks around, tab stops with bold headings; TextEdit: its tables and lists."""
    head = "{\\rtf1\\ansi\\ansicpg1252\\deff0\\nouicompat\\deflang1043{\\fonttbl{\\f0\\fnil\\fcharset0 Calibri;}}\r\n{\\*\\generator Riched20 10.0.22621}\\viewkind4\\uc1 \r\n"
    rows = [
        ["Behandeling", "Tarief", "Duur"],
        ["Intake", "€ 45,00", "45 min."],
        ["Manuele therapie", "€ 52,50", "30 min."],
        ["Dry needling", "€ 48,75", "25 min."],
    ]
    table = ""
    for r in rows:
        table += (
            "\\trowd\\trgaph108\\trleft5\\trbrdrl\\brdrs\\brdrw10 \\cellx3000\\cellx5000\\cellx7000 \r\n\\pard\\intbl\\widctlpar "
            + "\\cell ".join(escaped(c) for c in r)
            + "\\cell\\row \r\n"
        )
    put(
        "fysio_dam.rtf",
        (head + "\\pard\\b Tarieven\\b0\\par\r\n" + table + "\\pard\\sa200 Reknr. NL12 BANK 0001\\par\r\n}").encode(),
        "WordPad's table",
        "WordPad-like, by hand",
        "nl",
        Truth().table(rows).fact("Reknr. NL12 BANK 0001"),
    )

    first, second = (
        [("Pint of bitter", "£4.60"), ("Half of cider", "£2.70"), ("Ginger beer", "£3.10")],
        [("Ploughman's", "£9.80"), ("Pork pie", "£4.20"), ("Chips", "£3.90")],
    )
    lines = lambda pairs: "".join(f"\\tx5600 {escaped(a)}\\tab {escaped(b)}\\par\r\n" for a, b in pairs)  # noqa: E731
    body = f"\\pard\\fs32 The Wheatsheaf\\fs22\\par\r\n\\par\r\n\\b At the bar\\b0\\par\r\n{lines(first)}\\par\r\n\\b To eat\\b0\\par\r\n{lines(second)}}}"
    truth = (
        Truth()
        .pairs(first + second)
        .fact("At the bar", "Half of cider", near=120)
        .fact("To eat", "Pork pie", near=120)
        .forbid("To eat", "Half of cider", near=20)
    )
    put("wheatsheaf.rtf", (head + body).encode(), "tab stops, bold headings", "WordPad-like, by hand", "en", truth)

    days = [["", "Mon", "Wed", "Fri"], ["Morning", "9-12", "9-12", ""], ["Afternoon", "", "2-6", "2-4"], ["Evening", "7-9", "", ""]]
    body = "\\pard Surgery hours\\par\r\n" + "".join("\\pard\\tx2000\\tx3500\\tx5000 " + "\\tab ".join(r) + "\\par\r\n" for r in days) + "}"
    put("surgery_tabs.rtf", (head + body).encode(), "tabs with gaps", "WordPad-like, by hand", "en", Truth().table(days))

    cocoa = "{\\rtf1\\ansi\\ansicpg1252\\cocoartf2761\n\\cocoatextscaling0\\cocoaplatform0{\\fonttbl\\f0\\fswiss\\fcharset0 Helvetica-Bold;\\f1\\fswiss\\fcharset0 Helvetica;}\n{\\colortbl;\\red255\\green255\\blue255;}\n{\\*\\expandedcolortbl;;}\n\\paperw11900\\paperh16840\\margl1440\\margr1440\\vieww11520\\viewh8400\\viewkind0\n"
    rows = [["Séance", "Plein", "Réduit"], ["Matinée", "6,50 €", "5,00 €"], ["Soirée", "9,80 €", "7,40 €"], ["Ciné-club", "4,20 €", "3,60 €"]]
    table, top = "", "\\trbrdrt\\brdrnil "
    for n, r in enumerate(rows):
        table += f"\\itap1\\trowd \\taflags1 \\trgaph108\\trleft-108 {top if not n else ''}\\trbrdrl\\brdrnil \\trbrdrr\\brdrnil \n"
        table += "".join(f"\\clvertalc \\clshdrawnil \\clwWidth4320\\clftsWidth3 \\clpadl100 \\gaph\\cellx{2880 * (c + 1)}\n" for c in range(3))
        for cell in r:
            table += f"\\pard\\intbl\\itap1\\pardeftab720\\ri0\\sl264\\slmult1\\partightenfactor0\n\n\\f{0 if not n else 1}\\fs24 \\cf0 {escaped(cell)}\\cell \n"
        table += ("\\lastrow" if r is rows[-1] else "") + "\\row\n"
    listing = "\\pard\\tx220\\tx720\\pardeftab720\\li720\\fi-720\n\\ls1\\ilvl0\\cf0 {\\listtext\t\\uc0\\u8226 \t}Bar ouvert d\\'e8s 18 h 30\\\n{\\listtext\t\\uc0\\u8226 \t}Salle accessible par l'ascenseur\\\n"
    truth = Truth().table(rows).fact("Bar ouvert dès 18 h 30").fact("Salle accessible par l'ascenseur").forbid("HYPERLINK")
    link = '\\pard\\f1 {\\field{\\*\\fldinst{HYPERLINK "https://cine-etoile.example/billets"}}{\\fldrslt Acheter un billet}}\\\n}'
    put(
        "cine_etoile.rtf",
        (cocoa + "\\pard\\f0\\b\\fs28 \\cf0 Tarifs\\\n" + table + listing + link).encode(),
        "TextEdit's table, list, link",
        "TextEdit-like, by hand",
        "fr",
        truth.fact("Acheter un billet", "https://cine-etoile.example/billets", near=20),
    )


def nested() -> None:
    """A table in a cell; a text box; what can't be seen; running lines, notes, a link."""
    inner = "{\\pard \\ltrpar\\intbl\\itap2 Adult\\nestcell }{\\pard \\intbl\\itap2 $26\\nestcell }{\\*\\nesttableprops\\trowd\\cellx1500\\cellx3000\\nestrow}{\\nonesttables\\par }"
    inner += "{\\pard \\ltrpar\\intbl\\itap2 Child\\nestcell }{\\pard \\intbl\\itap2 $14\\nestcell }{\\*\\nesttableprops\\trowd\\cellx1500\\cellx3000\\nestrow}{\\nonesttables\\par }"
    body = (
        para("Kauri Caves")
        + word_row(["Tour", "Starts"])
        + word_row(["Glow-worm walk", "10:15"])
        + "\\trowd\\trgaph70\\cellx2200\\cellx6000\\pard\\intbl Fares\\cell "
        + inner
        + "\\pard\\intbl\\itap1 \\cell\\row\n"
    )
    put(
        "kauri_caves.rtf",
        word(body + para("Wear closed shoes.")),
        "nested table",
        "Word-like, by hand",
        "en",
        Truth().pairs([("Glow-worm walk", "10:15"), ("Adult", "$26"), ("Child", "$14")]).fact("Wear closed shoes."),
    )

    body = "{\\header \\pard\\plain Copy for the office only\\par }{\\footer \\pard\\plain {Kiln Lane 4, Stoke \\emdash  tel. 01632 960 415\\par}}"
    body += para("Throwing a pot takes two lessons.") + "\\pard\\plain {Firing costs {\\strike £9 }£7 a shelf{\\v and we pay £3}.\\par }".replace(
        "£", "\\'a3"
    )
    body += "\\pard\\plain {Clay is {\\deleted\\revauthdel1 sold by the bag}{\\revised\\revauth1 included}.{\\*\\annotation ask Joan about this}{\\footnote \\pard\\plain {\\super\\chftn } Except porcelain.}\\par }"
    body += (
        '\\pard\\plain {Book: {\\field{\\*\\fldinst { HYPERLINK "https://kilnlane.example/book" \\\\o "tip" }}{\\fldrslt {\\ul our calendar}}}\\par }'
    )
    truth = (
        Truth()
        .fact("Throwing a pot takes two lessons.")
        .fact("£7 a shelf")
        .fact("Clay is included")
        .fact("our calendar", "https://kilnlane.example/book", near=20)
        .fact("Except porcelain.")
    )
    truth.forbid("we pay £3").forbid("sold by the bag").forbid("ask Joan").forbid("HYPERLINK")
    put("kiln_lane.rtf", word(body, extra="{\\*\\revtbl{Unknown;}{Joan;}}"), "hidden and deleted text, link, note", "Word-like, by hand", "en", truth)

    box = "{\\shp{\\*\\shpinst\\shpleft100\\shptop100\\shpright5000\\shpbottom2000{\\sp{\\sn shapeType}{\\sv 202}}{\\shptxt \\pard\\plain {Wir haben vom 3. bis 17. August Betriebsferien.\\par }}}{\\shprslt{\\*\\do\\dobxcolumn\\dptxbx{\\dptxbxtext \\pard\\plain {Wir haben vom 3. bis 17. August Betriebsferien.\\par }}}}}"
    body = (
        para("Schreinerei Gerber") + "\\pard\\plain {" + box + "\\par }" + para("Offerten sind kostenlos.") + "{\\pict\\pngblip 89504e470d0a1a0a0000}"
    )
    put(
        "gerber.rtf",
        word(body),
        "text box",
        "Word-like, by hand",
        "de",
        Truth().fact("Wir haben vom 3. bis 17. August Betriebsferien.").fact("Offerten sind kostenlos.").forbid("89504e47").forbid("shapeType"),
    )

    items = ["Présentez-vous dix minutes avant l'heure.", "Apportez votre carte vitale.", "Réglez à l'accueil."]
    old = "".join(
        f"\\pard{{\\pntext\\f0 {n}.\\tab}}{{\\*\\pn\\pnlvlbody\\pnf0\\pnindent0\\pnstart1\\pndec{{\\pntxta.}}}}\\fi-360\\li720 {escaped(t)}\\par\r\n"
        for n, t in enumerate(items, 1)
    )
    put(
        "dentiste_vaugirard.rtf",
        word(para("À votre arrivée") + old),
        "numbered list of old times",
        "Word-like, by hand",
        "fr",
        Truth().fact("1.", items[0], near=6).fact("3.", items[2], near=6),
    )

    rows = [["Giro", "Partenza", "Prezzo"], ["Isole", "9.00", "38 €"], ["Grotte", "11.30", "29 €"], ["Tramonto", "19.15", "45 €"]]
    body = "\n".join("\\trowd\\cellx2000\\cellx4000\\cellx6000" + "".join(f"\\intbl {escaped(c)}\\cell" for c in r) + "\\row" for r in rows)
    put(
        "barca_nina.rtf",
        ("{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\n" + body + "\n\\pard Si parte dal molo 3.\\par}").encode(),
        "the least of a table",
        "a booking program, by hand",
        "it",
        Truth().table(rows).fact("Si parte dal molo 3."),
    )


if __name__ == "__main__":
    run([spans, pages, pads, nested])
