"""The answer to "What can you help me with?": headings of the documents, for the customer to tap."""

import re

from local.models.protocol import Call, Reply, Tool, ToolResult
from local.models.results import first_json, passages

OFFER = "offer_choices"
MOST, LONGEST, FEWEST = 6, 24, 2
ASKS = re.compile(
    r"^\W*(?:help|menu|options|what can you (?:do|help)\b.*|what do you know\b.*"
    r"|ayuda|menú|qué (?:puedes?|sabes?)\b.*|en qué (?:me )?puede.*"
    r"|hilfe|menü|was (?:kannst du|können sie)\b.*|wobei .*helfen\b.*"
    r"|aide|que (?:peux-tu|pouvez-vous)\b.*|ajuda|o que pode\b.*|aiuto|(?:che )?cosa (?:puoi|può)\b.*)\W*$",
    re.IGNORECASE,
)
TOPICS = {
    "en": ("How does delivery work?", "How do returns work?", "What are the opening hours?", "How do I make an appointment?"),
    "es": ("¿Cómo funciona el envío?", "¿Cómo funciona la devolución?", "¿Cuál es el horario?", "¿Cómo pido una cita?"),
    "de": ("Wie wird geliefert?", "Wie kann ich zurückgeben?", "Wann ist geöffnet?", "Wie mache ich einen Termin?"),
    "fr": ("Comment marche la livraison ?", "Comment faire un retour ?", "Quels sont les horaires ?", "Comment prendre rendez-vous ?"),
    "pt": ("Como funciona a entrega?", "Como faço uma devolução?", "Qual é o horário?", "Como marco uma consulta?"),
    "it": ("Come funziona la consegna?", "Come faccio un reso?", "Quali sono gli orari?", "Come prendo un appuntamento?"),
}  # fmt: skip
QUESTION = {
    "en": "What would you like to know?",
    "es": "¿Qué le gustaría saber?",
    "de": "Was möchten Sie wissen?",
    "fr": "Que souhaitez-vous savoir ?",
    "pt": "O que gostaria de saber?",
    "it": "Che cosa vorrebbe sapere?",
}


def wanted(message: str, tools: list[Tool]) -> bool:
    """Whether a message asks for the menu, and there is a way to show it."""
    return bool(ASKS.match(message)) and any(tool.name == OFFER for tool in tools)


def look_up(search: Tool, language: str) -> Reply:
    """What usual questions find."""
    argument = search.text_argument() or "question"
    return Reply(calls=[Call(search.name, {argument: topic}) for topic in TOPICS[language]])


def show(results: list[ToolResult], language: str) -> Reply | None:
    """The choices, then the question above them. None: too little was found to choose from."""
    if any(result.call.name == OFFER for result in results):
        return Reply(QUESTION[language])
    titles: list[str] = []
    for result in results:
        for passage in (passages(first_json(result.text)) or [])[:2]:
            title = passage.heading.split(" > ")[-1].strip()
            if 0 < len(title) <= LONGEST and title not in titles:
                titles.append(title)
    if len(titles) < FEWEST:
        return None
    return Reply(calls=[Call(OFFER, {"choices": [{"title": title} for title in titles[:MOST]]})])
