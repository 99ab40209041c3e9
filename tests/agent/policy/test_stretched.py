"""What a reply stretches beyond its source, in its own or another language; and the same said rightly, which goes out."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

from typing import Any

import pytest

from f.common.figures.cognates import rewritten
from f.common.figures.labels import relabelled
from tests.agent.policy import harness, shop
from tests.agent.policy.shop import case, restaurant, search

PASSAGES = {
    "counters": "Only the harbour counter takes furniture. Parcels: all counters.",
    "tax": "Übersetzung: 38 € je Dokument, ohne Steuern (19 %).",
    "visits": "La visite est gratuite à Lyon ; à Grenoble elle coûte 60 €.",
    "cover": "Every parcel is insured up to KSh 5,000.",
    "boxes": "Kleine Kiste: 16 €. Große Kiste: 29 €. Lieferung ab 25 € kostenlos.",
    "sessions": "Il faut 6 à 10 séances, espacées d'au moins 8 semaines.",
    "laser": "Jusqu'à 10 cm² 80 €, 140 € au-delà.",
    "closed": "On 24 December we are closed; on 25 and 26 December we are open from 10:00 to 18:00.",
    "pools": "Pool | Temperature\nAdventure pool | 30 °C\nThermal pool | 36 °C",
    "entry": "Entry for adults: 12 €. Entry for children: 7 €. On Tuesday women only.",
    "rooms": "Sala Nadia: 95 € al día. Sala Marta: 120 € al día.",
    "guarded": "La garantía no cubre daños por granizo de más de 35 mm.",
    "holidays": "Vom 3. bis 15. August liefern wir nicht.",
    "family": "Kinder bis 12 Jahre frei, ohne Anmeldung.",
    "zones": "Zone | up to 2 kg\nInland (Thika, Nyeri) | KSh 420\nCoast (Mombasa, Malindi) | KSh 560",
    "tours": "Wir führen Sie jeden ersten Samstag im Monat durch den Hof.",
    "tuesdays": "Oficina de Faro: abierto sólo los martes.",
    "rebate": "10 % a partir de 5 documentos; estudantes 5 %.",
    "stamp": "Línguas: chinês e árabe, mais 30 %. Para a embaixada da China, mais 25 €.",
    "week": "Mardi à samedi 11h-19h, fermé dimanche",
    "sacks": "Per bulk bag: 20 mm gravel £64. Delivery of bags £25 per order, free from 4 bags.",
    "lessons": "Kurssi | Ikä | Kertoja | Hinta\nVauvat | 3-12 kk | 8 | 96 €\nAlkeet | 5-8 v | 12 | 162 €\nJatko | 7-12 v | 12 | 168 €",
    "lorry": "The lorry needs 3 m of width.",
    "swim": "Adult beginners: 10 lessons of 45 minutes, 149 €. Students get 10 % off.",
    "cancel": "Boat days are charged in full if cancelled less than 48 hours before. Book online.",
    "closing": "Passport photos until half an hour before closing. We close at 18:30.",
    "deposit": "Water server: 180 baht a month. Deposit 800 baht.",
    "station": "Metro M2, Astoria station, 6 minutes on foot.",
    "riders": "Junior kart: from 7 years. Twin-seat: the passenger at least 4 years old.",
    "office": "รับเงินสด ไม่รับบัตรเครดิต โอนได้ ออฟฟิศจ่ายเป็นรายเดือนได้ ตรวจรั่วฟรีทุกครั้งที่ส่ง",
    "trial": "Probeabo: 3 Lieferungen mit 15 % Rabatt, nur für Neukunden; es endet von selbst.",
}
HOUSE = restaurant(
    PASSAGES,
    languages=["en", "fr"],
    opening_hours="lunes a jueves 8:30-18:00, viernes 8:00-14:00, domingo cerrado",
)

# What the customer asks, the reply, the passage and the words quoted of it.
WRONG = {
    "any": ("can I send a sofa?", "Yes, you can send furniture at any of our counters.", "counters", "Only the harbour counter takes furniture"),
    "included": ("with tax?", "The 38 € already include 19 % tax.", "tax", "38 € je Dokument, ohne Steuern (19 %)"),
    "free elsewhere": ("ist der Besuch in Grenoble frei?", "Ja, in Grenoble ist der Besuch gratis.", "visits", "La visite est gratuite à Lyon"),
    "at most": ("it was lost", "You get KSh 5,000.", "cover", "insured up to KSh 5,000"),
    "below": ("frais de port ?", "La petite caisse coûte 16 €, donc la livraison est gratuite.", "boxes", "Kleine Kiste: 16 €"),
    "unit": ("jak często?", "Co 6 tygodni.", "sessions", "6 à 10 séances, espacées d'au moins 8 semaines"),
    "closed day": ("24-én?", "December 24-én 10:00 és 18:00 között vagyunk nyitva.", "closed", "On 24 December we are closed; on 25 and 26"),
    "akin": ("quelle température ?", "Le bassin d'aventure est à 36 °C.", "pools", "Adventure pool | 30 °C\nThermal pool | 36 °C"),
    "label": ("сколько стоит ребёнок?", "Вход для детей стоит 12 €.", "entry", "Entry for adults: 12 €. Entry for children: 7 €."),
    "letters": ("сколько стоит Sala Nadia?", "Зал Надиа стоит 120 € в день.", "rooms", "Sala Nadia: 95 € al día. Sala Marta: 120 € al día."),
    "denied": ("гарантія покриває град?", "Так, гарантія покриває град понад 35 мм.", "guarded", "no cubre daños por granizo de más de 35 mm"),
    "turned": ("is it free for her, 12?", "Kinder ab 12 Jahren sind frei.", "family", "Kinder bis 12 Jahre frei, ohne Anmeldung"),
    "row": ("2 kg to Thika?", "Up to 2 kg to Thika costs KSh 560.", "zones", "Inland (Thika, Nyeri) | KSh 420\nCoast (Mombasa, Malindi) | KSh 560"),
    "my deed": ("cancel my boat trip pls", "I've cancelled your boat trip.", "cancel", "if cancelled less than 48 hours before"),
    "my deed without a pronoun": ("foglalj nekem", "Lefoglaltam a hajókirándulást.", "cancel", "Book online."),
    "my deed in Hebrew": ("תקבעי לי שיט", "קבעתי לך שיט.", "cancel", "Book online."),
    "my deed in Japanese": ("1日延ばしてください", "ご予約を1日延長いたしました。", "cancel", "Book online."),
    "my deed in Chinese": ("帮我取消", "已经帮您取消了。", "cancel", "if cancelled less than 48 hours before"),
    "my deed in Spanish": ("cancela mi paseo", "Listo, cancelé tu paseo en barco.", "cancel", "if cancelled less than 48 hours before"),
    "another half": ("עד מתי?", "פתוח עד 18:30, ואפשר לבוא עד 17:45.", "closing", "until half an hour before closing. We close at 18:30"),
    "too young for what is quoted": ("mi niña de 3 años, ¿puede?", "¡Claro! Es muy divertido.", "riders", "the passenger at least 4 years old"),
    "promise": ("deliver in August?", "Don't worry, we guarantee that you get it.", "holidays", "Vom 3. bis 15. August liefern wir nicht."),
}  # fmt: skip
RIGHT = {
    "all": ("where can I send parcels?", "You can send parcels at all of our counters.", "counters", "Parcels: all counters."),
    "without": ("with tax?", "38 € per document; 19 % tax is not included.", "tax", "38 € je Dokument, ohne Steuern (19 %)"),
    "free there": ("ist der Besuch in Lyon frei?", "Ja, in Lyon ist der Besuch gratis.", "visits", "La visite est gratuite à Lyon"),
    "up to": ("it was lost", "You get up to KSh 5,000.", "cover", "insured up to KSh 5,000"),
    "above": ("frais ?", "La grande caisse coûte 29 €, la livraison est gratuite.", "boxes", "Große Kiste: 29 €. Lieferung ab 25 € kostenlos."),
    "both sides": ("14 cm², vad kostar det?", "Över 10 cm² kostar det 140 €.", "laser", "Jusqu'à 10 cm² 80 €, 140 € au-delà."),
    "sessions": ("jak często?", "Co najmniej co 8 tygodni, 6–10 sesji.", "sessions", "6 à 10 séances, espacées d'au moins 8 semaines"),
    "open day": ("25-én?", "December 25-én 10:00 és 18:00 között vagyunk nyitva.", "closed", "we are open from 10:00 to 18:00"),
    "akin": ("quelle température ?", "Le bassin d'aventure est à 30 °C.", "pools", "Adventure pool | 30 °C"),
    "label": ("сколько стоит ребёнок?", "Вход для детей стоит 7 €.", "entry", "Entry for children: 7 €."),
    "letters": ("сколько стоит Sala Nadia?", "Зал Надиа стоит 95 € в день.", "rooms", "Sala Nadia: 95 € al día."),
    "range of days": ("هل توصلون؟", "لا، لا نوصّل من 3 إلى 15 أغسطس.", "holidays", "Vom 3. bis 15. August liefern wir nicht."),
    "what others do": ("who?", "Less than 48 hours before you are charged in full if it is cancelled.", "cancel", "charged in full if cancelled"),
    "a word of both languages": ("5 sacs de gravier ?", "Cinq big bags de gravier à 64 £ font 320 £.", "sacks", "20 mm gravel £64"),
    "numbers of one row": ("ребёнку 7 месяцев", "Курс от 3 до 12 месяцев стоит 96 € за 8 занятий.", "lessons", "Vauvat | 3-12 kk | 8 | 96 €"),
    "too small": ("will it get through a lane of 9 ft", "Probably not. The lorry needs 3 m.", "lorry", "The lorry needs 3 m of width."),
    "comfort": ("i cant swim at all", "You're definitely not alone! It is 10 lessons for 149 €.", "swim", "10 lessons of 45 minutes, 149 €"),
    "half an hour": ("עד מתי?", "פתוח עד 18:30, ואפשר לבוא עד 18:00.", "closing", "until half an hour before closing. We close at 18:30"),
    "a deposit is no promise": ("サーバーはいくら?", "保証金は800バーツです。", "deposit", "Deposit 800 baht"),
    "a line with one digit": ("駅から?", "地下鉄M2のAstoria駅から徒歩6分です。", "station", "Metro M2, Astoria station, 6 minutes on foot"),
    "the age that is quoted": ("mi niña de 5 años, ¿puede?", "¡Claro! Desde los 4 años.", "riders", "the passenger at least 4 years old"),
    "row": ("2 kg to Thika?", "Up to 2 kg to Thika costs KSh 420.", "zones", "Inland (Thika, Nyeri) | KSh 420"),
}  # fmt: skip


def sent(message: str, text: str, source: str, quote: str) -> bool:
    return shop.passes(HOUSE, message, text, source, quote)


def run(given: dict[str, Any], structured: bool) -> bool:
    return harness.run(given, HOUSE, structured).passed


@pytest.mark.parametrize("kind", WRONG)
def test_what_says_more_than_its_source_is_not_sent(kind: str) -> None:
    assert not sent(*WRONG[kind])


@pytest.mark.parametrize("kind", RIGHT)
def test_what_its_source_says_is_sent(kind: str) -> None:
    assert sent(*RIGHT[kind])


def test_the_rest_of_a_quote_may_be_told_by_a_claim_of_its_own() -> None:
    first, rest = "Vous avez 15 % sur 3 livraisons.", "C'est réservé aux nouveaux clients."
    claims = [
        {"says": first, "source": "trial", "quote": PASSAGES["trial"]},
        {"says": rest, "source": "trial", "quote": "nur für Neukunden; es endet von selbst"},
    ]
    assert run(case("l'essai ?", f"{first} {rest} [S1]", search("trial"), claims=claims), True)


def test_a_claim_in_another_language_need_not_share_a_word_with_its_quote() -> None:
    no, rest = "Maalesef henüz değil.", "Yetişkin kursu 10 ders, 149 €."
    claims = [
        {"says": no, "source": "swim", "quote": "10 lessons of 45 minutes, 149 €"},
        {"says": rest, "source": "swim", "quote": "10 lessons of 45 minutes, 149 €"},
    ]
    assert run(case("çocuk kursu var mı", f"{no} {rest}", search("swim"), claims=claims, kind="answer"), True)


def test_no_clause_of_thai_denies_what_another_one_says() -> None:
    text = "A leak check is done free of charge with every delivery."
    assert run(case("leak check?", f"{text} [S1]", search("office")), False)


def test_a_time_of_another_quote_of_the_same_words_is_that_quotes() -> None:
    text = "In July we open at 10:00 every day, Thursdays included."
    claims = [
        {"says": text, "source": "july", "quote": "In July we open at 10:00 every day"},
        {"says": text, "source": "opening_hours", "quote": "Mon-Thu 12:00-22:00"},
    ]
    hours = "Mon-Thu 12:00-22:00, Fri 12:00-24:00, Sat 10:00-24:00"
    house = restaurant({"july": "In July we open at 10:00 every day."}, opening_hours=hours)
    assert harness.run(case("thursdays in july?", text, search("july"), claims=claims), house, True).passed


@pytest.mark.parametrize(
    ("text", "is_sent"),
    [
        ("El viernes por la tarde estamos cerrados: abrimos de 8:00 a 14:00.", True),
        ("On Friday we're open from 8:00 to 14:00.", True),
        ("On Friday we're open from 8:00 to 18:00.", False),
    ],
)
def test_times_belong_to_their_day(text: str, is_sent: bool) -> None:
    claims = [{"says": text, "source": "opening_hours", "quote": "viernes 8:00-14:00"}]
    assert run(case("open on friday afternoon?", text, claims=claims), False) == is_sent


def test_words_that_take_up_a_wish_deny_no_deed() -> None:
    text = "No problem, I've cancelled your visit for tomorrow."
    assert not run(case("cancel my visit", f"{text} [S1]", search("visits")), False)


@pytest.mark.parametrize(
    ("message", "text", "source", "quote"),
    [
        ("gibt es im Dezember eine Führung?", "Ja, am Samstag, den 5. Dezember.", "tours", "jeden ersten Samstag im Monat"),
        ("amanhã?", "Amanhã é sexta e só abrimos às terças.", "tuesdays", "abierto sólo los martes"),
        ("ik ben student", "Als student 5 %; 10 % is pas vanaf 5 documenten.", "rebate", "10 % a partir de 5 documentos; estudantes 5 %"),
        ("for the Chinese embassy?", "The stamp for the Chinese embassy is another 25 €.", "stamp", "Para a embaixada da China, mais 25 €"),
        ("zijn jullie open?", "Ja, woensdag tot 19 uur.", "week", "Mardi à samedi 11h-19h"),
    ],
)  # fmt: skip
def test_what_follows_from_its_source_is_sent(message: str, text: str, source: str, quote: str) -> None:
    assert sent(message, text, source, quote)


def test_akin_words_and_labels_are_those_of_the_source() -> None:
    assert (
        rewritten("Момбаса, гарантія, aventure", ["Mombasa garantía adventure"])
        == "Mombasa, garantía, adventure"
    )
    assert rewritten("two rooms free", ["Zimmer mit Frühstück"]) == "two rooms free"
    assert relabelled("Depozito 5 €, çocuk 3 €", "Pfand: 5 €, Kinder: 3 €") == "Pfand 5 €, Kinder 3 €"
    assert relabelled("学生公寓", "Student residence") == " Student 公寓"
