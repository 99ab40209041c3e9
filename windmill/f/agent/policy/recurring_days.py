"""Days that come once a month, such as the first Sunday: whether a date of a reply is the one that its source names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from f.agent.policy.calendar_days import days_of
from f.agent.policy.claims import Finding
from f.common.figures.amounts import Figure
from f.common.figures.finder import figures
from f.common.figures.one_of import one_of
from f.common.figures.words import word_map

LAST = 5
ORDINALS = word_map(
    """
    first=1 1st=1 primer=1 primero=1 primeros=1 primera=1 premier=1 première=1 erste=1 ersten=1 erster=1 primo=1 prima=1 primeiro=1 primeira=1
    eerste=1 pierwszy=1 pierwsza=1 pierwszą=1 pierwsze=1 первый=1 первая=1 первое=1 первую=1 перша=1 перший=1 першу=1 ilk=1 birinci=1 första=1
    første=1 ensimmäinen=1 πρώτη=1 πρώτο=1 أول=1 ראשון=1 पहला=1 पहले=1 pertama=1 první=1 primul=1 első=1 第一=1 第1=1 第一个=1 第一個=1 첫째=1 첫=1
    second=2 2nd=2 segundo=2 segundos=2 deuxième=2 zweite=2 zweiten=2 zweiter=2 secondo=2 tweede=2 drugi=2 druga=2 drugą=2 второй=2 вторая=2
    второе=2 другий=2 другу=2 ikinci=2 andra=2 anden=2 toinen=2 δεύτερη=2 δεύτερο=2 ثاني=2 दूसरा=2 दूसरे=2 kedua=2 druhý=2 druhá=2 第二=2 第2=2
    第二个=2 둘째=2
    third=3 3rd=3 tercer=3 tercero=3 troisième=3 dritte=3 dritten=3 dritter=3 terzo=3 terza=3 terceiro=3 derde=3 trzeci=3 trzecia=3 trzecią=3 третий=3
    третья=3 третій=3 третю=3 üçüncü=3 tredje=3 kolmas=3 ثالث=3 तीसरा=3 ketiga=3 třetí=3 第三=3 第3=3 셋째=3
    fourth=4 4th=4 cuarto=4 quatrième=4 vierte=4 vierten=4 quarto=4 vierde=4 czwarty=4 czwartą=4 четвёртый=4 четвертый=4 dördüncü=4 fjärde=4 fjerde=4
    neljäs=4 رابع=4 keempat=4 čtvrtý=4 第四=4 第4=4 넷째=4
    last=5 último=5 última=5 dernier=5 dernière=5 letzte=5 letzten=5 letzter=5 ultimo=5 ultima=5 laatste=5 ostatni=5 ostatnia=5 ostatnią=5
    последний=5 последняя=5 последнюю=5 останній=5 останню=5 son=5 sista=5 sidste=5 siste=5 viimeinen=5 τελευταία=5 آخر=5 terakhir=5 poslední=5
    最后一个=5 最終=5 마지막=5
    """
)
ORDINAL = re.compile(
    rf"(?<![^\W_])({one_of(ORDINALS)})[.ªº°]?[\s个個]*$|(?<!\d)([1-4])[.ªº°]\s*$",
    re.IGNORECASE,
)
DENSE = re.compile(r"(第[一二三四1-4]|最终|最終|最后)一?[个個]?$")


def of_another_week(sentence: str, texts: Iterable[str], today: date) -> Iterator[Finding]:
    """Dates of a sentence that are another one than the first, second … of the weekday that one of the texts names, and no other of its days."""
    told = [f for f in figures(sentence) if f.unit == "date"]
    wanted = {found for text in texts for found in _recurring(text)}
    for figure in told if wanted else []:
        days = list(_days(figure, today))
        same_weekday = [d for d in days if any(d.weekday() == weekday for _, weekday in wanted)]
        if same_weekday and not any((n, d.weekday()) in wanted for d in same_weekday for n in _places(d)):
            yield Finding("figure", sentence, figure.text)


def recurs(figure: Figure, texts: Iterable[str], today: date) -> bool:
    """Whether a date is the first, second … of the weekday that one of the texts names, this month or in a later one."""
    wanted = {found for text in texts for found in _recurring(text)} if figure.unit == "date" else set()
    return bool(wanted) and any((n, d.weekday()) in wanted for d in _days(figure, today) for n in _places(d))


def _recurring(text: str) -> Iterator[tuple[int, int]]:
    """Which of the month's days of a weekday a text names: (1, 6) is the first Sunday."""
    for figure in figures(text):
        if figure.unit != "weekday":
            continue
        before = text[max(0, figure.start - 16) : figure.start]
        found = ORDINAL.search(before) or DENSE.search(before)
        if not found:
            continue
        word = found[1] or (found[2] if found.lastindex == 2 else "")
        place = int(word if word.isdigit() else ORDINALS.get(word.casefold(), 0))
        for key in figure.keys if place else ():
            yield place, int(key[-1])


def _days(figure: Figure, today: date) -> Iterator[date]:
    """For each key of a date its day, if it has a year, or the first one that is not long past."""
    for key in figure.keys:
        yield from [day for day in days_of(key, today) if key[11:] or day >= today - timedelta(31)][:1]


def _places(day: date) -> tuple[int, ...]:
    nth = (day.day - 1) // 7 + 1
    return (nth, LAST) if (day + timedelta(7)).month != day.month else (nth,)
