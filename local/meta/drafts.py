"""A new message template: refused as the Graph API refuses it, and what Meta's review says of it later."""

import re
from typing import Any

from local.meta.config import Template, build
from local.meta.errors import GraphError
from local.meta.validate import array, check, obj, one_of, text

NUMBERED = re.compile(r"\{\{(\d+)\}\}")
OFFER = re.compile(r"\b(discount|sale|offer|descuento|rebaja|oferta)s?\b|%", re.IGNORECASE)
EXISTS, NO_EXAMPLE, AT_EDGE, BAD_PLACES, HEADER_FORMAT = 2388024, 2388043, 2388299, 2388273, 2388047
EXAMPLE = {"type": "object"}
BUTTON = obj({"type": one_of("QUICK_REPLY"), "text": text(25)})
HEADER = obj({"type": one_of("HEADER"), "format": one_of("TEXT"), "text": text(60)}, {"example": EXAMPLE})
BODY = obj({"type": one_of("BODY"), "text": text(1024)}, {"example": EXAMPLE})
FOOTER = obj({"type": one_of("FOOTER"), "text": text(60)})
BUTTONS = obj({"type": one_of("BUTTONS"), "buttons": array(BUTTON, 1, 10)})
PARTS = {"HEADER": HEADER, "BODY": BODY, "FOOTER": FOOTER, "BUTTONS": BUTTONS}
REQUEST = obj(
    {
        "name": {"type": "string", "pattern": "^[a-z0-9_]{1,512}$"},
        "language": {"type": "string", "pattern": "^[a-z]{2,3}(_[A-Z]{2})?$"},
        "category": one_of("UTILITY", "MARKETING", "AUTHENTICATION"),
        "components": array({"type": "object"}, 1, 4),
    },
    {"parameter_format": one_of("POSITIONAL", "NAMED"), "allow_category_change": {"type": "boolean"}},
)


def refusal(subcode: int, title: str, words: str) -> GraphError:
    return GraphError(100, message="Invalid parameter", subcode=subcode, for_people=(title, words))


def template_of(waba_id: str, body: Any) -> Template:
    """The template that a request asks for, pending. Raises GraphError."""
    check(body, REQUEST, "template")
    kinds = [part.get("type") for part in body["components"]]
    if "BODY" not in kinds or len(set(kinds)) < len(kinds):
        raise GraphError(100, "Param components must hold one BODY, and each type once.")
    for part in body["components"]:
        if part.get("type") not in PARTS:
            raise GraphError(100, f"Param components: this stand-in takes no {part.get('type')}.")
        check(part, PARTS[part["type"]], part["type"])
        check_places(part)
    about = {name: body[name] for name in ("name", "language", "category", "components")}
    return build(Template, {**about, "waba_id": waba_id, "status": "PENDING"}, "template")


def check_places(part: dict[str, Any]) -> None:
    words = str(part.get("text", ""))
    numbers = sorted({int(number) for number in NUMBERED.findall(words)})
    if numbers != list(range(1, len(numbers) + 1)) or (part["type"] == "HEADER" and len(numbers) > 1):
        raise refusal(
            BAD_PLACES, "Variables Are Wrong", "Variables must be numbered from {{1}} without a gap."
        )
    if part["type"] == "HEADER" and re.search(r"[*_~`\n]", words):
        title = "Message Header Format Is Incorrect"
        raise refusal(
            HEADER_FORMAT,
            title,
            "The header can't have new lines, formatting characters, emojis or asterisks.",
        )
    if part["type"] == "BODY" and (words.startswith("{{") or words.endswith("}}")):
        title = "Leading Or Trailing Params Not Allowed"
        raise refusal(AT_EDGE, title, "Variables can't be at the start or end of the template.")
    if numbers and len(examples(part)) != len(numbers):
        raise refusal(
            NO_EXAMPLE,
            "Example Is Missing",
            f"The {part['type'].lower()} needs an example for each variable.",
        )


def examples(part: dict[str, Any]) -> list[Any]:
    given = (part.get("example") or {}).get(f"{part['type'].lower()}_text") or []
    return list(given[0]) if part["type"] == "BODY" and given and isinstance(given[0], list) else list(given)


def verdict(template: Template) -> tuple[str, str]:
    """Meta's review, as the stand-in has it: event and reason. A service message that advertises is in the wrong category."""
    words = " ".join(str(part.get("text", "")) for part in template.components)
    if template.category == "UTILITY" and OFFER.search(words):
        return "REJECTED", "INCORRECT_CATEGORY"
    return "APPROVED", "NONE"
