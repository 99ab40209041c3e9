"""At which address a browser asks, whose it is, and how that looks. All of it stands in the database: a request only chooses among what is there,
so a forged Host header gets the looks of an address, and neither a session nor a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from portal.settings import Settings
from portal.store import Store

DOMAIN = re.compile(r"[a-z0-9.-]{4,253}")


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
        """What is shown at the request's address."""
        address = address_of(request)
        found: dict[str, Any] = address.branding or await self._store.branding("") or {}
        return found


def address_of(request: Request) -> Address:
    """As the guard has found it."""
    found: Address = request.state.address
    return found
