"""What the rule-based model knows of a returns desk: when a message is about goods that go back, and how what the desk says becomes an answer."""

from __future__ import annotations

import re
from typing import Any

from local.models import phrases
from local.models.protocol import Call, Tool, ToolResult

_BACK = r"(?:return|send\b.*\bback|devol\w+|devuelv\w+|zur[uü]ck\w*|retour\w*)"
WANTS = re.compile(rf"\b{_BACK}\b", re.IGNORECASE)
THING = r"(?:returns?|devoluci[oó]n(?:es)?|r[uü]cksendung(?:en)?|retouren?)\b"
MINE = re.compile(rf"\b(?:my|mis?|meine?[nr]?)\s+{THING}|\bR-\d+", re.IGNORECASE)
# The last sentence of an answer that offers to note a return. It names the order, so that a yes is about that one.
OFFERS = {
    "en": "Shall I note the return of order {order}?",
    "es": "¿Anoto la devolución del pedido {order}?",
    "de": "Soll ich die Rücksendung der Bestellung {order} aufnehmen?",
}
OFFERED = re.compile(
    "|".join(re.escape(words).replace(r"\{order\}", r"(\S+)") for words in OFFERS.values()), re.IGNORECASE
)
WHICH = {
    "en": "Which order shall go back? Please send me its number.",
    "es": "¿Qué pedido quiere devolver? Envíeme su número.",
    "de": "Welche Bestellung soll zurück? Bitte senden Sie mir ihre Nummer.",
}
MAY = {
    "en": "{items} of order {order} can go back until {until}.",
    "es": "{items}, del pedido {order}, se puede devolver hasta el {until}.",
    "de": "{items} aus Bestellung {order} kann bis {until} zurück.",
}
OVER = {
    "en": "Order {order} could go back until {until}: that is over.",
    "es": "El pedido {order} se podía devolver hasta el {until}: ese plazo ha terminado.",
    "de": "Bestellung {order} konnte bis {until} zurück: das ist vorbei.",
}
ALREADY = {
    "en": "The return of {already} of order {order} is noted already.",
    "es": "La devolución de {already}, del pedido {order}, ya está anotada.",
    "de": "Die Rücksendung von {already} aus Bestellung {order} ist schon aufgenommen.",
}
OPENED = {
    "en": "Your return {return} is noted: {items}, of order {order}.",
    "es": "Su devolución {return} está anotada: {items}, del pedido {order}.",
    "de": "Ihre Rücksendung {return} ist aufgenommen: {items}, aus Bestellung {order}.",
}
LISTED = {
    "en": "Return {return} of {items}, order {order}: {state}.",
    "es": "Devolución {return} de {items}, pedido {order}: {state}.",
    "de": "Rücksendung {return} von {items}, Bestellung {order}: {state}.",
}
NONE = {
    "en": "You have no return.",
    "es": "No tiene ninguna devolución.",
    "de": "Sie haben keine Rücksendung.",
}
REFUSED = {
    "en": "That is not possible: {why}.",
    "es": "No es posible: {why}.",
    "de": "Das geht nicht: {why}.",
}


def wanted_call(message: str, offered: str, tools: dict[str, Tool]) -> Call | None:
    """The call that a message asks for; None where it is about something else. `offered`: what the assistant said just before."""
    if not {"check_return", "open_return", "find_returns"} <= tools.keys():
        return None
    if (order := OFFERED.search(offered)) and phrases.ACCEPTS.match(message):
        return Call("open_return", {"order_id": next(filter(None, order.groups()))})
    if MINE.search(message):
        return Call("find_returns", {})
    number = phrases.ORDER_NUMBER.search(message)
    if number and (WANTS.search(message) or any(words in offered for words in WHICH.values())):
        return Call("check_return", {"order_id": number[0].lstrip("#")})
    return None


def lacks_number(message: str) -> bool:
    """Whether somebody wants to return an order and does not say which one; a question is about the rules."""
    return bool(WANTS.search(message) and phrases.MY_ORDER.search(message)) and "?" not in message


def said(result: ToolResult, value: Any, language: str) -> tuple[list[tuple[str, str]], str]:
    """The sentences that answer a call, each with the words of the result that carry it; and the question behind them."""
    if refused := re.search(r"Not done: ([^\n]+?)\.?(?:\n|$)", result.text):
        why = refused[1].split(": check_return")[0]
        return [(REFUSED[language].format(why=why), why)], ""
    if not isinstance(value, dict):
        return [], ""
    if "returns" in value:
        lines = [
            (filled(LISTED, language, one), quoted(result.text, one["return"])) for one in value["returns"]
        ]
        return lines or [(NONE[language], '"returns": []')], ""
    if opened := value.get("opened"):
        return [(filled(OPENED, language, opened), quoted(result.text, opened["return"]))], ""
    whole = result.text[result.text.index("{") : result.text.rindex("}") + 1]
    if value["returnable"]:
        may = filled(MAY, language, {**value, "items": value["returnable"]})
        return [(may, whole)], OFFERS[language].format(order=value["order"])
    words = ALREADY if value["already"] else OVER
    return [(filled(words, language, value), whole)], ""


def filled(words: dict[str, str], language: str, value: dict[str, Any]) -> str:
    joined = {name: ", ".join(part) if isinstance(part, list) else part for name, part in value.items()}
    return words[language].format(**joined)


def quoted(text: str, number: str) -> str:
    """The JSON object of one return as it stands in the result."""
    found = re.search(rf'\{{[^{{}}]*"{re.escape(number)}"[^{{}}]*\}}', text)
    return found[0] if found else number
