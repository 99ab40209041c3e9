"""At which address a browser asks, whose it is, and how that looks. All of it stands in the database: a request only chooses among what is there,
so a forged Host header gets the looks of an address, and neither a session nor a link."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
from starlette.requests import Request

from ingress.link import LinkDown
from portal.settings import Settings
from portal.store import Store

log = logging.getLogger(__name__)
DOMAIN = re.compile(r"[a-z0-9.-]{4,253}")
# What the platform's address shows while the database has never answered: nobody's name, as the product's may not be said.
PLAIN: dict[str, Any] = {
    **{"name": "Portal", "short_name": "Portal"},
    **dict.fromkeys(
        ("accent", "palette", "logo", "icon", "support", "privacy_url", "product", "domain", "tenant")
    ),
}


@dataclass(frozen=True)
class Address:
    """`tenant`: the business whose own it is, None at the platform's. `host`: name and port. `branding`: as branding_of has it; None: not read
    yet."""

    tenant: str | None
    host: str
    origin: str
    branding: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """Without the port: what browsers bind passkeys to."""
        return urlsplit(self.origin).hostname or ""


class Addresses:
    def __init__(self, settings: Settings, store: Store) -> None:
        self._store = store
        self._platform = Address(None, settings.host, settings.origin)
        self._last = PLAIN
        parts = urlsplit(settings.origin)
        self._scheme, self._port = parts.scheme, f":{parts.port}" if parts.port else ""

    async def at(self, host: str) -> Address | None:
        """The platform's address, or one that a business has verified, exactly as a Host header names it; None: nobody's."""
        host = host.lower()
        if host == self._platform.host:
            return self._platform
        domain = host.removesuffix(self._port)
        if host != domain + self._port or not DOMAIN.fullmatch(domain):
            return None
        branding = await self._store.branding(domain)
        if branding is None:
            return None
        return Address(branding["tenant"], host, f"{self._scheme}://{host}", branding)

    async def is_served(self, domain: str) -> bool:
        """Whether a proxy may get a certificate for this name."""
        return await self.at(f"{domain.lower()}{self._port}") is not None

    async def branding(self, request: Request) -> dict[str, Any]:
        """What is shown at the request's address. While the database does not answer, the platform's shows what it showed last."""
        if shown := address_of(request).branding:
            return shown
        try:
            self._last = await self._store.branding("") or PLAIN
        except (LinkDown, psycopg.Error) as error:
            log.warning(
                "The looks were not read: the last ones are shown.", extra={"error": type(error).__name__}
            )
        return self._last

    async def note_signed_in(self, request: Request) -> None:
        """Somebody signed in has the portal at a business's own address, so links may lead there. Written down once; a stranger's forged Host does
        not count."""
        address = address_of(request)
        if address.branding and not address.branding["served"]:
            await self._store.note_served(address.name)


def address_of(request: Request) -> Address:
    """As the guard has found it."""
    found: Address = request.state.address
    return found
