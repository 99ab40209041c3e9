"""How Chinese, Japanese and Korean write times of the day, days of the week, dates and numbers."""

# ruff: noqa: RUF001 - their scripts
from __future__ import annotations

import re

CJK_DATE = re.compile(r"(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]")
# What leads from a day to a later one of the same month: 12月19日から21日まで.
CJK_LATER_DAY = re.compile(
    r"\s*(?:から|[〜～~–—-]|至|到|부터|に?、|と|和|・)\s*(\d{1,2})\s*[日号號일](?!間|间)"
)
CJK_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"两": 2, "兩": 2}
CJK_NUMBER = re.compile(r"[一二两兩三四五六七八九十百千]+(?=[^\W\d_])")
CJK_PRICE = re.compile(
    r"(?=\d[\d.]*\s?[億亿억万萬만千천])(?:(\d+(?:\.\d+)?)\s?[億亿억]\s?)?(?:(\d+(?:\.\d+)?)\s?[万萬만]\s?)?(?:(\d)\s?[千천]\s?)?(?:(\d{1,4})\s?)?(円|圓|元|원|엔|위안)"
)
CJK_PART = re.compile(
    r"(\d+|[二两兩三四五六七八九十]+)\s?(?:分[之の]|분의)\s?(\d+|[一二两兩三四五六七八九十]+)"
)
CJK_CLOCK = re.compile(
    r"(午後|下午|晚上|오후)?(午前|上午|早上|오전)?\s*(\d{1,2})\s*(?:時(?!間)|点|點|시(?!간))\s*(?:([0-5]?\d)\s*[分분]|([半반]))?"
)
CJK_WEEK = "月火水木金土日"
CJK_DAYS = re.compile(
    rf"(?<![\u4e00-\u9fff])([{CJK_WEEK}])[〜～~–-]([{CJK_WEEK}])(?![\u4e00-\u9fff])|(?<![\u4e00-\u9fff])[{CJK_WEEK}](?:[・、/][{CJK_WEEK}])+|[{CJK_WEEK}]曜(?!日)|土日(?!本)|平日|평일|工作日|周末|週末|주말"
)


def cjk_clock(match: re.Match[str]) -> set[str]:
    """The keys of a time of the day; without a word for the half of the day both."""
    hour, minute = int(match[3]), 30 if match[5] else int(match[4] or 0)
    if hour > 24:
        return set()
    if hour == 12:
        hours = {12, 0, 24}  # noon or midnight
    else:
        hours = {hour % 12 + 12} if match[1] else {hour} if match[2] or hour > 11 else {hour, hour + 12}
    points = {str(hour)} if match[0].strip() in (f"{match[3]}点", f"{match[3]}點") else set()  # 5点満点
    return {f"at {at}:{minute:02d}" for at in hours} | points


def cjk_days(match: re.Match[str]) -> list[int]:
    """The days that a range, a list or a word such as weekend stands for."""
    if match[1]:
        first, last = CJK_WEEK.index(match[1]), CJK_WEEK.index(match[2])
        return [(first + i) % 7 for i in range((last - first) % 7 + 1)]
    if match[0] in ("平日", "평일", "工作日"):
        return list(range(5))
    return [CJK_WEEK.index(letter) for letter in match[0] if letter in CJK_WEEK] or [5, 6]


def cjk_price(match: re.Match[str]) -> str:
    """A price with digits before its ten thousands and thousands: 3만 5천원 are 35000."""
    value = float(match[1] or 0) * 1e8 + float(match[2] or 0) * 10_000
    value += int(match[3] or 0) * 1000 + int(match[4] or 0)
    return f"{value:.0f}"


def cjk_parts(text: str) -> set[float]:
    """The fractions of a text, whose whole comes first: 三分之二 is 2/3."""
    pairs = [
        [int(n) if n.isdigit() else cjk_number(n) for n in found.groups()]
        for found in CJK_PART.finditer(text)
    ]
    return {part / whole for whole, part in pairs if 0 < part < whole}


def cjk_number(number: str) -> int:
    """A number in words up to the thousands."""
    total, digit = 0, 0
    for letter in number:
        if letter in CJK_DIGITS:
            digit = CJK_DIGITS[letter]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[letter]
            digit = 0
    return total + digit
