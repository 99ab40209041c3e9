"""What follows from a source in one step or two: sums, shares, sizes, times, limits, days after closed ones; and slips beside it."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import pytest

from tests.agent.policy import shop

# What the customer asks, the reply without its figure, the right one, a wrong one, and all that the source says. A name begins with its language.
RECKONED = {
    "fi-week-before": (
        "mihin mennessä pitää perua?",
        "Kurssi alkaa 3.9., joten peru viimeistään {} Sen jälkeen maksu jää meille.",
        "27.8.", "26.8.", "Kurssi alkaa 3.9. Peruutus viimeistään 7 päivää ennen alkua, sen jälkeen maksu jää meille.",
    ),
    "en-short": (
        "my lane is 9 ft wide, ok?",
        "The lorry needs 3 m and 9 ft is about 2.74 m, so you are around {} short.",
        "26 cm", "36 cm", "The lorry needs 3 m of width.",
    ),
    "de-fehlt": (
        "mein Auto ist 15 ft lang, passt das?",
        "15 ft sind rund 4,57 m; bei 4,80 m bleiben etwa {}.",
        "23 cm", "33 cm", "Die Stellplätze sind 4,80 m lang.",
    ),
    "en-inch": (
        "my desk is 6 ft, fits in 2 m?",
        "6 ft is 183 cm, so it fits with about {} to spare.",
        "17 cm", "27 cm", "The van's loading length is 2 m.",
    ),
    "fr-bagage": ("ma valise fait 55 lb", "55 lb font environ 25 kg, soit {} de trop.", "2 kg", "4 kg", "Bagage : 23 kg maximum."),
    "es-fondo": (
        "el hueco mide 2 ft, cabe?",
        "2 ft son unos 61 cm; el mueble mide 58 cm, así que sobran unos {}.",
        "3 cm", "5 cm", "El mueble tiene 58 cm de fondo.",
    ),
    "es-mm": ("hueco de 0,6 m", "0,6 m son 60 cm, así que sobran {}.", "20 mm", "30 mm", "El mueble tiene 58 cm de fondo."),
    "en-least-before": (
        "until when can I move it?",
        "You can move it at least {} before.",
        "3 days", "4 days", "Free change until 3 days before the date.",
    ),
    "de-spaetestens": (
        "bis wann kann ich absagen?",
        "Absagen kann man mindestens {} vorher.",
        "3 Tage", "4 Tage", "Absage kostenlos bis 3 Tage vorher.",
    ),
    "es-antelacion": (
        "¿hasta cuándo puedo cancelar?",
        "Puedes cancelar con al menos {} de antelación.",
        "48 horas", "24 horas", "Free cancellation until 48 hours before.",
    ),
    "fr-avant": ("annulation ?", "Il faut annuler au moins {} avant.", "3 jours", "2 jours", "Annulation gratuite jusqu'à 3 jours avant l'arrivée."),
    "ru-do": (
        "до когда можно отменить?",
        "Отменить можно минимум за {} до начала.",
        "3 дня", "2 дня", "Free cancellation up to 3 days before the start.",
    ),
    "en-after-closed": (
        "next delivery after the holiday?",
        "We are closed from the 13th to the 15th, so the next delivery is on {}.",
        "Thursday 16 April", "Friday 17 April", "Closed for Songkran 13-15 April 2026.",
    ),
    "de-after-closed": (
        "wann öffnet ihr wieder?",
        "Wir haben bis 6. Januar zu und öffnen wieder am {}.",
        "7. Januar", "8. Januar", "Vom 24. Dezember bis 6. Januar geschlossen.",
    ),
    "en-closed-sunday": (
        "when are you open again?",
        "We are closed until 5 December and on Sundays, so we open again on {}.",
        "Monday 7 December", "Tuesday 8 December", "Closed 1-5 December. Closed on Sundays.",
    ),
    "es-vuelta": (
        "¿cuándo abren?",
        "Estamos cerrados hasta el 31 de agosto; volvemos el {}.",
        "1 de septiembre", "2 de septiembre", "Cerrado por vacaciones del 15 al 31 de agosto.",
    ),
    "ja-fukki": ("いつ再開しますか", "12月29日から1月3日まで休みなので、{}から営業します。", "1月4日", "1月5日", "12月29日〜1月3日休業"),
    "en-total-delivery": (
        "10 bottles to Hang Dong?",
        "Ten bottles are 180 baht; with 40 baht delivery that makes {}.",
        "220 baht", "240 baht", "RO refill: 18 baht. Delivery under 500 baht: 40 baht.",
    ),
    "fr-sacs": (
        "5 sacs de gravier et 1 de sable ?",
        "5 sacs de gravier font 320 £, avec le sable à 58 £ : {}.",
        "378 £", "368 £", "Gravier : 64 £ le sac. Sable : 58 £ le sac.",
    ),
    "en-student": (
        "student price with beach?",
        "With 10% off the package is 801 shekels; the beach adds 250, so {} in all.",
        "1,051 shekels", "1,151 shekels", "Family package 890 shekels. Students 10% off the package. Beach: 250 shekels extra.",
    ),
    "de-halb": (
        "wie viel bekomme ich zurück?",
        "Die Hälfte der Anzahlung wird einbehalten, du bekommst {} zurück.",
        "200 €", "300 €", "Anzahlung 400 €. Bei Absage behalten wir die Hälfte.",
    ),
    "pl-rata": ("ile wynosi rata?", "Kurs kosztuje 1200 zł, w 4 ratach to {} miesięcznie.", "300 zł", "400 zł", "Kurs: 1200 zł, płatne w 4 ratach."),
    "ko-per": (
        "쿠폰 한 통에 얼마예요?",
        "30통 쿠폰이 465바트라서 한 통에 {}예요.",
        "15.5바트", "16.5바트", "30 bottle coupon: 465 baht. Single: 18 baht.",
    ),
    "ko-save": (
        "쿠폰이 얼마나 싸요?",
        "낱개로 30통은 540바트, 쿠폰은 465바트라서 {}를 아껴요.",
        "75바트", "85바트", "30 bottle coupon: 465 baht. Single: 18 baht.",
    ),
    "ru-zanyatie": ("сколько одно занятие?", "Курс стоит 96 € за 8 занятий, то есть {} за одно.", "12 €", "14 €", "Kurssi 96 €, 8 kertaa."),
    "hi-gst": ("GST ke saath kitna?", "₹500 पर 18% GST मिलाकर {} होंगे।", "₹590", "₹580", "Fee: ₹500 plus 18% GST."),
    "pt-parcel": ("quanto fica por pessoa?", "São R$ 240 para 4 pessoas, ou seja {} por pessoa.", "R$ 60", "R$ 80", "Mesa para 4 pessoas: R$ 240."),
    "it-notti": (
        "3 notti con cane?",
        "3 notti a 80 € fanno 240 €, più 10 € a notte per il cane: {}.",
        "270 €", "280 €", "Camera 80 € a notte. Cane 10 € a notte.",
    ),
    "tr-kdv": ("KDV dahil?", "1.000 TL artı %20 KDV, yani {}.", "1.200 TL", "1.250 TL", "Ücret 1.000 TL + %20 KDV."),
    "en-time-after": (
        "when do I need to leave?",
        "Check-in closes 45 minutes before the 18:30 departure, so be there by {}.",
        "17:45", "17:15", "Departure 18:30. Check-in closes 45 minutes before.",
    ),
    "de-dauer": (
        "wann ist es vorbei?",
        "Beginn ist 19.30 Uhr, es dauert 105 Minuten, also bis {}.",
        "21.15 Uhr", "21.45 Uhr", "Beginn 19.30 Uhr, Dauer 105 Minuten.",
    ),
    "fr-fin": ("ça finit quand ?", "Début à 14h, durée 2h30 : c'est fini à {}.", "16h30", "17h30", "Début 14h, durée 2h30."),
    "ja-owari": ("何時に終わりますか", "13時開始で90分なので、{}に終わります。", "14時30分", "15時30分", "13時開始、所要90分"),
    "en-diff-age": ("im 15, when can I?", "The pro kart is from 18 years, so in {}.", "3 years", "4 years", "Pro kart: from 18 years."),
    "en-km-miles": ("how far do you deliver in miles?", "We deliver within 20 km, about {}.", "12 miles", "15 miles", "Delivery within 20 km."),
    "en-kg-lb": ("max weight in pounds?", "The limit is 120 kg, about {}.", "265 lb", "285 lb", "Maximum weight 120 kg."),
    "en-ft-in": ("min height in feet?", "You must be 150 cm tall, about {}.", "4 ft 11 in", "5 ft 6 in", "Minimum height 150 cm."),
    "de-monate": ("wie lange gilt das in Monaten?", "Der Gutschein gilt 2 Jahre, also {}.", "24 Monate", "22 Monate", "Gutscheine gelten 2 Jahre."),
    "es-vale": (
        "me lo regalaron el 2 de mayo, ¿hasta cuándo vale?",
        "Vale 6 meses, hasta el {}.",
        "2 de noviembre", "2 de diciembre", "El bono vale 6 meses desde la compra.",
    ),
    "es-vale2": (
        "lo compré el 2 de mayo, ¿y si lo alargo?",
        "Vale 6 meses y se alarga 3 meses más: hasta el {}.",
        "2 de febrero", "2 de marzo", "El bono vale 6 meses desde la compra; se alarga una vez 3 meses.",
    ),
    "en-window": (
        "race on 6 December, how many days?",
        "From today to 6 December it is {}.",
        "10 days", "12 days", "Cancellation 7 days before the race: free.",
    ),
    "nl-korting": (
        "prijs voor 6 flessen?",
        "6 flessen à € 8 is € 48, met 10 % korting {}.",
        "€ 43,20", "€ 44,20", "Fles € 8. Vanaf 6 flessen 10 % korting.",
    ),
    "sv-moms": ("pris utan moms?", "1 250 kr med 25 % moms är {} utan.", "1 000 kr", "1 100 kr", "Pris 1 250 kr inkl. 25 % moms."),
    "ar-majmoo": ("كم السعر لشخصين؟", "السعر ١٢٠ درهما للشخص، فيكون {} لشخصين.", "٢٤٠ درهما", "٢٦٠ درهما", "Price: AED 120 per person."),
    "he-kvutza": ("כמה עולה ל-3?", 'המחיר 90 ש"ח לאדם, ול-3 אנשים {}.', '270 ש"ח', '290 ש"ח', 'מחיר: 90 ש"ח לאדם.'),
    "th-ruam": ("3 ขวดเท่าไหร่", "ขวดละ 18 บาท 3 ขวดรวม {} ค่ะ", "54 บาท", "64 บาท", "น้ำดื่ม ขวดละ 18 บาท"),
    "zh-liang": ("两个人多少钱?", "每人68元,两个人一共{}。", "136元", "146元", "每人68元"),
    "vi-tong": ("3 vé bao nhiêu?", "Mỗi vé 50.000 đ, 3 vé là {}.", "150.000 đ", "160.000 đ", "Vé: 50.000 đ"),
    "vi-k": ("3 vé bao nhiêu?", "3 vé là {}.", "150k", "160k", "Vé: 50.000 đ"),
    "id-rb": ("3 tiket berapa?", "3 tiket jadi {}.", "Rp150rb", "Rp160rb", "Tiket Rp50.000"),
    "en-noon": (
        "when do you open in july?",
        "We open at 10 am, {} earlier than the usual noon start.",
        "two hours", "three hours", "Open from 12:00; in July from 10:00.",
    ),
    "en-per-100": ("price of 250 g?", "It is £2.40 per 100 g, so 250 g is {}.", "£6", "£7", "Cheese £2.40 per 100 g."),
    "de-100g": ("was kosten 250 g?", "250 g kosten {}.", "6,00 €", "7,00 €", "Käse 2,40 € je 100 g."),
    "en-hourly": ("90 minutes, how much?", "90 minutes at £40 an hour is {}.", "£60", "£70", "Tutor: £40 an hour."),
    "pl-pol": ("ile za pół godziny?", "Pół godziny to {}.", "40 zł", "50 zł", "Godzina: 80 zł."),
    "en-first-further": ("4 suitcases?", "The first is £10 and three more at £6 make {}.", "£28", "£29", "First suitcase £10, each further one £6."),
    "en-free-nth": (
        "10 coffees with the card?",
        "Every tenth is free, so you pay for 9: {}.",
        "€27", "€30", "Coffee €3. Every tenth coffee is free.",
    ),
    "de-3fuer2": ("3 Shirts?", "3 für 2: du zahlst 2 mal 15 €, also {}.", "30 €", "35 €", "Shirt 15 €. 3 für 2."),
    "en-deposit-rest": (
        "what do I pay on arrival?",
        "30% of 500 € is 150 €, so the remaining {} are due on arrival.",
        "350 €", "370 €", "Room 500 €. Deposit 30%, the rest on arrival.",
    ),
    "en-sum-3": ("bed, breakfast and parking for a night?", "60 + 12 + 8 makes {}.", "80 €", "82 €", "Bed 60 €. Breakfast 12 €. Parking 8 €."),
    "zh-fraction": ("退多少?", "退三分之二,即{}。", "200元", "250元", "押金300元,退还三分之二。"),
    "ja-bun": ("いくら戻りますか", "3分の2、つまり{}が戻ります。", "200円", "250円", "保証金300円、3分の2を返金。"),
    "en-twothirds": ("how much back?", "Two thirds come back, so {}.", "€200", "€250", "Deposit €300; two thirds are refunded."),
    "en-week-hours": (
        "how many hours in the course?",
        "10 lessons of 45 minutes make {}.",
        "7.5 hours", "8.5 hours", "Course: 10 lessons of 45 minutes.",
    ),
    "en-range-people": ("we are 7", "For 7 you need two tables, {} on each at most.", "4", "5", "Each table seats 4."),
    "en-sign-nights": ("arrive 3 Dec leave 7 Dec", "From 3 to 7 December it is 4 nights at €50: {}.", "€200", "€220", "Room €50 a night."),
    "en-before-date": (
        "wedding on 12 December, last day to change?",
        "Changes until 5 days before, that is until {}.",
        "7 December", "9 December", "Changes are free until 5 days before the event.",
    ),
    "fi-alv": ("hinta ilman alvia?", "125,50 € sisältää alv 25,5 %, eli ilman {}.", "100 €", "110 €", "Hinta 125,50 € (sis. alv 25,5 %)."),
    "en-split": ("per head, we are 14?", "Split between 14 that is about {} each.", "134.30 GEL", "135.30 GEL", "The race: 1,880 GEL."),
}  # fmt: skip


@pytest.mark.parametrize("name", RECKONED)
def test_what_follows_is_sent(name: str) -> None:
    assert shop.sent(name, RECKONED[name], 0)


@pytest.mark.parametrize("name", RECKONED)
def test_a_slip_is_not(name: str) -> None:
    assert not shop.sent(name, RECKONED[name], 1)
