"""What a reply must show before it is let through: the model proposes, this decides. No model has a say here.

- A reply without any look-up passes only where there is nothing to look up: a greeting, thanks, or a question back.
- A reply from passages names one of them, or says what stands in them; in each of its sentences a figure comes from what was found, or
  is reckoned from such figures.
- A figure that only the customer has named is not confirmed.
- The instructions and the keys never leave.
"""

# ruff: noqa: RUF001 - typographic marks of the languages that customers write
from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
ACCOUNT = re.compile(r"\d{10,}")  # no other figure of its sentence speaks for an account or a long number
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
MARK = re.compile(r"\s*\[(S\d+)\]")
# Words of courtesy in the languages that chatbots here speak most; a message of nothing else asks for no fact.


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


COURTESY = _table(
    """hi hello hey hiya there good morning afternoon evening night day thanks thank you thx very much many so a lot ok okay great perfect
    cool nice bye goodbye welcome cheers see later how are doing happy to help of course sure gladly
    hola buenos buenas días dias tardes noches buen día gracias muchas mil vale perfecto adiós adios genial qué tal claro
    hallo guten tag morgen abend moin servus grüß gruss gott danke dankeschön vielen dank schön super tschüss gerne alles klar
    bonjour bonsoir salut coucou merci beaucoup bien parfait au revoir d'accord ça va
    olá oi bom boa dia tarde noite obrigado obrigada muito valeu perfeito tchau tudo bem
    ciao buongiorno buonasera salve grazie mille tante perfetto arrivederci va bene come stai
    hoi dag bedankt dank je wel goedemorgen cześć dzień dobry dziękuję merhaba teşekkürler привет здравствуйте спасибо"""
)
YES_CORE = _table(
    "yes yeah yep sure ok okay please sí si claro vale ja gerne bitte oui volontiers sim sì certo"
)
YES = YES_CORE | _table("do por favor klar s'il vous plaît per favore d'accordo would be great that nice")
AFFIRMS = YES_CORE | _table(
    """correct exactly indeed right absolutely definitely correcto exacto exactamente efectivamente cierto genau richtig stimmt korrekt
    exactement effectivement correcte exato isso correto esatto esattamente giusto corretto"""
)
NUMBER_WORDS = {
    word: line.split()[0]
    for line in """1 one uno eins
        2 two dos zwei deux dois duas
        3 three tres drei trois três tre
        4 four cuatro vier quatre quatro quattro
        5 five cinco fünf cinq cinque
        6 six seis sechs
        7 seven siete sieben sept sete sette
        8 eight ocho acht huit oito otto
        9 nine nueve neun neuf nove
        10 ten diez zehn dix dez dieci
        11 eleven elf onze undici
        12 twelve doce zwölf douze doze dodici
        15 fifteen quince fünfzehn quinze quindici
        20 twenty veinte zwanzig vingt vinte venti
        30 thirty treinta dreißig trente trinta trenta""".splitlines()
    for word in line.split()[1:]
}
MONTH = "|".join(
    sorted(
        _table(
            """january february march april may june july august september october november december jan feb mar apr jun jul aug sep oct nov dec
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre décembre
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"""
        )
    )
)
DAY = re.compile(
    rf"\b\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}\b|\b\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s+(?:of\s+|de\s+)?(?:{MONTH})\b"
    rf"|\b(?:{MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?![.,:]?\d)",
    re.IGNORECASE,
)
WHOLE_SENTENCE = re.compile(rf"(?<=[.!?。！？])\s+(?!(?:{MONTH})\b)|\n+|(?<=[。！？])", re.IGNORECASE)
LISTED = re.compile(r"^\s*\d{1,2}[.)]\s+|\d\ufe0f?\u20e3", re.MULTILINE)  # "1. " before an item, or its emoji
PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
# Turns one unit into another: days a week, months a year, hours a day, days a month, weeks a year, minutes an hour, per cent, kilo.
UNITS = (7.0, 12.0, 24.0, 30.0, 52.0, 60.0, 100.0, 1000.0)
# Words of opening and closing, by their beginnings: a reply without one does not speak of opening hours.
OPENING = re.compile(
    r"\b(?:open|clos|hours?\b|abiert|abri|abre|cerra|cierr|horari|geöffnet|offen|öffn|geschlossen|schließ|uhr\b|ouver|ouvr|ferm|horaire"
    r"|abert|fech|aper|apri|apre|chius|chiud|orari|geopend|gesloten|otwar|zamkn|açık|kapal)",
    re.IGNORECASE,
)
INSTRUCTION_RUN = 8  # words in a row of the platform's rules that give them away
PROMPT_RUN = 16  # of the tenant's own prompt: it may hold facts that are there to be told
UNKNOWN = re.compile(
    r"^\W*(?:i(?:'m| am) (?:sorry|afraid)\W+)?i (?:do not|don't|don’t) (?:know|have (?:that|this|any) information)\b.{0,40}$",
    re.IGNORECASE,
)


def words_of(text: str) -> list[str]:
    return [word.replace("’", "'") for word in WORD.findall(text.lower())]


def is_courtesy(text: str) -> bool:
    """Whether a text says nothing but hello, thanks, fine; emoji alone count, too."""
    found = words_of(text)
    return len(found) <= 8 and all(word in COURTESY for word in found)


def is_yes(text: str) -> bool:
    """Whether a message accepts an offer, and nothing more."""
    found = words_of(text)
    return 0 < len(found) <= 6 and any(w in YES_CORE for w in found) and all(w in YES for w in found)


def asks_back(reply: str) -> bool:
    """Whether a reply only asks the customer: no statement comes before its question, and it names no figure."""
    sentences = [s.strip() for s in SENTENCE.findall(reply) if words_of(s)]
    while sentences and is_courtesy(sentences[0]):
        sentences = sentences[1:]
    return bool(sentences) and len(reply) <= 300 and sentences[0][-1] in "?？" and not NUMBER.search(reply)


def says_unknown(reply: str) -> bool:
    return bool(UNKNOWN.match(reply.strip()))


def numbers_of(text: str) -> set[str]:
    """The figures of a text, in a form in which 11,90 and 11.9, 1.500 and 1500, 21:00 and 9 (pm) meet."""
    return {reading for number in NUMBER.findall(_latin(text)) for reading in readings(number)}


def _latin(text: str) -> str:
    """The text with the digits of any script as 0 to 9."""
    return re.sub(r"\d", lambda found: str(int(found[0])), text)


def readings(number: str) -> set[str]:
    """What a figure may mean: 10.30 is a decimal or a time, 24.12 a decimal or a day, 1.500 a decimal or a thousand and a half."""
    parts = {part.lstrip("0") or "0" for part in re.split(r"[.,:]", number)}
    found: set[str] = set()
    thousands = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number)
    if thousands:
        found.add(re.sub(r"\D", "", number).lstrip("0") or "0")
    decimal = re.fullmatch(r"(\d+|\d{1,3}(?:[.,]\d{3})+)[.,](\d+)", number)
    if decimal and not (thousands and decimal[2] == "000"):
        found.add(f"{int(re.sub(r'[.,]', '', decimal[1]))}.{decimal[2]}".rstrip("0").rstrip("."))
    clock = re.fullmatch(r"(\d{1,2})[.:]([0-5]\d)", number)
    if clock and int(clock[1]) < 25:
        hours = {int(clock[1]), int(clock[1]) - 12} if 12 < int(clock[1]) < 24 else {int(clock[1])}
        found |= {f"{hour}:{clock[2]}" for hour in hours}
        found |= {str(hour) for hour in hours if clock[2] == "00"}
    day = re.fullmatch(r"(\d{1,2})\.(\d{1,2})", number)
    if day and 0 < int(day[1]) < 32 and 0 < int(day[2]) < 13:
        found |= parts
    return found or parts


def unsupported(reply: str, question: str, evidence: str, marked: bool) -> str | None:
    """Why a reply does not follow from what was found, for the trace; None: it does, as far as code can tell."""
    reply, evidence = _latin(reply), _latin(evidence)
    spoken = _without_phones(MARK.sub("", reply), evidence)
    told, asked = numbers_of(spoken), numbers_of(question)
    known = numbers_of(evidence) | _spelled(evidence)
    if told and not told & known:
        if told & asked:
            return _confirms(told & asked)
        return _strange(told)
    if accounts := set(ACCOUNT.findall(spoken)) - set(ACCOUNT.findall(evidence)):
        return _strange(accounts)
    if odd := _odd_sentence(spoken, known, asked | _spelled(question)):
        return odd
    if marked:
        return None
    content = {word for word in words_of(spoken) if len(word) > 3 or word.isdigit()}
    held = content & set(words_of(evidence))
    if not content or len(held) < 0.5 * len(content):
        return "it names no passage, and its words are not those of what was found"
    return None


def _odd_sentence(spoken: str, known: set[str], asked: set[str]) -> str | None:
    """What is wrong with a sentence whose figures are all unknown; None: nothing. A day may be counted from today, a sum be made of what
    the reply itself names, and a list be announced."""
    stated = _values((numbers_of(spoken) & known) | asked)
    sentences = [one for one in WHOLE_SENTENCE.split(LISTED.sub("", spoken)) if one.strip()]
    agreed = False  # the sentence before was a bare "Yes."
    for sentence in sentences:
        words = words_of(sentence)
        affirms = agreed or (bool(words) and words[0] in AFFIRMS)
        agreed = affirms and all(word in AFFIRMS for word in words)
        spelled = NUMBER.findall(DAY.sub("", sentence))
        told = {reading for number in spelled for reading in readings(number)}
        if not told or told & known:
            continue
        if told & asked:
            if affirms:
                return _confirms(told & asked)
        elif not sentence.rstrip().endswith((":", "：")) and not _reckoned(spelled, stated):
            return _strange(told)
    return None


def _confirms(figures: set[str]) -> str:
    return f"it confirms a figure that only the customer has named: {', '.join(sorted(figures)[:5])}"


def _strange(figures: set[str]) -> str:
    return f"its figures are in nothing that was found: {', '.join(sorted(figures)[:5])}"


def _without_phones(reply: str, evidence: str) -> str:
    """The reply without the telephone numbers that stand in the evidence, however they are grouped."""
    held = re.sub(r"(?<=\d)[\s().-]+(?=\d)", "", evidence)
    return PHONE.sub(lambda found: "" if re.sub(r"\D", "", found[0]) in held else found[0], reply)


def _spelled(text: str) -> set[str]:
    """The figures that a text writes in words."""
    return {NUMBER_WORDS[word] for word in words_of(text) if word in NUMBER_WORDS}


def _values(figures: set[str]) -> set[float]:
    return {float(figure) for figure in figures if ":" not in figure}


def _reckoned(figures: list[str], stated: set[float]) -> bool:
    """Whether all these follow from figures that are stated: as sums, differences, products, shares, or in another unit."""
    few = sorted(stated)[:20]
    found: set[float] = set()
    for one in few:
        found |= {value for unit in UNITS if unit != one for value in (one * unit, one / unit)}
        for other in few:
            found |= {one + other, abs(one - other), one * other, one * other / 100, one * (1 - other / 100)}
            found |= {one / other} if other and one != other else set()
    made = {round(value, 2) for value in found}
    return all(_values(readings(figure)) & made for figure in figures)


def gives_away(reply: str, rules: str, prompt: str, secrets: list[str]) -> str | None:
    """What of the instructions or keys a reply would give away; None: nothing that code can see."""
    if any(secret in reply for secret in secrets):
        return "a key"
    if _runs(reply, rules, INSTRUCTION_RUN):
        return "the platform's instructions"
    if _runs(reply, prompt, PROMPT_RUN):
        return "the chatbot's system prompt"
    return None


def _runs(reply: str, text: str, length: int) -> bool:
    spoken, known = words_of(reply), words_of(text)
    if len(known) < length:
        return False
    runs = {tuple(known[i : i + length]) for i in range(len(known) - length + 1)}
    return any(tuple(spoken[i : i + length]) in runs for i in range(len(spoken) - length + 1))
