# requirements: database
"""What may be changed of a contact, checked."""

from __future__ import annotations

from typing import Any

from f.common.portal_request import Fields, Refused, text_field
from f.common.setting_kinds import LANGUAGE

MOST_TAGS, MOST_FIELDS = 20, 30


def changes_of(fields: Fields) -> dict[str, Any]:
    """As the SQL function edit_contact takes them; fields that are absent stay.

    name: what the staff call them ('' for WhatsApp's name), language: a code or '', tags: all of them, lead: {field: words or null}, blocked,
    opted_out: true (only the customer takes it back).
    """
    changes: dict[str, Any] = {}
    if "name" in fields:
        changes["staff_name"] = text_field(fields, "name", 200).strip()
    if "language" in fields:
        changes["language"] = text_field(fields, "language", 10).strip()
        if changes["language"] and not LANGUAGE.fullmatch(changes["language"]):
            raise Refused("languages_invalid")
    if "tags" in fields:
        changes["tags"] = tags_of(fields["tags"])
    if "lead" in fields:
        changes["lead"] = lead_of(fields["lead"])
    for switch in ("blocked", "opted_out"):
        if isinstance(fields.get(switch), bool):
            changes[switch] = fields[switch]
    if not changes:
        raise Refused("nothing_to_save")
    return changes


def tags_of(value: Any) -> list[str]:
    """Each once, without blanks at its ends, in the order of the alphabet."""
    if not isinstance(value, list) or len(value) > MOST_TAGS:
        raise Refused("list_too_long", field="tags", most=MOST_TAGS)
    tags = {text_field({"tags": tag}, "tags", 40).strip() for tag in value}
    return sorted(tags - {""})


def lead_of(value: Any) -> dict[str, str | None]:
    if not isinstance(value, dict) or len(value) > MOST_FIELDS:
        raise Refused("list_too_long", field="lead_fields", most=MOST_FIELDS)
    lead = {}
    for name, words in value.items():
        name = text_field({"lead_fields": name}, "lead_fields", 60).strip()
        if name:
            lead[name] = text_field({"lead_fields": words}, "lead_fields", 200).strip() or None
    return lead
