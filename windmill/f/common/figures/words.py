"""The words of figures in all languages: units, currencies, weekdays, months and small numbers, from Unicode's CLDR (locale_words.py)."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from f.common.figures.locale_words import LANGUAGES, MEANINGS
from f.common.figures.one_of import one_of


def word_set(words: str) -> frozenset[str]:
    """The words of a table that is written as text."""
    return frozenset(words.split())


def word_map(pairs: str) -> dict[str, str]:
    """The pairs of a table that is written as text: `word=meaning word=meaning`."""
    return dict(pair.split("=") for pair in pairs.split())


# How many of the smallest unit of its family a unit holds. Months and years have a family of their own, with 30 days to a month.
SIZES = {
    "minute": ("time", 1.0), "hour": ("time", 60.0), "day": ("time", 1440.0), "week": ("time", 10080.0),
    "month": ("months", 1.0), "year": ("months", 12.0),
    "g": ("mass", 1.0), "kg": ("mass", 1000.0), "mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0),
    "km": ("length", 1e6), "mile": ("length", 1609344.0), "ft": ("length", 304.8), "yd": ("length", 914.4), "inch": ("length", 25.4),
    "lb": ("mass", 453.6), "oz": ("mass", 28.35), "ml": ("volume", 1.0), "cl": ("volume", 10.0), "dl": ("volume", 100.0), "l": ("volume", 1000.0),
}  # fmt: skip
MONTH_MINUTES = 30 * 1440.0
SYMBOLS = word_map(
    """
    €=EUR $=$ £=GBP ₹=INR ₺=TRY ₽=RUB ₴=UAH ₪=ILS ₩=KRW ₫=VND ฿=THB ¥=¥ ₱=PHP ₦=NGN ₵=GHS ₸=KZT ₾=GEL ₼=AZN ֏=AMD ៛=KHR ₭=LAK ₮=MNT ৳=BDT
    ₡=CRC ₲=PYG
    """
)
SIGNS = f"[{''.join(SYMBOLS)}]"
CODES = word_set(
    """
    EUR USD GBP CHF JPY CNY INR BRL MXN ARS CLP COP PEN PLN CZK HUF RON BGN SEK NOK DKK ISK TRY RUB UAH ILS AED SAR EGP MAD ZAR NGN KES AUD
    CAD NZD SGD HKD KRW THB IDR VND PHP MYR
    """
)
# What is a currency or a unit in these very letters alone: "ft" are feet, "pen" writes, and "go" goes.
AS_WRITTEN = word_map(
    """
    KSh=KES Ksh=KES KSH=KES KShs=KES TSh=TZS USh=UGX Ft=HUF GHC=GHS GH₵=GHS FCFA=XOF CFA=XOF XOF=XOF XAF=XOF RM=MYR Bs=BOB Tk=BDT
    BDT=BDT PKR=PKR LKR=LKR QAR=QAR OMR=OMR KWD=KWD BHD=BHD JOD=JOD LBP=LBP TND=TND DZD=DZD LYD=LYD IQD=IQD IRR=IRR UGX=UGX TZS=TZS
    RWF=RWF ETB=ETB GHS=GHS ZMW=ZMW MZN=MZN AOA=AOA BWP=BWP MUR=MUR KZT=KZT UZS=UZS KGS=KGS AZN=AZN AMD=AMD GEL=GEL BYN=BYN MDL=MDL
    RSD=RSD MKD=MKD BAM=BAM HRK=HRK TWD=TWD MOP=MOP KHR=KHR LAK=LAK MMK=MMK MNT=MNT NPR=NPR BOB=BOB UYU=UYU PYG=PYG CRC=CRC GTQ=GTQ
    HNL=HNL NIO=NIO DOP=DOP JMD=JMD TTD=TTD
    kWh=kWh кВтч=kWh kWp=kWp кВтп=kWp kW=kW кВт=kW Wp=Wp Wh=Wh GB=GB Go=GB ГБ=GB MB=MB МБ=MB TB=TB ТБ=TB Mbps=Mbps Mbit=Mbps
    Мбит=Mbps mg=mg мг=mg mcg=µg µg=µg мкг=µg kcal=kcal ккал=kcal
    """
)
# Spellings that CLDR does not list as one word, or that people type.
MORE_UNITS = word_map(
    """
    h=hour hrs=hour uhr=clock mins=minute mes=month kilo=kg kilos=kg litres=l litre=l metres=m eur=EUR usd=USD gbp=GBP dollar=$ dollars=$
    pound=GBP pounds=GBP peso=peso pesos=peso zł=PLN kč=CZK tl=TRY lira=TRY rs=INR chf=CHF kr=kr 元=CNY 円=JPY сом=KGS грн=UAH руб=RUB
    franken=CHF franc=CHF francs=CHF frank=CHF franki=CHF franków=CHF franchi=CHF francos=CHF fr=CHF ft=ft feet=ft foot=ft miles=mile
    mile=mile inch=inch inches=inch zoll=inch pulgadas=inch pollici=inch lb=lb lbs=lb oz=oz percent=% prozent=% 個月=month 週間=week 小時=hour
    dygn=day døgn=day doby=day doba=day dób=day cl=cl dl=dl 週=week ヶ月=month か月=month 달러=$ 엔=JPY 위안=CNY 원=KRW 유로=EUR ユーロ=EUR ドル=$
    欧元=EUR 歐元=EUR 美元=USD กิโล=kg кило=kg κιλό=kg κιλά=kg كيلو=kg קילו=kg किलो=kg
    percen=minute perccel=minute órán=hour órával=hour órás=hour napon=day nappal=day héten=week héttel=week hónapon=month hónappal=month
    분=minute 일=day 주=week 달=month 년=year
    دراهم=dirham ليرة=TRY ليرات=TRY دنانير=dinar جنيه=EGP جنيهات=EGP جنيها=EGP شيكل=ILS شيقل=ILS دولارات=$ دولارا=$ روبيات=rupee
    שקל=ILS שקלים=ILS שח=ILS złoty=PLN złote=PLN złotych=PLN zloty=PLN zlote=PLN zlotych=PLN злоти=PLN злотих=PLN злотых=PLN
    гривень=UAH гривні=UAH гривня=UAH гривен=UAH рублей=RUB рубля=RUB рубль=RUB рублів=RUB рублі=RUB корун=CZK крон=kr лева=BGN лв=BGN лей=RON
    korun=CZK koruny=CZK forintot=HUF lei=RON leu=RON lir=TRY liraya=TRY lirası=TRY रुपये=rupee रुपए=rupee रुपया=rupee रु=rupee
    바트=THB 파운드=GBP 프랑=CHF 루피=rupee 루피아=IDR 페소=peso バーツ=THB ポンド=GBP フラン=CHF ルピー=rupee ルピア=IDR ペソ=peso ウォン=KRW
    铢=THB 泰銖=THB 英鎊=GBP 法郎=CHF 卢比=rupee 卢布=RUB 比索=peso ปอนด์=GBP ดอลลาร์=$ เยน=JPY วอน=KRW หยวน=CNY באט=THB бат=THB бата=THB батов=THB
    đồng=VND rupiah=IDR ringgit=MYR reais=BRL soles=PEN yen=JPY yenes=JPY yens=JPY yuan=CNY yuanes=CNY dh=MAD dhs=dirham sr=SAR tenge=KZT теңге=KZT
    """
)
# Numbers in forms that num2words does not give: of another gender or case.
MORE_NUMBERS = word_map(
    """
    duas=2 dues=2 două=2 dwie=2 dwóch=2 dwoje=2 trzech=3 troje=3 czterech=4 две=2 двух=2 двое=2 трёх=3 трех=3 трое=3 четверо=4 четырёх=4
    дві=2 двох=2 двоє=2 троє=3 трьох=3 четверо=4 чотирьох=4 dvě=2 dvou=2 dva=2 tři=3 dve=2 dvije=2 kahden=2 kolmen=3 neljän=4
    neljä=4 neljää=4 kaksi=2 kahta=2 tvær=2 tvö=2 شخصين=2 لشخصين=2 شخصان=2 ليلتين=2 قطعتين=2 زجاجتين=2 علبتين=2 تذكرتين=2 שתי=2 שתיים=2
    שני=2 שלוש=3 ארבע=4 zwo=2 zweimal=2 dreimal=3 twice=2 doppelt=2
    두=2 둘=2 세=3 셋=3 넷=4
    """
)
# Words behind a number that multiply it.
MULTIPLIERS = {
    word: float(factor)
    for word, factor in word_map(
        """
        thousand=1000 tausend=1000 tsd=1000 k=1000 mil=1000 mila=1000 mille=1000 duizend=1000 tusen=1000 tusind=1000 tys=1000 tysięcy=1000 тыс=1000
        тысяч=1000 тысячи=1000 тис=1000 тисяч=1000 bin=1000 ribu=1000 rb=1000 nghìn=1000 ngàn=1000 ألف=1000 آلاف=1000 الف=1000 אלף=1000
        हज़ार=1000 हजार=1000 lakh=100000 lakhs=100000 lac=100000 लाख=100000 juta=1000000 jt=1000000 triệu=1000000 million=1000000 millions=1000000
        millón=1000000 millones=1000000 milhão=1000000 milhões=1000000 mio=1000000 mln=1000000 млн=1000000 milyon=1000000 crore=10000000
        """
    ).items()
}
LONG = ("day", "week", "month", "year")  # lengths of time that are counted in days
PERIODS = ("minute", "hour", *LONG)
# One of something: a length only where a source says it ("one month's notice"), for in a reply it is an article, too.
ONES = word_set(
    "one ein eine einem einen einer eines un une uno una um uma één een en ett et én jeden jedna jedną jednego jedno один одна одну одного одно"
    " bir satu yksi egy ένας μία μια ένα אחד אחת एक 한 一"
)
# Words for a half and for a quarter.
PARTS = word_map(
    """
    half=.5 halve=.5 halb=.5 halbe=.5 halben=.5 halbes=.5 halber=.5 hälfte=.5 demi=.5 demie=.5 moitié=.5 medio=.5 media=.5 mitad=.5 meio=.5
    meia=.5 metade=.5 mezzo=.5 mezza=.5 metà=.5 helft=.5 pół=.5 połowa=.5 połowę=.5 половина=.5 половину=.5 полкило=.5 полчаса=.5 пів=.5 yarım=.5
    yarısı=.5 halv=.5 halva=.5 halvt=.5 puoli=.5 puolet=.5 fél=.5 fele=.5 jumătate=.5 półtora=1.5 μισό=.5 نصف=.5 חצי=.5 आधा=.5 आधी=.5 आधे=.5 半=.5
    quarter=.25 viertel=.25 quart=.25 cuarto=.25 quarto=.25 kwart=.25 çeyrek=.25 ćwierć=.25 четверть=.25 чверть=.25 ربع=.25 רבע=.25
    thirds=.3333333333 drittel=.3333333333 dritteln=.3333333333 tercios=.3333333333 terços=.3333333333 trzecie=.3333333333 трети=.3333333333
    tredjedelar=.3333333333 tredjedele=.3333333333 tredjedeler=.3333333333 kolmasosaa=.3333333333 třetiny=.3333333333 harmada=.3333333333
    treimi=.3333333333 ثلثي=.6666666667 الثلثين=.6666666667
    """
)
SHORT_MONTHS = word_set(
    """
    jan feb mar apr may jun jul aug sep oct nov dec ene abr ago dic mai okt dez gen mag giu lug set ott out fev mrt mei
    """
)
BEFORE_NUMBERS = word_map(
    """
    rs=INR kr=kr euro=EUR euros=EUR eur=EUR usd=USD rp=IDR rm=MYR fr=CHF zł=PLN tl=TRY
    """
)
VOWEL_POINTS = re.compile(r"[\u0591-\u05c7\u064b-\u065f\u0670]")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u9fff]")


@cache
def meanings(kind: str) -> dict[str, frozenset[str]]:
    """What each word of one kind means, in all languages together."""
    found: dict[str, frozenset[str]] = {}
    for line in MEANINGS[kind].splitlines():
        of, *spellings = line.split("|")
        found |= dict.fromkeys(spellings, frozenset(of.split(",")))
    return found


@cache
def languages_of_units() -> dict[str, frozenset[str]]:
    return languages("units")


@cache
def languages_of_numbers() -> dict[str, frozenset[str]]:
    return languages("numbers")


def languages(kind: str) -> dict[str, frozenset[str]]:
    """Which languages have each word of one kind: units or numbers. What has no arguments a warm interpreter makes in advance."""
    found: dict[str, set[str]] = {}
    for line in LANGUAGES[kind].splitlines():
        language, *spellings = line.split("|")
        for word in spellings:
            found.setdefault(word, set()).add(language)
    return {word: frozenset(of) for word, of in found.items()}


@cache
def words(kind: str) -> dict[str, str]:
    """The words of one kind that mean the same in every language that has them."""
    return {word: next(iter(of)) for word, of in meanings(kind).items() if len(of) == 1}


@cache
def number_words() -> dict[str, str]:
    """Small numbers by their words, also in the forms of other genders and cases."""
    return words("numbers") | MORE_NUMBERS


@cache
def units() -> dict[str, str]:
    known = {
        without_points(w): u
        for w, u in words("units").items()
        if " " not in w and (len(w) > 1 or unspaced(w)) and w != "an"
    }
    known |= {w: u for w, u in words("currencies").items() if " " not in w}
    return (
        known
        | MORE_UNITS
        | {code.lower(): code for code in CODES}
        | {"g": "g", "l": "l", "m": "m", "h": "hour"}
        | SYMBOLS
    )


@cache
def weekday_names() -> tuple[re.Pattern[str], dict[str, str]]:
    """Weekdays by their names, whole; with other endings in languages that inflect them."""
    names = {
        w: d
        for w, d in words("weekdays").items()
        if len(w) >= 4 or (len(w) >= 2 and not w.isascii() and not re.match(r"[\u0370-\u04ff]", w))
    }
    stems = {
        (w[:-1] if len(w) > (4 if w[0] > "\u0400" else 5) and not re.search(r"[\u0590-\uffff]", w) else w): d
        for w, d in names.items()
    }
    stems |= {
        f"{w.partition('-')[0]}s": d for w, d in names.items() if w.endswith("-feira")
    }  # quartas às 15h; in the singular it is a number, too
    spaced = one_of(w for w in stems if not unspaced(w) and not _short_latin(w))
    short = one_of(filter(_short_latin, stems))
    dense = one_of(w for w in stems if unspaced(w) and len(w) > 1)
    return re.compile(
        rf"(?<![^\W\d_])(?:{spaced}(?=[^\W\d_]{{0,4}}(?![^\W\d_]))|{short}(?![^\W\d_]))|{dense}",
        re.IGNORECASE,
    ), stems


def _short_latin(word: str) -> bool:
    """Whether a name is so short that with an ending it is another word: út, and úteis."""
    return len(word) < 4 and bool(re.match(r"[a-z\u00c0-\u024f]", word))


@cache
def short_weekday_names() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """Weekdays in two or three letters: only in a range or a list of days, where they can mean nothing else."""
    names = {
        w.rstrip("."): d
        for w, d in meanings("weekdays").items()
        if 2 <= len(w.rstrip(".")) <= 4 and w.rstrip(".").isalpha() and w.casefold() != "min"
    }  # "min" is a Sunday in Indonesian, and minutes in all others
    names |= {
        w.partition("-")[0]: d for w, d in meanings("weekdays").items() if w.endswith("-feira")
    }  # segunda a sexta
    return re.compile(rf"(?<![^\W_])({one_of(names)})\.?(?![^\W_])", re.IGNORECASE), names


THAI = re.compile(r"[\u0e00-\u0e7f]{2,4}")
DENSE = r"\u0e00-\u0eff\u3040-\u9fff"  # scripts in which a number or a name stands right beside a word
SPACED = rf"^\W{DENSE}"
LETTERS = rf"^\W\d_{DENSE}"
IN_TURKISH = r"(?:['’]?[dt][ae](?:n|ki)?)?"  # 24 Ekim'de: on the 24th of October


@cache
def month_names() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    names = {
        w.rstrip("."): m
        for w, m in meanings("months").items()
        if len(w.rstrip(".")) >= 3 and not w[0].isdigit()
    }
    names |= {re.sub("[أإ]", "ا", w): m for w, m in names.items()}  # as most people type them
    names |= {form: m for w, m in names.items() for form in _inflected_months(w)}
    names |= {f"{w[:-1]}.{w[-1]}": m for w, m in meanings("months").items() if THAI.fullmatch(w)}  # เม.ย.
    either = one_of(names)
    return re.compile(
        rf"(?=\d)(?:(?<![{SPACED}])(?<!\d\.)|(?<=و))(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.|de|ni)?\s*(?:of\s+|de\s+|d[’']|من\s+|[בל](?=[א-ת]))?"
        rf"({either})\.?{IN_TURKISH}(?![{LETTERS}])(?:\s+(?:de\s+|del\s+)?(\d{{4}}))?"
        rf"|(?<![^\W\d_])({either})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.,]\d)(?:,?\s+(\d{{4}}))?",
        re.IGNORECASE,
    ), names


def _inflected_months(name: str) -> Iterable[str]:
    """The forms of a month's name in which languages that inflect it say on a day of it, or of it: huhtikuun, aprīlī, augustā, aprillil."""
    if len(name) < 5:
        return
    if name.endswith("kuu"):
        yield f"{name}n"
    if name.endswith("s"):
        yield f"{name[:-2]}ī" if name.endswith("is") else f"{name[:-1]}ā"
    if re.fullmatch("[a-zäöõü]+", name):
        yield f"{name}l" if name[-1] in "aeiou" else f"{name}il"


@cache
def day_periods() -> re.Pattern[str]:
    """The words beside a time that say which half of the day it is in: μ.μ., 下午, مساءً."""
    known = {without_points(w).rstrip(".") for w in meanings("periods")}
    spaced = {w for w in known if not unspaced(w)}
    short = "|".join(r"\.?\s?".join(w) for w in sorted(spaced, key=len, reverse=True) if len(w) < 4)
    long = one_of(w for w in spaced if len(w) >= 4)
    dense = one_of(filter(unspaced, known))
    return re.compile(rf"(?<![^\W\d_])(?:{long}|{short})(?![^\W\d_])|{dense}", re.IGNORECASE)


@cache
def no_names() -> frozenset[str]:
    """Short words that may have capitals and name no thing: currencies, units, days, months, halves of the day."""
    parts = {w.rstrip(".") for kind in ("weekdays", "months", "periods") for w in meanings(kind)}
    return frozenset({*parts, *units(), *(code.casefold() for code in CODES), "kb", "mb", "gb", "tb"})


def without_points(word: str) -> str:
    """A word without the vowel points that Arabic and Hebrew may have or leave out."""
    return word if word.isascii() else VOWEL_POINTS.sub("", word)


def unspaced(word: str) -> bool:
    return not word.isascii() and bool(UNSPACED.search(word))
