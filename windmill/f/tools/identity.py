"""Finds tool parameters that identify the caller (phone numbers) and fills them from the contact: the model neither sees nor sets one.

They are found by their names, because a schema has no other mark for them, at any depth. This works for phones only: a server that gets an
e-mail address or a customer number from the model must compare it with the header X-Customer-Phone before it answers.
"""

from __future__ import annotations

import json
import re
from typing import Any

from f.models.tool_schemas import Root, merged

# Fields of a contact that a parameter may be filled from (contact_inputs).
LEAD = "lead:"  # before the name of a field that the tenant collects
VERIFIED = ("phone", "phone_e164", "user_id")  # WhatsApp vouches for these
OURS = ("contact_id", "tenant_id")  # ids of this platform's own rows: for scripts that work on its database
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


def asks_who(schema: dict[str, Any]) -> bool:
    """Whether a schema has such a parameter anywhere."""
    return _asks(schema, Root(schema))


def with_phone(given: dict[str, Any], schema: dict[str, Any], phone: str | None) -> dict[str, Any]:
    """The model's arguments with the contact's own phone wherever the schema asks for one, and no other. ValueError: nested too deeply."""
    filled: dict[str, Any] = _filled(given, schema, Root(schema), phone)
    return filled


def _asks(part: Any, root: Root, depth: int = 0) -> bool:
    if root.ends(part, depth):
        return False
    part = merged(part, root)
    properties = _properties(part)
    inner = [*properties.values(), part.get("items")]
    return any(map(says_who, properties)) or any(_asks(one, root, depth + 1) for one in inner)


def _filled(
    given: Any, part: Any, root: Root, phone: str | None, depth: int = 0, left_out: bool = False
) -> Any:
    if depth > DEEPEST:
        raise ValueError("the arguments are nested too deeply")
    part = merged(part, root)
    given = _read(given, part)
    if isinstance(given, list):
        return [_filled(item, part.get("items"), root, phone, depth + 1) for item in given]
    if not isinstance(given, dict):
        return given
    properties = _properties(part)
    filled = {
        key: _filled(value, properties.get(key), root, phone, depth + 1)
        for key, value in given.items()
        if not says_who(key)
    }
    # An object that holds nothing else for the model to fill in may be left out by it. What one was left out of has what it must have only:
    # a schema may name itself.
    for key in (part.get("required") or []) if left_out else properties:
        if key in properties and key not in given and not says_who(key) and _asks(properties[key], root):
            filled[key] = _filled({}, properties[key], root, phone, depth + 1, left_out=True)
    return filled | {key: phone for key in properties if says_who(key)}


def _read(given: Any, part: dict[str, Any]) -> Any:
    """What a text of JSON says where more than a text is wanted: servers read it there, so a phone in it would be the model's word."""
    kinds = part.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    only_text = "string" in kinds and set(kinds) <= {"string", "null"} and "or" not in part
    if only_text or not isinstance(given, str) or given.lstrip()[:1] not in ("{", "["):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return given


def _properties(part: dict[str, Any]) -> dict[str, Any]:
    properties = part.get("properties")
    return properties if isinstance(properties, dict) else {}
