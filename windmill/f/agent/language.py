"""In which language the customer writes, as far as the chatbot's own words need it: by script, or by the small words of a language.

A table instead of a detection library: the choice is among the few languages that a chatbot has words for, and a step's imports count.
"""

# ruff: noqa: RUF001 - letters of the languages that customers write
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

if TYPE_CHECKING:
    from f.common.shapes import Context

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
SMALL_WORDS = {
    "en": "the is are was my your what when where how which who do does did can could would have has i you it we for of to and in a an not with"
    " please there this that much long hello hi thanks will",
    "es": "el la los las es son mi su qué que cuándo cuando cuánto cuanto cuánta dónde donde cómo como cuál puedo tengo tienen una un y en para por"
    " con del al se está hay hola gracias no más quiero pedido",
    "de": "der die das den dem ist sind mein meine ihr was wann wo wie wer kann ich sie es wir für und in ein eine nicht mit auf von zu haben"
    " gibt es bitte hallo danke viel lange noch auch kein keine",
    "fr": "le les la est sont mon ma mes votre que quand où comment combien puis je vous une un et en pour dans avez des du au ce pas avec"
    " bonjour merci quel quelle y",
    "pt": "o os as é são meu minha quando onde como posso uma um e em para quanto você tem não do da no na eu com por olá obrigado"
    " obrigada qual vocês",
    "it": "il lo gli la è sono mio mia che quando dove come posso una un e in per quanto avete di della non ho con ciao grazie quale"
    " buongiorno c'è",
    "nl": "de het een is zijn mijn wat wanneer waar hoe kan ik u je en in voor van niet met op hebben bedankt hallo veel er jullie",
    "ca": "el la els les és són meu quan on com puc una un i en per amb del quant teniu hola gràcies no què",
    "pl": "jest są mój moja co kiedy gdzie jak mogę i w na do nie z się czy ile proszę dziękuję cześć",
    "tr": "bir ve bu ne nerede nasıl için mi mı var değil ben siz merhaba teşekkürler kaç",
}
TABLES = {code: frozenset(words.split()) for code, words in SMALL_WORDS.items()}
SCRIPTS = (  # what stands in each; ranges, because a step would compile as many expressions in each run
    ("ja", "\u3040", "\u30ff"),
    ("zh", "\u4e00", "\u9fff"),
    ("ko", "\uac00", "\ud7af"),
    ("ar", "\u0600", "\u06ff"),
    ("he", "\u0590", "\u05ff"),
    ("hi", "\u0900", "\u097f"),
    ("th", "\u0e00", "\u0e7f"),
    ("el", "\u0370", "\u03ff"),
    ("ru", "\u0400", "\u04ff"),
)
SHARE = 4  # words on which at least one letter of a script must come, so that a text is written in it
UKRAINIAN = frozenset("іїєґІЇЄҐ")
MARKS = {"es": "¿¡ñ", "de": "ßäö", "pt": "ãõ", "fr": "œêèù", "pl": "łśćńż", "tr": "ğşı"}


CLEARLY = 2  # words by which a language must be ahead, so that it is remembered
# A line that says what kind of message came, and nothing that the person has written.
MARKED = re.compile(r"\[(?:location|contact|order|sticker|reaction|rating|unsupported|form|event)\b")


YES = frozenset(
    [
        "yes",
        "yeah",
        "yep",
        "sure",
        "ok",
        "okay",
        "please",
        "sí",
        "si",
        "claro",
        "vale",
        "ja",
        "gerne",
        "bitte",
        "oui",
        "volontiers",
        "sim",
        "sì",
        "certo",
        "tak",
        "proszę",
        "да",
        "давайте",
        "так",
        "будь-ласка",
        "evet",
        "lütfen",
        "olur",
        "jå",
        "jajamän",
        "gärna",
        "graag",
        "da",
        "igen",
        "áno",
        "ano",
        "ναι",
        "نعم",
        "כן",
        "हाँ",
        "是",
        "好",
        "好的",
        "はい",
        "お願いします",
        "네",
        "ใช่",
    ]
)
YES_AROUND = YES | frozenset(
    [
        "do",
        "por",
        "favor",
        "klar",
        "s'il",
        "vous",
        "plaît",
        "per",
        "favore",
        "d'accordo",
        "would",
        "be",
        "great",
        "that",
        "nice",
        "je",
        "bardzo",
        "пожалуйста",
    ]
)


def is_yes(text: str) -> bool:
    """Whether a message accepts an offer, and says nothing more."""
    spoken = [word.replace("’", "'") for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)?", text.lower())]
    return 0 < len(spoken) <= 6 and any(w in YES for w in spoken) and all(w in YES_AROUND for w in spoken)


def detect(text: str, among: list[str], least: int = 1) -> str | None:
    """The likeliest of some languages; None when nothing speaks for one of them, or two of them alike.

    `least`: by how many words it must be ahead of the next one.
    """
    if script := _script(text):
        return script if script in among else None
    words = [word.replace("’", "'") for word in WORD.findall(text.lower())]
    scores = {
        code: sum(word in TABLES[code] for word in words)
        + 2 * any(mark in text.lower() for mark in MARKS.get(code, ""))
        for code in among
        if code in TABLES
    }
    ranked = sorted(scores, key=lambda code: -scores[code])
    if not ranked or not scores[ranked[0]]:
        return None
    lead = scores[ranked[0]] - (scores[ranked[1]] if len(ranked) > 1 else 0)
    return ranked[0] if lead >= least or least == 1 else None


def foreign_letters(text: str, known: list[str]) -> str | None:
    """The language of a script that enough of a text is in, and of which none of the texts that are known has a letter."""
    for code, first, last in _scripts(normalize("NFKC", text)):  # the micro sign is a Greek letter
        if not any(first <= letter <= last for other in known for letter in normalize("NFKC", other)):
            return code
    return None


def _script(text: str) -> str | None:
    """The language of a script that is not Latin, where enough of the text is in it."""
    code = next((code for code, _, _ in _scripts(text)), None)
    few = sum(letter in UKRAINIAN for letter in text) if code == "ru" else 0
    return "uk" if few and few * 4 >= len(WORD.findall(text)) else code


def _scripts(text: str) -> Iterator[tuple[str, str, str]]:
    """The scripts, other than Latin, that enough of a text is in: language, first and last letter."""
    letters = [letter for letter in text if letter > "\u036f"]
    words = len(WORD.findall(text)) if letters else 0
    for code, first, last in SCRIPTS if letters else ():
        found = sum(first <= letter <= last for letter in letters)
        if found and found * SHARE >= words:
            yield code, first, last


def _spoken(text: str) -> str:
    """What of a message is in the customer's own words: a place, a card, an order or a sticker tells no language."""
    return "\n".join(line for line in text.splitlines() if not MARKED.match(line))


def written_language(context: Context) -> str | None:
    """The language that the customer clearly writes: in the message, else over the last messages together; None: it can't be told.

    One short message tells nothing: `No` is Spanish and English, `hay parking cerca` has three words of which no table knows one.
    """
    known = list(dict.fromkeys([*context["chatbot"]["languages"], *context["chatbot"].get("dont_know", {})]))
    said = [u["text"] for u in context.get("history") or [] if u["role"] == "user"]
    texts = (context.get("question") or "", "\n".join([*said[-3:], context.get("question") or ""]))
    return next((found for text in texts if (found := detect(_spoken(text), known, CLEARLY))), None)


def customers_language(context: Context) -> str:
    """What the customer clearly writes; else what was clear in earlier turns, else a guess from the message, else the chatbot's first."""
    chatbot = context["chatbot"]
    known = list(dict.fromkeys([*chatbot["languages"], *chatbot.get("dont_know", {})]))
    clear = written_language(context) or context["contact"].get("language")
    guess = clear or detect(_spoken(context.get("question") or ""), known)
    return str(guess or (chatbot["languages"][0] if chatbot["languages"] else "en"))


def in_language(context: Context, words: Any) -> str:
    """The chatbot's own words in the customer's language, or in its first one that they are written in; '' where there are none."""
    texts: dict[str, str] = words or {}
    wanted = customers_language(context)
    for language in (wanted, wanted.split("_")[0].split("-")[0], *context["chatbot"]["languages"], "en"):
        if texts.get(language):
            return texts[language]
    return next((text for text in texts.values() if text), "")
