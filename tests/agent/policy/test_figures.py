"""Figures are found in every language and script, and two ways to write one meet."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

from datetime import date

import pytest

from f.agent.policy.reckoning import follows
from f.common.figures.amounts import same
from f.common.figures.finder import figures
from f.common.figures.segments import Source, segments
from f.common.figures.tool_rows import flat

READ = [
    ("en", "It costs KSh 560.", "560", "KES"),
    ("hu", "8 400 Ft", "8400", "HUF"),
    ("en", "a rope of 20 ft", "20", "ft"),
    ("fr", "25 000 FCFA", "25000", "XOF"),
    ("en", "GH₵ 40 a day", "40", "GHS"),
    ("es", "una potencia de 4,5 kWp", "4.5", "kWp"),
    ("en", "12 GB of data", "12", "GB"),
    ("en", "It costs EUR 11.90.", "11.9", "EUR"),
    ("en", "within 30 days", "30", "day"),
    ("en", "thirty days", "30", "day"),
    ("es", "cuesta 11,90 euros", "11.9", "EUR"),
    ("es", "en 14 días", "14", "day"),
    ("de", "das kostet 1.250,00 €", "1250", "EUR"),
    ("de", "in zwei Wochen", "2", "week"),
    ("fr", "en 24 heures", "24", "hour"),
    ("it", "entro 5 giorni", "5", "day"),
    ("pt", "em 3 meses", "3", "month"),
    ("nl", "binnen 10 dagen", "10", "day"),
    ("pl", "w ciągu 7 dni", "7", "day"),
    ("cs", "za 3 týdny", "3", "week"),
    ("ru", "за 14 дней", "14", "day"),
    ("uk", "500 грн", "500", "UAH"),
    ("tr", "2 yıl garanti", "2", "year"),
    ("ar", "خلال ٣٠ يوما", "30", "day"),
    ("hi", "30 दिन", "30", "day"),
    ("zh", "需要14天", "14", "day"),
    ("zh", "三十天", "30", "day"),
    ("ja", "2,000円です", "2000", "JPY"),
    ("ko", "3개월", "3", "month"),
    ("he", "תוך 14 ימים", "14", "day"),
    ("fa", "۳۰ روز", "30", "day"),
    ("el", "σε 5 ημέρες", "5", "day"),
    ("hu", "8 nap", "8", "day"),
    ("sv", "inom 2 veckor", "2", "week"),
    ("en", "10 % off", "10", "%"),
    ("en", "it weighs 1.2 kg", "1.2", "kg"),
    ("ar", "350 درهما للشخص", "350", "dirham"),
    ("de", "nach 10 Werktagen", "10", "day"),
    ("fi", "15 arkipäivää", "15", "day"),
    ("ar", "6 دراهم", "6", "dirham"),
    ("he", "20 שקלים", "20", "ILS"),
    ("pl", "129 złotych", "129", "PLN"),
    ("uk", "100 гривень", "100", "UAH"),
    ("hi", "100 रुपये", "100", "rupee"),
    ("tr", "140 TL'dir", "140", "TRY"),
    ("ko", "1,600,000원이고", "1600000", "KRW"),
    ("ko", "3만 5천원", "35000", "KRW"),
    ("ko", "2주라서", "2", "week"),
    ("ja", "12万円", "120000", "JPY"),
    ("id", "Rp117 ribu", "117000", "IDR"),
    ("id", "Rp85.000 dan", "85000", "IDR"),
    ("es", "6 mil pesos", "6000", "peso"),
]


@pytest.mark.parametrize(("language", "text", "value", "unit"), READ)
def test_an_amount_and_its_unit(language: str, text: str, value: str, unit: str) -> None:
    (found,) = figures(text)
    assert value in found.keys and found.unit == unit


@pytest.mark.parametrize(
    ("text", "key", "unit"),
    [
        ("on Monday", "weekday:0", "weekday"),
        ("el lunes", "weekday:0", "weekday"),
        ("am Montag", "weekday:0", "weekday"),
        ("le dimanche", "weekday:6", "weekday"),
        ("в понедельник", "weekday:0", "weekday"),
        ("pazartesi günü", "weekday:0", "weekday"),
        ("星期一营业", "weekday:0", "weekday"),
        ("月曜日は休み", "weekday:0", "weekday"),
        ("يوم الاثنين", "weekday:0", "weekday"),
        ("सोमवार को", "weekday:0", "weekday"),
        ("by 24 December", "date:12-24", "date"),
        ("am 24. Dezember", "date:12-24", "date"),
        ("el 24 de diciembre", "date:12-24", "date"),
        ("2026-12-24", "date:12-24/2026", "date"),
        ("12月24日", "date:12-24", "date"),
        ("at 7 pm", "at 19:00", "clock"),
        ("um 8.30 Uhr", "at 8:30", "clock"),
        ("à 18h30", "at 18:30", "clock"),
        ("call +34 900 555 014", "phone:34900555014", "phone"),
        ("www.lampen.example/help", "link:lampen.example/help", "link"),
        ("hello@lamps.example", "mail:hello@lamps.example", "mail"),
        ("order CL-1042", "code:cl1042", "code"),
    ],
)
def test_days_times_addresses_and_codes(text: str, key: str, unit: str) -> None:
    found = figures(text)
    assert [(key in f.keys, f.unit) for f in found] == [(True, unit)]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("11,90", "11.9", True),
        ("1.500", "1500", True),
        ("1,000,000", "1000000", True),
        ("1.234,56", "1,234.56", True),
        ("21:00", "9 pm", True),
        ("7 pm", "19:00", True),
        ("24.12.2026", "24 December", True),
        ("٣٠ يوما", "30 days", True),
        ("30 Tage", "30 días", True),
        ("+34900555014", "900-555-014", True),
        ("11,90 €", "EUR 11.90", True),
        ("30 days", "30 hours", False),
        ("EUR 30", "USD 30", False),
        ("1,000", "1", False),
        ("7:00", "10:00", False),
        ("10", "100", False),
        ("11.90", "90", False),
        ("2026", "20:26", False),
        ("Monday", "domingo", False),
        ("AED 350", "350 درهما", True),
        ("USD 350", "350 درهما", False),
        ("19:15", "7:15 μ.μ.", True),
        ("16:30", "下午4:30", True),
        ("7:15 am", "19:15", False),
    ],
)
def test_two_ways_to_write_a_figure(one: str, other: str, meet: bool) -> None:
    (a,), (b,) = figures(one), figures(other)
    assert same(a, b) is meet


@pytest.mark.parametrize(
    ("figure", "known", "times", "counts"),
    [
        ("2 years", "24 months", [], []),
        ("3 days", "72 hours", [], []),
        ("about 4 weeks", "30 days", [], []),
        ("90 minutes", "1.5 hours", [], []),
        ("1,500 g", "1.5 kg", [], []),
        ("33 lb", "15 kg", [], []),
        ("EUR 84", "EUR 39 and EUR 45", [], []),
        ("EUR 6", "EUR 39 and EUR 45", [], []),
        ("EUR 95.90", "EUR 39, EUR 45 and EUR 11.90", [], []),
        ("EUR 78", "EUR 39", [2.0], []),
        ("EUR 130", "EUR 55 and EUR 25", [4.0], []),
        ("EUR 35.10", "EUR 39, 10 % off", [], []),
        ("4 shops", "", [], [4]),
        ("26 December", "30 days", [], []),
        ("29 November", "3 days", [], []),
        ("Sunday", "3 days", [], []),
        ("3 days", "2026-11-23", [], []),
        ("7 hours", "from 10:00 to 17:00", [], []),
        ("11 hours", "from 21:00 to 8:00", [], []),
        ("EUR 60", "EUR 20 for 100 points", [300.0], []),
        ("EUR 50", "EUR 1050, 5 % included", [], []),
        ("10 December", "10 Werktage", [], []),
        ("15 years", "since 2011", [], []),
        ("155 cm", "1.75 m less 20 cm", [], []),
        ("25 days", "1.5 kg at 60 g", [], []),
        ("23 m", "25 yards", [], []),
        ("17:15 hours", "45 minutes before 18:00", [], []),
        ("13時40分", "11:00発, 2時間40分", [], []),
        ("2h30", "8 hours, 5.5 used", [], []),
        ("44 %", "EUR 5,400 and EUR 2,999", [], []),
        ("15 days", "EUR 18 and EUR 260", [], []),
    ],
)
def test_what_can_be_reckoned(figure: str, known: str, times: list[float], counts: list[int]) -> None:
    (wanted,) = figures(figure)
    assert follows(wanted, figures(known), times, counts, date(2026, 11, 26))


@pytest.mark.parametrize(
    ("figure", "known"),
    [
        ("3 years", "24 months"),
        ("EUR 94", "EUR 39 and EUR 45"),
        ("EUR 8", "14 days"),
        ("31 December", "30 days"),
        ("3 December", "14 days"),
        ("10:00", "8:30 to 19:00"),
        ("+34 900 555 015", "+34 900 555 014"),
    ],
)
def test_what_cannot(figure: str, known: str) -> None:
    (wanted,) = figures(figure)
    assert not follows(wanted, figures(known), [], [], date(2026, 11, 26))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("13 Franken 50.", [["13.5"]]),
        ("for 5 euros 20 minutes", [["5"], ["20"]]),
        ("2 business days", [["2"]]),
    ],
)
def test_what_stands_behind_a_unit(text: str, keys: list[list[str]]) -> None:
    assert [sorted(k for k in f.keys if not k.startswith("at ")) for f in figures(text)] == keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("今8時50分です", "at 8:50"),
        ("下午3点半", "at 15:30"),
        ("오후 5시까지", "at 17:00"),
        ("土日祝のみ運行", "weekday:6"),
        ("月〜金 9:00", "weekday:2"),
        ("평일 9-18", "weekday:4"),
        ("周末休息", "weekday:5"),
    ],
)
def test_times_and_days_of_chinese_japanese_and_korean(text: str, key: str) -> None:
    assert any(key in f.keys for f in figures(text))


def test_a_range_of_days_holds_those_between() -> None:
    (open_days,) = segments(Source("S1", "Barcelona: Monday to Saturday"))
    days = {key for f in open_days.figures for key in f.keys}
    assert days == {f"weekday:{day}" for day in range(6)}


def test_a_row_of_several_records_is_read_record_by_record() -> None:
    rows = segments(
        Source(
            "S1", "Shop Leeds: Kirkgate 1 | Tel. 0113 555 017 || Shop York: Fossgate 3 | Tel. 01904 555 218"
        )
    )
    assert [row.text.partition(":")[0] for row in rows] == ["Shop Leeds", "Shop York"]
    rows = segments(Source("S1", "Test: liver | Price: 820 | Test: kidney | Price: 760 | free from 1000"))
    assert [row.text for row in rows] == [
        "Test: liver | Price: 820",
        "Test: kidney | Price: 760",
        "free from 1000",
    ]
    assert rows[2].terms >= rows[0].terms  # what has no label of its own is said of all
    (row,) = segments(Source("get_order", '{"order_id": "CL-1", "total": 5, "ordered_on": "2026-11-26"}'))
    assert row.text.endswith("ordered on: 2026-11-26")  # "ordered" repeats no "order"


def test_a_tools_fields_are_rows() -> None:
    rows = segments(
        Source("get_order", '{"items": [{"name": "Arno", "price_cents": 3900}, {"name": "Pino"}]}')
    )
    assert [row.text for row in rows] == ["items | name: Arno | price cents: 39.0", "items | name: Pino"]


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ('[["no", "KM"], ["left", 186000]]', "no: KM | left: 186000 = 1860.00"),
        ('{"delay_s": 420, "seats": 12}', "delay s: 420 s = 7 min | seats: 12"),
        ('{"المبلغ_فلس": 11800}', "المبلغ فلس: 118.0"),
        ('{"paid": true, "rate": 0.2}', "paid: True | rate: 0.2"),
    ],
)
def test_what_a_tools_numbers_may_mean(answer: str, lines: str) -> None:
    assert flat(answer) == lines


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("nur Fr, Sa und So", ["weekday:4", "weekday:5", "weekday:6"]),
        ("Mo-Fr 7-11 Uhr", ["weekday:0", "weekday:4", "at 11:00"]),
        ("quartas às 15h", ["weekday:2"]),
        ("PLZ 3004-3014", ["3004", "3014"]),
        ("3.500-5.500 TL", ["3500", "5500"]),
        ("due on dec 5", ["date:12-05"]),
        ("Durée : 1 h 30", ["at 1:30"]),
        ("Del 13 al 16 de noviembre", ["date:11-13", "date:11-16"]),
        ("7, 8 y 25 de diciembre", ["date:12-07", "date:12-08", "date:12-25"]),
        ("20–28 februari", ["date:02-20"]),
        ("24 Ekim'de", ["date:10-24"]),
        ("من 1 اغسطس", ["date:08-01"]),
        ("Fr 12.03. 14:00", ["date:03-12"]),
        ("in 2027 € 11,40", ["2027", "11.4"]),
    ],
)
def test_what_is_read_in_ranges_and_lists(text: str, keys: list[str]) -> None:
    found = {key for figure in figures(text) for key in figure.keys}
    assert found >= set(keys)


def test_an_ending_makes_another_word_of_a_short_weekday() -> None:
    assert not any(figure.unit == "weekday" for figure in figures("em 7 dias úteis"))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("open 24/7", []),
        ("urgences 24h/24", []),
        ("on 24/7/2026", ["date"]),
        ("7 PM-9 PM", ["clock", "clock"]),
        ("terça a domingo", ["weekday", "weekday"]),
        ("a day, so 5 hours", ["hour"]),
        ("on Wednesdays", ["weekday"]),
        ("delivery to France", []),  # nor two francs in Danish
        ("1万圓", [""]),  # whose dollars they are is not said
        ("min: 90", ["minute"]),  # no Sunday in Indonesian
        ("to: 2026-08-15", ["date"]),  # nor a Thursday in Norwegian
    ],
)
def test_what_looks_like_a_figure(text: str, units: list[str]) -> None:
    assert [f.unit for f in figures(text)] == units


def test_what_comes_before_a_lists_first_figure_belongs_to_the_others() -> None:
    _, saturday = segments(Source("S1", "Front desk Mon-Fri 6 am-9 pm, Sat-Sun 8 am-4 pm."))
    assert "desk" in saturday.terms


def test_a_field_without_a_value_is_no_line_and_denies_nothing() -> None:
    order = '{"status": "in transit", "delivered_date": null, "driver": {"name": null, "since": "May"}, "notes": null}'
    assert flat(order) == "status: in transit\ndriver | since: May"
