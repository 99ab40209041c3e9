"""Values of a request that come from the conversation: what the contact's row holds, filled in by the code and never by the model."""

from __future__ import annotations

import re
from typing import Any

from f.tools.identity import LEAD, OURS, WORD, says_who

PLAIN = ("phone", "phone_e164", "name", "language", "user_id")
NAMES = frozenset(
    ["name", "fullname", "nombre", "nom", "nome", "full", "customer", "client", "contact", "user", "cliente"]
)


def is_field(field: Any) -> bool:
    return isinstance(field, str) and (field in PLAIN or (field.startswith(LEAD) and 5 < len(field) <= 65))


def contact_values(contact: dict[str, Any]) -> dict[str, str]:
    """What is known of a contact, by field. `contact`: phone, user_id, name, language and lead of the row, for scripts also OURS."""
    phone = contact.get("phone")
    known = {
        "phone": phone,
        "phone_e164": f"+{phone}" if phone else None,
        "name": contact.get("name"),
        "language": contact.get("language"),
        "user_id": contact.get("user_id"),
        **{name: contact.get(name) for name in OURS},
    }
    lead = {f"{LEAD}{name}": str(value) for name, value in (contact.get("lead") or {}).items()}
    return {field: value for field, value in (known | lead).items() if value}


def suggested_field(name: str, sample: Any = None) -> str | None:
    """The contact's field that a parameter of this name asks for, as far as names tell: the tenant decides."""
    name = re.sub(r"^x[-_]", "", name, flags=re.IGNORECASE)  # as headers are called
    words = [word.lower() for word in WORD.findall(name)]
    if says_who(name):
        return "phone_e164" if str(sample or "").startswith("+") else "phone"
    if words and words[-1] in ("email", "mail") and set(words) <= NAMES | {"e", "email", "mail", "address"}:
        return "lead:email"
    if words and set(words) <= NAMES and re.search(r"name$|nombre|nom$|nome", words[-1]) and len(words) > 1:
        return "name"
    return "language" if words in (["language"], ["locale"], ["lang"]) else None
