"""A customer who asks for a file gets it, where the caller's tool names one that fits."""

import re

from local.models.protocol import Call, Reply, Tool
from local.models.words import content_words

SEND = "send_document"
ASKS = re.compile(
    r"\b(?:send|mail|give|get|mánd|envíe|envia|schick|send|envoye|mande|invi|mand)\w*\b.*\b(?:pdf|documents?|files?|guide|brochure|documento|archivo|guía"
    r"|dokument|datei|leitfaden|fichier|ficheiro|guia|file|guida)\b",
    re.IGNORECASE,
)
SAID = {
    "en": "Here it is.",
    "es": "Aquí lo tiene.",
    "de": "Hier ist es.",
    "fr": "Le voici.",
    "pt": "Aqui está.",
    "it": "Eccolo.",
}


def asked(message: str, tools: list[Tool]) -> Reply | None:
    """The call that sends the file; None: none is asked for, or none fits."""
    tool = next((tool for tool in tools if tool.name == SEND), None)
    if tool is None or not ASKS.search(message):
        return None
    schema = (tool.parameters.get("properties") or {}).get("document") or {}
    titles = [title for title in schema.get("enum") or [] if isinstance(title, str)]
    wanted = set(content_words(message))
    best = max(titles, key=lambda title: len(wanted & set(content_words(title))), default=None)
    if best is None or (len(titles) > 1 and not wanted & set(content_words(best))):
        return None
    return Reply(calls=[Call(SEND, {"document": best})])
