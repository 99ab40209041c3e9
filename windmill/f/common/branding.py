"""By what name, and at which address, a business's people meet the portal: what branding_of (sql/functions/branding.sql) says, in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

Branding = Mapping[str, Any]
POWERED = {"en": "Powered by {product}", "es": "Con la tecnología de {product}"}


def portal_address(settings: Mapping[str, Any], branding: Branding) -> str:
    """The door's address for a business's people, as https://portal.example.com: at its own domain, where it has one. '' without a door."""
    platform = (settings.get("portal_url") or "").rstrip("/")
    if not platform or not branding["domain"]:
        return platform
    parts = urlsplit(platform)
    return f"{parts.scheme}://{branding['domain']}" + (f":{parts.port}" if parts.port else "")


def footer_of(branding: Branding, language: str = "en") -> str:
    """The last lines of a mail: who writes, where to ask, and the product's name where that is said."""
    lines = ["-- ", branding["name"], branding["support"]]
    if branding["product"] and branding["product"] != branding["name"]:
        lines.append(POWERED.get(language, POWERED["en"]).format(product=branding["product"]))
    return "\n".join(line for line in lines if line)
