# requirements: documents
"""What people type about how the portal looks, read and held against its bounds: all of it, before anything is stored."""

from __future__ import annotations

import re
import unicodedata
from email.errors import MessageError
from email.headerregistry import Address
from typing import Any
from urllib.parse import urlsplit

from f.common.portal_request import Fields, Refused, not_found, text_field
from f.common.setting_kinds import EMAIL
from f.portal_api.branding_colours import colour_of, contrasts_of, palette_of
from f.portal_api.branding_pictures import drawn

LINES = {"name": 60, "short_name": 20, "sender_name": 60}  # letters at most
PICTURES = ("logo", "icon")
LINK = re.compile(r"https://[^\s@/\"'<>\\]+(/[^\s\"'<>\\]*)?")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")


def changes_of(fields: Fields) -> dict[str, Any]:
    """The columns that `changes` of a request names, as put_branding takes them; an empty one is inherited. Raises Refused."""
    wanted = fields.get("changes")
    known = {*LINES, *PICTURES, "accent", "sender_address", "support", "privacy_url", "names_product"}
    if not isinstance(wanted, dict) or not wanted or not wanted.keys() <= known:
        raise Refused("bad_request")
    changes: dict[str, Any] = {name: line_of(wanted, name) for name in LINES if name in wanted}
    if "accent" in wanted:
        changes |= accent_of(text_field(wanted, "accent", 40))
    if "sender_address" in wanted:
        changes["sender_address"] = sender_of(text_field(wanted, "sender_address", 200).strip())
    if "support" in wanted:
        changes["support"] = support_of(text_field(wanted, "support", 300).strip())
    if "privacy_url" in wanted:
        changes["privacy_url"] = link_of("privacy_url", text_field(wanted, "privacy_url", 300).strip())
    if "names_product" in wanted:
        if wanted["names_product"] not in (None, True, False):
            raise Refused("bad_request")
        changes["names_product"] = wanted["names_product"]
    for name in PICTURES:
        if name in wanted:
            changes[name] = picture_of(name, wanted[name])
    return changes


def line_of(wanted: dict[str, Any], name: str) -> str | None:
    """One line of text. What ends a line would begin a new header of a mail; what nobody sees would pass one name off as another."""
    text = text_field(wanted, name, LINES[name]).strip()
    if any(unicodedata.category(letter) in INVISIBLE for letter in text):
        raise Refused("branding_line", field=name)
    return " ".join(text.split()) or None


def accent_of(typed: str) -> dict[str, Any]:
    if not typed.strip():
        return {"accent": None, "palette": None}
    accent = colour_of(typed)
    if accent is None:
        raise Refused("branding_colour", colour=typed.strip()[:20])
    return {"accent": accent, "palette": palette_of(accent)}


def look_of(typed: str) -> dict[str, Any]:
    """What a colour would look like: {"accent", "palette", "contrasts"}; the last is null without a colour."""
    found = accent_of(typed)
    return {**found, "contrasts": contrasts_of(found["accent"]) if found["accent"] else None}


def sender_of(typed: str) -> str | None:
    """An address as a mail's header takes it. Raises Refused."""
    if not typed:
        return None
    try:
        if not EMAIL.fullmatch(typed) or not typed.isascii():
            raise ValueError
        Address(addr_spec=typed)
    except (ValueError, LookupError, MessageError):
        raise Refused("email_invalid") from None
    return typed


def support_of(typed: str) -> str | None:
    if EMAIL.fullmatch(typed):
        return typed
    return link_of("support", typed)


def link_of(name: str, typed: str) -> str | None:
    if typed and not LINK.fullmatch(typed):
        raise Refused("branding_link", field=name)
    return typed or None


def picture_of(name: str, given: object) -> str | None:
    """As PostgreSQL reads bytes; None where there is to be none."""
    if given in (None, ""):
        return None
    if not isinstance(given, str):
        raise Refused("bad_request")
    return "\\x" + drawn(given, name).hex()


def domain_of(typed: str, platform: str) -> str:
    """The domain alone, in lower case. `platform`: the portal's own address, which is nobody's. Raises Refused."""
    domain = typed.strip().lower()
    if not domain.isascii() or any(label.startswith("xn--") for label in domain.split(".")):
        raise Refused("domain_letters")
    labels = domain.split(".")
    if (
        not 4 <= len(domain) <= 253
        or len(labels) < 2
        or labels[-1].isdecimal()
        or not all(map(LABEL.fullmatch, labels))
    ):
        raise Refused("domain_invalid")
    if platform and domain == urlsplit(platform).hostname:
        raise Refused("domain_taken", domain=domain)
    return domain


def refuse_domain(said: str, domain: str) -> None:
    """Raises Refused for what the database says of an address, unless it is 'ok'; 'full' is for the caller, who knows the plan."""
    match said:
        case "not_found":
            raise not_found()
        case "taken":
            raise Refused("domain_taken", domain=domain)
        case "there":
            raise Refused("domain_there", domain=domain)
