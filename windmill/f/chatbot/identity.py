"""Which parameters of a tool say who is asking. They are filled in from the contact's row: the model neither sees nor sets one, at any depth.

By their names, because a schema has no other mark for it. Only a phone can be known so: a server that is given an e-mail address or a
customer's number by the model must hold it against the header X-Customer-Phone before it answers.
"""

from __future__ import annotations

import re
from typing import Any

from f.chatbot.tool_schemas import referred

WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+")


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


PHONE = _table(
    "phone telephone telefono teléfono telefon telefone tel mobile cellphone celular movil móvil handy msisdn whatsapp wa waid"
)
AROUND = _table(
    "customer contact user caller client sender cliente my own account number no nr num numero número id e 164"
)
WHOLE = _table(
    "cell-phone cell-number cell-phone-number contact-number caller-id caller-number phonenumber mobilenumber"
    " whats-app whats-app-number whats-app-id"
)
DEEPEST = 40


def says_who(name: str) -> bool:
    """`phone`, `customerPhone`, `mobile_number`, `wa_id`; not `phone_model`, `store_phone`, `user_id`."""
    words = [word.lower() for word in WORD.findall(name)]
    among = set(words)
    return "-".join(words) in WHOLE or bool(among & PHONE and among <= PHONE | AROUND)


def without_who(part: Any, depth: int = 0) -> Any:
    """A schema as the model may see it."""
    if depth > DEEPEST:
        return {}
    if isinstance(part, list):
        return [without_who(item, depth + 1) for item in part]
    if not isinstance(part, dict):
        return part
    shown = {key: without_who(value, depth + 1) for key, value in part.items()}
    if isinstance(part.get("properties"), dict):
        shown["properties"] = {k: v for k, v in shown["properties"].items() if not says_who(k)}
        required = part["required"] if isinstance(part.get("required"), list) else []
        shown["required"] = [name for name in required if name in shown["properties"]]
    return shown


def asks_who(part: Any, root: dict[str, Any], depth: int = 0) -> bool:
    """Whether a schema has such a parameter anywhere."""
    if depth > DEEPEST or not isinstance(part, dict):
        return False
    if "$ref" in part:
        return depth < 8 and asks_who(referred(str(part["$ref"]), root), root, depth + 1)
    properties = part.get("properties") if isinstance(part.get("properties"), dict) else {}
    assert properties is not None
    inner = [*properties.values(), part.get("items")]
    return any(map(says_who, properties)) or any(asks_who(one, root, depth + 1) for one in inner)


def with_phone(given: Any, part: Any, root: dict[str, Any], phone: str | None, depth: int = 0) -> Any:
    """The model's arguments with the contact's own phone wherever the schema asks for one, and no other. ValueError: nested too deeply."""
    if depth > DEEPEST:
        raise ValueError("the arguments are nested too deeply")
    if isinstance(part, dict) and "$ref" in part:
        part = referred(str(part["$ref"]), root)
    if not isinstance(part, dict):
        part = {}
    if isinstance(given, list):
        return [with_phone(item, part.get("items"), root, phone, depth + 1) for item in given]
    if not isinstance(given, dict):
        return given
    properties = part.get("properties") if isinstance(part.get("properties"), dict) else {}
    assert properties is not None
    # An object that holds nothing else for the model to fill in may be left out by it.
    left_out: dict[str, Any] = {
        k: {} for k, v in properties.items() if k not in given and asks_who(v, root, 1)
    }
    found = {
        key: with_phone(value, properties.get(key), root, phone, depth + 1)
        for key, value in ({**given, **left_out}).items()
        if not says_who(key)
    }
    return found | {key: phone for key in properties if says_who(key)}
