"""What a reply must show before it is let through: the model proposes, this decides. No model has a say here.

- A reply without any look-up passes only where there is nothing to look up: a greeting, thanks, or a question back.
- A reply from passages names one of them, or says what stands in them; its figures come from what was found.
- A figure that only the customer has named is not confirmed.
- The instructions and the keys never leave.
"""

# ruff: noqa: RUF001 - typographic marks of the languages that customers write
from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
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
    found: set[str] = set()
    for number in NUMBER.findall(text):
        digits = re.sub(r"\D", "", number).lstrip("0") or "0"
        found |= {
            digits,
            digits.rstrip("0") or "0",
            *(p.lstrip("0") or "0" for p in re.split(r"[.,:]", number)),
        }
        hour = re.match(r"(\d{1,2}):\d\d$", number)
        if hour and 12 < int(hour[1]) < 24:
            found.add(str(int(hour[1]) - 12))
    return found


def unsupported(reply: str, question: str, evidence: str, marked: bool) -> str | None:
    """Why a reply does not follow from what was found, for the trace; None: it does, as far as code can tell."""
    spoken = MARK.sub("", reply)
    told, known, asked = numbers_of(spoken), numbers_of(evidence), numbers_of(question)
    if told and not told & known:
        if told & asked:
            return f"it confirms a figure that only the customer has named: {', '.join(sorted(told & asked)[:5])}"
        return f"its figures are in nothing that was found: {', '.join(sorted(told)[:5])}"
    if marked:
        return None
    content = {word for word in words_of(spoken) if len(word) > 3 or word.isdigit()}
    held = content & set(words_of(evidence))
    if not content or len(held) < 0.5 * len(content):
        return "it names no passage, and its words are not those of what was found"
    return None


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
