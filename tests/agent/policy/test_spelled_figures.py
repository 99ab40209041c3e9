"""Dates, ratings, prices and times that a source spells in another way than its reply; and those beside them, which are wrong."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import pytest

from tests.agent.policy import shop

# What the customer asks, the reply without its figure, the right one, a wrong one, and all that the source says. A name begins with its language.
SPELLED = {
    "fi-date-end": (
        "milloin viimeistään?",
        "Viimeinen päivä on {} Sen jälkeen emme palauta rahoja.",
        "27.8.", "28.8.", "Viimeinen peruutuspäivä on 27.8., sen jälkeen emme palauta rahoja.",
    ),
    "de-date-end": (
        "bis wann?",
        "Anmelden kann man sich bis {} Danach ist es zu spät.",
        "14.3.", "15.3.", "Anmeldeschluss ist der 14. März, danach ist es zu spät.",
    ),
    "cs-date-end": ("kdy zavíráte?", "Zavíráme {} Od té doby máme dovolenou.", "16. 7.", "17. 7.", "Od 16. července máme dovolenou."),
    "da-date-end": (
        "hvornår starter det?",
        "Kurset starter den {} Det varer 8 uger.",
        "4.2.", "5.2.", "Kurset starter den 4. februar og varer 8 uger.",
    ),
    "hu-date": ("mikor lesz?", "A következő túra {} Várjuk!", "2027. április 16.", "2027. április 17.", "Következő túra: 2027.04.16., indulás 9:00."),
    "hu-date-inflected": (
        "meddig lehet jelentkezni?",
        "Jelentkezni {} lehet.",
        "április 16-ig", "április 17-ig", "Jelentkezési határidő: 2027.04.16.",
    ),
    "he-date-prefix": ("מתי האירוע?", "האירוע יתקיים {}.", "ב-5 באפריל", "ב-6 באפריל", "האירוע: 5.4.2027, כניסה חופשית."),
    "he-asked-prefix": ("פתוחים ביום ראשון ה-4 באפריל?", "כן, ביום ראשון {} אנחנו פתוחים.", "4.4", "5.4", "פתוחים בימי ראשון עד חמישי 9:00-17:00."),
    "th-date": ("ปิดวันไหน", "ร้านปิดวันที่ {} ค่ะ", "13 เมษายน", "14 เมษายน", "ร้านปิดวันที่ 13 เม.ย. 2570"),
    "th-date-be": ("ปิดวันไหน", "ร้านปิดวันที่ {} ค่ะ", "13 เมษายน 2570", "14 เมษายน 2570", "Closed on 13 April 2027."),
    "pl-date-end": (
        "do kiedy?",
        "Zapisy trwają do {} Potem nie ma już miejsc.",
        "31.01.", "30.01.", "Zapisy do 31 stycznia, potem nie ma już miejsc.",
    ),
    "ru-date-short": ("до какого числа?", "Записаться можно до {} включительно.", "15.12", "16.12", "Запись до 15 декабря включительно."),
    "sv-slash": ("när stänger ni?", "Vi stänger {}. Välkomna åter!", "24/12", "23/12", "Vi stänger den 24 december."),
    "nb-date": ("når åpner dere?", "Vi åpner igjen {} Velkommen!", "2.1.", "3.1.", "Vi åpner igjen 2. januar."),
    "lt-date": ("iki kada?", "Registracija iki {}.", "balandžio 5 d.", "balandžio 6 d.", "Registracija iki 2027-04-05."),
    "lv-date": ("kad ir kurss?", "Kurss sākas {}.", "5. aprīlī", "6. aprīlī", "Kurss sākas 05.04.2027."),
    "et-date": ("millal kursus algab?", "Kursus algab {}.", "5. aprillil", "6. aprillil", "Kursus algab 05.04.2027."),
    "tr-date": ("ne zaman başlıyor?", "Kurs {} başlıyor.", "5 Nisan'da", "6 Nisan'da", "Kurs başlangıcı: 05.04.2027"),
    "ro-date": ("până când?", "Înscrieri până pe {}.", "5 aprilie", "6 aprilie", "Înscrieri până la 05.04.2027."),
    "bg-date": ("кога започва?", "Курсът започва на {}.", "5 април", "6 април", "Начало на курса: 05.04.2027 г."),
    "hr-date": ("kada počinje?", "Tečaj počinje {} Vidimo se!", "5. travnja.", "6. travnja.", "Početak tečaja: 5. 4. 2027."),
    "fa-date": ("کلاس کی شروع می‌شود؟", "کلاس {} شروع می‌شود.", "۵ آوریل", "۶ آوریل", "Class starts on 5 April 2027."),
    "ar-date": ("متى تبدأ الدورة؟", "تبدأ الدورة في {}.", "٥ من أبريل", "٦ من أبريل", "Course starts on 5 April 2027."),
    "hi-date": ("कोर्स कब शुरू होगा?", "कोर्स {} को शुरू होगा।", "5 अप्रैल", "6 अप्रैल", "Course starts on 5 April 2027."),
    "bn-date": ("কোর্স কবে শুরু?", "কোর্স {} শুরু হবে।", "৫ এপ্রিল", "৬ এপ্রিল", "Course starts on 5 April 2027."),
    "vi-date": ("khi nào bắt đầu?", "Khóa học bắt đầu ngày {}.", "5 tháng 4", "6 tháng 4", "Course starts on 5 April 2027."),
    "id-date": ("kapan mulai?", "Kursus mulai tanggal {}.", "5 April", "6 April", "Course starts on 5 April 2027."),
    "sw-date": ("kozi inaanza lini?", "Kozi inaanza tarehe {}.", "5 Aprili", "6 Aprili", "Course starts on 5 April 2027."),
    "en-month-end": ("when does it start?", "It starts on {}.", "5 April", "6 April", "Kurssi alkaa 5.4.2027."),
    "fi-genitive": ("milloin?", "Kurssi alkaa {}.", "huhtikuun 5. päivänä", "huhtikuun 6. päivänä", "Kurssi alkaa 5.4.2027."),
    "en-ordinal": ("when?", "It is on {}.", "the 5th of April", "the 6th of April", "Kurssi alkaa 5.4.2027."),
    "en-may-1": ("until when?", "You can book until {}.", "May 1st", "May 2nd", "Reservas hasta el 1 de mayo."),
    "fr-1er": ("jusqu'à quand ?", "Réservation jusqu'au {}.", "1er mai", "2 mai", "Book until 1 May."),
    "en-out-of": ("which is easiest?", "It is our easiest one, {} out of 5.", "2", "3", "Nehézség: 2/5. Legkönnyebb szobánk."),
    "de-von": ("wie schwer ist das?", "Die Schwierigkeit ist {} von 5.", "2", "3", "Difficulty: 2/5"),
    "fr-sur": ("c'est difficile ?", "La difficulté est de {} sur 5.", "2", "3", "Difficulty: 2/5"),
    "es-de": ("¿es difícil?", "La dificultad es {} de 5.", "2", "1", "Difficulty: 2 out of 5"),
    "it-su": ("è difficile?", "La difficoltà è {} su 5.", "4", "3", "Difficulty: 4/5"),
    "ja-dankai": ("難しいですか", "難易度は5段階中{}です。", "2", "3", "Difficulty: 2/5"),
    "ja-ten": ("難しいですか", "難易度は5点満点中{}点です。", "2", "3", "Difficulty: 2/5"),
    "zh-fen": ("难吗?", "难度是满分5分中的{}分。", "2", "3", "Difficulty: 2/5"),
    "zh-xing": ("难吗?", "难度{}星(满分5星)。", "2", "3", "Difficulty: 2/5"),
    "ko-jeom": ("어려워요?", "난이도는 5점 만점에 {}점이에요.", "2", "3", "Difficulty: 2/5"),
    "en-slash": ("how hard?", "The difficulty is {}.", "2/5", "3/4", "Difficulty: 2 out of 5"),
    "nl-op": ("hoe moeilijk?", "De moeilijkheid is {} op 5.", "2", "3", "Difficulty: 2/5"),
    "ru-iz": ("сложно?", "Сложность {} из 5.", "2", "3", "Difficulty: 2/5"),
    "tr-uzerinden": ("zor mu?", "Zorluk 5 üzerinden {}.", "2", "3", "Difficulty: 2/5"),
    "fi-kautta": ("onko vaikea?", "Vaikeus on {}.", "2/5", "3/4", "Difficulty: 2 out of 5"),
    "en-decimal-of": ("how is it rated?", "It is rated {} out of 5.", "4.5", "4.6", "Bewertung: 4,5/5"),
    "en-dash": ("how much?", "It is {} for an hour.", "£12", "£14", "An hour: £12.-"),
    "de-strich": ("was kostet das?", "Das kostet {} pro Stunde.", "12,-", "14,-", "Stunde: 12,00 €"),
    "de-ch-strich": ("was kostet das?", "Eine Stunde kostet {}", "Fr. 12.–.", "Fr. 14.–.", "Stunde: CHF 12.00"),
    "pt-cifrao": ("quanto custa?", "Custa {}.", "R$ 1.250,00", "R$ 1.350,00", "Preço: R$1250"),
    "fr-euro-mid": ("combien ?", "C'est {}.", "12€50", "13€50", "Prix : 12,50 €"),
    "pt-time": ("que horas fecha?", "Fechamos às {}.", "18h", "19h", "Horário: 9:00-18:00"),
    "fi-klo": ("moneltako suljette?", "Suljemme klo {} Tervetuloa!", "18.", "19.", "Avoinna 9-18."),
    "da-kl": ("hvornår lukker I?", "Vi lukker kl. {}. Velkommen!", "17.30", "18.30", "Åbent 9-17.30."),
    "cs-hod": ("do kolika?", "Máme otevřeno do {}", "18 hod.", "19 hod.", "Otevřeno 9:00-18:00"),
    "bg-ch": ("до колко часа?", "Работим до {}", "18 ч.", "19 ч.", "Работно време 9:00-18:00"),
    "en-half-past": ("closing?", "We close at {}.", "5.30pm", "6.30pm", "Open 9-17:30"),
    "en-k": ("how much is it?", "It is about {}.", "$1.2k", "$1.3k", "Price: $1,200"),
    "ru-tys": ("сколько стоит?", "Это стоит {}", "2 тыс. руб.", "3 тыс. руб.", "Цена: 2000 ₽"),
    "en-lakh": ("price?", "It is {}.", "₹1.5 lakh", "₹1.6 lakh", "Price: ₹1,50,000"),
    "en-lakhs": ("price?", "It is {}.", "₹1,50,000", "₹1,60,000", "Price: 150000 INR"),
    "de-apostrophe": ("Preis?", "Das kostet {}.", "CHF 1'250.–", "CHF 1'350.–", "Preis: 1250 Franken"),
    "fa-toman": ("قیمت چند است؟", "قیمت {} است.", "۲۵۰ یورو", "۲۶۰ یورو", "Price: EUR 250"),
    "hi-price": ("कीमत?", "कीमत ₹{} है।", "२५०", "२६०", "Price: ₹250"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLED)
def test_a_figure_in_another_spelling_is_sent(name: str) -> None:
    assert shop.sent(name, SPELLED[name], 0)


@pytest.mark.parametrize("name", SPELLED)
def test_the_one_beside_it_is_not(name: str) -> None:
    assert not shop.sent(name, SPELLED[name], 1)
