"""Words that name columns, in the languages that businesses here write: days, months, and what price lists and timetables have."""

# Words of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

from collections.abc import Sequence

_DAYS = (
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday tues thur thurs"
    " mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"
    " ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
    " lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche"
    " mié mie jue vie sáb sab dom lunes martes miércoles jueves viernes sábado domingo"
    " gio lunedì martedì mercoledì giovedì venerdì sabato domenica"
    " seg ter qua qui sex segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira"
    " pn pon wt śr czw pt sob nd ndz poniedziałek wtorek środa czwartek piątek sobota niedziela"
    " po út ut st čt ct pá pa ne pondělí úterý středa čtvrtek pátek neděle pondelok utorok streda štvrtok piatok nedeľa"
    " pzt sal çar per cum cmt paz pazartesi salı çarşamba perşembe cuma cumartesi pazar"
    " mån tis ons tors tor fre lör sön måndag tisdag onsdag torsdag fredag lördag söndag man tirs lør søn mandag tirsdag lørdag søndag"
    " пн вт ср чт пт сб вс понедельник вторник среда четверг пятница суббота воскресенье"
    " δευ τρι τετ πεμ παρ σαβ κυρ δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή"
    " 月 火 水 木 金 土 日 周一 周二 周三 周四 周五 周六 周日 星期一 星期二 星期三 星期四 星期五 星期六 星期日"
    " الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार"
    " jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august september october november december"
)
_NOUNS = (
    "name item article product service price cost fee rate size colour color day time hours date duration room teacher trainer course class level"
    " description quantity stock type category from to start end opens closes open close country city address telephone phone email question answer"
    " plan month year season weight height number model destination departs arrives who what where when age group staff department role size"
    " artikel produkt leistung preis größe farbe tag zeit dauer raum saal lehrer leitung kurs stufe beschreibung menge ort adresse telefon frage"
    " antwort tarif monat jahr gewicht nummer modell ziel abfahrt ankunft alter gruppe beginn ende bereich zimmer land kategorie wer was wo wann"
    " nom produit prestation prix taille couleur jour heure heures durée salle professeur cours niveau quantité ville adresse téléphone réponse"
    " nombre artículo producto servicio precio talla color día hora horas duración sala aula profesor curso nivel descripción cantidad dirección"
    " teléfono pregunta respuesta mes año habitación nome prodotto servizio prezzo taglia colore giorno ora orario durata docente corso livello"
    " quantità città indirizzo telefono domanda risposta stanza camera produto serviço preço tamanho cor dia duração professor aula quarto cidade"
    " naam prijs maat kleur dag tijd duur zaal docent les niveau aantal plaats kamer vraag antwoord locatie"
    " nazwa produkt usługa cena rozmiar kolor dzień godzina czas sala prowadzący kurs zajęcia poziom opis ilość miasto pytanie odpowiedź pokój"
    " název položka služba velikost barva den hodina místnost lektor úroveň popis množství město otázka odpověď pokoj druh"
    " ad ürün hizmet fiyat ücret beden renk gün saat süre salon öğretmen ders seviye açıklama adet şehir soru cevap oda"
    " namn vara tjänst pris storlek färg dag tid längd rum lärare kurs nivå antal ort fråga svar stuga"
    " название товар услуга цена стоимость размер цвет день время часы длительность зал кабинет преподаватель тренер курс занятие уровень описание"
    " количество город адрес телефон вопрос ответ номер όνομα είδος υπηρεσία τιμή μέγεθος χρώμα ημέρα ώρα διάρκεια αίθουσα περιγραφή"
    " 品名 商品 料金 価格 時間 曜日 部屋 名称 价格 项目 服务 时间 房间 尺寸 颜色 tên giá dịch vụ lớp phòng ngày giờ"
    " الاسم السعر الخدمة اليوم الوقت القاعة שם מחיר שירות יום שעה חדר नाम मूल्य सेवा समय दिन कक्षा"
)
_LONGEST_UNIT = 10
_DAY_NAMES, _NAMES = frozenset(_DAYS.split()), frozenset(_NOUNS.split())


def begins_with_day(cell: str) -> bool:
    """True for "Monday" and "Tuesday to Friday"."""
    words = cell.casefold().split()
    return bool(words) and words[0].strip(" .:,*") in _DAY_NAMES


def names_columns(cells: Sequence[str]) -> bool:
    """True if two cells are days or months, or half of them are nouns that name columns."""
    words = [cell.casefold().strip(" .:*").split() for cell in cells]
    days = sum(len(one) == 1 and one[0].strip(".") in _DAY_NAMES for one in words)
    nouns = sum(0 < len(one) < 4 and bool(_NAMES.intersection(one)) for one in words)
    return days >= 2 or nouns * 2 >= len(cells) > 0


def are_units(header: Sequence[str], row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """True for a row that says below a header what its columns are measured in: nothing, "cm", "€/kg", above figures."""
    units = [place for place, cell in enumerate(row) if cell]
    if (
        len(units) < 2
        or row[0]
        or not below
        or not all(place < len(header) and header[place] for place in units)
    ):
        return False
    if any(len(row[place]) > _LONGEST_UNIT or any(map(str.isdecimal, row[place])) for place in units):
        return False
    under = [(one[p], row[p]) for one in below[:5] for p in units if p < len(one) and one[p]]
    figures = sum(any(map(str.isdigit, cell)) for cell, _ in under)
    return figures * 2 > len(under) > 0 and all(cell != unit for cell, unit in under)


def names_group_once(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """True if the first column, under a name, says each group on the first of its rows only: the rows below it are whole beside it."""
    if len(header) < 3 or not header[0] or not rows or not rows[0][0]:
        return False
    named = [row[0] for row in rows if row[0]]
    others = [row for row in rows if not row[0]]
    if (
        len(named) < 2
        or len(set(named)) < len(named)
        or not others
        or any(cell[:1].isdigit() for cell in named)
    ):
        return False
    return all(len(row) > 2 and row[1] and any(row[2:]) for row in rows) and all(
        not any(map(str.isdigit, row[1][:1])) or len(row[1]) > 2 for row in others
    )
