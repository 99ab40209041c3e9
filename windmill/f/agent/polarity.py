"""Whether a text says no: words that deny, exclude or limit.

Words for "not", "without", "only", "except" in the languages that customers write most. A language that is missing only means that this look does
not see it: nothing is refused for it.
"""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from functools import cache

# Whole words of languages that set spaces; `…` at the end: any ending.
SPACED = """
no not never none nor neither cannot without unless except only unavailable excluded
nicht kein… nie niemals ohne nur außer ausser ausgenommen weder nein
ne pas jamais aucun… sans ni sauf hors uniquement seulement non
no nunca jamás ningún ninguna ninguno sin ni excepto salvo solo sólo solamente únicamente tampoco
non né mai nessun… senza tranne eccetto solo soltanto esclus… neanche
não nunca nenhum… sem nem exceto só apenas somente tampouco
niet geen nooit zonder behalve alleen enkel
nie nigdy żaden żadn… bez oprócz tylko ani brak wyłącznie
не нет ни никогда без кроме только нельзя исключ…
не ні немає ніколи без крім лише тільки
ne není nejsou nejde nelze nikdy bez kromě jen pouze ani nemá… nejs…
değil… yok… hiç hariç sadece yalnızca olmaz…
inte ej aldrig ingen… inget inga utan endast bara förutom
ikke aldri aldrig ingen intet uten uden kun bare unntatt undtagen
eivät eikä ilman paitsi
niciodată nicio niciun fără doar numai exceptând
nem soha nincs… sem nélkül csak kivéve
δεν δε μη μην όχι χωρίς μόνο εκτός ποτέ ούτε
لا ليس ليست لن لم غير بدون دون فقط إلا ما ممنوع ليسوا
לא אין ללא בלי רק אינו אינה אף מלבד
नहीं नही न बिना केवल सिर्फ मत छोड़कर
không chưa chỉ trừ đừng
tidak bukan tanpa hanya kecuali belum jangan
sense només llevat
"""
# Parts of words: scripts without spaces, languages that put "not" inside the word.
INSIDE = """
不 没 沒 未 无 非 勿 仅 僅 只 除 别 外です 対象外 ません ない なし のみ 以外 できかね 않 없 못 안 아니 만 제외 불가
ไม่ เว้น เท่านั้น
"""
MORE = r"n['’]t\b|\bn['’](?=\w)|-free\b|無(?!料)|だけ(?!ま|る)"
TURKISH = re.compile(
    r"[^\W\d_]{2,}(?:m[ae]z|m[ae]zs[ıi]n[ıi]z|m[ıiuü]yor\w*|m[ae]d[ıi]\w*|m[ae]y[ıi]z|m[ae]m\w*|m[ae]zl[ae]r|s[ıiuü]z)\b"
)
CZECH = re.compile(r"\bne(?:js|m[aáoů]|l[zi]|d[aáoě]|ber|vrac|přij|pos|plat|vztah|nab|ot)[^\W\d_]+")
FINNISH = re.compile(r"[^\W\d_]{3,}t(?:on|ön|omia|ömiä|onta|öntä)\b")


@cache
def _pattern() -> re.Pattern[str]:
    spaced = {word for line in SPACED.splitlines() for word in line.split()}
    whole = [re.escape(w) for w in spaced if "…" not in w]
    stems = [re.escape(w[:-1]) + r"[^\W\d_]*" for w in spaced if w.endswith("…")]
    inside = [re.escape(w) for w in INSIDE.split()]
    return re.compile(
        rf"(?<![^\W\d_])(?:{'|'.join([*whole, *stems])})(?![^\W\d_])|{MORE}|{'|'.join(inside)}",
        re.IGNORECASE,
    )


def negates(text: str) -> bool:
    """Whether a text denies, excludes or limits something."""
    text = re.sub(r"ücretsiz\w*", "", text.casefold())  # free of charge
    return any(pattern.search(text) for pattern in (_pattern(), TURKISH, CZECH, FINNISH))


def asks(sentence: str) -> bool:
    """Whether a sentence is a question."""
    return sentence.rstrip("\"'»”)*_ ").endswith(("?", "？", "؟"))
