# requirements: database
"""A chatbot's settings as they are live, as they are drafted, or of one version. A module of the portal's scripts."""

from __future__ import annotations

from typing import Any

from f.common.chatbot_settings import DRAFT
from f.common.database import Connection
from f.common.portal_request import Fields, Refused, not_found, text_field

SETTINGS_AT = (
    "select case %s when '' then settings_of(b) when 'draft' then settings_of(b) || draft_of(b.phone_number_id) else"
    " (select v.settings from chatbot_versions v where v.phone_number_id = b.phone_number_id and v.number::text = %s) end"
    " from chatbots b where b.phone_number_id = %s"
)


def settings_at(conn: Connection, phone_number_id: str, version: str) -> dict[str, Any]:
    """All settings of a chatbot's version, of its draft, or ('') as they are live. Call it in the tenant's transaction."""
    row = conn.execute(SETTINGS_AT.encode(), [version, version, phone_number_id]).fetchone()
    if row is None:
        raise not_found()
    (settings,) = row.values()
    if settings is None:
        raise Refused("version_unknown", number=int(version))
    found: dict[str, Any] = settings
    return found


def version_field(fields: Fields, name: str) -> str:
    """Which version a request means: '' (what is live), 'draft', or a number."""
    value = text_field(fields, name, 10)
    if value in ("", "live"):
        return ""
    if value != DRAFT and not (value.isascii() and value.isdecimal()):
        raise Refused("bad_request")
    return value
