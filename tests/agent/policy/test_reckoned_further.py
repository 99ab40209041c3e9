"""Right answers whose figures follow from more than one step, or stand in another form; and their wrong siblings."""

from __future__ import annotations

import pytest

from f.common.figures.finder import figures
from tests.agent.policy import shop
from tests.agent.policy.shop import restaurant

PASSAGES = {
    "tables": "Each table seats 10 people.",
    "storage": "Storage: £39 per season (6 months). Each further month £6.",
    "returns": "Restocking fee: 10 %. Pump: £72.",
    "wheels": "Wheel alignment: £55 front axle, £85 all four wheels.",
    "helmet": "ヘルメットは無料です。",
    "flight": "Do not fly for 18 hours after your last dive.",
    "deposit": "More than 15 days before, the deposit is returned with 100 % of it; between 7 and 15 days, 50 %; under 7 days nothing.",
}
HOUSE = restaurant(PASSAGES, languages=["en", "zh", "th"])
FURTHER = {
    "tables": ("we are 65, how many tables?", "For 65 guests you need {} tables.", "7", "5"),
    "storage": ("left in april, back in december", "For 8 months that is {}.", "£51", "£58"),
    "returns": ("I return 2 pumps", "For 2 pumps at £72 the fee of 10 % is {}.", "£14.40", "£16.40"),
    "wheels": ("四轮定位多少钱?", "四轮定位{}英镑。", "85", "58"),
    "flight": ("my flight is at 8:00 on Saturday", "No flight for 18 hours: for one at 8:00 your last dive ends at {}.", "14:00", "15:00"),
    "deposit": ("my party is in 10 days", "In 10 days the deposit is returned with {} of it.", "50 %", "100 %"),
}  # fmt: skip


@pytest.mark.parametrize("passage", FURTHER)
def test_what_follows_in_two_steps_is_sent_and_its_wrong_sibling_is_not(passage: str) -> None:
    message, text, right, wrong = FURTHER[passage]
    assert shop.passes(HOUSE, message, text.format(right), passage, PASSAGES[passage])
    assert not shop.passes(HOUSE, message, text.format(wrong), passage, PASSAGES[passage])


def test_two_prices_may_come_in_another_order_where_a_number_says_which_is_which() -> None:
    assert shop.passes(HOUSE, "四轮定位?", "四轮定位85英镑,只做前轴是55英镑。", "wheels", PASSAGES["wheels"])


def test_no_need_to_pay_is_free() -> None:
    assert shop.passes(HOUSE, "หมวกต้องเสียเงินไหม", "ไม่ต้องเสียค่ะ หมวกให้ใช้ฟรี", "helmet", PASSAGES["helmet"])


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("from Friday 26 to Tuesday 30 June", {"date:06-26", "date:06-30"}),
        ("de segunda, 15, a sexta, 19 de junho", {"date:06-15", "date:06-19"}),
        ("the code OAK15 until Sunday 18 October", {"code:oak15", "date:10-18"}),
        ("予約番号はHB-302です", {"code:hb302"}),
        ("12月19日から21日まで", {"date:12-19", "date:12-21"}),
        ("12월 19일~21일, 23일", {"date:12-19", "date:12-21", "23"}),
        ("ab 15:00 Uhr am Vortag", {"at 15:00"}),
        ("under 12 may only come with an adult", {"date:05-12", "12"}),
    ],
)
def test_figures_are_read_whole(text: str, keys: set[str]) -> None:
    found = {key for f in figures(text) for key in f.keys if not key.startswith("weekday:")}
    assert found == keys


@pytest.mark.parametrize(
    "text", ["水曜定休", "毎週水曜は休み", "水曜日定休", "बुधवार को बंद", "closed on Wednesday"]
)
def test_a_weekday_is_one_without_its_last_letter_too(text: str) -> None:
    assert {key for f in figures(text) for key in f.keys} == {"weekday:2"}


@pytest.mark.parametrize("text", ["หมา 22 กิโล", "22 кило", "22 كيلو", "22 kilos", "22 kg"])
def test_a_kilo_is_a_kilogram(text: str) -> None:
    assert [(f.keys, f.unit) for f in figures(text)] == [(frozenset({"22"}), "kg")]
