"""The words the rules go by, one table per matter. Languages: en, es, de, fr, pt, it."""

import re

GREETING = {
    "en": "hi hello hey hiya morning afternoon evening good day",
    "es": "hola buenos buenas días dias tardes noches buen día",
    "de": "hallo guten tag morgen abend moin servus grüß gruss gott",
    "fr": "bonjour bonsoir salut coucou",
    "pt": "olá oi bom boa dia tarde noite",
    "it": "ciao buongiorno buonasera salve",
}
THANKS = {
    "en": "thanks thank you thx cheers bye goodbye ok okay great perfect cool",
    "es": "gracias muchas mil vale perfecto adiós adios genial",
    "de": "danke dankeschön vielen dank schön super tschüss",
    "fr": "merci beaucoup bien parfait revoir",
    "pt": "obrigado obrigada muito valeu perfeito tchau",
    "it": "grazie mille tante perfetto arrivederci",
}
# May stand beside a greeting or thanks without making it a question.
FILLERS = "there so very much a lot all to for the help everyone team again das la el le au um an per"

LANGUAGE_WORDS = {
    "en": "the is are my what when where how can do you i it for of to and in have does your a an "
    "not would if was were has did",
    "es": "el la los las es mi qué que cuándo cuando dónde donde cómo como puedo tengo una un y en para "
    "por cuánto se está con del pedido",
    "de": "der die das ist mein meine was wann wo wie kann ich es für und in habe ein eine nicht wenn man "
    "mit den auf",
    "fr": "le les est mon ma que quand où comment puis je une un et en pour dans combien vous avez des "
    "du ai ou ce",
    "pt": "o os as é meu minha quando onde como posso uma um e em para quanto você tem não do da no na "
    "eu meus",
    "it": "il lo gli è mio mia che quando dove come posso una un e in per quanto avete di della non ho i",
}
OTHER_STOPWORDS = (
    "be been by on at with as this that there their they we our us me or from "
    "which who whom will could should may much many please was were am did has had any some get give need "
    "want tell about long hi hello there's"
)
STOPWORDS = frozenset(" ".join([*LANGUAGE_WORDS.values(), OTHER_STOPWORDS]).split())

GREETING_ANSWER = {
    "en": "Hello! How can I help you?",
    "es": "¡Hola! ¿En qué puedo ayudarle?",
    "de": "Hallo! Wie kann ich Ihnen helfen?",
    "fr": "Bonjour ! Comment puis-je vous aider ?",
    "pt": "Olá! Como posso ajudar?",
    "it": "Buongiorno! Come posso aiutarla?",
}
THANKS_ANSWER = {
    "en": "You're welcome!",
    "es": "¡De nada!",
    "de": "Gern geschehen!",
    "fr": "Avec plaisir !",
    "pt": "De nada!",
    "it": "Prego!",
}
HANDED_OFF = {
    "en": "I'm passing you on to a colleague, who will answer you here.",
    "es": "Le paso con una persona del equipo, que le responderá aquí.",
    "de": "Ich gebe Sie an eine Kollegin oder einen Kollegen weiter; die Antwort kommt hier.",
    "fr": "Je vous passe un collègue, qui vous répondra ici.",
    "pt": "Vou passar a conversa a um colega, que responderá aqui.",
    "it": "La passo a un collega, che le risponderà qui.",
}
DONT_KNOW = "I don't know."

_PERSON = (
    r"(?:human|agent|person|someone|somebody|representative|operator|advisor|colleague|staff|"
    r"persona|humano|agente|alguien|asesor|operador|mensch\w*|mitarbeiter\w*|jemand\w*|berater\w*|"
    r"personne|humain|conseill\w+|quelqu'un|pessoa|atendente|alguém|operatore|umano|qualcuno)"
)
_SPEAK = (
    r"(?:speak|talk|chat|connect|transfer|hand me|pass me|put me|want|need|hablar|quiero|sprechen|reden|"
    r"parler|veux|falar|quero|parlare|voglio)"
)
_ARTICLE = r"(?:a |an |un |una |ein |einen |um |uma )?"
# A person's word counts only beside a word of speaking, or alone: "price per person" asks for
# nobody.
WANTS_PERSON = re.compile(
    rf"\b{_SPEAK}\b[^.?!\n]{{0,30}}\b{_PERSON}\b|\b(?:real|actual|live|human)\s+(?:{_PERSON}|being)\b"
    rf"|\b{_PERSON}\b[^.?!\n]{{0,20}}\b(?:sprechen|reden)\b"
    rf"|^\W*{_ARTICLE}{_PERSON}\W*(?:please|por favor|bitte|s'il vous plaît)?\W*$",
    re.IGNORECASE,
)

_ORDER = (
    r"(?:orders?|parcels?|packages?|pedidos?|bestellung(?:en)?|bestellnummer|auftrag|commandes?|encomendas?|"
    r"ordin[ei])"
)
ORDER_WORD = re.compile(rf"\b{_ORDER}\b", re.IGNORECASE)
# An id that says itself what it is: '#1042', 'CL-1042', 'AB123456'.
MARKED_ID = re.compile(
    r"(?<![\w#/.-])(?:#[A-Z]{0,3}-?\d{3,8}|[A-Z]{1,3}-\d{3,8}|[A-Z]{2,3}\d{4,8})(?![\w-])", re.IGNORECASE
)
# A bare number needs an order word in the message, or must be nearly all of it.
BARE_ID = re.compile(r"(?<![\w#/.,:+€$£-])\d{4,8}(?![\w/:€$£%-]|[.,]\d)")
YEAR = re.compile(r"(?:19|20)\d\d")
NOT_IDS = frozenset({"EUR", "USD", "GBP", "CHF", "ISO", "DIN", "AM", "PM"})

# "Where is my order?" without an id.
MY_ORDERS = re.compile(
    r"\b(?:my|our|mis?|meine?[nr]?|mes|ma|minhas?|meus?|mio|mia|miei|il|o)\s+"
    rf"(?:last |latest |recent |new )?{_ORDER}\b",
    re.IGNORECASE,
)
ORDER_STATE = re.compile(
    r"\b(?:where|when|status|track(?:ing)?|arriv\w+|list|show|dónde|donde|cuándo|cuando|estado|lleg\w+|wo|wann|"
    r"stand|kommt|où|quand|statut|onde|quando|chega\w*|dove|stato)\b",
    re.IGNORECASE,
)
# Words that keep a sentence about the order of the sentence before: "When will it arrive?"
ABOUT_THE_ORDER = re.compile(
    r"\b(?:arriv\w+|delivered|deliver it|shipped|carrier|tracking|status|get here|come|lleg\w+|kommt|"
    r"ankommt|geliefert|livrée?|chega\w*|entregue)\b",
    re.IGNORECASE,
)
QUESTION_WORD = re.compile(
    r"\b(?:what|which|who|when|where|why|how|can|could|may|do|does|is|are|will|would|should|much|many|"
    r"qué|cuál|quién|cuándo|dónde|cómo|cuánto|cuánta|cuántos|cuántas|puedo|pueden|hay|tienen|es|"
    r"was|welche\w*|wer|wann|wo|warum|wie|kann|können|darf|gibt|muss|haben|"
    r"quoi|quel\w*|qui|quand|où|pourquoi|comment|combien|puis|peut|est-ce|"
    r"qual|quem|quando|onde|como|quanto|posso|pode|tem|cosa|quale|chi|dove|perché|come)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    r"(?<=[.?!;])\s+|\n+|,?\s+\b(?:and also|and|also|y|und|et|e|ed)\s+(?=\S+\s+\S+)", re.IGNORECASE
)
# A message that can't be searched for by itself: "and for children?"
FOLLOW_UP = re.compile(
    r"^\W*(?:and|but|or|what about|how about|also|then|why|y|pero|und|aber|oder|et|mais|e|ma|ed)\b",
    re.IGNORECASE,
)
FOLLOW_UP_WORDS = 4
POINTING = re.compile(
    r"\b(?:it|that|this|they|them|those|these|there|one|eso|esto|das|dort|ça|cela|isso|questo)\b",
    re.IGNORECASE,
)
