"""Whether a text says no: words that deny, exclude or limit.

Words for "not" and, after a bar, for "without", "only", "except", in the languages that customers write most.
"""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from functools import cache, lru_cache

# Whole words of languages that set spaces; `…` at the end: any ending.
SPACED = """
no nope not never none nor neither cannot unavailable excluded | without unless except only
nicht kein… nie niemals weder nein | ohne nur außer ausser ausgenommen
ne pas jamais aucun… ni non | sans sauf hors uniquement seulement
no nunca jamás ningún ninguna ninguno ni tampoco | sin excepto salvo solo sólo solamente únicamente
non né mai nessun… neanche esclus… | senza tranne eccetto solo soltanto
não nunca nenhum… nem tampouco | sem exceto só apenas somente
niet geen nooit nee | zonder behalve alleen enkel
nie nigdy żaden żadn… ani brak | bez oprócz tylko wyłącznie
не нет ни никогда нельзя исключ… | без кроме только
не ні немає ніколи | без крім лише тільки
ne není nejsou nejde nelze nikdy ani nemá… nejs… | bez kromě jen pouze
değil… yok… hiç olmaz… hayır | hariç sadece yalnızca
inte ej nej aldrig ingen… inget inga | utan endast bara förutom
ikke nej nei aldri aldrig ingen intet | uten uden kun bare unntatt undtagen
ei eivät eikä | ilman paitsi vain
niciodată nicio niciun nu | fără doar numai exceptând
nem soha nincs… | sem nélkül csak kivéve
δεν δε μη μην όχι ποτέ ούτε | χωρίς μόνο εκτός
لا ليس ليست لن لم غير ما ممنوع ليسوا | بدون دون فقط إلا
לא אין ללא אינו אינה אף | בלי רק מלבד
नहीं नही न मत | बिना केवल सिर्फ छोड़कर
không chưa đừng | chỉ trừ
tidak bukan belum jangan | tanpa hanya kecuali
| sense només llevat
না নেই নয় | ছাড়া শুধু
இல்லை లేదు కాదు | மட்டும் మాత్రమే
არ არა | მხოლოდ
жоқ емес | тек
nav | bez tikai
nėra | tik
nije nisu nema niso | brez samo
няма | само
ekki enginn | aðeins
نیست ندار… نمی… نه | بدون فقط
نہیں | بغیر صرف
"""
# Parts of words: scripts without spaces, languages that put "not" inside the word.
INSIDE = """
不 没 沒 未 无 非 勿 别 いいえ 外です 対象外 ません ない なし できかね 않 없 못 안 아니 불가 ไม่ | 仅 僅 只 除 のみ 以外 만 제외 เว้น เท่านั้น
"""
# Words that set a condition, and some that exclude or limit, beside those of the table.
CONDITIONS = """
exception excepción excepciones exceção eccezione eccezioni ausnahme ausnahmen uitzondering wyjątek wyjątkiem исключение исключением виняток
istisna undantag undtagelse unntak poikkeus výjimka excepție kivétel εξαίρεση if unless provided excluding falls wenn sofern solamente
condition sauf purché seulement soltanto mits indien jeśli jeżeli pokud jestliže если крім якщо якби hvis jos dacă αν εφόσον إذا إلّا بشرط אם
यदि अगर nếu jika kalau eğer koşuluyla şartıyla llevat
"""
CONDITIONS_INSIDE = r"\b(?:as long as|siempre que|à condition|a condizione|desde que|pod warunkiem)\b|場合|条件|如果|경우|다면|ถ้า|ยกเว้น"
GERMAN = re.compile(
    r"\b(?:der|die|das|und|für|ist)\b.*\b(?:der|die|das|und|für|ist|ein|eine|wir|Sie|du)\b", re.DOTALL
)  # all nouns have capitals
# Vowels of Hindi and Bengali are a part of their word, and no letters.
SIGN = r"[\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09d7]"
MORE = r"n['’]t\b|\bn['’](?=\w)|無(?!料)"
LIMITS = r"-free\b|[^\W\d_]{3}(?:frei|fritt?|vrij)\b|だけ(?!ま|る)"
EXCEPTION = re.compile(
    r"\b(?:exception|excepci[oó]n|exceç|eccezion|ausnahme|uitzondering|wyjąt|istisna|undantag|undtagelse|unntak|poikkeu|výjim|excepți|kivétel)|исключени|винят|εξαίρεσ|استثناء|例外|예외"
)
TURKISH = re.compile(
    r"[^\W\d_]{2,}(?:m[ae]z|m[ae]zs[ıi]n[ıi]z|m[ıiuü]yor\w*|m[ae]d[ıi]\w*|m[ae]y[ıi]z|m[ae]m\w*|m[ae]zl[ae]r|s[ıiuü]z)\b"
)
# Words and letters of Turkish: elsewhere such an ending denies nothing (samedi, tomamos, promedio).
IN_TURKISH = re.compile(r"[ışğ]|(?<![^\W\d_])(?:bir|için|bu|çok|her|mı)(?![^\W\d_])")
CZECH = re.compile(r"\bne(?:js|m[aáoů]|l[zi]|d[aáoě]|ber|vrac|přij|pos|plat|vztah|nab|ot)[^\W\d_]+")
FINNISH = re.compile(r"[^\W\d_]{3,}t(?:on|ön|omia|ömiä|onta|öntä)\b")


@cache
def _pattern(limits: bool) -> re.Pattern[str]:
    """Words that deny; `limits`: and those that only exclude or limit."""
    tables = [
        [half.split() for half in (line.split("|") if limits else line.split("|")[:1])]
        for line in (*SPACED.splitlines(), *INSIDE.splitlines())
    ]
    count = len(SPACED.splitlines())
    spaced = {word for line in tables[:count] for half in line for word in half}
    inside = {word for line in tables[count:] for half in line for word in half}
    whole = [re.escape(w) for w in spaced if "…" not in w]
    stems = [re.escape(w[:-1]) + r"[^\W\d_]*" for w in spaced if w.endswith("…")]
    either = "|".join([*whole, *stems])
    parts = f"{LIMITS}|" if limits else ""
    return re.compile(
        rf"(?<![^\W\d_])(?<!{SIGN})(?:{either})(?![^\W\d_])(?!{SIGN})|{MORE}|{parts}{'|'.join(map(re.escape, inside))}",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1000)
def negates(text: str) -> bool:
    """Whether a text denies, excludes or limits something."""
    text = _folded(text)
    return any(
        pattern.search(text) for pattern in (_pattern(True), EXCEPTION, CZECH, FINNISH)
    ) or _in_turkish(text)


@lru_cache(maxsize=1000)
def denies(text: str) -> bool:
    """Whether a text denies something, by words that mean nothing else: to refuse a reply for it, more is needed than a beginning or an ending."""
    text = _folded(text)
    return any(pattern.search(text) for pattern in (_pattern(False), CZECH)) or _in_turkish(text)


def _in_turkish(text: str) -> bool:
    return bool(TURKISH.search(text) and IN_TURKISH.search(text))


@lru_cache(maxsize=1000)
def restricts(text: str) -> bool:
    """Whether a text sets a limit or a condition, by words such as only, except, if."""
    return bool(_restricting().search(_folded(text)) or re.search(LIMITS, text, re.IGNORECASE))


@cache
def _restricting() -> re.Pattern[str]:
    spaced = {w for line in SPACED.splitlines() for w in line.partition("|")[2].split()} | set(
        CONDITIONS.split()
    )
    inside = [w for line in INSIDE.splitlines() for w in line.partition("|")[2].split()]
    whole = [re.escape(w[:-1]) + r"[^\W\d_]*" if w.endswith("…") else re.escape(w) for w in spaced]
    return re.compile(
        rf"(?<![^\W\d_])(?:{'|'.join(whole)})(?![^\W\d_])|{'|'.join(map(re.escape, inside))}|{CONDITIONS_INSIDE}",
        re.IGNORECASE,
    )


def _folded(text: str) -> str:
    return re.sub(r"ücretsiz\w*", "", text.casefold())  # free of charge


def asks(sentence: str) -> bool:
    """Whether a sentence is a question."""
    return sentence.rstrip("\"'»”)*_ ").endswith(("?", "？", "؟"))
