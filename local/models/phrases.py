"""The few words and phrases that the rule-based model knows, by language."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What greets, or only says that a question comes, and the answer to it; what thanks and the answer to it.
COURTESY = {
    "en": (
        _words("hi hello hey good morning afternoon evening day there everyone anyone i have a question"),
        "Hello! How can I help you?",
    ),
    "es": (
        _words("hola buenos buenas buen días dias día tardes noches tengo una pregunta"),
        "¡Hola! ¿En qué puedo ayudarle?",
    ),
    "de": (_words("hallo guten gute tag morgen abend moin servus"), "Hallo! Wie kann ich Ihnen helfen?"),
    "fr": (_words("bonjour bonsoir salut"), "Bonjour ! Comment puis-je vous aider ?"),
    "pt": (_words("olá oi bom boa dia tarde noite"), "Olá! Como posso ajudar?"),
    "it": (_words("ciao buongiorno buonasera salve"), "Buongiorno! Come posso aiutarla?"),
}
THANKS = {
    "en": (_words("thanks thank you very so much thx ok okay great perfect a lot bye"), "You're welcome!"),
    "es": (_words("gracias muchas mil vale perfecto adiós"), "¡De nada!"),
    "de": (_words("danke dankeschön vielen dank super tschüss"), "Gern geschehen!"),
    "fr": (_words("merci beaucoup parfait"), "Avec plaisir !"),
    "pt": (_words("obrigado obrigada muito perfeito"), "De nada!"),
    "it": (_words("grazie mille tante perfetto"), "Prego!"),
}
LANGUAGES = {
    "en": _words("the is are my what when where how can do i it to of have with does for"),
    "es": _words("el la los es mi qué cuándo dónde cómo cuánto puedo una un en con quiero está pedido"),
    "de": _words("der die das ist mein meine was wann wo wie kann ich ein eine mit und nicht bestellung"),
}
STOPWORDS = frozenset().union(*LANGUAGES.values()) | _words(
    "a an and at be been by did from has if in me much many on or our please that this these there they we which who will would you your"
    " was were not de del las lo para por se su y den dem für sie es wenn im viel viele long"
)
HANDED_OFF = {
    "en": "I'm passing you on to a colleague, who will answer you here.",
    "es": "Le paso con una persona del equipo, que le responderá aquí.",
    "de": "Ich gebe Sie an jemanden aus dem Team weiter; die Antwort kommt hier.",
}
ASK_FOR_NUMBER = {
    "en": "Which order is it? Please send me the order number.",
    "es": "¿De qué pedido se trata? Envíeme el número de pedido.",
    "de": "Um welche Bestellung geht es? Bitte senden Sie mir die Bestellnummer.",
}
NO_ORDER = {
    "en": "I can't find order {number} for your phone number. Please check the number.",
    "es": "No encuentro el pedido {number} con su número de teléfono. Compruebe el número, por favor.",
    "de": "Ich finde die Bestellung {number} zu Ihrer Telefonnummer nicht. Bitte prüfen Sie die Nummer.",
}
IN_STOCK = {
    "en": "{product}: {number} in stock.",
    "es": "{product}: quedan {number}.",
    "de": "{product}: {number} vorrätig.",
}
OUT_OF_STOCK = {
    "en": "{product}: not in stock at the moment.",
    "es": "{product}: ahora mismo no queda ninguna unidad.",
    "de": "{product}: im Moment nicht vorrätig.",
}
FILE_SENT = {"en": "Here it is.", "es": "Aquí lo tiene.", "de": "Hier ist es."}
# What a reply may carry beside words: the tool, the words that ask for it, and what is said with it.
CONTROLS = {
    "send_link": (
        r"\b(?:links?|website|web|online|page|enlace|p[aá]gina|seite)\b",
        {"en": "You find it here.", "es": "Lo encuentra aquí.", "de": "Das finden Sie hier."},
    ),
    "ask_location": (
        r"\b(?:near(?:est)?|closest|close to me|cerca|ubicaci[oó]n|in der nähe)\b",
        {
            "en": "Please send me where you are.",
            "es": "Envíeme su ubicación, por favor.",
            "de": "Bitte senden Sie mir Ihren Standort.",
        },
    ),
    "show_products": (
        r"\b(?:show|catalog(?:ue)?|muestr\w+|ens[eé]ñ\w+|cat[aá]logo|zeig\w*|katalog)\b",
        {"en": "Here you are.", "es": "Aquí tiene.", "de": "Bitte sehr."},
    ),
    "send_form": (
        r"\b(?:form|formulario|formular|fill in|rellenar)\b",
        {
            "en": "Please fill in this form.",
            "es": "Rellene este formulario, por favor.",
            "de": "Bitte füllen Sie dieses Formular aus.",
        },
    ),
    "send_contact_card": (
        r"\b(?:contact card|(?:phone|telephone) number of|tel[eé]fono de|call the|telefonnummer)\b",
        {"en": "Here is the contact.", "es": "Aquí tiene el contacto.", "de": "Hier ist der Kontakt."},
    ),
}
FORM_TAKEN = "Thank you! I have noted what you filled in."
GREAT_NEWS = re.compile(r"\b(?:perfect|great|so much|mil|perfecto|super|vielen)\b", re.IGNORECASE)
UNKNOWN = "I don't know."

_PERSON = r"(?:human|agent|person|someone|somebody|colleague|persona|alguien|agente|mensch\w*|mitarbeiter\w*|jemand\w*)"
ASKS_FOR_PERSON = re.compile(
    rf"\b(?:speak|talk|chat|connect|want|need|hablar|quiero|sprechen|reden)\b[^.?!\n]{{0,30}}\b{_PERSON}\b"
    rf"|\b{_PERSON}\b[^.?!\n]{{0,20}}\b(?:sprechen|reden)\b|\breal person\b|^\W*(?:an? )?{_PERSON}\W*$",
    re.IGNORECASE,
)
OFFERS_PERSON = re.compile(rf"\b(?:{_PERSON}|compañero|Team)\b[^?]*\?\s*$", re.IGNORECASE)
ACCEPTS = re.compile(
    r"^\W*(?:yes|yeah|sure|ok(?:ay)?|please do|sí|si|claro|vale|ja|gerne?|bitte)\b(?:\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)
_ORDERS = r"(?:orders?|parcel|pedidos?|bestellung(?:en)?)\b"
ORDER_WORD = re.compile(rf"\b{_ORDERS}", re.IGNORECASE)
MY_ORDER = re.compile(rf"\b(?:my|mis?|meine?[nr]?)\s+{_ORDERS}", re.IGNORECASE)
ASKS_FOR_STATE = re.compile(
    r"\b(?:where|when|show|list|status|track\w*|arriv\w*|d[oó]nde|cu[aá]ndo|estado|muestr\w+|ens[eé]ñ\w+|lleg\w+|wo|wann|zeig\w*|stand|kommt)\b",
    re.IGNORECASE,
)
ASKS_FOR_STOCK = re.compile(
    r"\b(?:in\s+stock|en\s+stock|existencias|auf\s+lager|vorr[aä]tig)\b", re.IGNORECASE
)
# "CL-1042" and "#1042" say what they are; a bare number counts only beside an order word, or nearly alone.
ORDER_NUMBER = re.compile(
    r"(?<![\w#/.-])(?:#[A-Z]{0,3}-?\d{3,8}|[A-Z]{1,3}-\d{3,8}|[A-Z]{2}\d{4,8})(?![\w-])"
)
BARE_NUMBER = re.compile(r"(?<![\w#/.,:+€$£-])(?!(?:19|20)\d\d\b)\d{4,8}(?![\w/:€$£%-]|[.,]\d)")
ASKS_FOR_FILE = re.compile(r"\b(?:send|m[aá]nd\w*|env[ií]\w*|schick\w*)\b", re.IGNORECASE)
